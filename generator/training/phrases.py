"""Phrases of four bars for MuseGAN, cut from data sets and kept packed in memory-mapped files.

    python -m generator.training.phrases multitrack_games multitrack_arranged
    python -m generator.training.phrases my-midi

Every bar is stored once, in white keys (C major or A minor, docs/decisions/0008), one bit a cell; a phrase is
the number of its first bar. The data sets themselves are taken in by generator.training.datasets.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from generator.music import score as s
from generator.music.bandroll import (
    BAND,
    HELD,
    KIT,
    N_PITCHES,
    PITCHED,
    STEPS_PER_BAR,
    STRUCK,
    TICKS_PER_BAR,
    BandRoll,
    merge_roles,
    score_to_bandroll,
    semitones_to_white_keys,
)
from generator.music.score import Score
from generator.training.datasets import SIDES, DatasetError, data_folder, load

N_BARS = 4
VERSION = 1
ONSETS_TO_BE_ACTIVE = 2
# Windows begin at every bar of what there is little of, at every fourth of what there is plenty of.
HOP = {"multitrack_arranged": 4}

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Phrases:
    """The phrases of one or more sets. Bars are memory-mapped and unpacked when they are asked for.

    starts: (n,) the first bar of each phrase; sources: (n,) which of `names` it comes from; active: (n,) bit
    i is set when role BAND[i] has at least two onsets in it; pieces: (n,) the piece it comes from.
    """

    names: tuple[str, ...]
    pitched: tuple[Bytes, ...]
    drums: tuple[Bytes, ...]
    starts: NDArray[np.int64]
    sources: NDArray[np.int64]
    active: NDArray[np.int64]
    pieces: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.starts.size)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Phrases:
        """Some of the phrases."""
        return Phrases(
            self.names, self.pitched, self.drums, self.starts[chosen], self.sources[chosen],
            self.active[chosen], self.pieces[chosen],
        )  # fmt: skip

    def of(self, name: str) -> Phrases:
        """The phrases of one set."""
        return self.take(self.sources == self.names.index(name))

    def whole_band(self) -> Phrases:
        """The phrases in which all five roles play."""
        return self.take(self.active == 2 ** len(BAND) - 1)

    def rolls(self, chosen: NDArray[np.int64]) -> tuple[Bytes, Bytes]:
        """(n, 4, 4, 16, 84) of SILENT, HELD, STRUCK, roles as in PITCHED, and (n, 4, 16, 9) of drums."""
        pitched = np.empty((chosen.size, N_BARS, len(PITCHED), STEPS_PER_BAR, 2, 11), np.uint8)
        drums = np.empty((chosen.size, N_BARS, STEPS_PER_BAR, 2), np.uint8)
        for row, phrase in enumerate(chosen):
            source, first = int(self.sources[phrase]), int(self.starts[phrase])
            pitched[row] = self.pitched[source][first : first + N_BARS]
            drums[row] = self.drums[source][first : first + N_BARS]
        return _unpack(pitched).swapaxes(1, 2), np.unpackbits(drums, axis=-1, count=len(KIT))

    def roll(self, phrase: int) -> BandRoll:
        """One phrase as a band's roll."""
        pitched, drums = self.rolls(np.array([phrase]))
        return BandRoll(pitched[0], drums[0])


def _pack(cells: Bytes) -> Bytes:
    """(…, 84) of three states → (…, 2, 11): a bit for sounding, a bit for struck."""
    return np.packbits(np.stack([cells != 0, cells == STRUCK], axis=-2), axis=-1)


def _unpack(packed: Bytes) -> Bytes:
    bits = np.unpackbits(packed, axis=-1, count=N_PITCHES)
    cells: Bytes = bits[..., 0, :] * HELD + bits[..., 1, :] * (STRUCK - HELD)
    return cells


def even_stretches(score: Score) -> Iterator[Score]:
    """The stretches of at least four bars in which every bar is four quarters, each as a score."""
    edges = s.bar_edges(score)
    even = np.concatenate([[0], np.diff(edges) == TICKS_PER_BAR, [0]]).astype(np.int8)
    firsts, lasts = np.flatnonzero(np.diff(even) == 1), np.flatnonzero(np.diff(even) == -1)
    for first, last in zip(firsts, lasts, strict=True):
        if last - first >= N_BARS:
            yield s.cut(score, int(edges[first]), int(edges[last]))


