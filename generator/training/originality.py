"""Builds the indices that say how much a piece shares with the music that its network learnt from.

    python -m generator.training.originality            # all styles
    python -m generator.training.originality folk

Writes generator/originality/<style>.npz from the data sets that have been taken in (`manage.py dataset`).
What it holds are hashes and the names of pieces, and no notes; generator.music.originality says how it is
read.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from generator.music.notes import Ints, Notes, notes_from_columns
from generator.music.originality import WINDOWS, OriginalityIndex
from generator.music.styles import STYLES
from generator.training.corpora import DATASETS, spelt
from generator.training.datasets import load

FOLDER = Path(__file__).resolve().parents[1] / "originality"
# Windows of held-out music that are measured for a style.
MOST_WINDOWS = 600


def pieces_of(style: str, *sides: str) -> list[tuple[str, Notes]]:
    """Name and notes, counted in steps, of each piece (or stretch of one) as the network reads it."""
    found = []
    for name in DATASETS[style]:
        corpus = load(name)
        for side in sides:
            for piece in getattr(corpus, side):
                for stretch in spelt(piece, STYLES[style]):
                    words = stretch.words
                    onset = np.cumsum(words["step"])
                    velocity = np.full(len(words), 64)
                    notes = notes_from_columns(onset, words["duration"], words["pitch"], velocity)
                    found.append((piece.name, notes))
    return found


def held_out(index: OriginalityIndex, pieces: list[tuple[str, Notes]], steps: int) -> Ints:
    """(n,) the longest runs of windows of so many steps, one from the middle of each piece, sorted."""
    longest = []
    for _name, notes in pieces:
        last = int(notes["onset"].max(initial=0))
        if last < steps:
            continue
        start = (last - steps) // 2
        window = notes[(notes["onset"] >= start) & (notes["onset"] < start + steps)]
        longest.append(index.longest(window).n_notes)
    return np.sort(np.array(longest[:MOST_WINDOWS], np.int64))


def build(style: str) -> OriginalityIndex:
    """The index of a style, with what held-out pieces by people share with it."""
    ticks = STYLES[style].ticks_per_step
    index = OriginalityIndex.build(style, ticks, pieces_of(style, "train"))
    others = pieces_of(style, "valid", "test")
    order = np.random.default_rng(0).permutation(len(others))
    shuffled = [others[place] for place in order]
    return replace(
        index, held_out={window: held_out(index, shuffled, window * 480 // ticks) for window in WINDOWS}
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the indices of the originality report.")
    parser.add_argument("styles", nargs="*", default=list(STYLES), metavar="STYLE")
    for style in parser.parse_args().styles:
        index = build(style)
        FOLDER.mkdir(exist_ok=True)
        file = FOLDER / f"{style}.npz"
        index.save(file)
        medians = ", ".join(
            f"{longest.size} of {window // 4} bars: median {np.median(longest):.0f} notes,"
            f" 95 % {np.quantile(longest, 0.95):.0f}"
            for window, longest in index.held_out.items()
            if longest.size
        )
        print(f"{style}: {len(index.names)} pieces, {file.stat().st_size / 1e6:.1f} MB; held out, {medians}")


if __name__ == "__main__":
    main()
