"""Logits → ids. Pure functions over a batch; each row's draw depends on that row alone."""

from __future__ import annotations

import numpy as np

WORDS_A_BLOCK = 256


def draw(
    logits: np.ndarray, allowed: np.ndarray, temperature: np.ndarray, top_p: np.ndarray, uniform: np.ndarray
) -> np.ndarray:
    """Draw one id a row.

    logits: (B, n) float. allowed: (B, n) bool, at least one a row. temperature: (B,) above 0.
    top_p: (B,) in (0, 1], the share of probability that is kept, most likely ids first (nucleus sampling,
    Holtzman et al., ICLR 2020, section 3.1). uniform: (B,) in [0, 1), where the row's draw falls.
    Returns (B,) ids, every one of them allowed.
    """
    scaled = np.where(allowed, logits.astype(np.float64) / temperature[:, None], -np.inf)
    p = np.exp(scaled - scaled.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    order = np.argsort(-p, axis=1, kind="stable")
    ranked = np.take_along_axis(p, order, 1)
    above = np.cumsum(ranked, 1)
    # An id is kept when the more likely ones do not fill the nucleus yet; so the first always is.
    ranked = np.where(above - ranked < top_p[:, None], ranked, 0.0)
    above = np.cumsum(ranked, 1)
    chosen = (above <= uniform[:, None] * above[:, -1:]).sum(1)
    last = (ranked > 0).sum(1) - 1
    return np.take_along_axis(order, np.minimum(chosen, last)[:, None], 1)[:, 0]


class Chances:
    """The random numbers of one piece: five a note, found by the note's number alone.

    Counter-based (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), so a piece that is
    taken up again in the middle goes on with the numbers it would have had.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._block = -1
        self._numbers = np.zeros((0, 5))

    def of_piece(self) -> float:
        """A number in [0, 1) for what is drawn once a piece."""
        return float(np.random.Generator(np.random.Philox(key=self._seed, counter=[0, 0, 1, 0])).random())

    def of_block(self, block: int) -> np.ndarray:
        """(WORDS_A_BLOCK, 5) those of the notes from number block * WORDS_A_BLOCK."""
        if block != self._block:
            bits = np.random.Philox(key=self._seed, counter=[0, 0, 0, block])
            self._numbers = np.random.Generator(bits).random((WORDS_A_BLOCK, 5))
            self._block = block
        return self._numbers

    def of_note(self, number: int) -> np.ndarray:
        """(5,) float64 in [0, 1) for the note of this number."""
        block, row = divmod(number, WORDS_A_BLOCK)
        return self.of_block(block)[row]
