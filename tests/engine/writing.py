"""Rows to write, and their words, for tests of the writers."""

import numpy as np
import torch

from generator.engine import sampling
from generator.engine.rows import GenerationRequest, Row, Word
from generator.engine.writer import AnyWriter
from generator.music.styles import STYLES


def make_row(style: str, seed: int, bars: int = 2, **asked: object) -> Row:
    request = GenerationRequest(style=style, bars=bars, seed=seed, **asked)  # type: ignore[arg-type]
    return Row(request, STYLES[style], lambda: False, "")


def write(writer: AnyWriter, rows: list[Row]) -> list[list[Word]]:
    """The words of some rows, written together to their ends."""
    words: dict[Row, list[Word]] = {row: [] for row in rows}
    for row in rows:
        accept = row.accept

        def listen(word: Word, *, drawn: bool, row: Row = row, accept=accept) -> None:  # type: ignore[no-untyped-def]
            words[row].append(word)
            accept(word, drawn=drawn)

        row.accept = listen  # type: ignore[method-assign]
    while left := [row for row in rows if not row.finished]:
        writer.step(left)
    return [words[row] for row in rows]


def draw(*arrays: np.ndarray) -> np.ndarray:
    """sampling.draw, of arrays."""
    drawn: np.ndarray = sampling.draw(*(torch.from_numpy(np.asarray(array)) for array in arrays)).numpy()
    return drawn
