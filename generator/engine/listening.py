"""What a listener hears of a row: its opening, then notes as they come."""

from __future__ import annotations

import queue
from collections.abc import Iterator

from generator.engine.rows import Chunk, Opening

Said = Opening | Chunk | Exception | None
"""What a row puts out, at its end the exception that it ended with, or nothing."""


def heard(out: queue.SimpleQueue[Said]) -> Iterator[Opening | Chunk]:
    """What a row put out, chunks that have gathered while the listener was busy joined to one.

    Who writes each chunk to a disk is slower than the engine: so it gets fewer and larger ones, and the first
    at once. Raises the exception that the row ended with.
    """
    while True:
        chunk: Chunk | None = None
        for item in _at_hand(out):
            if isinstance(item, Chunk):
                chunk = Chunk([*chunk.notes, *item.notes], item.until, item.bars_done) if chunk else item
                continue
            if chunk is not None:
                yield chunk
                chunk = None
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item
        if chunk is not None:
            yield chunk


def _at_hand(out: queue.SimpleQueue[Said]) -> list[Said]:
    """What is in the queue, waiting for a first thing to be. One listener alone takes from it."""
    items = [out.get()]
    while not out.empty():
        items.append(out.get())
    return items
