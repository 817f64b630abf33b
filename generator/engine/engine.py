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
from typing import Any

import torch

from generator.engine.errors import GenerationError, broken, stopped
from generator.engine.families import FAMILIES
from generator.engine.gather import Gatherer
from generator.engine.rows import Chunk, GenerationRequest, Opening, Row
from generator.engine.scheduler import Scheduler
from generator.engine.writer import AnyWriter, writer_for
from generator.music.styles import STYLES
from generator.networks import checkpoints

log = logging.getLogger(__name__)

MAX_ROWS = 64
"""Rows of one style that are stepped together; more wait their turn."""


class _Wake:
    """Put in the inbox to make a sleeping engine look at its gatherers."""


WAKE = _Wake()


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

    start() and stop() from any thread; generate() blocks the thread that listens to one piece, ask() the one
    that wants an answer of another family. A style's weights are read when it is first asked for, or by
    load_style(). weights: the folder to read them from.
    """

    def __init__(self, device: str | None = None, weights: Path = checkpoints.WEIGHTS) -> None:
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._weights = weights
        self._writers: dict[str, AnyWriter] = {}
        self._schedulers: dict[str, Scheduler[Row]] = {}
        self._gatherers: dict[str, Gatherer[Any, Any]] = {}
        self._loading = threading.Lock()
        self._inbox: queue.SimpleQueue[Row | _Wake | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._takes_asks = False
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
        with self._loading:
            self._gatherers.clear()  # what an earlier stop() has closed
            self._takes_asks = True
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()
        log.info("engine started on %s", self.device)

    def stop(self) -> None:
        """End the thread; rows still in the batch end with GenerationError "stopped"."""
        if self._thread is not None:
            self._inbox.put(None)
            self._thread.join()
            self._thread = None

    def load_style(self, name: str) -> AnyWriter:
        """The style's network, read from its file the first time. Raises GenerationError when there is
        none.
        """
        with self._loading:
            if name not in self._writers:
                if name not in STYLES or not self._path(name).exists():
                    raise GenerationError("style_unknown", f"There is no style called {name!r} here.")
                checkpoint = checkpoints.load(self._path(name))
                self._writers[name] = writer_for(checkpoint, MAX_ROWS, self.device)
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
        for item in _joined(row.out):
            if waiting and isinstance(item, Chunk) and item.notes:
                self._first_notes.append((time.monotonic() - asked) * 1000)
                waiting = False
            yield item

    def ask(self, family: str, ask: Any) -> Any:
        """One ask of a family that answers whole asks, run with all that come within a few milliseconds.

        Blocks until it is answered. Raises GenerationError when there is no such family, when the ask cannot
        be met, or when the engine is stopped.
        """
        answer = self._gatherer(family).put(ask)
        self._inbox.put(WAKE)
        return answer.result()

    def _gatherer(self, family: str) -> Gatherer[Any, Any]:
        """The family's gatherer; its weights are read the first time, in the thread that asks."""
        with self._loading:
            if not self._takes_asks:
                raise stopped()
            if family not in self._gatherers:
                if family not in FAMILIES:
                    raise GenerationError("family_unknown", f"There is no network called {family!r} here.")
                made = FAMILIES[family](self.device, self._weights)
                made.load()
                self._gatherers[family] = Gatherer(made.run)
                log.info("loaded %s", family)
            return self._gatherers[family]

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
            "device_memory_bytes": (
                torch.cuda.memory_allocated(self.device) if self.device.type == "cuda" else None
            ),
        }

    def _path(self, style: str) -> Path:
        return self._weights / f"{style}.safetensors"

    def _run(self) -> None:
        with torch.inference_mode():
            while self._take_in():
                for name, scheduler in self._schedulers.items():
                    self._step(self._writers[name], scheduler)
                for gatherer in list(self._gatherers.values()):
                    began = time.monotonic()
                    if gatherer.run_due():
                        self._busy += time.monotonic() - began
        for scheduler in self._schedulers.values():
            for row in [*scheduler.rows, *scheduler.waiting]:
                row.stop(stopped())
        with self._loading:
            self._takes_asks = False
            for gatherer in self._gatherers.values():
                gatherer.close(stopped())

    def _sleep_at_most(self) -> float | None:
        """Seconds until there is something to do: 0 while a row is written, None when only a caller knows."""
        if any(s.rows or s.waiting for s in self._schedulers.values()):
            return 0.0
        dues = (gatherer.due_in() for gatherer in list(self._gatherers.values()))
        return min((due for due in dues if due is not None), default=None)

    def _take_in(self) -> bool:
        """Put new rows in line, sleeping while there is nothing to do. False when asked to stop."""
        timeout = self._sleep_at_most()
        try:
            while True:
                item = self._inbox.get(timeout != 0.0, timeout)
                if item is None:
                    return False
                if isinstance(item, Row):
                    self._schedulers.setdefault(item.request.style, Scheduler(MAX_ROWS)).add(item)
                    timeout = 0.0
                else:
                    timeout = self._sleep_at_most()
        except queue.Empty:
            return True

    def _step(self, writer: AnyWriter, scheduler: Scheduler[Row]) -> None:
        for row in [*scheduler.rows, *scheduler.waiting]:
            if not row.finished and row.cancelled():
                row.cancel()
        rows = scheduler.next_batch()
        if not rows:
            return
        began = time.monotonic()
        try:
            self._notes += writer.step(rows)
        except Exception:  # one broken batch must not end the thread that everybody waits for
            log.exception("a step of %s failed", writer.checkpoint.card.get("style"))
            for row in rows:
                if not row.finished:
                    row.stop(broken())
        self._busy += time.monotonic() - began


def _joined(out: queue.SimpleQueue[Opening | Chunk | Exception | None]) -> Iterator[Opening | Chunk]:
    """What a row put out, chunks that have gathered while the listener was busy joined to one.

    Who writes each chunk to a disk is slower than the engine: so it gets fewer and larger ones, and the first
    at once. Raises the exception that the row ended with.
    """
    item = out.get()
    while item is not None:
        following: Opening | Chunk | Exception | _Nothing | None = NOTHING
        if isinstance(item, Exception):
            raise item
        if isinstance(item, Chunk):
            while isinstance(following := _at_hand(out), Chunk):
                item = Chunk([*item.notes, *following.notes], following.until, following.bars_done)
        yield item
        item = out.get() if isinstance(following, _Nothing) else following


class _Nothing:
    """Nothing is in the queue yet."""


NOTHING = _Nothing()


def _at_hand(
    out: queue.SimpleQueue[Opening | Chunk | Exception | None],
) -> Opening | Chunk | Exception | _Nothing | None:
    try:
        return out.get_nowait()
    except queue.Empty:
        return NOTHING
