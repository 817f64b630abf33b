"""Measures of music: notes in, a number out.

`edges` is (n_bars + 1,) ticks, as score.bar_edges gives it. A measure that has nothing to measure is
not-a-number, so that a mean over pieces leaves it out knowingly (numpy.nanmean).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.music.key import SCALES
from generator.music.notes import Ints, Notes, ends

Floats = NDArray[np.float64]
Hashes = NDArray[np.uint64]

NOTHING = float("nan")


def pitch_class_entropy(notes: Notes, edges: Ints, window: int) -> float:
    """H1 (window 1) and H4 (window 4): the entropy of the pitch classes that begin in a window of bars, in
    bits.

    Mean over every window of that many bars in a row (all bars, when there are fewer) that holds a note; 0 to
    3.585. Wu and Yang, "The Jazz Transformer", ISMIR 2020.
    """
    counts = _pitch_class_counts(notes, edges)
    n_bars = counts.shape[0]
    if n_bars == 0:
        return NOTHING
    window = min(window, n_bars)
    sums = np.concatenate([np.zeros((1, 12)), np.cumsum(counts, axis=0)])
    windows = sums[window:] - sums[:-window]
    windows = windows[windows.sum(axis=1) > 0]
    if windows.size == 0:
        return NOTHING
    share = windows / windows.sum(axis=1, keepdims=True)
    terms = np.where(share > 0, share * np.log2(np.where(share > 0, share, 1.0)), 0.0)
    return float(-terms.sum(axis=1).mean())


def grooving_similarity(notes: Notes, edges: Ints, n_positions: int) -> float:
    """GS: how alike the onsets of bars are, mean over all pairs of bars; 0 to 1.

    A bar is n_positions yes-or-no marks (an onset goes to the nearest); a pair scores the share of marks that
    agree. Depends strongly on n_positions: never compare across grids. Wu and Yang, ISMIR 2020, with all
    pairs.
    """
    marks = onset_marks(notes, edges, n_positions).astype(np.float64)
    n_bars = marks.shape[0]
    if n_bars < 2:
        return NOTHING
    # Marks that differ in a pair: |a| + |b| - 2 a·b; summed over all pairs without looking at each.
    per_bar = marks.sum(axis=1)
    column = marks.sum(axis=0)
    dot_products = ((column**2).sum() - per_bar.sum()) / 2
    differing = (n_bars - 1) * per_bar.sum() - 2 * dot_products
    return float(1 - differing / (n_positions * n_bars * (n_bars - 1) / 2))


def onset_marks(notes: Notes, edges: Ints, n_positions: int) -> NDArray[np.bool_]:
    """(n_bars, n_positions): whether a note begins at that place of that bar, to the nearest."""
    n_bars = max(0, edges.size - 1)
    marks = np.zeros((n_bars, n_positions), dtype=bool)
    bar = np.searchsorted(edges, notes["onset"], side="right") - 1
    inside = (bar >= 0) & (bar < n_bars)
    bar, onset = bar[inside], notes["onset"][inside]
    place = np.floor((onset - edges[bar]) / (edges[bar + 1] - edges[bar]) * n_positions + 0.5).astype(
        np.int64
    )
    bar, place = bar + place // n_positions, place % n_positions  # the last half step belongs to the next bar
    kept = bar < n_bars
    marks[bar[kept], place[kept]] = True
    return marks


def notes_per_bar(notes: Notes, edges: Ints) -> float:
    """How many notes begin in a bar, mean over all bars, empty ones included."""
    n_bars = edges.size - 1
    if n_bars < 1:
        return NOTHING
    return float(((notes["onset"] >= edges[0]) & (notes["onset"] < edges[-1])).sum() / n_bars)


def polyphony(notes: Notes) -> float:
    """How many notes sound at once, mean over the time in which any does (as MusPy's, without its grid)."""
    widths, sounding = _sounding(notes)
    some = sounding > 0
    return float((widths * sounding).sum() / widths[some].sum()) if some.any() else NOTHING


def polyphony_rate(notes: Notes, length: int, *, more_than: int) -> float:
    """The share of `length` ticks in which more than `more_than` notes sound: 1 for MuseGAN's first code, 2
    for PP of BinaryMuseGAN (Dong and Yang, ISMIR 2018). Name the threshold whenever it is printed.
    """
    if length < 1:
        return NOTHING
    widths, sounding = _sounding(notes)
    return float(widths[sounding > more_than].sum() / length)


def pitch_range(notes: Notes) -> float:
    """Semitones from the lowest to the highest note."""
    return float(int(notes["pitch"].max()) - int(notes["pitch"].min())) if notes.size else NOTHING


def scale_consistency(notes: Notes) -> float:
    """The largest share of notes that lie in one major or natural minor scale; 0 to 1. As MusPy's."""
    if notes.size == 0:
        return NOTHING
    counts = np.bincount(notes["pitch"] % 12, minlength=12)
    # The natural minor scales are the major ones from another tonic, so twelve sets are all there are.
    inside = [counts[[(tonic + step) % 12 for step in SCALES["major"]]].sum() for tonic in range(12)]
    return float(max(inside) / notes.size)


def empty_bar_rate(notes: Notes, edges: Ints) -> float:
    """EB: the share of bars in which nothing sounds; 0 to 1. Dong et al., "MuseGAN", AAAI 2018."""
    sounding = _pitch_classes_sounding(notes, edges)
    return float((~sounding.any(axis=1)).mean()) if sounding.shape[0] else NOTHING


def pitch_classes_per_bar(notes: Notes, edges: Ints) -> float:
    """UPC: how many pitch classes sound in a bar, mean over the bars that are not empty; 1 to 12.

    The definition of the paper (Dong et al., AAAI 2018); their released code counts bands of adjacent
    semitones.
    """
    sounding = _pitch_classes_sounding(notes, edges)
    used = sounding.sum(axis=1)
    return float(used[used > 0].mean()) if used.any() else NOTHING


def _pitch_class_counts(notes: Notes, edges: Ints) -> Floats:
    n_bars = max(0, edges.size - 1)
    bar = np.searchsorted(edges, notes["onset"], side="right") - 1
    inside = (bar >= 0) & (bar < n_bars)
    cells = bar[inside] * 12 + notes["pitch"][inside] % 12
    return np.bincount(cells, minlength=12 * n_bars).reshape(n_bars, 12).astype(np.float64)


def _pitch_classes_sounding(notes: Notes, edges: Ints) -> NDArray[np.bool_]:
    """(n_bars, 12): whether the pitch class is heard in the bar, begun there or held into it."""
    n_bars = max(0, edges.size - 1)
    heard = np.zeros((n_bars, 12), dtype=bool)
    first = np.searchsorted(edges, notes["onset"], side="right") - 1
    last = np.searchsorted(edges, ends(notes), side="left") - 1
    for bar_a, bar_b, pitch in zip(first, last, notes["pitch"], strict=True):
        heard[max(0, bar_a) : bar_b + 1, pitch % 12] = True
    return heard


def _sounding(notes: Notes) -> tuple[Ints, Ints]:
    """Stretches of time between any two changes: how long each is, and how many notes sound in it."""
    times = np.concatenate([notes["onset"].astype(np.int64), ends(notes)])
    steps = np.concatenate([np.ones(notes.size, np.int64), -np.ones(notes.size, np.int64)])
    order = np.argsort(times, kind="stable")
    return np.diff(times[order]), np.cumsum(steps[order])[:-1]


# -- runs of notes that two pieces share
# ------------------------------------------------------------------------------

_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that it has an inverse modulo 2**64
_BASE_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 2**64))


