"""Metre and upbeat of the JSB chorales, found by looking their melodies up in music21's corpus of Bach.

    python -m generator.training.jsb_metre --from jsb_chorales.tar.gz

The JSB files hold pitches a sixteenth and no bar lines. The corpus holds the same chorales with them: where
the first four bars of a chorale's top voice agree with a part of the corpus, in any key, its time signature
and the length of its upbeat are taken over. The answer is `jsb_metre.json` beside this file: for each side a
list of [numerator, denominator, sixteenths before the first bar line], or null where it is not known.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from generator.training.readers import JSB_METRE
from generator.training.sources import open_files, the_file

WINDOW = 64
# How many sixteenths are compared, and the share of them that must agree: four bars, else three and better.
ENOUGH = ((WINDOW, 0.87), (48, 0.9))
SHIFTS = range(0, 17, 2)  # the JSB files leave out some rests with which a chorale begins
REST = -1

Frames = NDArray[np.int16]


@dataclass(frozen=True)
class Printed:
    """A part of the corpus: its pitches a sixteenth, and how its bars count (sign None if that changes)."""

    frames: Frames
    sign: tuple[int, int] | None
    upbeat: int


def printed_parts() -> Iterator[Printed]:
    """Every part of every work of Bach in music21's corpus."""
    from music21 import converter, corpus

    for path in tqdm(corpus.getComposer("bach"), desc="music21's Bach", unit=" works"):
        try:
            work = converter.parse(path)
        except Exception as error:  # music21 lets whatever went wrong inside it through
            tqdm.write(f"Skipped {path}: {error}", file=sys.stderr)
            continue
        for part in work.parts:
            found = _printed(part)
            if found is not None:
                yield found


def _printed(part: Any) -> Printed | None:
    from music21 import meter, stream

    measures = list(part.getElementsByClass(stream.Measure))
    signs = [(s.numerator, s.denominator) for s in part.flatten().getElementsByClass(meter.TimeSignature)]
    if len(measures) < 2 or not signs:
        return None
    frames = np.full(WINDOW + max(SHIFTS), REST, dtype=np.int16)
    for note in part.flatten().notes:
        if note.quarterLength > 0:
            start, stop = round(4 * note.offset), round(4 * (note.offset + note.quarterLength))
            frames[start:stop] = max(pitch.midi for pitch in note.pitches)
    bar = 16 * signs[0][0] // signs[0][1]
    first = round(4 * (measures[1].offset - measures[0].offset))
    return Printed(frames, signs[0] if len(set(signs)) == 1 else None, first if first < bar else 0)


def find(melody: Frames, windows: Frames) -> tuple[int, float]:
    """The row of `windows` (n, sixteenths) that agrees best with the melody's beginning, and how well."""
    size = min(windows.shape[1], melody.size)
    asked, offered = melody[:size], windows[:, :size]
    resting = (asked == REST) & (offered == REST)
    apart = np.where((asked == REST) | (offered == REST), 99, offered - asked)
    # The median is the transposition wherever more than half agree.
    key = np.median(apart, axis=1).astype(np.int16)[:, None]
    agree = (((apart == key) & (apart != 99)) | resting).mean(axis=1)
    return int(agree.argmax()), float(agree.max())


def metres(chorales: dict[str, list[Any]], parts: list[Printed]) -> dict[str, list[list[int] | None]]:
    """The table: for each chorale of each side its metre and upbeat, None where it is not known."""
    # Without a shift first, since of equally good ones the first is taken.
    windows = np.concatenate(
        [np.stack([part.frames[shift : shift + WINDOW] for part in parts]) for shift in SHIFTS]
    )
    table: dict[str, list[list[int] | None]] = {}
    for side, members in chorales.items():
        table[side] = []
        for frames in tqdm(members, desc=side, unit=" chorales"):
            melody = np.array(frames, dtype=np.int16)[:, 0]
            found = ((*find(melody, windows[:, :size]), enough) for size, enough in ENOUGH)
            row = next((row for row, share, enough in found if share >= enough), None)
            if row is None or (sign := parts[row % len(parts)].sign) is None:
                table[side].append(None)
                continue
            part, shift = parts[row % len(parts)], SHIFTS[row // len(parts)]
            table[side].append([*sign, (part.upbeat - shift) % (16 * sign[0] // sign[1])])
    return table


def main() -> int:
    """The command; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--from", dest="origin", type=Path, required=True, metavar="FOLDER_OR_ARCHIVE")
    parser.add_argument("--to", dest="target", type=Path, default=JSB_METRE, metavar="FILE")
    options = parser.parse_args()
    with open_files(options.origin) as files:
        chorales = json.loads(files.read(the_file(files, "Jsb16thSeparated.json")))
    table = metres({side: chorales[side] for side in ("train", "valid", "test")}, list(printed_parts()))
    lines = ",\n".join(f' "{side}": {json.dumps(rows)}' for side, rows in table.items())
    options.target.write_text(f"{{\n{lines}\n}}\n")
    for side, rows in table.items():
        print(f"{side}: {sum(row is not None for row in rows)} of {len(rows)} found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
