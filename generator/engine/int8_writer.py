"""Int8Writer: one style's network stepped over a batch of rows on a CPU, by generator.engine.kernel."""

from __future__ import annotations

import numpy as np

from generator.engine import kernel
from generator.engine.packed import Packed, bytes_a_note, pack
from generator.engine.rows import Row
from generator.engine.sampling import WORDS_A_BLOCK
from generator.engine.seated import ROW_STEPS_A_CALL, SeatedWriter
from generator.engine.seats import make_room, make_seats, sit, told_of_form, words_of
from generator.music.styles import STYLES
from generator.music.tokens import N_PITCHES, Form
from generator.networks.checkpoints import Checkpoint, network_bytes
from generator.networks.recurrent import LSTM

STEPS_A_CALL = 64
"""Steps of all rows together in a call: some 3 ms, which is what a cancel or a new row waits."""


def can_write(checkpoint: Checkpoint) -> bool:
    """Whether the quick step knows this kind of network."""
    return isinstance(checkpoint.network.body, LSTM)


class Int8Writer(SeatedWriter):
    """packed: the network's weights as pack() lays them out, where several writers share them."""

    def __init__(self, checkpoint: Checkpoint, n_seats: int, packed: Packed | None = None) -> None:
        super().__init__(checkpoint, n_seats)
        vocabulary = checkpoint.config.vocabulary
        self._packed = packed or pack(checkpoint.network)
        self._words = words_of(vocabulary, STYLES.get(checkpoint.card.get("style", "")))
        self._seats = make_seats(self._packed, self._words, n_seats)
        self._room = make_room(self._packed, self._words, n_seats)
        self._block_at = [-1] * n_seats  # which block of its row's chances lies in each seat

    @property
    def bytes_a_note(self) -> int:
        """What one note of one row reads from memory."""
        return bytes_a_note(self._packed)

    @property
    def n_bytes(self) -> int:
        held = (part.nbytes for part in self._packed if isinstance(part, np.ndarray))
        return network_bytes(self.checkpoint.network) + sum(held)

    def cost(self, words: np.ndarray, form: Form) -> np.ndarray:
        """Nats that the network pays for each part of each word of a piece, nothing forbidden.

        words: (n,) of tokens.WORD. Returns (n, 5). The likelihood that is compared with full precision's.
        """
        seats = make_seats(self._packed, self._words, 1)
        parts = np.stack([words[name] for name in words.dtype.names or ()], 1).astype(np.int64)
        seats.fields[0] = told_of_form(form, form.bar(self.checkpoint.config.vocabulary.steps_per_quarter))
        seats.last_pitch[:] = N_PITCHES
        nats = np.zeros((len(words), 5))
        kernel.cost_notes(self._packed, self._words, seats, self._room, 0, parts, nats)
        return nats

    def _first(self, rows: list[Row]) -> list[Row]:
        """The rows of which nothing was heard yet, where there are any, else all: somebody waits for the
        first, and has notes at hand of the others.
        """
        return [row for row in rows if not row.heard] or rows

    def _n_steps(self, rows: list[Row]) -> int:
        # A row's chances lie in its seat a block at a time, and a call must not run past them.
        return min(
            max(1, min(ROW_STEPS_A_CALL, STEPS_A_CALL // len(rows))),
            *(WORDS_A_BLOCK - row.n_drawn % WORDS_A_BLOCK for row in rows),
        )

    def _sit(self, row: Row, seat: int) -> None:
        super()._sit(row, seat)
        sit(self._seats, seat, row)
        self._block_at[seat] = -1

    def _write(
        self, rows: list[Row], seats: np.ndarray, n_steps: int, given: np.ndarray, n_given: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        for row in rows:
            self._deal(row)
        drawn, n_drawn = np.zeros_like(given), np.zeros_like(n_given)
        kernel.write_notes(
            self._packed, self._words, self._seats, self._room, seats, n_steps, given, n_given, drawn, n_drawn
        )
        return drawn, n_drawn

    def _deal(self, row: Row) -> None:
        """Put the random numbers of a row's next notes in its seat."""
        seat, block = self._seat_of[row], row.n_drawn // WORDS_A_BLOCK
        if self._block_at[seat] != block:
            self._seats.chances[seat] = row.chances.of_block(block)
            self._block_at[seat] = block
