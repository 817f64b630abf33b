"""Which jobs this process is writing, so that one that is cancelled here stops at once.

A worker elsewhere finds out from the row (generator.worker looks a few times a second).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_running: dict[int, threading.Event] = {}


@contextmanager
def stop_for(job_id: int) -> Iterator[threading.Event]:
    """The event that is set when this job is to stop."""
    event = threading.Event()
    with _lock:
        _running[job_id] = event
    try:
        yield event
    finally:
        with _lock:
            if _running.get(job_id) is event:
                del _running[job_id]


def stop(job_id: int) -> None:
    """Stop a job if this process writes it."""
    with _lock:
        if event := _running.get(job_id):
            event.set()


def stop_all() -> None:
    """Stop whatever this process writes."""
    with _lock:
        for event in _running.values():
            event.set()


def running() -> list[int]:
    """The jobs that this process writes."""
    with _lock:
        return list(_running)
