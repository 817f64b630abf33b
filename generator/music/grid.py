"""Notes ⇄ tokens on a grid of sixteenths, as MusicVAE reads them (Roberts et al., ICML 2018, section 4 and
appendix B): one melody token or one drum token a step.

A melody has N_MELODY tokens: a pitch begins (0-127), the note ends (NOTE_OFF), nothing happens (HOLD: a note
goes on, or a rest does). Drums have N_DRUMS tokens: every combination of nine classes of drums.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.music.notes import TICKS_PER_QUARTER, Ints, MusicError, Notes, ends, notes_from_columns

STEPS_PER_QUARTER = 4
TICKS_PER_STEP = TICKS_PER_QUARTER // STEPS_PER_QUARTER
NOTE_OFF, HOLD = 128, 129
N_MELODY = 130
N_DRUMS = 512

DRUM_CLASSES: tuple[tuple[int, ...], ...] = (
    (36, 35),
    (38, 27, 28, 31, 32, 33, 34, 37, 39, 40, 56, 65, 66, 75, 85),
    (42, 44, 54, 68, 69, 70, 71, 73, 78, 80, 22),
    (46, 67, 72, 74, 79, 81, 26),
    (45, 29, 41, 43, 61, 64, 84),
    (48, 47, 60, 63, 77, 86, 87),
    (50, 30, 62, 76, 83),
    (49, 52, 55, 57, 58),
    (51, 53, 59, 82),
)
"""Kick, snare, closed and open hi-hat, low, mid and high tom, crash, ride: the pitches folded into each, the
first of which stands for it. After the table of Magenta's drum encoding, with the Roland TD-11's rims."""

_CLASS_OF = np.full(128, -1)
for _number, _pitches in enumerate(DRUM_CLASSES):
    _CLASS_OF[list(_pitches)] = _number

Tokens = NDArray[np.int16]


def drum_class(pitch: Ints) -> Ints:
    """The number of each drum's class, 0 to 8; -1 for a sound that belongs to none."""
    classes: Ints = _CLASS_OF[pitch].astype(np.int64)
    return classes


def nearest_step(ticks: Ints) -> Ints:
    """The step nearest to each tick; halves move later."""
    return (ticks.astype(np.int64) + TICKS_PER_STEP // 2) // TICKS_PER_STEP


def melody_tokens(notes: Notes, n_steps: int) -> Tokens:
    """The highest line of the notes on the grid; a note ends where the next begins.

    notes: (n,) of NOTE in ticks from the grid's beginning. Returns (n_steps,) of 0 to 129; what lies after
    the grid is left out.
    """
    start = nearest_step(notes["onset"])
    stop = np.maximum(start + 1, nearest_step(ends(notes)))
    order = np.lexsort((-notes["pitch"].astype(np.int64), start))
    start, stop, pitch = start[order], stop[order], notes["pitch"][order]
    first = np.append(True, np.diff(start) > 0) if start.size else np.zeros(0, bool)
    start, stop, pitch = start[first], stop[first], pitch[first]
    stop[:-1] = np.minimum(stop[:-1], start[1:])
    tokens = np.full(n_steps, HOLD, dtype=np.int16)
    off = stop[stop < n_steps]
    tokens[off] = NOTE_OFF
    inside = start < n_steps
    tokens[start[inside]] = pitch[inside]
    return tokens


def tokens_to_melody(tokens: Tokens, *, velocity: int = 84) -> Notes:
    """The notes that melody tokens stand for; the last one ends with the grid.

    tokens: (n_steps,) of 0 to 129. Raises MusicError for any other number.
    """
    if tokens.size and not 0 <= int(tokens.min()) <= int(tokens.max()) < N_MELODY:
        raise MusicError(
            f"a melody has tokens from 0 to {N_MELODY - 1}, not {tokens.min()} to {tokens.max()}"
        )
    marks = np.flatnonzero(tokens != HOLD)
    stops = np.append(marks[1:], tokens.size)
    begins = tokens[marks] < NOTE_OFF
    start, stop = marks[begins], stops[begins]
    return notes_from_columns(
        start * TICKS_PER_STEP,
        (stop - start) * TICKS_PER_STEP,
        tokens[start],
        np.full(start.size, velocity),
    )


def drum_tokens(notes: Notes, n_steps: int) -> Tokens:
    """Drums on the grid, folded to nine classes. Returns (n_steps,) of 0 to 511: bit c is class c."""
    classes, step = drum_class(notes["pitch"]), nearest_step(notes["onset"])
    known = (classes >= 0) & (step < n_steps)
    tokens = np.zeros(n_steps, dtype=np.int16)
    np.bitwise_or.at(tokens, step[known], (1 << classes[known]).astype(np.int16))
    return tokens


def tokens_to_drums(tokens: Tokens, *, velocity: int = 90) -> Notes:
    """One short note for each bit of each drum token.

    tokens: (n_steps,) of 0 to 511. Raises MusicError for any other number.
    """
    if tokens.size and not 0 <= int(tokens.min()) <= int(tokens.max()) < N_DRUMS:
        raise MusicError(f"drums have tokens from 0 to {N_DRUMS - 1}, not {tokens.min()} to {tokens.max()}")
    bits = (tokens[:, None] >> np.arange(len(DRUM_CLASSES))) & 1
    step, classes = np.nonzero(bits)
    pitch = np.array([pitches[0] for pitches in DRUM_CLASSES])[classes]
    size = np.full(step.size, TICKS_PER_STEP)
    return notes_from_columns(step * TICKS_PER_STEP, size, pitch, np.full(step.size, velocity))


def steps_in_bar(numerator: int, denominator: int) -> int:
    """Sixteenths in a bar, halves counted up: 4/4 has 16, 6/8 has 12, 3/16 has 3."""
    return max(1, -(-numerator * 4 * STEPS_PER_QUARTER // denominator))
