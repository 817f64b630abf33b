"""Rows to write, and their words, for tests of the writers."""

import numpy as np
import torch

from generator.engine import sampling
from generator.engine.rows import GenerationRequest, Row, WordRow
from generator.engine.writer import AnyWriter
from generator.music.styles import STYLES


def make_row(style: str, seed: int, bars: int = 2, **asked: object) -> Row:
    request = GenerationRequest(style=style, bars=bars, seed=seed, **asked)  # type: ignore[arg-type]
    return Row(request, STYLES[style], lambda: False, "")


def hear(row: Row) -> list[WordRow]:
    """The words that a row reads and draws from now on."""
    heard: list[WordRow] = []
    read, accept = row.read, row.accept

    def read_aloud(n: int) -> list[WordRow]:
        heard.extend(shown := read(n))
        return shown

    def accept_aloud(words: list[WordRow], beside: int = 0) -> None:
        heard.extend(words)
        accept(words, beside)

    row.read, row.accept = read_aloud, accept_aloud  # type: ignore[method-assign]
    return heard


def write(writer: AnyWriter, rows: list[Row]) -> list[list[WordRow]]:
    """The words of some rows, written together to their ends."""
    words = [hear(row) for row in rows]
    while left := [row for row in rows if not row.finished]:
        writer.step(left)
    return words


def draw(*arrays: np.ndarray) -> np.ndarray:
    """sampling.draw, of arrays."""
    drawn: np.ndarray = sampling.draw(*(torch.from_numpy(np.asarray(array)) for array in arrays)).numpy()
    return drawn
