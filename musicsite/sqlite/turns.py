"""Turns: one at a time, in the order in which they came; who can wait lets others go first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

AT_MOST_BEFORE = 16
"""Of those who are in a hurry, after which one who can wait has a turn."""


class _Thread(threading.local):
    can_wait = False


_thread = _Thread()


@contextmanager
def behind_others(can_wait: bool = True) -> Iterator[None]:
    """What this thread writes meanwhile lets everybody else's go first: nobody waits for it."""
    before, _thread.can_wait = _thread.can_wait, can_wait
    try:
        yield
    finally:
        _thread.can_wait = before


class Turns:
    """A lock that is handed on to whoever has waited longest. take() and give() from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._hurried: deque[threading.Lock] = deque()
        self._patient: deque[threading.Lock] = deque()
        self._before = 0  # turns in a row that went past who can wait

    def take(self, timeout: float) -> bool:
        """Wait for a turn, `timeout` seconds at most. Whether it came."""
        line = self._patient if _thread.can_wait else self._hurried
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Lock()
            mine.acquire()  # who gives us the turn lets go of it
            line.append(mine)
        if mine.acquire(timeout=timeout):
            return True
        with self._lock:
            if mine not in line:
                return True  # it came at the last moment
            line.remove(mine)
            return False

    def give(self) -> None:
        """End the turn that was taken."""
        with self._lock:
            if self._hurried and not (self._patient and self._before >= AT_MOST_BEFORE):
                self._before += bool(self._patient)
                self._hurried.popleft().release()
            elif self._patient:
                self._before = 0
                self._patient.popleft().release()
            else:
                self._taken = False
