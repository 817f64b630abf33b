"""Where a piece's weights learnt: what the card that ships beside them says of their data."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from gallery.models import Piece
from generator.engines import WEIGHTS

DATA_LINE = re.compile(r"^- \*\*(?P<name>.+?)\*\*: (?P<words>.+)$")


@dataclass(frozen=True, slots=True)
class TrainingData:
    """One set that the weights learnt from, in the card's words."""

    name: str
    words: str


def training_data(piece: Piece) -> tuple[TrainingData, ...]:
    """The sets behind the piece's weights; none when these weights no longer ship, or none made it."""
    return cards().get(piece.weights, ()) if piece.weights else ()


@functools.cache
def cards() -> dict[str, tuple[TrainingData, ...]]:
    """The data of all weights that ship, by the weights' SHA-256."""
    return dict(read_card(file) for file in sorted(Path(WEIGHTS).glob("*.md")))


def read_card(file: Path) -> tuple[str, tuple[TrainingData, ...]]:
    """(SHA-256, data) of one model card."""
    text = file.read_text(encoding="utf-8")
    hashes = re.search(r"SHA-256 `([0-9a-f]{64})`", text)
    _before, _head, after = text.partition("## Data")
    section = after.partition("\n## ")[0]
    found = [match for line in section.splitlines() if (match := DATA_LINE.match(line))]
    data = tuple(TrainingData(match["name"], match["words"]) for match in found)
    return (hashes[1] if hashes else file.stem), data
