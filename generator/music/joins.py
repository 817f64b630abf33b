"""How well a stretch of a track joins what stands before and behind it."""

from __future__ import annotations

import numpy as np

from generator.music.band_metrics import tonal_centroid
from generator.music.notes import Notes

SILENT = 2.0
"""What counts a bar without a note beside one with some: like unlike keys in another octave."""


def join_distance(left: Notes, right: Notes, *, is_drum: bool) -> float:
    """How unlike two neighbouring stretches of a track are, 0 for one that goes on as it was.

    Of pitched notes the sum of their tonal distance (Harte et al., 2006), of how far their mean pitches lie
    apart in octaves and of how many times as many notes one has, in octaves too; of drums, instead of the
    first two, the share of the struck pieces that are struck in one of them alone. SILENT where one is empty.
    """
    if not left.size or not right.size:
        return SILENT if left.size or right.size else 0.0
    denser = abs(float(np.log2(left.size / right.size)))
    if is_drum:
        mine, theirs = set(left["pitch"].tolist()), set(right["pitch"].tolist())
        return denser + 1 - len(mine & theirs) / len(mine | theirs)
    a, b = (tonal_centroid(_chroma(notes)) for notes in (left, right))
    apart = abs(float(left["pitch"].mean() - right["pitch"].mean())) / 12
    return denser + float(np.linalg.norm(a - b)) + apart


def _chroma(notes: Notes) -> np.ndarray:
    """(12,) how long each pitch class sounds, in ticks."""
    return np.bincount(notes["pitch"] % 12, weights=notes["duration"], minlength=12)
