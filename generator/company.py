"""Who is written beside whom: a job that may be what killed its process is written alone.

When a process dies, all jobs that it was writing have lost an attempt, and nobody knows which of them it
was. So each of them is then taken up with nothing beside it: the one that kills is found out by itself, and
the others lose no second attempt by it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_SECONDS = 0.25


class Company:
    """A lock that many hold beside each other, or one alone. Who wants it alone goes before those who come
    later.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._beside = 0
        self._alone = 0
        self._want_alone = 0

    @contextmanager
    def seat(self, *, alone: bool, give_up: Callable[[], bool] = lambda: False) -> Iterator[bool]:
        """A seat, once it is free; False instead of it when give_up() says so while waiting."""
        taken = self._take(alone, give_up)
        try:
            yield taken
        finally:
            if taken:
                with self._changed:
                    self._alone -= alone
                    self._beside -= not alone
                    self._changed.notify_all()

    def _take(self, alone: bool, give_up: Callable[[], bool]) -> bool:
        with self._changed:
            self._want_alone += alone
            try:
                while self._alone or (self._beside if alone else self._want_alone):
                    if give_up():
                        return False
                    self._changed.wait(LOOK_SECONDS)
                self._alone += alone
                self._beside += not alone
                return True
            finally:
                self._want_alone -= alone
                self._changed.notify_all()


company = Company()
"""Of this process's jobs."""
