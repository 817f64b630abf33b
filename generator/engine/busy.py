"""Busy: how long at least one of several threads has been at work."""

from __future__ import annotations

import threading
import time
from types import TracebackType


class Busy:
    """Each thread enters it for as long as it works; what they do at the same time counts once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._working = 0
        self._since = 0.0
        self._seconds = 0.0

    @property
    def seconds(self) -> float:
        with self._lock:
            return self._seconds + (time.monotonic() - self._since if self._working else 0.0)

    def __enter__(self) -> None:
        with self._lock:
            if not self._working:
                self._since = time.monotonic()
            self._working += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._working -= 1
            if not self._working:
                self._seconds += time.monotonic() - self._since
