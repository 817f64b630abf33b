"""Measures of a band's phrases: those of MuseGAN by their definitions and as its released code computes them.

Dong, Hsiao, Yang and Yang, "MuseGAN", AAAI 2018, section "Objective Metrics": EB, UPC, QN, DP, TD. The code
that came with it computes other things under these names; those are here too, each with `_band` after its
name, since the published tables can only be compared with them. They never mix.

A set of phrases is an array (n, 4, N, T, 84) of SILENT, HELD, STRUCK for the roles of PITCHED and one
(n, N, T, 9) for the drums: n phrases, N bars, T steps a bar (a multiple of 4). A measure is kept as what is
counted and of how many, phrase by phrase, so that any part of a set has its value and its interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.music.bandroll import HELD, STRUCK

Cells = NDArray[np.uint8]
Floats = NDArray[np.float64]

PAPER_STEPS = 96
"""Steps a bar of the paper's grid; its qualified notes last at least three of them."""
PAIRS = ("B-G", "B-S", "B-P", "G-S", "G-P", "S-P")
_LETTER = {"B": 0, "G": 1, "P": 2, "S": 3}
N_LENGTHS = 17
"""Note lengths are counted as 1 to 16 steps, and longer."""


@dataclass(frozen=True)
class Tally:
    """A measure over phrases: top (n, k) is what was counted, bottom (n, k) of how many; k columns."""

    top: Floats
    bottom: Floats

    @property
    def value(self) -> Floats:
        """(k,) the measure over all phrases; not-a-number where there was nothing to measure."""
        bottom = self.bottom.sum(axis=0)
        out = np.full(bottom.shape, np.nan)
        return np.divide(self.top.sum(axis=0), bottom, out=out, where=bottom > 0)

    @property
    def error(self) -> Floats:
        """(k,) standard error of the measure, phrases being drawn by themselves (delta method)."""
        bottom = self.bottom.sum(axis=0)
        far = self.top - np.nan_to_num(self.value) * self.bottom
        out = np.full(bottom.shape, np.nan)
        return np.divide(np.sqrt((far**2).sum(axis=0)), bottom, out=out, where=bottom > 0)

    def interval(self, rng: np.random.Generator, *, rounds: int = 200, level: float = 0.95) -> Floats:
        """(2, k) bootstrap interval: phrases drawn with replacement, `rounds` times."""
        n = self.top.shape[0]
        # How often each phrase is drawn, instead of the phrases themselves: one product a round.
        counts = rng.multinomial(n, np.full(n, 1 / n), size=rounds).astype(np.float64)
        bottom = counts @ self.bottom
        with np.errstate(invalid="ignore", divide="ignore"):
            values = np.where(bottom > 0, (counts @ self.top) / bottom, np.nan)
        return np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)


def tallies(pitched: Cells, drums: Cells) -> dict[str, Tally]:
    """Every measure of a set of phrases, by name.

    EB percent (5 columns, as BAND); UPC, QN, one_step, polyphony (share of steps with more than two pitches)
    and notes (a bar), 4 columns as PITCHED; DP 1 column; TD 6 columns as PAIRS; the `_band` ones alike.
    """
    sounding = pitched > 0
    lengths = note_lengths(pitched)
    beats = beat_sums(sounding)
    true, band = chroma(beats), chroma_bands(beats)
    per_bar = _bars(sounding)
    return {
        "EB": with_drums(empty_bars(sounding), empty_bars(drums[:, None] > 0)),
        "UPC": used_classes(chroma(per_bar) > 0),
        "QN": qualified_notes(lengths, pitched.shape[3]),
        "DP": drum_patterns(drums),
        "TD": tonal_distances(true),
        "EB_band": with_drums(_full(empty_bars(sounding)), _full(empty_bars(drums[:, None] > 0))),
        "UPC_band": used_classes(chroma_bands(per_bar) > 0),
        "QN_band": qualified_notes_flat(sounding),
        "DP_band": drum_patterns_weighted(drums),
        "TD_band": tonal_distances(band, whole_bars=True),
        "one_step": one_step_notes(lengths),
        "polyphony": polyphony(sounding),
        "notes": notes_a_bar(pitched),
        "drum_notes": Tally(
            drums.sum(axis=(1, 2, 3), dtype=np.float64)[:, None], _full_counts(drums.shape[0], drums.shape[1])
        ),
        "drum_eighths": Tally(
            100.0 * drums[:, :, ::2].sum(axis=(1, 2, 3), dtype=np.float64)[:, None],
            drums.sum(axis=(1, 2, 3), dtype=np.float64)[:, None],
        ),
    }


