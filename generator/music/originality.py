"""How much of a piece stands in the music that a network learnt from: the longest run of notes in common.

A run is notes that follow each other in all tracks together, sorted by (onset, pitch), on the style's grid;
two are the same when intervals, rhythm and durations are, in any key. The index that ships holds one number
of 32 bits for each run of SEED training notes, in the order of the pieces: enough to find a longer run, as
seeds that lie one after the other in both, and not enough to play a note of anybody's music.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.music.metrics import run_hashes
from generator.music.notes import TICKS_PER_QUARTER, Ints, Notes, notes_from_columns, quantize
from generator.music.score import Score, all_notes, bar_edges

SEED = 5
VERSION = 1
# Between two pieces; no run of notes has it (a chance of one in four thousand million aside).
BREAK = np.uint32(0)
# Windows of held-out pieces that a piece is compared with, in quarters: 8, 16 and 32 bars of 4/4.
WINDOWS = (32, 64, 128)
# A distribution of fewer held-out windows than this says little; the next length is taken.
LEAST_WINDOWS = 30

Codes = NDArray[np.uint32]


@dataclass(frozen=True)
class Match:
    """The longest run in common. n_notes: its length, below SEED where there is none that long.

    first, last: its first and last note in the piece asked about, -1 where there is none. piece: the name of
    the training piece.
    """

    n_notes: int
    first: int = -1
    last: int = -1
    piece: str = ""


NOTHING = Match(SEED - 1)


@dataclass(frozen=True)
class Report:
    """What is told of a piece. start_bar, end_bar: where the run is, from 1; 0 where there is none.

    usual: the share of held-out pieces by people, in windows as long, whose longest run is as long or longer.
    """

    style: str
    n_notes: int
    piece: str
    start_bar: int
    end_bar: int
    usual: float


@dataclass(frozen=True)
class OriginalityIndex:
    """A style's training music as numbers.

    codes: a run of SEED notes each, BREAK after each piece. starts: where each piece begins. names: of the
    pieces. held_out: for each of WINDOWS the longest runs of held-out pieces, sorted. ticks_per_step: the
    grid.
    """

    style: str
    ticks_per_step: int
    codes: Codes
    starts: Ints
    names: tuple[str, ...]
    held_out: dict[int, Ints] = field(default_factory=dict)

    @classmethod
    def build(cls, style: str, ticks_per_step: int, pieces: Sequence[tuple[str, Notes]]) -> OriginalityIndex:
        """pieces: name and notes of each, counted in steps of the grid."""
        parts, starts, at = [], [], 0
        for _name, notes in pieces:
            part = np.append(codes_of(notes), BREAK)
            starts.append(at)
            parts.append(part)
            at += part.size
        codes = np.concatenate([np.empty(0, np.uint32), *parts])
        names = tuple(name for name, _notes in pieces)
        return cls(style, ticks_per_step, codes, np.array(starts, np.int64), names)

    def save(self, file: Path) -> None:
        """Write it as .npz."""
        arrays: dict[str, Any] = {
            "version": np.array(VERSION),
            "style": np.array(self.style),
            "ticks_per_step": np.array(self.ticks_per_step),
            "codes": self.codes,
            "starts": self.starts.astype(np.int32),
            "names": np.array(self.names),
        }
        for window, longest in self.held_out.items():
            arrays[f"held_out_{window}"] = longest.astype(np.uint16)
        np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, file: Path) -> OriginalityIndex:
        """Read it. ValueError when another version wrote it."""
        with np.load(file, allow_pickle=False) as data:
            if int(data["version"]) != VERSION:
                raise ValueError(f"{file.name} was built by another version: build it anew")
            held_out = {window: data[f"held_out_{window}"].astype(np.int64) for window in WINDOWS}
            return cls(
                style=str(data["style"]),
                ticks_per_step=int(data["ticks_per_step"]),
                codes=data["codes"],
                starts=data["starts"].astype(np.int64),
                names=tuple(str(name) for name in data["names"]),
                held_out=held_out,
            )

    @cached_property
    def _sorted(self) -> tuple[Codes, NDArray[np.int32]]:
        order = np.argsort(self.codes, kind="stable").astype(np.int32)
        return self.codes[order], order

    def longest(self, notes: Notes) -> Match:
        """The longest run of `notes`, counted in steps of the grid; of equally long ones the first."""
        asked = codes_of(notes)
        codes, order = self._sorted
        low = np.searchsorted(codes, asked, side="left")
        counts = np.searchsorted(codes, asked, side="right") - low
        counts[asked == BREAK] = 0
        if not counts.any():
            return NOTHING
        here = np.repeat(np.arange(asked.size), counts)
        within = np.arange(here.size) - np.repeat(np.cumsum(counts) - counts, counts)
        there = order[np.repeat(low, counts) + within].astype(np.int64)
        return self._joined(here, there)

    def _joined(self, here: Ints, there: Ints) -> Match:
        """The longest row of seeds that lie one after the other in both."""
        diagonal = there - here
        by_row = np.lexsort((here, diagonal))
        here, there, diagonal = here[by_row], there[by_row], diagonal[by_row]
        breaks = np.ones(here.size, bool)
        breaks[1:] = (np.diff(diagonal) != 0) | (np.diff(here) != 1)
        begins = np.flatnonzero(breaks)
        lengths = np.diff(np.append(begins, here.size))
        longest = int(lengths.max())
        # Of equally long rows the one that comes first in the piece.
        best = begins[lengths == longest]
        row = int(best[np.argmin(here[best])])
        first, n_notes = int(here[row]), longest + SEED - 1
        piece = int(np.searchsorted(self.starts, there[row], side="right") - 1)
        return Match(n_notes, first, first + n_notes - 1, self.names[piece])

    def report(self, score: Score) -> Report:
        """What is to be told of a piece; any score, quantised to the style's grid first."""
        steps = in_steps(score, self.ticks_per_step)
        match = self.longest(steps)
        start_bar = end_bar = 0
        if match.first >= 0:
            ticks = steps["onset"][[match.first, match.last]].astype(np.int64) * self.ticks_per_step
            start_bar, end_bar = (int(bar) for bar in np.searchsorted(bar_edges(score), ticks, side="right"))
        usual = self.usual(match, score.length / TICKS_PER_QUARTER)
        return Report(self.style, match.n_notes, match.piece, start_bar, end_bar, usual)

    def usual(self, match: Match, quarters: float) -> float:
        """The share of held-out windows of about that length whose longest run is as long or longer."""
        measured = [one for one, longest in self.held_out.items() if longest.size >= LEAST_WINDOWS]
        if not measured:
            return 1.0
        longest = self.held_out[min(measured, key=lambda one: abs(one - quarters))]
        return float((longest >= match.n_notes).mean())


def codes_of(notes: Notes) -> Codes:
    """(max(0, n - SEED + 1),): the number of the run from each note on. Never BREAK."""
    codes = (run_hashes(notes, SEED) >> np.uint64(32)).astype(np.uint32)
    codes[codes == BREAK] = 1
    return codes


def in_steps(score: Score, ticks_per_step: int) -> Notes:
    """All pitched notes of a score, counted in steps of a grid, to the nearest."""
    notes = quantize(all_notes(score), ticks_per_step)
    return notes_from_columns(
        notes["onset"] // ticks_per_step,
        np.maximum(1, notes["duration"] // ticks_per_step),
        notes["pitch"],
        notes["velocity"],
    )
