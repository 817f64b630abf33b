"""The engine: writes music for many at once and hands out notes as they come. Knows no Django."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import torch

from generator.engine.busy import Busy
from generator.engine.desk import Desk
from generator.engine.errors import GenerationError
from generator.engine.families import FAMILIES, Family
from generator.engine.lane import MAX_ROWS, Lane
from generator.engine.listening import heard
from generator.engine.rows import Chunk, GenerationRequest, Opening, Row
from generator.engine.shelf import Shelf
from generator.engine.writer import AnyWriter, writers_for
from generator.music.styles import STYLES
from generator.networks import checkpoints

log = logging.getLogger(__name__)

MOST_LANES = 4
"""Lanes that the engine takes by itself; Python between their steps is one thread's work for all of them."""
MEMORY_MB = 512
SWITCH_SECONDS = 0.001


@dataclass(frozen=True)
class StyleCard:
    """What a page says of a style."""

    name: str
    title: str
    description: str
    default_tempo: float
    metres: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class LoadedStyle:
    """A style's network with a writer for each lane; they share the weights."""

    writers: list[AnyWriter]

    @property
    def n_bytes(self) -> int:
        return self.writers[0].n_bytes


class Engine:
    """Writes music for many at once.

    start() and stop() from any thread; generate() blocks the thread that listens to one piece, ask() the one
    that wants an answer of another family. A style's weights are read when it is first asked for, or by
    load_style(). weights: the folder to read them from. lanes: threads that step rows; None for one a
    processor on a CPU, and one on a GPU. memory_mb: what loaded networks may hold, past which the longest
    unused is put away.
    """

    LANE: ClassVar[type[Lane]] = Lane

    def __init__(
        self,
        device: str | None = None,
        weights: Path = checkpoints.WEIGHTS,
        *,
        lanes: int | None = None,
        memory_mb: int = MEMORY_MB,
    ) -> None:
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._weights = weights
        self._busy = Busy()
        self._lanes = [self.LANE(n, self._busy) for n in range(lanes or lanes_for(self.device))]
        self._desk = Desk(self._busy)
        self._shelf = Shelf(memory_mb * 2**20)
        self._choosing = threading.Lock()
        self._first_notes: deque[float] = deque(maxlen=1000)

    @property
    def styles(self) -> list[StyleCard]:
        """The styles whose weights are there."""
        there = (s for s in STYLES.values() if self._path(s.name).exists())
        return [StyleCard(s.name, s.title, s.description, s.tempo, s.metres) for s in there]

    def start(self) -> None:
        """Begin stepping, in threads of its own."""
        # One thread a step: small matrix products get slower, not faster, when they are shared between cores.
        torch.set_num_threads(1)
        # A lane comes back to Python every few milliseconds, and must not wait for as long again whenever
        # another thread is busy there.
        sys.setswitchinterval(SWITCH_SECONDS)
        for lane in self._lanes:
            lane.start()
        self._desk.start()
        log.info("engine started on %s, lanes: %d", self.device, len(self._lanes))

    def stop(self) -> None:
        """End the threads; rows still in a batch end with GenerationError "stopped"."""
        for lane in self._lanes:
            lane.stop()
        self._desk.stop()

    def load_style(self, name: str) -> AnyWriter:
        """The style's network, read from its file unless it is loaded. Raises GenerationError when there is
        none.
        """
        return self._shelf.get(("style", name), lambda: self._read_style(name)).writers[0]

    def generate(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> Generator[Opening | Chunk]:
        """Write one piece: its opening, then its notes as they come.

        cancelled is asked between steps; once true, the notes made so far have been handed out and it ends.
        Who closes the generator before its end is not written for any longer either. Raises
        GenerationError when the request cannot be met or the engine is stopped.
        """
        asked = time.monotonic()
        name = request.style
        with self._shelf.hold(("style", name), lambda: self._read_style(name)) as style:
            left = threading.Event()
            weights = style.writers[0].checkpoint.sha256
            row = Row(request, STYLES[name], lambda: left.is_set() or cancelled(), weights)
            row.begin()
            with self._choosing:
                lane = min(self._lanes, key=len)
                lane.put(row, style.writers[lane.number])
            waiting = True
            try:
                for item in heard(row.out):
                    if waiting and isinstance(item, Chunk) and item.notes:
                        self._first_notes.append((time.monotonic() - asked) * 1000)
                        waiting = False
                    yield item
            finally:
                left.set()

    def ask(self, family: str, ask: Any) -> Any:
        """One ask of a family that answers whole asks, run with all that come within a few milliseconds.

        Blocks until it is answered. Raises GenerationError when there is no such family, when the ask cannot
        be met, or when the engine is stopped.
        """
        with self._shelf.hold(("family", family), lambda: self._read_family(family)) as found:
            return self._desk.put(found, ask).result()

    def stats(self) -> dict[str, object]:
        """Figures for the status page. notes_a_second is while the engine is at work."""
        first = sorted(self._first_notes)
        loaded: list[Any] = self._shelf.names
        notes, busy = sum(lane.notes for lane in self._lanes), self._busy.seconds
        return {
            "device": str(self.device),
            "styles_loaded": sorted(name for kind, name in loaded if kind == "style"),
            "families_loaded": sorted(name for kind, name in loaded if kind == "family"),
            "loaded_bytes": self._shelf.n_bytes,
            "lanes": len(self._lanes),
            "rows": sum(lane.n_rows for lane in self._lanes),
            "waiting": sum(lane.n_waiting for lane in self._lanes),
            "notes": notes,
            "notes_a_second": round(notes / busy, 1) if busy else None,
            "first_note_ms_p50": round(first[len(first) // 2], 1) if first else None,
            "first_note_ms_p95": round(first[len(first) * 95 // 100], 1) if first else None,
            "device_memory_bytes": (
                torch.cuda.memory_allocated(self.device) if self.device.type == "cuda" else None
            ),
        }

    def _path(self, style: str) -> Path:
        return self._weights / f"{style}.safetensors"

    def _read_style(self, name: str) -> LoadedStyle:
        if name not in STYLES or not self._path(name).exists():
            raise GenerationError("style_unknown", f"There is no style called {name!r} here.")
        checkpoint = checkpoints.load(self._path(name))
        log.info("loaded %s (%s…)", name, checkpoint.sha256[:12])
        return LoadedStyle(writers_for(checkpoint, MAX_ROWS, self.device, len(self._lanes)))

    def _read_family(self, name: str) -> Family[Any, Any]:
        if name not in FAMILIES:
            raise GenerationError("family_unknown", f"There is no network called {name!r} here.")
        # On the CPU wherever the rows are stepped: an ask takes milliseconds there.
        made = FAMILIES[name](torch.device("cpu"), self._weights)
        made.load()
        log.info("loaded %s", name)
        return made


def lanes_for(device: torch.device) -> int:
    """How many lanes a device feeds: a GPU steps one large batch, each processor one of its own."""
    if device.type != "cpu":
        return 1
    return min(MOST_LANES, len(os.sched_getaffinity(0)))
