"""What denser, higher and more syncopated are measured by: a score in, a number out.

A measure that has nothing to measure is not-a-number, as in metrics.py.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from generator.music.grid import TICKS_PER_STEP
from generator.music.metrics import NOTHING
from generator.music.score import Score, n_bars


def notes_a_bar(score: Score) -> float:
    """Notes of all tracks, drums among them, over the number of bars."""
    bars = n_bars(score)
    return sum(track.notes.size for track in score.tracks) / bars if bars else NOTHING


def mean_pitch(score: Score) -> float:
    """Mean MIDI pitch of all notes that are not drums."""
    pitches = [track.notes["pitch"] for track in score.tracks if not track.is_drum]
    heard = np.concatenate([np.zeros(0, np.int64), *pitches])
    return float(heard.mean()) if heard.size else NOTHING


def off_beat_share(score: Score) -> float:
    """Share of the notes that begin off the quarters, on the nearest sixteenth counted from the score's
    beginning; 0 to 1.
    """
    onsets = np.concatenate([np.zeros(0, np.int64), *(track.notes["onset"] for track in score.tracks)])
    steps = (onsets.astype(np.int64) + TICKS_PER_STEP // 2) // TICKS_PER_STEP
    return float((steps % 4 != 0).mean()) if steps.size else NOTHING


MEASURES: dict[str, tuple[Callable[[Score], float], int]] = {
    "denser": (notes_a_bar, 1),
    "sparser": (notes_a_bar, -1),
    "higher": (mean_pitch, 1),
    "lower": (mean_pitch, -1),
    "more_syncopated": (off_beat_share, 1),
}
"""Attribute → what it is measured by, and which way it moves."""
