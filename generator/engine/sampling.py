"""Logits → ids. Pure functions over a batch; each row's draw depends on that row alone."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

WORDS_A_BLOCK = 256


def draw(logits: Tensor, allowed: Tensor, temperature: Tensor, top_p: Tensor, uniform: Tensor) -> Tensor:
    """Draw one id a row.

    logits: (B, n). allowed: (B, n) bool, at least one a row, else the id drawn means nothing. temperature:
    (B,) above 0. top_p: (B,) in (0, 1], the share of probability that is kept, most likely ids first (nucleus
    sampling, Holtzman et al., ICLR 2020, section 3.1). uniform: (B,) in [0, 1), where the row's draw falls.
    All float64 but the logits. Returns (B,) ids, every one of them allowed.
    """
    p = (logits.double() / temperature[:, None]).masked_fill(~allowed, -torch.inf).softmax(1)
    ranked, order = p.sort(dim=1, descending=True, stable=True)
    above = ranked.cumsum(1)
    # An id is kept when the more likely ones do not fill the nucleus yet; so the first always is.
    ranked = ranked.masked_fill(above - ranked >= top_p[:, None], 0.0)
    above = ranked.cumsum(1)
    chosen = (above <= uniform[:, None] * above[:, -1:]).sum(1)
    last = (ranked > 0).sum(1) - 1
    return order.gather(1, chosen.minimum(last).clamp_min(0)[:, None])[:, 0]


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

    def of_notes(self, first: int, n: int) -> np.ndarray:
        """(n, 5) float64 in [0, 1) for the notes from number `first`; n at most WORDS_A_BLOCK."""
        block, row = divmod(first, WORDS_A_BLOCK)
        own = self.of_block(block)[row : row + n]
        return own if len(own) == n else np.concatenate([own, self.of_block(block + 1)[: n - len(own)]])
