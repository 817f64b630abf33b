"""What a piece is like, as one small vector: pieces whose vectors point one way sound alike.

It is the mean of the latents of all cells in which something sounds, as the network of the slider reads them,
over the twelve keys: the latents know the pitches, and a tune in another key is the same tune
(docs/decisions/0016).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from generator.engine.blend import Blend
from generator.music.cells import Reading, read_score
from generator.music.notes import MusicError
from generator.music.score import Score, bar_edges, cut, transpose
from generator.networks.cell_vae import Place

MOST_BARS = 64
"""Bars that are listened to; of a longer piece the first."""
TRANSPOSITIONS = range(-6, 6)
"""Semitones."""
MOST_CELLS = 4096
"""Bars of a track that are read at once, which is some 80 MB."""


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
        keys = [read_score(transpose(heard, by, fold=True)) for by in TRANSPOSITIONS]
        sounding = [reading.lanes.any((2, 3)).reshape(-1) for reading in keys]
        if not sounding[0].any():
            raise MusicError("the piece has no notes where it is listened to")
        at_once = max(1, MOST_CELLS // sounding[0].size)
        parts = [self._latents(keys[first : first + at_once]) for first in range(0, len(keys), at_once)]
        means = [own[sounds].mean(0) for own, sounds in zip(np.concatenate(parts), sounding, strict=True)]
        mean: NDArray[np.float32] = np.mean(means, axis=0)
        return mean / max(1e-9, float(np.linalg.norm(mean)))

    def _latents(self, keys: Sequence[Reading]) -> NDArray[np.float32]:
        """(keys, C, Z) of one piece in several keys, side by side, which takes half as long as one by one."""
        n_bars, n_tracks = keys[0].lanes.shape[:2]
        size = self.blend.network.config.n_bars
        n_groups = -(-n_bars // size)
        bar = np.repeat(np.arange(n_bars), n_tracks)
        place = Place(
            torch.from_numpy(np.tile(keys[0].roles, n_bars * len(keys))),
            torch.from_numpy(np.tile(np.repeat(keys[0].steps, n_tracks), len(keys))),
            torch.from_numpy(np.concatenate([bar + k * n_groups * size for k in range(len(keys))])),
        )
        lanes = np.stack([reading.lanes for reading in keys]).reshape(-1, *keys[0].lanes.shape[2:])
        with torch.inference_mode():
            mean, _log_variance = self.blend.network.encode(
                torch.from_numpy(lanes).float(), place, n_groups * len(keys)
            )
        latents: NDArray[np.float32] = mean.float().cpu().numpy().reshape(len(keys), bar.size, -1)
        return latents
