"""Words of any script, drawn: each letter by the first of our faces that has it, from the right side.

Latin, Greek and Cyrillic have faces of the site's own look; Arabic, Hebrew, Devanagari and Thai have Noto's;
whatever is left (Chinese, Japanese, Korean, signs, emoji) is drawn by UnifontEX, which has everything.
HarfBuzz shapes each run and FriBidi orders it (Pillow's raqm layout).
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont
from PIL import ImageDraw, ImageFont

INTER = ("inter", "inter-ext", "inter-cyrillic", "inter-greek", "inter-vietnamese")
NOTO = ("noto-arabic", "noto-hebrew", "noto-devanagari", "noto-thai")
DISPLAY = ("instrument-serif", "instrument-serif-ext", *INTER, *NOTO)
PLAIN = (*INTER, *NOTO)
EVERYTHING = "unifontex"
# What changes how a letter looks and is none itself: marks, joiners, the variant of an emoji.
STICKS = ("Mn", "Mc", "Me", "Cf")


@dataclass(frozen=True)
class Line:
    """A line of words in one size. width: pixels."""

    runs: tuple[tuple[str, str], ...]
    size: int
    width: float
    is_right_to_left: bool


def font_file(name: str) -> Path:
    """Where a face lies. FileNotFoundError when the front end has not been built."""
    found = finders.find(f"build/fonts/{name}.woff2")
    if not isinstance(found, str):
        raise FileNotFoundError(f"build/fonts/{name}.woff2 is not there: run `make setup`")
    return Path(found)


@functools.cache
def letters(name: str) -> frozenset[int]:
    """The code points that a face has."""
    with TTFont(font_file(name), lazy=True) as font:
        return frozenset(font.getBestCmap())


@functools.lru_cache(maxsize=64)
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_file(name), size)


def runs_of(words: str, faces: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The words as (face, letters) in reading order. A space goes with what is before it."""
    runs: list[tuple[str, str]] = []
    for sign in words:
        if runs and (sign.isspace() or unicodedata.category(sign) in STICKS):
            face = runs[-1][0]
        else:
            face = next((name for name in faces if ord(sign) in letters(name)), EVERYTHING)
        if runs and runs[-1][0] == face:
            runs[-1] = (face, runs[-1][1] + sign)
        else:
            runs.append((face, sign))
    return tuple(runs)


def reads_right_to_left(words: str) -> bool:
    """By the first letter that has a direction (UAX #9, rules P2 and P3)."""
    directions = (unicodedata.bidirectional(sign) for sign in words)
    return next((direction != "L" for direction in directions if direction in ("L", "R", "AL")), False)


def line_of(words: str, faces: tuple[str, ...], size: int, right_to_left: bool | None = None) -> Line:
    """One line; right_to_left: how the text around it is read, where it is part of one."""
    runs = runs_of(words, faces)
    width = sum(font(face, size).getlength(text) for face, text in runs)
    return Line(runs, size, width, reads_right_to_left(words) if right_to_left is None else right_to_left)


def fit(
    words: str, faces: tuple[str, ...], *, sizes: tuple[int, ...], width: float, lines: int
) -> list[Line]:
    """The words in the largest of `sizes` in which they fill at most `lines` lines of `width` pixels.

    In the smallest they are cut, with an ellipsis, where they still do not.
    """
    right_to_left = reads_right_to_left(words)
    for size in sizes:
        wrapped = wrap(words, faces, size, width)
        fitted = [line_of(line, faces, size, right_to_left) for line in wrapped]
        if len(fitted) <= lines and all(line.width <= width for line in fitted):
            return fitted
    kept = [*wrapped[: lines - 1], " ".join(wrapped[lines - 1 :])]
    return [cut(line, faces, sizes[-1], width, right_to_left) for line in kept if line]


def wrap(words: str, faces: tuple[str, ...], size: int, width: float) -> list[str]:
    """Broken at spaces; a word that is too wide by itself stands alone on its line."""
    lines: list[str] = []
    for word in words.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and line_of(joined, faces, size).width <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def cut(
    words: str, faces: tuple[str, ...], size: int, width: float, right_to_left: bool | None = None
) -> Line:
    """As much of the words as there is room for, with an ellipsis if that is not all."""
    line = line_of(words, faces, size, right_to_left)
    while line.width > width and words:
        words = words[:-1].rstrip()
        line = line_of(f"{words}…", faces, size, right_to_left)
    return line


def draw_line(
    drawing: ImageDraw.ImageDraw, line: Line, x: float, y: float, *, width: float, fill: str
) -> None:
    """Draw a line with its baseline at y, in a column from x on; at its right side when read from there."""
    ordered = reversed(line.runs) if line.is_right_to_left else line.runs
    if line.is_right_to_left:
        x += width - line.width
    for face, text in ordered:
        face_font = font(face, line.size)
        drawing.text((x, y), text, font=face_font, fill=fill, anchor="ls")
        x += face_font.getlength(text)