def build(name: str, root: Path | None = None, *, hop: int | None = None) -> str:
    """Cut a data set into phrases and keep them; what was found, for people. Raises DatasetError."""
    corpus = load(name, root)
    hop = hop or HOP.get(name, 1)
    folder = data_folder(root) / "phrases" / name
    folder.mkdir(parents=True, exist_ok=True)
    pitched, drums = [], []
    names: list[str] = []
    found: dict[str, list[tuple[int, int, int]]] = {side: [] for side in SIDES}
    n_bars = 0
    for side in SIDES:
        for piece in tqdm(getattr(corpus, side), desc=f"{name} {side}", disable=not sys.stderr.isatty()):
            # One key for the whole piece, so that its modulations stay what they are.
            merged = merge_roles(piece.score)
            semitones = semitones_to_white_keys(merged)
            for stretch in even_stretches(merged):
                roll = score_to_bandroll(stretch, semitones=semitones)
                active = onsets_a_bar(roll)
                for first in range(0, roll.n_bars - N_BARS + 1, hop):
                    plays = active[first : first + N_BARS].sum(axis=0) >= ONSETS_TO_BE_ACTIVE
                    found[side].append(
                        (n_bars + first, int((plays << np.arange(len(BAND))).sum()), len(names))
                    )
                pitched.append(_pack(roll.pitched.swapaxes(0, 1)))
                drums.append(np.packbits(roll.drums, axis=-1))
                n_bars += roll.n_bars
            names.append(piece.name)
    if not pitched:
        raise DatasetError(f"{name} has no four bars of four quarters in a row.")
    np.save(folder / "pitched.npy", np.concatenate(pitched))
    np.save(folder / "drums.npy", np.concatenate(drums))
    for side in SIDES:
        np.save(folder / f"{side}.npy", np.array(found[side], dtype=np.int64).reshape(-1, 3))
    about = {"version": VERSION, "hop": hop, "pieces": names}
    (folder / "about.json").write_text(json.dumps(about))
    counts = ", ".join(f"{len(rows)} {side}" for side, rows in found.items())
    whole = sum(row[1] == 2 ** len(BAND) - 1 for rows in found.values() for row in rows)
    return f"{name}: {counts} phrases from {n_bars} bars, {whole} with all five roles."


def onsets_a_bar(roll: BandRoll) -> NDArray[np.int64]:
    """(N, 5) how many notes begin in each bar, roles as in BAND."""
    counts = np.empty((roll.n_bars, len(BAND)), dtype=np.int64)
    for i, role in enumerate(BAND):
        if role == "drums":
            counts[:, i] = roll.drums.sum(axis=(1, 2), dtype=np.int64)
        else:
            counts[:, i] = (roll.pitched[PITCHED.index(role)] == STRUCK).sum(axis=(1, 2))
    return counts


def load_phrases(names: Sequence[str], side: str, root: Path | None = None) -> Phrases:
    """The phrases of some sets' one side. Raises DatasetError when they were not cut, with the command."""
    pitched, drums, rows, sources = [], [], [], []
    for number, name in enumerate(names):
        folder = data_folder(root) / "phrases" / name
        about = folder / "about.json"
        if not about.exists() or json.loads(about.read_text())["version"] != VERSION:
            raise DatasetError(
                f"There are no phrases of {name} yet. "
                f"To cut them: python -m generator.training.phrases {name}"
            )
        pitched.append(np.load(folder / "pitched.npy", mmap_mode="r"))
        drums.append(np.load(folder / "drums.npy", mmap_mode="r"))
        rows.append(np.load(folder / f"{side}.npy"))
        sources.append(np.full(len(rows[-1]), number))
    table = np.concatenate(rows)
    return Phrases(
        tuple(names), tuple(pitched), tuple(drums), table[:, 0], np.concatenate(sources), table[:, 1],
        table[:, 2],
    )  # fmt: skip


def main() -> int:
    """The command; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="+", help="data sets that have been taken in")
    parser.add_argument("--hop", type=int, help="bars from one phrase to the next")
    parser.add_argument("--root", type=Path, help="where data sets are kept")
    options = parser.parse_args()
    try:
        for name in options.names:
            print(build(name, options.root, hop=options.hop))
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
