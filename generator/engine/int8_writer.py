"""Int8Writer: one style's network stepped over a batch of rows on a CPU, by generator.engine.kernel."""

from __future__ import annotations

import logging

import numpy as np

from generator.engine import kernel
from generator.engine.errors import broken
from generator.engine.packed import Packed, bytes_a_note, pack
from generator.engine.rows import Row, Word
from generator.engine.sampling import WORDS_A_BLOCK
from generator.engine.seats import BAR, KEY, LENGTH, METRE, make_room, make_seats, sit, words_of
from generator.music.styles import STYLES
from generator.music.tokens import N_PITCHES, Form
from generator.networks.checkpoints import Checkpoint, network_bytes
from generator.networks.recurrent import LSTM

log = logging.getLogger(__name__)

ROW_STEPS_A_CALL = 8
"""A row is stepped this often at most before Python hears of it."""
STEPS_A_CALL = 64
"""Steps of all rows together in a call: some 3 ms, which is what a cancel or a new row waits."""


def can_write(checkpoint: Checkpoint) -> bool:
    """Whether the quick step knows this kind of network."""
    return isinstance(checkpoint.network.body, LSTM)


class Int8Writer:
    """Draws the next notes of every row. A row keeps its seat from its first step to its last.

    packed: the network's weights as pack() lays them out, where several writers share them.
    """

    def __init__(self, checkpoint: Checkpoint, max_rows: int, packed: Packed | None = None) -> None:
        self.checkpoint = checkpoint
        vocabulary = checkpoint.config.vocabulary
        self._packed = packed or pack(checkpoint.network)
        self._words = words_of(vocabulary, STYLES.get(checkpoint.card.get("style", "")))
        self._seats = make_seats(self._packed, self._words, max_rows)
        self._room = make_room(self._packed, self._words, max_rows)
        self._seat_of: dict[Row, int] = {}
        self._block_of: dict[Row, int] = {}

    @property
    def bytes_a_note(self) -> int:
        """What one note of one row reads from memory."""
        return bytes_a_note(self._packed)

    @property
    def n_bytes(self) -> int:
        held = (part.nbytes for part in self._packed if isinstance(part, np.ndarray))
        return network_bytes(self.checkpoint.network) + sum(held)

    def step(self, rows: list[Row]) -> int:
        """A few steps: notes drawn, after what is still to be read. Returns notes drawn.

        For the rows of which nothing was heard yet, where there are any, else for all: somebody waits for the
        first, and has notes at hand of the others.
        """
        for row in [row for row in self._seat_of if row.finished]:
            del self._seat_of[row], self._block_of[row]
        rows = [row for row in rows if not row.heard] or rows
        for row in rows:
            if row not in self._seat_of:
                self._sit(row)
            self._deal(row)
        # A row's chances lie in its seat a block at a time, and a call must not run past them.
        n_steps = min(
            max(1, min(ROW_STEPS_A_CALL, STEPS_A_CALL // len(rows))),
            *(WORDS_A_BLOCK - row.n_drawn % WORDS_A_BLOCK for row in rows),
        )
        seats = np.array([self._seat_of[row] for row in rows])
        given, n_given, shown = self._given(rows, n_steps)
        drawn = np.zeros((len(rows), n_steps, 5), np.int64)
        n_drawn = np.zeros(len(rows), np.int64)
        kernel.write_notes(
            self._packed, self._words, self._seats, self._room, seats, n_steps, given, n_given, drawn, n_drawn
        )
        for row, words, n, read in zip(rows, drawn.tolist(), n_drawn.tolist(), shown, strict=True):
            try:
                for word in read:
                    row.accept(word, drawn=False)
                for ids in words[:n]:
                    row.accept(Word(*ids), drawn=True)
            except Exception:  # it breaks this row alone
                log.exception("a row of %s failed", self.checkpoint.card.get("style"))
                row.stop(broken())
        return int(n_drawn.sum())

    def cost(self, words: np.ndarray, form: Form) -> np.ndarray:
        """Nats that the network pays for each part of each word of a piece, nothing forbidden.

        words: (n,) of tokens.WORD. Returns (n, 5). The likelihood that is compared with full precision's.
        """
        seats = make_seats(self._packed, self._words, 1)
        told = np.stack([words[name] for name in words.dtype.names or ()], 1).astype(np.int64)
        fields = seats.fields[0]
        fields[LENGTH] = form.length
        fields[BAR] = form.bar(self.checkpoint.config.vocabulary.steps_per_quarter)
        fields[METRE], fields[KEY] = form.metre_id, form.key_id
        seats.last_pitch[:] = N_PITCHES
        nats = np.zeros((len(words), 5))
        kernel.cost_notes(self._packed, self._words, seats, self._room, 0, told, nats)
        return nats

    def _sit(self, row: Row) -> None:
        taken = set(self._seat_of.values())
        seat = next(s for s in range(len(self._seats.fields)) if s not in taken)
        sit(self._seats, seat, row)
        self._seat_of[row] = seat
        self._block_of[row] = -1

    def _deal(self, row: Row) -> None:
        """Put the random numbers of a row's next notes in its seat."""
        block = row.n_drawn // WORDS_A_BLOCK
        if self._block_of[row] != block:
            self._seats.chances[self._seat_of[row]] = row.chances.of_block(block)
            self._block_of[row] = block

    def _given(self, rows: list[Row], n_steps: int) -> tuple[np.ndarray, np.ndarray, list[list[Word]]]:
        """What the network has still to be shown, as arrays and as words."""
        given = np.zeros((len(rows), n_steps, 5), np.int64)
        n_given = np.zeros(len(rows), np.int64)
        shown: list[list[Word]] = []
        for i, row in enumerate(rows):
            read = [row.next_seen() for _ in range(min(n_steps, len(row.seen)))] if row.reading else []
            for step, word in enumerate(read):
                given[i, step] = word.step, word.track, word.pitch, word.duration, word.velocity
            n_given[i] = len(read)
            shown.append(read)
        return given, n_given, shown
