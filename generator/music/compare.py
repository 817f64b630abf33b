"""Two scores, note by note: the same, or where they differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.music.notes import NOTE, Ints, Notes
from generator.music.score import Score, bar_edges

PITCH_CLASSES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
# So many differences are told one by one.
MOST_TOLD = 20


@dataclass(frozen=True)
class Difference:
    """A note that one of the two has alone. bar: from 1. onset, duration: ticks."""

    is_missing: bool
    track: str
    bar: int
    onset: int
    duration: int
    pitch: int
    velocity: int


@dataclass(frozen=True)
class Comparison:
    """n_notes: of the first score. n_same: of these, how many the second has too, in the same track.

    n_added: notes that the second has alone. differences: the first MOST_TOLD of them, in order of time.
    """

    n_notes: int
    n_same: int
    n_added: int
    differences: tuple[Difference, ...] = ()

    @property
    def is_identical(self) -> bool:
        return self.n_same == self.n_notes and self.n_added == 0


def compare(first: Score, second: Score) -> Comparison:
    """Compare track by track, in their order: onset, duration, pitch and velocity must all be the same."""
    edges = bar_edges(first if first.length >= second.length else second)
    n_notes = n_same = n_added = 0
    found: list[Difference] = []
    for number in range(max(len(first.tracks), len(second.tracks))):
        ours, theirs = notes_of(first, number), notes_of(second, number)
        missing, added = only_in(ours, theirs), only_in(theirs, ours)
        n_notes += ours.size
        n_same += ours.size - missing.size
        n_added += added.size
        named = first if number < len(first.tracks) else second
        name = named.tracks[number].name
        for notes, is_missing in ((missing, True), (added, False)):
            found += [difference(note, name, edges, is_missing) for note in notes[:MOST_TOLD].tolist()]
    found.sort(key=lambda one: (one.onset, one.pitch, not one.is_missing))
    return Comparison(n_notes, n_same, n_added, tuple(found[:MOST_TOLD]))


def notes_of(score: Score, track: int) -> Notes:
    """The notes of a track; none where there is no such track."""
    return score.tracks[track].notes if track < len(score.tracks) else np.empty(0, dtype=NOTE)


def only_in(notes: Notes, others: Notes) -> Notes:
    """The notes that `others` has not; a track is tidy, so none is there twice."""
    known = set(map(tuple, others.tolist()))
    alone = np.array([tuple(note) not in known for note in notes.tolist()], dtype=bool)
    return notes[alone]


def pitch_name(pitch: int) -> str:
    """A MIDI pitch as musicians write it: 60 is C4."""
    return f"{PITCH_CLASSES[pitch % 12]}{pitch // 12 - 1}"


def difference(note: tuple[int, int, int, int], track: str, edges: Ints, is_missing: bool) -> Difference:
    onset, duration, pitch, velocity = note
    bar = max(1, int(np.searchsorted(edges, onset, side="right")))
    return Difference(is_missing, track, bar, onset, duration, pitch, velocity)