# --- what is counted ---------------------------------------------------------------------------------------


def empty_bars(sounding: NDArray[np.bool_]) -> Tally:
    """EB: share of bars with no note, percent. sounding: (n, M, N, T, P)."""
    empty = ~_bars(sounding).any(axis=-1)  # (n, M, N)
    return Tally(100.0 * empty.sum(axis=2), np.full(empty.shape[:2], float(empty.shape[2])))


def used_classes(used: NDArray[np.bool_]) -> Tally:
    """UPC: distinct pitch classes (or bands) in a bar, mean over bars with notes. used: (n, M, N, 12)."""
    return Tally(used.sum(axis=(2, 3), dtype=np.float64), used.any(axis=-1).sum(axis=2, dtype=np.float64))


@dataclass(frozen=True)
class Lengths:
    """Notes of a set of phrases: which phrase and role each is of, and how many steps it lasts."""

    phrase: NDArray[np.int64]
    role: NDArray[np.int64]
    steps: NDArray[np.int64]
    shape: tuple[int, int]

    def count(self, which: NDArray[np.bool_] | None = None) -> Floats:
        """(n, M) how many of the notes are of each phrase and role."""
        place = self.phrase * self.shape[1] + self.role
        weights = None if which is None else which.astype(np.float64)
        flat = np.bincount(place, weights, minlength=self.shape[0] * self.shape[1])
        return flat.reshape(self.shape).astype(np.float64)


