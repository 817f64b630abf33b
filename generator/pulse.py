"""When a process last said in the database that it lives, and what it may think of those who have not."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pulse:
    """The beats of one process.

    A database that is away silences everybody at once, and so does a machine that sleeps: who comes back
    first would take all others for dead. So the silence of others means nothing while we are silent
    ourselves, nor until they have had as long as a lease to speak again.

    lease: seconds of silence after which a process is taken for dead. clock: seconds; it must go on while
    the machine sleeps.
    """

    def __init__(self, lease: float, clock: Callable[[], float] = time.time) -> None:
        self.lease = lease
        self._clock = clock
        self._last: float | None = None
        self._returned = float("-inf")

    def beat(self) -> None:
        """It has been said just now."""
        now = self._clock()
        if self._last is not None and not self._is_fresh(now):
            self._returned = now
        self._last = now

    @property
    def lives(self) -> bool:
        """Whether it was said lately; else the others take us for dead."""
        return self._last is not None and self._clock() - self._last < self.lease

    @property
    def trusts_silence(self) -> bool:
        """Whether who is silent is dead. Who has only begun knows of no silence of its own."""
        now = self._clock()
        return (self._last is None or self._is_fresh(now)) and now - self._returned >= self.lease

    def _is_fresh(self, now: float) -> bool:
        # Half a lease: another's silence may be longer than ours by a beat, and is then still within its own.
        return self._last is not None and now - self._last <= self.lease / 2
