"""Desk: one thread that answers the asks of the families that answer whole asks."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

import torch

from generator.engine.aside import step_aside
from generator.engine.busy import Busy
from generator.engine.errors import stopped
from generator.engine.families import Family
from generator.engine.gather import Gatherer


class Desk:
    """Asks of a family that come within a few milliseconds are run as one batch.

    It is a thread beside the lanes, so a path between two pieces that takes a second to compute keeps nobody
    waiting for a note. start(), stop() and put() from any thread.
    """

    def __init__(self, busy: Busy) -> None:
        self._busy = busy
        self._asked = threading.Condition()
        self._open = False
        self._gatherers: dict[Family[Any, Any], Gatherer[Any, Any]] = {}
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._open = True
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; who still waits for an answer gets GenerationError "stopped"."""
        with self._asked:
            self._open = False
            self._asked.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def put(self, family: Family[Any, Any], ask: Any) -> Future[Any]:
        """The answer to come. Raises GenerationError when the desk is closed."""
        with self._asked:
            if not self._open:
                raise stopped()
            answer = self._gatherers.setdefault(family, Gatherer(family.run)).put(ask)
            self._asked.notify()
            return answer

    def _run(self) -> None:
        step_aside()
        with torch.inference_mode():
            while True:
                with self._asked:
                    # Who has no asks is forgotten here, so that its weights can be.
                    dues = {f: due for f, g in self._gatherers.items() if (due := g.due_in()) is not None}
                    self._gatherers = {family: self._gatherers[family] for family in dues}
                    if not self._open:
                        break
                    if not dues or min(dues.values()) > 0:
                        self._asked.wait(min(dues.values(), default=None))
                        continue
                    ready = [self._gatherers[family] for family, wait in dues.items() if wait == 0.0]
                for gatherer in ready:
                    with self._busy:
                        gatherer.run_due()
        for gatherer in self._gatherers.values():
            gatherer.close(stopped())
