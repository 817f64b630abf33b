"""What a piece is like, as one small vector: pieces whose vectors point one way sound alike.

It is the mean of the latents of all cells in which something sounds, as the network of the slider reads them,
over the twelve keys: the latents know the pitches, and a tune in another key is the same tune
(docs/decisions/0016).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from generator.engine.blend import Blend
from generator.music.cells import read_score
from generator.music.notes import MusicError
from generator.music.score import Score, bar_edges, cut, transpose

MOST_BARS = 64
"""Bars that are listened to; of a longer piece the first."""
TRANSPOSITIONS = range(-6, 6)
"""Semitones."""


class Listener:
    """Reads pieces with the network that blends."""

    def __init__(self, weights: Path, device: torch.device | None = None) -> None:
        """Raises GenerationError when the weights are not there."""
        self.blend = Blend(device or torch.device("cpu"), weights)
        self.blend.load()

    @property
    def weights(self) -> str:
        """SHA-256 of the weights: vectors of other weights are not to be compared with these."""
        return self.blend.weights

    def vector(self, score: Score) -> NDArray[np.float32]:
        """(Z,) float32 of length 1. Raises MusicError for a piece in which nothing sounds."""
        edges = bar_edges(score)
        heard = replace(score, tracks=tuple(track for track in score.tracks if track.notes.size))
        if not heard.tracks:
            raise MusicError("the piece has no notes")
        if edges.size - 1 > MOST_BARS:
            heard = cut(heard, 0, int(edges[MOST_BARS]))
        with torch.inference_mode():
            mean: NDArray[np.float32] = np.mean(
                [self._mean(transpose(heard, by, fold=True)) for by in TRANSPOSITIONS], axis=0
            )
        return mean / max(1e-9, float(np.linalg.norm(mean)))

    def _mean(self, score: Score) -> NDArray[np.float32]:
        reading = read_score(score)
        sounds = reading.lanes.any((2, 3)).reshape(-1)
        if not sounds.any():
            raise MusicError("the piece has no notes where it is listened to")
        latents: NDArray[np.float32] = self.blend.encode(reading).mean.float().cpu().numpy()
        return latents[sounds].mean(0)
