"""Gatherer: asks that come within a few milliseconds of each other, run as one batch."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from generator.engine.errors import GenerationError, broken

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


class Gatherer(Generic[Ask, Answer]):
    """Gathers asks of many threads for one thread that answers them together.

    Dynamic batching: the first ask waits `wait_ms` for company and no longer; `most` asks wait for nobody.
    put() from any thread; due_in() and run_due() from the one thread that runs the network.
    run: a batch of asks → its answers, in their order; an answer must not depend on who else is in the batch.
    """

    def __init__(
        self, run: Callable[[list[Ask]], list[Answer]], *, wait_ms: float = 3, most: int = 64
    ) -> None:
        self._run = run
        self._wait = wait_ms / 1000
        self._most = most
        self._lock = threading.Lock()
        self._waiting: deque[tuple[float, Ask, Future[Answer]]] = deque()
        self._closed: GenerationError | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, ask: Ask) -> Future[Answer]:
        """Put an ask in the next batch. Who gives up may cancel the future as long as that has not begun."""
        future: Future[Answer] = Future()
        with self._lock:
            if self._closed is not None:
                raise self._closed
            self._waiting.append((time.monotonic(), ask, future))
        return future

    def due_in(self) -> float | None:
        """Seconds until the next batch is to run, 0 when it is due; None while nobody asks."""
        with self._lock:
            if not self._waiting:
                return None
            if len(self._waiting) >= self._most:
                return 0.0
            return max(0.0, self._waiting[0][0] + self._wait - time.monotonic())

    def run_due(self) -> int:
        """Run the next batch when it is due. Returns how many asks were answered."""
        if self.due_in() != 0.0:
            return 0
        with self._lock:
            n = min(self._most, len(self._waiting))
            taken = [self._waiting.popleft() for _ in range(n)]
        batch = [(ask, future) for _, ask, future in taken if future.set_running_or_notify_cancel()]
        self._answer(batch)
        return len(batch)

    def close(self, reason: GenerationError) -> None:
        """Take nothing more; whoever waits gets the reason."""
        with self._lock:
            self._closed = reason
            left = list(self._waiting)
            self._waiting.clear()
        for _, _, future in left:
            if future.set_running_or_notify_cancel():
                future.set_exception(reason)

    def _answer(self, batch: list[tuple[Ask, Future[Answer]]]) -> None:
        if not batch:
            return
        try:
            answers = self._run([ask for ask, _ in batch])
            if len(answers) != len(batch):
                raise RuntimeError(f"{len(batch)} asks were given {len(answers)} answers")
        except Exception as error:
            if len(batch) > 1:
                # One of them broke the batch; the others must not suffer for it, so each is run alone.
                for one in batch:
                    self._answer([one])
                return
            if not isinstance(error, GenerationError):
                log.exception("an ask could not be answered")
                error = broken()
            batch[0][1].set_exception(error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            future.set_result(answer)
