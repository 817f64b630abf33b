"""SeatedWriter: rows on seats that they keep from their first step to their last."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod

import numpy as np

from generator.engine.errors import broken
from generator.engine.rows import Row
from generator.networks.checkpoints import Checkpoint

log = logging.getLogger(__name__)

ROW_STEPS_A_CALL = 8
"""A row is stepped this often at most before Python hears of it."""


class SeatedWriter(ABC):
    """Draws the next notes of every row, a few steps a call. n_seats: rows that it can hold at a time."""

    def __init__(self, checkpoint: Checkpoint, n_seats: int) -> None:
        self.checkpoint = checkpoint
        self._n_seats = n_seats
        self._seat_of: dict[Row, int] = {}

    @property
    @abstractmethod
    def n_bytes(self) -> int:
        """What its weights hold in memory."""

    def step(self, rows: list[Row]) -> int:
        """A few steps: notes drawn, after what is still to be read. Returns notes drawn."""
        self._seat_of = {row: seat for row, seat in self._seat_of.items() if not row.finished}
        rows = self._first(rows)
        for row in rows:
            if row not in self._seat_of:
                self._sit(row, self._free_seat())
        n_steps = self._n_steps(rows)
        given, n_given = _given(rows, n_steps)
        seats = np.array([self._seat_of[row] for row in rows])
        drawn, n_drawn = self._write(rows, seats, n_steps, given, n_given)
        for row, words, n in zip(rows, drawn.tolist(), n_drawn.tolist(), strict=True):
            try:
                row.accept(words[:n], len(rows) - 1)
            except Exception:  # it breaks this row alone
                log.exception("a row of %s failed", self.checkpoint.card.get("style"))
                row.stop(broken())
        return int(n_drawn.sum())

    def _first(self, rows: list[Row]) -> list[Row]:
        """Those that are stepped now."""
        return rows

    def _n_steps(self, rows: list[Row]) -> int:
        return ROW_STEPS_A_CALL

    def _free_seat(self) -> int:
        taken = set(self._seat_of.values())
        return next(seat for seat in range(self._n_seats) if seat not in taken)

    def _sit(self, row: Row, seat: int) -> None:
        """Make the seat ready for this row."""
        self._seat_of[row] = seat

    @abstractmethod
    def _write(
        self, rows: list[Row], seats: np.ndarray, n_steps: int, given: np.ndarray, n_given: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """n_steps steps of the rows on these seats.

        given: (n, n_steps, 5) int64 words that the network is only shown, n_given: (n,) how many; after them
        a row draws. Returns (n, n_steps, 5) int64 the words drawn, and (n,) how many; a row that has drawn
        the end draws no more.
        """


def _given(rows: list[Row], n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """What the network has still to be shown, and how much of it there is for each row."""
    given = np.zeros((len(rows), n_steps, 5), np.int64)
    n_given = np.zeros(len(rows), np.int64)
    for i, row in enumerate(rows):
        if words := row.read(n_steps):
            given[i, : len(words)] = words
            n_given[i] = len(words)
    return given, n_given
