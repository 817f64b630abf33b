"""Any score ⇄ cells: what one track plays in one bar, on a grid of sixteenths.

A cell has N_STEPS steps and LANES lanes: 88 pitches that begin, 88 pitches that sound, nine classes of drums
that are struck. It holds chords, any number of tracks and any metre, so every piece of the gallery can be
read; what the grid cannot say (triplets, pitches outside the piano's range, bars longer than four quarters,
which are halved) is moved to the nearest that it can, and `Reading.changes` tells it in sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from generator.music.grid import DRUM_CLASSES, TICKS_PER_STEP, drum_class
from generator.music.notes import Ints, Notes, ends, make_notes, notes_from_columns
from generator.music.score import ROLES, Score, Track, bar_edges

N_STEPS = 16
LOWEST, N_KEYS = 21, 88
N_CLASSES = len(DRUM_CLASSES)
LANES = 2 * N_KEYS + N_CLASSES
BEGINS, SOUNDS, STRUCK = slice(0, N_KEYS), slice(N_KEYS, 2 * N_KEYS), slice(2 * N_KEYS, LANES)

Lanes = NDArray[np.uint8]

# General MIDI's families of eight programs: what a track without a role is read as.
_BY_FAMILY = {0: "piano", 1: "piano", 2: "piano", 3: "guitar", 4: "bass"}


@dataclass(frozen=True)
class Reading:
    """A score in cells.

    lanes: (N, M, N_STEPS, LANES) of 0 and 1. roles: (M,) numbers of ROLES. steps: (N,) how many steps of each
    bar are in use. edges: (N + 1,) ticks of the bars. velocity: (N, M) mean of each cell, 0 where it is
    empty. changes: what the grid could not say, in sentences for people.
    """

    lanes: Lanes
    roles: Ints
    steps: Ints
    edges: Ints
    velocity: NDArray[np.float64]
    changes: tuple[str, ...]


def role_number(track: Track) -> int:
    """What a track is read as, a number of ROLES: its own role, else what its program is mostly used for."""
    role = "drums" if track.is_drum else track.role
    if role in ("other", "drums") and not track.is_drum:
        role = _BY_FAMILY.get(track.program // 8, "strings")
    return ROLES.index(role)


def short_bars(edges: Ints) -> Ints:
    """Bar lines with every bar longer than N_STEPS divided evenly. edges: (n,) ticks, rising."""
    lines = [edges[:1]]
    for start, stop in pairwise(edges.tolist()):
        steps = -(-(stop - start) // TICKS_PER_STEP)
        parts = int(-(-steps // N_STEPS))
        size = -(-steps // parts) * TICKS_PER_STEP
        lines.append(np.append(np.arange(start + size, stop, size), stop))
    return np.concatenate(lines).astype(np.int64)


def read_score(score: Score, edges: Ints | None = None) -> Reading:
    """The score's tracks in cells. edges: its bar lines where they are known better than by its metres."""
    whole = bar_edges(score) if edges is None else edges
    lines = short_bars(whole) if whole.size > 1 else whole
    n_bars, n_tracks = max(0, lines.size - 1), len(score.tracks)
    steps = np.minimum(N_STEPS, np.maximum(1, -(-np.diff(lines) // TICKS_PER_STEP)))
    lanes = np.zeros((n_bars, n_tracks, N_STEPS, LANES), np.uint8)
    velocity = np.zeros((n_bars, n_tracks))
    moved = folded = unknown = 0
    for m, track in enumerate(score.tracks):
        notes = track.notes[track.notes["onset"] < lines[-1]] if n_bars else track.notes[:0]
        if not notes.size:
            continue
        bar, step = _place(notes["onset"].astype(np.int64), lines, steps)
        moved += int(np.count_nonzero(lines[bar] + step * TICKS_PER_STEP != notes["onset"]))
        counts = np.bincount(bar, minlength=n_bars)
        velocity[:, m] = np.bincount(bar, notes["velocity"], n_bars) / np.maximum(1, counts)
        if track.is_drum:
            classes = drum_class(notes["pitch"])
            known = classes >= 0
            unknown += int((~known).sum())
            lanes[bar[known], m, step[known], STRUCK.start + classes[known]] = 1
        else:
            key = notes["pitch"].astype(np.int64) - LOWEST
            folded += int(((key < 0) | (key >= N_KEYS)).sum())
            key = np.where(key < 0, key % 12, np.where(key >= N_KEYS, N_KEYS - 12 + (key - N_KEYS) % 12, key))
            _draw(lanes[:, m], bar, step, key, _lengths(notes, lines, steps, bar, step), steps)
    changes = _sentences(moved, folded, unknown, int(lines.size - whole.size))
    roles = np.array([role_number(track) for track in score.tracks], np.int64)
    return Reading(lanes, roles, steps, lines, velocity, changes)


def _place(ticks: Ints, lines: Ints, steps: Ints) -> tuple[Ints, Ints]:
    """The bar and the nearest step in it of each tick; what is nearest to the next bar's first goes there."""
    bar = np.clip(np.searchsorted(lines, ticks, side="right") - 1, 0, steps.size - 1)
    step = (ticks - lines[bar] + TICKS_PER_STEP // 2) // TICKS_PER_STEP
    over = (step >= steps[bar]) & (bar + 1 < steps.size)
    bar, step = np.where(over, bar + 1, bar), np.where(over, 0, step)
    return bar, np.minimum(step, steps[bar] - 1)


def _lengths(notes: Notes, lines: Ints, steps: Ints, bar: Ints, step: Ints) -> Ints:
    """Steps that each note lasts, counted through the bars; at least one."""
    before = np.append(0, np.cumsum(steps))
    stop_bar, stop_step = _place(np.minimum(ends(notes), lines[-1]), lines, steps)
    stop = before[stop_bar] + stop_step
    stop = np.where(ends(notes) >= lines[-1], before[-1], stop)
    return np.maximum(1, stop - before[bar] - step)


def _draw(lanes: Lanes, bar: Ints, step: Ints, key: Ints, length: Ints, steps: Ints) -> None:
    """Mark beginnings and what sounds. lanes: (N, N_STEPS, LANES) of one track, changed in place."""
    before = np.append(0, np.cumsum(steps))
    marks = np.zeros((int(before[-1]) + 1, N_KEYS), np.int32)
    start = before[bar] + step
    np.add.at(marks, (start, key), 1)
    np.add.at(marks, (np.minimum(start + length, before[-1]), key), -1)
    sounding = np.cumsum(marks[:-1], 0) > 0  # (all steps, N_KEYS)
    owner = np.repeat(np.arange(steps.size), steps)
    within = np.arange(owner.size) - before[owner]
    lanes[owner, within, SOUNDS] = sounding
    lanes[bar, step, BEGINS.start + key] = 1


def cells_to_notes(lanes: Lanes, steps: Ints, velocity: NDArray[np.float64]) -> Notes:
    """The notes of one track's cells, in ticks from the first bar's beginning; bars are as long as their
    steps.

    lanes: (N, N_STEPS, LANES). velocity: (N,) of each cell. A pitch that sounds without having begun is
    silent unless it goes on from the bar before; a beginning always sounds for at least one step.
    """
    used = np.arange(N_STEPS) < steps[:, None]
    flat = lanes[used].astype(bool)  # (all steps, LANES)
    loud = np.repeat(np.clip(np.rint(velocity), 1, 127).astype(np.int64), steps)
    rows = []
    step, classes = np.nonzero(flat[:, STRUCK])
    if step.size:
        pitch = np.array([pitches[0] for pitches in DRUM_CLASSES])[classes]
        rows.append(np.stack([step, np.ones_like(step), pitch, loud[step]]))
    begins, sounds = flat[:, BEGINS], flat[:, SOUNDS] & ~flat[:, BEGINS]
    key, start = np.nonzero(begins.T)
    if start.size:
        # For every step the first one after it at which its pitch no longer goes on.
        stop = np.full((len(flat) + 1, N_KEYS), len(flat), np.int64)
        for t in range(len(flat) - 1, -1, -1):
            stop[t] = np.where(sounds[t], stop[t + 1], t)
        rows.append(np.stack([start, stop[start + 1, key] - start, key + LOWEST, loud[start]]))
    if not rows:
        return make_notes()
    start, length, pitch, loudness = np.concatenate(rows, 1)
    return notes_from_columns(start * TICKS_PER_STEP, length * TICKS_PER_STEP, pitch, loudness)


def _sentences(moved: int, folded: int, unknown: int, halved: int) -> tuple[str, ...]:
    """What was changed in reading, for people."""
    found = []
    if moved:
        found.append(f"{_count(moved, 'note')} moved to the nearest sixteenth.")
    if folded:
        found.append(f"{_count(folded, 'note')} outside the piano's range moved by octaves.")
    if unknown:
        found.append(f"{_count(unknown, 'drum sound')} that the kit does not have left out.")
    if halved:
        found.append("Bars longer than four quarters were read in parts.")
    return tuple(found)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' if number > 1 else ''}"