def note_lengths(pitched: Cells) -> Lengths:
    """How long the notes are. pitched: (n, M, N, T, P). A held cell with no note before it is silence."""
    n, m, n_bars, steps, pitches = pitched.shape
    line = np.zeros((n, m, pitches, n_bars * steps + 1), np.uint8)  # a silent step ends every row
    line[..., :-1] = pitched.reshape(n, m, n_bars * steps, pitches).swapaxes(2, 3)
    flat = line.ravel()
    stops = np.flatnonzero(flat != HELD)
    start = np.flatnonzero(flat == STRUCK)
    following = stops[np.searchsorted(stops, start, side="right")]
    row = start // line.shape[-1] // pitches
    return Lengths(row // m, row % m, following - start, (n, m))


def qualified_notes(lengths: Lengths, steps_a_bar: int) -> Tally:
    """QN: share of notes that last at least three of 96 steps a bar, percent.

    On a grid of 32 steps a bar or coarser every note does: see `one_step` for what this measure is after.
    """
    long_enough = lengths.steps * PAPER_STEPS >= 3 * steps_a_bar
    return Tally(100.0 * lengths.count(long_enough), lengths.count())


def one_step_notes(lengths: Lengths) -> Tally:
    """Share of notes that last a single step of their own grid, percent: fragmentation, whatever the grid."""
    return Tally(100.0 * lengths.count(lengths.steps == 1), lengths.count())


def polyphony(sounding: NDArray[np.bool_]) -> Tally:
    """PP: share of steps with more than two pitches, percent (Dong and Yang, ISMIR 2018)."""
    n, m, n_bars, steps, _ = sounding.shape
    many = (sounding.sum(axis=-1) > 2).sum(axis=(2, 3), dtype=np.float64)
    return Tally(100.0 * many, np.full((n, m), float(n_bars * steps)))


def notes_a_bar(pitched: Cells) -> Tally:
    """Notes that begin in a bar, mean over all bars."""
    n, m, n_bars = pitched.shape[:3]
    return Tally((pitched == STRUCK).sum(axis=(2, 3, 4), dtype=np.float64), _full_counts(n, n_bars, m))


def drum_patterns(drums: Cells) -> Tally:
    """DP: share of drum notes that lie on an eighth or a sixteenth, percent.

    On a grid of sixteenths all do. drums: (n, N, T, 9).
    """
    steps = drums.shape[2]
    on_pattern = np.arange(steps) * 16 % steps == 0
    notes = drums.sum(axis=(1, 3), dtype=np.float64)  # (n, T)
    return Tally(100.0 * notes[:, on_pattern].sum(axis=1)[:, None], notes.sum(axis=1)[:, None])


# --- harmony between roles ---------------------------------------------------------------------------------


def beat_sums(sounding: NDArray[np.bool_]) -> Floats:
    """(n, M, N, T, P) → (n, M, N, 4, P): how many steps of each beat a pitch sounds."""
    n, m, n_bars, steps, pitches = sounding.shape
    return sounding.reshape(n, m, n_bars, 4, steps // 4, pitches).sum(axis=4, dtype=np.float64)


def chroma(pitches: Floats | NDArray[np.bool_]) -> Floats:
    """(…, 84) from C up → (…, 12) pitch classes, octaves folded."""
    return pitches.reshape(*pitches.shape[:-1], 7, 12).sum(axis=-2, dtype=np.float64)


def chroma_bands(pitches: Floats | NDArray[np.bool_]) -> Floats:
    """(…, 84) → (…, 12) bands of seven neighbouring semitones: the "chroma" of the released code."""
    return pitches.reshape(*pitches.shape[:-1], 12, 7).sum(axis=-1, dtype=np.float64)


def _centroid_matrix() -> Floats:
    """(12, 6): circles of fifths, minor thirds and major thirds with radii 1, 1 and 0.5."""
    steps = np.arange(12)
    rows = [
        radius * turn(steps * angle)
        for radius, angle in ((1.0, 7 * np.pi / 6), (1.0, 3 * np.pi / 2), (0.5, 2 * np.pi / 3))
        for turn in (np.sin, np.cos)
    ]
    return np.stack(rows, axis=1)


CENTROIDS = _centroid_matrix()


def tonal_centroid(classes: Floats) -> Floats:
    """(…, 12) chroma → (…, 6) place in tonal space, not-a-number when the chroma is empty.

    Harte, Sandler and Gasser, "Detecting harmonic change in musical audio", 2006.
    """
    total = classes.sum(axis=-1, keepdims=True)
    share = np.divide(classes, total, out=np.full(classes.shape, np.nan), where=total > 0)
    return share @ CENTROIDS


def tonal_distances(classes: Floats, *, whole_bars: bool = False) -> Tally:
    """TD between each pair of roles (PAIRS): mean distance of their beats' tonal centroids.

    classes: (n, 4, N, 4, 12). A beat in which either is silent counts for nothing; with whole_bars it drops
    its whole bar, as the released code does.
    """
    return place_distances(tonal_centroid(classes), whole_bars=whole_bars)


def place_distances(places: Floats, *, whole_bars: bool = False) -> Tally:
    """TD from the roles' tonal centroids, (n, 4, N, 4, 6)."""
    columns = []
    for pair in PAIRS:
        a, b = (_LETTER[letter] for letter in pair.split("-"))
        columns.append(np.linalg.norm(places[:, a] - places[:, b], axis=-1))  # (n, N, 4)
    distance = np.stack(columns, axis=-1)  # (n, N, 4, 6)
    if whole_bars:
        distance = distance.mean(axis=2)  # one not-a-number is enough
    flat = distance.reshape(distance.shape[0], -1, len(PAIRS))
    known = ~np.isnan(flat)
    return Tally(np.where(known, flat, 0.0).sum(axis=1), known.sum(axis=1, dtype=np.float64))


# --- as the released code has them -------------------------------------------------------------------------


def qualified_notes_flat(sounding: NDArray[np.bool_]) -> Tally:
    """QN of the later MuseGAN code and pypianoroll: changes read across time and pitch at once, so that
    beginnings meet the ends of other notes; at least two steps, percent. Every phrase counts alike.
    """
    n, m, n_bars, steps, pitches = sounding.shape
    top = np.zeros((n, m))
    bottom = np.zeros((n, m))
    line = sounding.reshape(n * m, n_bars * steps, pitches)
    for row, roll in enumerate(line):
        padded = np.zeros((roll.shape[0] + 2, pitches), np.int8)
        padded[1:-1] = roll
        change = np.diff(padded, axis=0).ravel()
        begins, stops = np.flatnonzero(change > 0), np.flatnonzero(change < 0)
        top.flat[row] = 100.0 * (stops - begins >= 2).sum()
        bottom.flat[row] = begins.size
    return Tally(top, bottom)


def drum_patterns_weighted(drums: Cells) -> Tally:
    """DP of the first released code: weights 1, 0.3, 0, 0, 0, 0.3 in each sixteenth of 96 steps a bar, the
    best of six shifts of a bar; percent.
    """
    n, n_bars, steps, _ = drums.shape
    fine = np.zeros((n, n_bars, PAPER_STEPS))
    fine[:, :, np.arange(steps) * PAPER_STEPS // steps] = drums.sum(axis=3)
    weights = np.tile([1.0, 0.3, 0.0, 0.0, 0.0, 0.3], 16)
    fits = np.stack([fine @ np.roll(weights, shift) for shift in range(6)]).max(axis=0)  # (n, N)
    return Tally(100.0 * fits.sum(axis=1)[:, None], fine.sum(axis=(1, 2))[:, None])


def _full(tally: Tally) -> Tally:
    """EB of the later code: the share of bars that are not empty."""
    return Tally(100.0 * tally.bottom - tally.top, tally.bottom)


# --- distributions -----------------------------------------------------------------------------------------


def length_histogram(lengths: Lengths) -> Floats:
    """(4, 17) share of each role's notes that last 1 … 16 steps, and longer."""
    counts = np.zeros((lengths.shape[1], N_LENGTHS))
    np.add.at(counts, (lengths.role, np.minimum(lengths.steps, N_LENGTHS) - 1), 1.0)
    return _shares(counts)


def pitch_class_histogram(pitched: Cells) -> Floats:
    """(4, 12) share of each role's notes that begin on each pitch class."""
    per_pitch = (pitched == STRUCK).sum(axis=(0, 2, 3), dtype=np.float64)
    return _shares(chroma(per_pitch))


def drum_histogram(drums: Cells) -> Floats:
    """(1, T x 9) share of drum notes at each step of the bar on each piece of the kit."""
    return _shares(drums.sum(axis=(0, 1), dtype=np.float64).reshape(1, -1))


def overlap(a: Floats, b: Floats) -> Floats:
    """(k,) overlapping area of two rows of histograms (k, bins): 1 when they are equal, 0 when disjoint.

    Yang and Lerch, "On the evaluation of generative models in music", 2020.
    """
    return np.minimum(a, b).sum(axis=-1)


def _shares(counts: Floats) -> Floats:
    total = counts.sum(axis=-1, keepdims=True)
    return np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)


# --- is it one phrase over and over, is it copied ----------------------------------------------------------


def bar_vectors(pitched: Cells, drums: Cells) -> NDArray[np.float32]:
    """(n x N, …) a bar of all roles as one vector of what sounds, struck or held, and of the drums."""
    n, _, n_bars = pitched.shape[:3]
    sounding = (pitched > 0).swapaxes(1, 2).reshape(n * n_bars, -1)
    return np.concatenate([sounding, drums.reshape(n * n_bars, -1) > 0], axis=1).astype(np.float32)


def nearest_distances(bars: NDArray[np.float32], phrase: NDArray[np.int64]) -> Floats:
    """(n,) Jaccard distance of each bar to the nearest bar of another phrase, 0 (equal) to 1.

    Bars are compared as sets of sounding cells; two silent bars are equal.
    """
    size = bars.sum(axis=1)
    nearest = np.ones(bars.shape[0])
    for first in range(0, bars.shape[0], 512):
        part = slice(first, first + 512)
        both = bars[part] @ bars.T
        union = size[part, None] + size[None, :] - both
        distance = np.where(union > 0, 1 - both / np.maximum(union, 1), 0.0)
        distance[phrase[part, None] == phrase[None, :]] = 1.0
        nearest[part] = distance.min(axis=1)
    return nearest


def self_similarity(nearest: Floats, threshold: float) -> float:
    """Share of bars, percent, whose nearest other is no farther than real bars' 1st percentile."""
    return float(100.0 * (nearest <= threshold).mean())


# --- helpers -----------------------------------------------------------------------------------------------


def _bars(sounding: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n, M, N, T, P) → (n, M, N, P): whether a pitch sounds in a bar."""
    return np.asarray(sounding.any(axis=3))


def _full_counts(n: int, count: int, columns: int = 1) -> Floats:
    return np.full((n, columns), float(count))


def with_drums(pitched: Tally, drums: Tally) -> Tally:
    """Columns of PITCHED and of the drums in the order of BAND: bass, drums, guitar, piano, strings."""
    return Tally(
        np.insert(pitched.top, 1, drums.top[:, 0], axis=1),
        np.insert(pitched.bottom, 1, drums.bottom[:, 0], axis=1),
    )


def summary(pitched: Cells, drums: Cells) -> Mapping[str, list[float]]:
    """Every measure's value over a set of phrases, rounded for a log."""
    return {name: np.round(tally.value, 3).tolist() for name, tally in tallies(pitched, drums).items()}
