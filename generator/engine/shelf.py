"""Shelf: loaded networks. Past a bound the longest unused are put away, to be read again when asked for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

log = logging.getLogger(__name__)


class Loaded(Protocol):
    """What can stand on a shelf. It may grow while it stands there."""

    @property
    def n_bytes(self) -> int:
        """What it holds in memory."""


L = TypeVar("L", bound=Loaded)


class Shelf:
    """most_bytes: what everything on it may hold together. What somebody is using is never put away, however
    full it is.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._lock = threading.Lock()
        self._reading: dict[Hashable, threading.Lock] = {}
        self._items: dict[Hashable, Any] = {}  # the longest unused first
        self._users: dict[Hashable, int] = {}

    @property
    def names(self) -> list[Hashable]:
        return list(self._items)

    @property
    def n_bytes(self) -> int:
        return sum(item.n_bytes for item in list(self._items.values()))

    def get(self, name: Hashable, read: Callable[[], L]) -> L:
        """What has this name, read now if it is not here. It is the last to be put away.

        While it is read, who asks for the same waits, and nobody else.
        """
        with self._lock:
            reading = self._reading.setdefault(name, threading.Lock())
        with reading:
            item: L = self._items[name] if name in self._items else read()
            with self._lock:
                self._items.pop(name, None)
                self._items[name] = item
                self._tidy()
            return item

    @contextmanager
    def hold(self, name: Hashable, read: Callable[[], L]) -> Iterator[L]:
        """The same, and it stays as long as the context lasts."""
        with self._lock:
            self._users[name] = self._users.get(name, 0) + 1
        try:
            yield self.get(name, read)
        finally:
            with self._lock:
                self._users[name] -= 1
                if not self._users[name]:
                    del self._users[name]
                self._tidy()

    def _tidy(self) -> None:
        """Put away the longest unused until the rest fits; the last one asked for stays in any case."""
        for name in list(self._items)[:-1]:
            if self.n_bytes <= self.most_bytes:
                return
            if name not in self._users:
                del self._items[name]
                log.info("put away %s", name)
