"""Pieces of the data sets → what each network is trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.music.key import estimate_key, key_number
from generator.music.score import Score, all_notes, cut
from generator.music.styles import STYLES, Style, score_to_words
from generator.music.tokens import Form, TokenError, Vocabulary
from generator.training.datasets import load
from generator.training.examples import Example, example
from generator.training.readers import Piece

DATASETS = {
    "chorale": ("jsb",),
    "folk": ("nottingham", "folk"),
    "pop": ("pop909",),
    "jsb_quarter": ("jsb-quarter",),
}

SHORTEST = 8
"""Bars that a stretch of a played piece must have to be worth learning from."""

QUARTER = Style(
    name="jsb_quarter",
    title="Chorale frames",
    description="Sets of pitches a quarter, as published likelihoods have them. Measured, not played.",
    vocabulary=Vocabulary(
        steps_per_quarter=1,
        max_step=32,
        max_duration=1,
        tracks=("other",),
        monophonic=(False,),
        velocities=(90,),
        max_bar=16,
    ),
    voices=(),
    tempo=80.0,
    metres=((4, 4),),
    keys=("C major",),
)


def style_of(name: str) -> Style:
    """The style that a network of this name writes."""
    return QUARTER if name == QUARTER.name else STYLES[name]


def stretches(piece: Piece) -> list[tuple[Score, bool]]:
    """A piece that was played, in one metre each: (stretch, whether the piece ends with it).

    A song whose singer holds one bar for two beats longer is two stretches. Those under SHORTEST bars are
    left out.
    """
    score, found = piece.score, []
    stops = [metre.tick for metre in score.metres[1:]] + [score.length]
    for metre, stop in zip(score.metres, stops, strict=True):
        if stop - metre.tick >= SHORTEST * metre.bar:
            found.append((cut(score, metre.tick, stop), stop == score.length))
    return found


def key_of(score: Score) -> int:
    """The number of the score's key in KEYS, as estimated; -1 when it has no notes."""
    key = estimate_key(all_notes(score))
    return key_number(key) if key else -1


@dataclass(frozen=True)
class Spelt:
    """A piece, or a stretch of one, in a style's words; the rest as in Example."""

    words: np.ndarray
    form: Form
    length: int
    ends: bool


def spelt(piece: Piece, style: Style) -> list[Spelt]:
    """The piece in the style's words; nothing where its vocabulary cannot spell it, or it is empty."""
    if len(piece.score.metres) > 1:
        parts = [(score, ends, 0, True) for score, ends in stretches(piece)]
    else:
        parts = [(piece.score, True, piece.bar_offset, piece.regular)]
    found = []
    for score, ends, upbeat, regular in parts:
        try:
            words = score_to_words(score, style)
        except TokenError:
            continue
        if not len(words):
            continue
        metre, ticks = score.metres[0], style.ticks_per_step
        length = -(-score.length // ticks)
        known = (metre.numerator, metre.denominator) if regular else None
        form = Form(known, upbeat // ticks, length if ends else 0, key_of(score))
        found.append(Spelt(words, form, length, ends))
    return found


def examples_of(piece: Piece, style: Style) -> list[Example]:
    """The piece as the style's network reads it."""
    return [
        example(s.words, style.vocabulary, s.form, s.length, piece.name, ends=s.ends)
        for s in spelt(piece, style)
    ]


def load_words(name: str, side: str) -> list[np.ndarray]:
    """The words of one side's pieces alone, in a fraction of the time that their examples take."""
    pieces: list[Piece] = [piece for data in DATASETS[name] for piece in getattr(load(data), side)]
    return [s.words for piece in pieces for s in spelt(piece, style_of(name))]


def load_examples(name: str, sides: tuple[str, ...] = ("train", "valid", "test")) -> dict[str, list[Example]]:
    """Examples of a network by side, from the data sets that have been taken in.

    Raises DatasetError, with the command to give, when one has not.
    """
    style = style_of(name)
    found: dict[str, list[Example]] = {side: [] for side in sides}
    for set_name in DATASETS[name]:
        corpus = load(set_name)
        for side in sides:
            pieces: list[Piece] = getattr(corpus, side)
            found[side] += [example for piece in pieces for example in examples_of(piece, style)]
    return found
