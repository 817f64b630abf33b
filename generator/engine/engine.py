"""The engine: one thread that steps a batch of rows and hands out notes as they come. Knows no Django."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from generator.engine.rows import Chunk, GenerationError, GenerationRequest, Opening, Row
from generator.engine.scheduler import Scheduler
from generator.engine.writer import Writer
from generator.music.styles import STYLES
from generator.networks import checkpoints

log = logging.getLogger(__name__)

MAX_ROWS = 64
"""Rows of one style that are stepped together; more wait their turn."""


@dataclass(frozen=True)
class StyleCard:
    """What a page says of a style."""

    name: str
    title: str
    description: str
    default_tempo: float
    metres: tuple[tuple[int, int], ...]


class Engine:
    """Writes music for many at once.

    start() and stop() from any thread; generate() blocks the thread that listens to one piece. A style's
    weights are read when it is first asked for, or by load_style(). weights: the folder to read them from.
    """

    def __init__(self, device: str | None = None, weights: Path = checkpoints.WEIGHTS) -> None:
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._weights = weights
        self._writers: dict[str, Writer] = {}
        self._schedulers: dict[str, Scheduler[Row]] = {}
        self._loading = threading.Lock()
        self._inbox: queue.SimpleQueue[Row | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._notes = 0
        self._busy = 0.0
        self._first_notes: deque[float] = deque(maxlen=1000)

    @property
    def styles(self) -> list[StyleCard]:
        """The styles whose weights are there."""
        there = (s for s in STYLES.values() if self._path(s.name).exists())
        return [StyleCard(s.name, s.title, s.description, s.tempo, s.metres) for s in there]

    def start(self) -> None:
        """Begin stepping, in a thread of its own."""
        # One thread a step: small matrix products get slower, not faster, when they are shared between cores.
        torch.set_num_threads(1)
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()
        log.info("engine started on %s", self.device)

    def stop(self) -> None:
        """End the thread; rows still in the batch end with GenerationError "stopped"."""
        if self._thread is not None:
            self._inbox.put(None)
            self._thread.join()
            self._thread = None

    def load_style(self, name: str) -> Writer:
        """The style's network, read from its file the first time. Raises GenerationError when there is
        none.
        """
        with self._loading:
            if name not in self._writers:
                if name not in STYLES or not self._path(name).exists():
                    raise GenerationError("style_unknown", f"There is no style called {name!r} here.")
                checkpoint = checkpoints.load(self._path(name))
                self._writers[name] = Writer(checkpoint, MAX_ROWS, self.device)
                log.info("loaded %s (%s…)", name, checkpoint.sha256[:12])
            return self._writers[name]

    def generate(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Opening | Chunk]:
        """Write one piece: its opening, then its notes as they come.

        cancelled is asked between steps; once true, the notes made so far have been handed out and it ends.
        Raises GenerationError when the request cannot be met or the engine is stopped.
        """
        asked = time.monotonic()
        writer = self.load_style(request.style)
        row = Row(request, STYLES[request.style], cancelled, writer.checkpoint.sha256)
        row.begin()
        self._inbox.put(row)
        waiting = True
        while (item := row.out.get()) is not None:
            if isinstance(item, Exception):
                raise item
            if waiting and isinstance(item, Chunk) and item.notes:
                self._first_notes.append((time.monotonic() - asked) * 1000)
                waiting = False
            yield item

    def stats(self) -> dict[str, object]:
        """Figures for the status page. notes_a_second is while the engine is at work."""
        first = sorted(self._first_notes)
        return {
            "device": str(self.device),
            "styles_loaded": sorted(self._writers),
            "rows": sum(len(s.rows) for s in list(self._schedulers.values())),
            "waiting": sum(len(s.waiting) for s in list(self._schedulers.values())),
            "notes": self._notes,
            "notes_a_second": round(self._notes / self._busy, 1) if self._busy else None,
            "first_note_ms_p50": round(first[len(first) // 2], 1) if first else None,
            "first_note_ms_p95": round(first[len(first) * 95 // 100], 1) if first else None,
        }

    def _path(self, style: str) -> Path:
        return self._weights / f"{style}.safetensors"

    def _run(self) -> None:
        while True:
            idle = not any(s.rows or s.waiting for s in self._schedulers.values())
            if not self._take_in(wait=idle):
                break
            for name, scheduler in self._schedulers.items():
                self._step(self._writers[name], scheduler)
        for scheduler in self._schedulers.values():
            for row in [*scheduler.rows, *scheduler.waiting]:
                row.stop(
                    GenerationError(
                        "stopped", "The generator is being restarted; this piece goes on after it."
                    )
                )

    def _take_in(self, *, wait: bool) -> bool:
        """Put new rows in line. False when asked to stop."""
        try:
            while True:
                row = self._inbox.get(block=wait)
                if row is None:
                    return False
                self._schedulers.setdefault(row.request.style, Scheduler(MAX_ROWS)).add(row)
                wait = False
        except queue.Empty:
            return True

    def _step(self, writer: Writer, scheduler: Scheduler[Row]) -> None:
        for row in [*scheduler.rows, *scheduler.waiting]:
            if not row.finished and row.cancelled():
                row.cancel()
        rows = scheduler.next_batch()
        if not rows:
            return
        began = time.monotonic()
        try:
            self._notes += writer.step(rows)
        except Exception as error:  # one broken batch must not end the thread that everybody waits for
            log.exception("a step of %s failed", writer.checkpoint.card.get("style"))
            for row in rows:
                if not row.finished:
                    row.stop(
                        GenerationError("engine_failed", "The generator failed at this piece. Try again.")
                    )
            del error
        self._busy += time.monotonic() - began
