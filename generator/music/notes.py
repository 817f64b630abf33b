"""Notes as plain arrays: what the whole product calls music, and pure functions on it.

A NOTE has an onset and a duration in ticks, a pitch (MIDI, 0-127) and a velocity (1-127).
A quarter note has TICKS_PER_QUARTER ticks everywhere; whoever reads another resolution rescales.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

TICKS_PER_QUARTER = 480
N_PITCHES = 128
MAX_TICK = 2**31 - 1

NOTE = np.dtype([("onset", np.int32), ("duration", np.int32), ("pitch", np.uint8), ("velocity", np.uint8)])

Notes = NDArray[np.void]
Ints = NDArray[np.int64]


class MusicError(ValueError):
    """What was asked of the notes cannot be done; the message says why, in a sentence for people."""


def make_notes(rows: Iterable[tuple[int, int, int, int]] | Iterable[Iterable[int]] = ()) -> Notes:
    """Notes from (onset, duration, pitch, velocity) rows, tidied (see `tidy`).

    Raises MusicError when a number is out of its range.
    """
    table = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 4)
    return notes_from_columns(table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def notes_from_columns(onset: Any, duration: Any, pitch: Any, velocity: Any) -> Notes:
    """Notes from four columns of whole numbers of one length, tidied.

    Raises MusicError when an onset is negative, a duration below 1, a pitch outside 0-127 or a velocity
    outside 1-127.
    """
    columns = [np.asarray(column, dtype=np.int64) for column in (onset, duration, pitch, velocity)]
    ranges = (("onset", 0, MAX_TICK), ("duration", 1, MAX_TICK), ("pitch", 0, 127), ("velocity", 1, 127))
    for column, (name, low, high) in zip(columns, ranges, strict=True):
        if column.size and (column.min() < low or column.max() > high):
            wrong = int(column.min()) if column.min() < low else int(column.max())
            raise MusicError(f"a note has the {name} {wrong}; it must lie between {low} and {high}")
    if columns[0].size and int((columns[0] + columns[1]).max()) > MAX_TICK:
        raise MusicError(f"a note ends after tick {MAX_TICK}, the last one there is")
    notes = np.empty(columns[0].shape[0], dtype=NOTE)
    for name, column in zip(("onset", "duration", "pitch", "velocity"), columns, strict=True):
        notes[name] = column
    return tidy(notes)


def sort(notes: Notes) -> Notes:
    """The same notes ordered by (onset, pitch)."""
    return notes[np.lexsort((notes["pitch"], notes["onset"]))]


def is_tidy(notes: Notes) -> bool:
    """Whether `tidy` would change nothing, which is soon seen, and true of most notes that are read."""
    onset, pitch = notes["onset"].astype(np.int64), notes["pitch"]
    place = onset * N_PITCHES + pitch
    if not (place[1:] > place[:-1]).all():
        return False
    by_pitch = np.argsort(pitch, kind="stable")
    pitch, onset = pitch[by_pitch], onset[by_pitch]
    stop = onset + notes["duration"][by_pitch]
    return not bool(((pitch[1:] == pitch[:-1]) & (onset[1:] < stop[:-1])).any())


def tidy(notes: Notes) -> Notes:
    """Sorted notes of which no two sound on one pitch at the same time.

    One key of one instrument sounds once at a time, and MIDI can say no more than that: a note still
    sounding when its pitch is struck again ends there, and of two struck together the longer one stays.
    """
    if notes.size == 0:
        return np.empty(0, dtype=NOTE)
    if is_tidy(notes):
        return notes.astype(NOTE)
    # By pitch, then onset, then longest (and loudest) first: neighbours are then the only ones that can meet.
    order = np.lexsort(
        (-notes["velocity"].astype(np.int16), -notes["duration"], notes["onset"], notes["pitch"])
    )
    ordered = notes[order].astype(NOTE)
    twin = np.diff(ordered["onset"], prepend=-1) == 0
    twin[1:] &= ordered["pitch"][1:] == ordered["pitch"][:-1]
    ordered = ordered[~twin]
    same_pitch = ordered["pitch"][1:] == ordered["pitch"][:-1]
    room = np.where(same_pitch, np.diff(ordered["onset"]), MAX_TICK)
    ordered["duration"][:-1] = np.minimum(ordered["duration"][:-1], room)
    return sort(ordered)


def ends(notes: Notes) -> Ints:
    """(n,) ticks at which the notes stop sounding."""
    stops: Ints = notes["onset"].astype(np.int64) + notes["duration"]
    return stops


def last_end(notes: Notes) -> int:
    """The tick at which the last note stops; 0 when there is none."""
    return int(ends(notes).max(initial=0))


def quantize(notes: Notes, ticks_per_step: int) -> Notes:
    """Onsets and ends moved to the nearest step (halves move later); every note lasts at least one step.

    Raises MusicError when ticks_per_step is below 1.
    """
    if ticks_per_step < 1:
        raise MusicError(f"a grid needs steps of at least one tick, not {ticks_per_step}")
    start = (notes["onset"].astype(np.int64) + ticks_per_step // 2) // ticks_per_step
    stop = np.maximum((ends(notes) + ticks_per_step // 2) // ticks_per_step, start + 1)
    return notes_from_columns(
        start * ticks_per_step, (stop - start) * ticks_per_step, notes["pitch"], notes["velocity"]
    )


def transpose(notes: Notes, semitones: int, *, fold: bool = False) -> Notes:
    """The notes moved up (or, below zero, down).

    Raises MusicError when one would leave 0-127; with `fold` it stays an octave inside.
    """
    pitch = notes["pitch"].astype(np.int64) + semitones
    if fold:
        pitch += 12 * (pitch < 0) - 12 * (pitch > 127)
    if pitch.size and (pitch.min() < 0 or pitch.max() > 127):
        raise MusicError(f"moved by {semitones} semitones a note would leave the range of MIDI, 0 to 127")
    moved = notes.copy()
    moved["pitch"] = pitch
    return sort(moved)


def shift(notes: Notes, ticks: int) -> Notes:
    """The notes moved later by `ticks` (or, below zero, earlier).

    Raises MusicError when one would begin before 0 or end after the last tick.
    """
    return notes_from_columns(
        notes["onset"].astype(np.int64) + ticks, notes["duration"], notes["pitch"], notes["velocity"]
    )


def trim(notes: Notes, start: int, end: int) -> Notes:
    """The notes that begin in [start, end), cut at `end` and moved so that `start` becomes 0."""
    inside = notes[(notes["onset"] >= start) & (notes["onset"] < end)]
    stop = np.minimum(ends(inside), end)
    return notes_from_columns(
        inside["onset"].astype(np.int64) - start, stop - inside["onset"], inside["pitch"], inside["velocity"]
    )


def merge(*parts: Notes) -> Notes:
    """All notes of several arrays as one tidy array."""
    return tidy(np.concatenate([np.empty(0, dtype=NOTE), *parts]))


def rescale(ticks: Any, *, old: int, new: int = TICKS_PER_QUARTER) -> Ints:
    """Times counted in `old` ticks a quarter, counted in `new` ones, to the nearest (halves move later)."""
    return (np.asarray(ticks, dtype=np.int64) * (2 * new) + old) // (2 * old)