def run_hashes(notes: Notes, n_notes: int) -> Hashes:
    """(max(0, n - n_notes + 1),): one number for the run of n_notes notes from each note on.

    Two runs have one number when their intervals, onset differences and durations are equal: neither key nor
    place in the piece matters. (Two that differ have one by a chance of about one in 2**64.)
    """
    return _Sequence.of(notes).hashes(n_notes)


@dataclass(frozen=True)
class SharedRun:
    """The longest run of notes that a piece shares with the indexed ones.

    n_notes: its length, 0 when there is none. start: its first note in the piece asked about.
    piece, piece_start: which indexed piece has it, and from which note; -1 when there is none.
    """

    n_notes: int
    start: int = -1
    piece: int = -1
    piece_start: int = -1


class RunIndex:
    """All runs of a corpus, built once, asked often: which piece has the longest run in common with this one?

    pieces: notes on the grid of the model (played times never match to the tick: quantise them first), sorted
    by (onset, pitch). A run is exact: the same intervals, onset differences and durations, in any key.
    """

    SEED = 6  # shorter runs are everywhere; longer ones are grown from seeds of this many notes

    def __init__(self, pieces: Sequence[Notes]) -> None:
        self._sequence = _Sequence.of(*pieces)
        self._starts = np.cumsum([0, *(piece.size for piece in pieces)])
        hashes = self._sequence.hashes(self.SEED)
        whole = self._sequence.room[: hashes.size] >= self.SEED
        self._places = np.flatnonzero(whole)
        order = np.argsort(hashes[self._places], kind="stable")
        self._places = self._places[order]
        self._hashes = hashes[self._places]

    def longest(self, notes: Notes) -> SharedRun:
        """The longest run of `notes` that stands in the corpus too; of equally long ones the first."""
        asked = _Sequence.of(notes)
        seeds = asked.hashes(self.SEED)
        low = np.searchsorted(self._hashes, seeds, side="left")
        high = np.searchsorted(self._hashes, seeds, side="right")
        if not (high > low).any():
            return self._short(asked)
        counts = high - low
        here = np.repeat(np.arange(seeds.size), counts)
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        there = self._places[np.repeat(low, counts) + offsets]
        # A pair whose notes before agree as well lies inside a longer run that begins there.
        extends_back = (here > 0) & (self._sequence.room[there - 1] > self._sequence.room[there])
        back = extends_back.copy()
        back[extends_back] = asked.hash_at(here[extends_back] - 1, 2) == self._sequence.hash_at(
            there[extends_back] - 1, 2
        )
        here, there = here[~back], there[~back]
        longest = np.minimum(asked.room[here], self._sequence.room[there])
        known = np.full(here.size, self.SEED)
        # Every pair's length by halving: `known` notes agree, `longest` is the most that could.
        while (known < longest).any():
            middle = (known + longest + 1) // 2
            agree = asked.hash_at(here, middle) == self._sequence.hash_at(there, middle)
            known, longest = np.where(agree, middle, known), np.where(agree, longest, middle - 1)
        best = int(np.argmax(known))
        piece = int(np.searchsorted(self._starts, there[best], side="right") - 1)
        return SharedRun(int(known[best]), int(here[best]), piece, int(there[best] - self._starts[piece]))

    def _short(self, asked: _Sequence) -> SharedRun:
        for n_notes in range(self.SEED - 1, 0, -1):
            ours, theirs = asked.hashes(n_notes), self._sequence.hashes(n_notes)
            theirs_whole = np.flatnonzero(self._sequence.room[: theirs.size] >= n_notes)
            shared = np.flatnonzero(np.isin(ours, theirs[theirs_whole]))
            if shared.size:
                place = int(theirs_whole[np.argmax(theirs[theirs_whole] == ours[shared[0]])])
                piece = int(np.searchsorted(self._starts, place, side="right") - 1)
                return SharedRun(n_notes, int(shared[0]), piece, place - int(self._starts[piece]))
        return SharedRun(0)


