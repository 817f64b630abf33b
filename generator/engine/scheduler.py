"""Which rows go into the next step."""

from __future__ import annotations

from collections import deque
from typing import Generic, Protocol, TypeVar


class HasFinished(Protocol):
    finished: bool


R = TypeVar("R", bound=HasFinished)


class Scheduler(Generic[R]):
    """A batch with a fixed number of seats; rows wait in line and take a seat as soon as one is free.

    Iteration-level scheduling (Yu et al., "Orca", OSDI 2022, section 3): rows join and leave between steps.
    """

    def __init__(self, max_rows: int) -> None:
        self.max_rows = max_rows
        self.rows: list[R] = []
        self.waiting: deque[R] = deque()

    def add(self, row: R) -> None:
        self.waiting.append(row)

    def next_batch(self) -> list[R]:
        """Rows of the next step: those unfinished, then as many from the line as there are seats."""
        self.rows = [row for row in self.rows if not row.finished]
        while self.waiting and len(self.rows) < self.max_rows:
            row = self.waiting.popleft()
            if not row.finished:
                self.rows.append(row)
        return self.rows
