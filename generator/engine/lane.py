"""Lane: one thread that steps a batch of rows for each style, on a processor of its own."""

from __future__ import annotations

import logging
import queue
import threading

import torch

from generator.engine.aside import step_aside
from generator.engine.busy import Busy
from generator.engine.errors import broken, stopped
from generator.engine.rows import Row
from generator.engine.scheduler import Scheduler
from generator.engine.writer import AnyWriter

log = logging.getLogger(__name__)

MAX_ROWS = 64
"""Rows of one style that are stepped together in a lane; more wait their turn."""


class Lane:
    """Rows join and leave between steps, and stay in the lane that they were put in.

    put(), start() and stop() from any thread. len(): rows that are in it or wait for a seat. Lanes share
    nothing but weights, so none ever waits for another: on a machine with other work to do a thread that has
    lost its processor for a moment holds up its own rows alone.
    """

    def __init__(self, number: int, busy: Busy) -> None:
        self.number = number
        self.notes = 0
        self._busy = busy
        self._inbox: queue.SimpleQueue[tuple[Row, AnyWriter] | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._open = False
        self._batches: dict[AnyWriter, Scheduler[Row]] = {}
        self._thread: threading.Thread | None = None

    def __len__(self) -> int:
        return self._inbox.qsize() + self.n_rows + self.n_waiting

    @property
    def n_rows(self) -> int:
        return sum(len(batch.rows) for batch in list(self._batches.values()))

    @property
    def n_waiting(self) -> int:
        return sum(len(batch.waiting) for batch in list(self._batches.values()))

    def start(self) -> None:
        self._open = True
        self._thread = threading.Thread(target=self._run, name=f"lane {self.number}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; rows still in the lane end with GenerationError "stopped"."""
        with self._door:
            self._open = False
        if self._thread is not None:
            self._inbox.put(None)
            self._thread.join()
            self._thread = None

    def put(self, row: Row, writer: AnyWriter) -> None:
        """Write this row. writer: this lane's own of the row's style. Raises GenerationError when the lane is
        stopped.
        """
        with self._door:  # else a row could come in behind the last that the thread takes, to be waited for
            if not self._open:
                raise stopped()
            self._inbox.put((row, writer))

    def step(self, writer: AnyWriter, batch: Scheduler[Row]) -> None:
        """One step, or a few, of a style's rows. The last to leave closes the batch."""
        for row in [*batch.rows, *batch.waiting]:
            if not row.finished and row.cancelled():
                row.cancel()
        rows = batch.next_batch()
        if not rows:
            del self._batches[writer]
            return
        with self._busy:
            try:
                self.notes += writer.step(rows)
            except Exception:  # one broken batch must not end the thread that everybody waits for
                log.exception("a step of %s failed", writer.checkpoint.card.get("style"))
                for row in rows:
                    if not row.finished:
                        row.stop(broken())

    def _run(self) -> None:
        step_aside()
        with torch.inference_mode():
            while self._take_in():
                for writer, batch in list(self._batches.items()):
                    self.step(writer, batch)
        for batch in self._batches.values():
            for row in [*batch.rows, *batch.waiting]:
                if not row.finished:
                    row.stop(stopped())
        self._batches.clear()

    def _take_in(self) -> bool:
        """Put new rows in line, sleeping while there is nothing to do. False when asked to stop."""
        try:
            while True:
                item = self._inbox.get(block=not self._batches)
                if item is None:
                    return False
                row, writer = item
                self._batches.setdefault(writer, Scheduler(MAX_ROWS)).add(row)
        except queue.Empty:
            return True