@dataclass(frozen=True)
class _Sequence:
    """Notes as numbers, with which any run is compared to any other at once.

    first: (n,) the number of a note that begins a run. sums: (n + 1,) running sum of the numbers of the notes
    that go on, each times a power. powers, inverses: (n + 1,). room: (n,) notes left in the piece, this one
    included.
    """

    first: Hashes
    sums: Hashes
    powers: Hashes
    inverses: Hashes
    room: Ints

    @classmethod
    def of(cls, *pieces: Notes) -> _Sequence:
        steps, firsts, rooms = [], [], []
        for notes in pieces:
            onset = notes["onset"].astype(np.int64)
            pitch = notes["pitch"].astype(np.int64)
            duration = notes["duration"].astype(np.int64)
            steps.append(
                _mixed(np.diff(pitch, prepend=pitch[:1]), np.diff(onset, prepend=onset[:1]), duration)
            )
            firsts.append(_mixed(np.zeros_like(duration), np.full_like(duration, -1), duration))
            rooms.append(np.arange(notes.size, 0, -1, dtype=np.int64))
        step = np.concatenate([np.empty(0, np.uint64), *steps])
        powers = _powers(_BASE, step.size + 1)
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(step * powers[:-1], dtype=np.uint64)])
        return cls(
            np.concatenate([np.empty(0, np.uint64), *firsts]),
            sums,
            powers,
            _powers(_BASE_INVERSE, step.size + 1),
            np.concatenate([np.empty(0, np.int64), *rooms]),
        )

    def hash_at(self, start: Ints, n_notes: Ints | int) -> Hashes:
        """The numbers of runs of n_notes from `start`; they must lie inside."""
        rest = (self.sums[start + n_notes] - self.sums[start + 1]) * self.inverses[start]
        hashes: Hashes = self.first[start] * _BASE_INVERSE + rest
        return hashes

    def hashes(self, n_notes: int) -> Hashes:
        """The numbers of all runs of n_notes notes, those that go over the end of a piece included."""
        return self.hash_at(np.arange(max(0, self.first.size - n_notes + 1)), n_notes)


def _mixed(interval: Ints, gap: Ints, duration: Ints) -> Hashes:
    """One well-spread number for the three."""
    x = (interval.astype(np.uint64) << np.uint64(56)) ^ (gap.astype(np.uint64) << np.uint64(28))
    x ^= duration.astype(np.uint64)
    # The finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Hashes = x ^ (x >> np.uint64(31))
    return mixed


def _powers(base: np.uint64, n: int) -> Hashes:
    factors = np.full(n, base, dtype=np.uint64)
    factors[:1] = 1
    powers: Hashes = np.multiply.accumulate(factors)
    return powers
