"""Pieces of the data sets → what each network is trained on."""

from __future__ import annotations

from collections.abc import Iterable

from generator.music.key import KEYS, estimate_key
from generator.music.score import all_notes
from generator.music.styles import STYLES, Style, score_to_words
from generator.music.tokens import Form, TokenError, Vocabulary
from generator.training.datasets import load
from generator.training.examples import Example, example
from generator.training.readers import Piece

DATASETS = {"chorale": ("jsb",), "folk": ("nottingham", "folk"), "pop": ("pop909",), "jsb_quarter": ("jsb-quarter",)}

QUARTER = Style(
    name="jsb_quarter",
    title="Chorale frames",
    description="Sets of pitches a quarter, as the published likelihoods on JSB have them. Measured, not played.",
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
)


def style_of(name: str) -> Style:
    """The style that a network of this name writes."""
    return QUARTER if name == QUARTER.name else STYLES[name]


def form_of(piece: Piece, style: Style) -> Form:
    """What is known of a data set's piece; no metre where it is irregular."""
    key = estimate_key(all_notes(piece.score))
    key_number = KEYS.index(key) if key else -1
    metre, ticks = piece.score.metres[0], style.ticks_per_step
    length = -(-piece.score.length // ticks)
    if not piece.regular:
        return Form(length=length, key=key_number)
    return Form((metre.numerator, metre.denominator), piece.bar_offset // ticks, length, key_number)


def examples_of(pieces: Iterable[Piece], style: Style) -> list[Example]:
    """The pieces as the style's network reads them; those that its vocabulary cannot spell, or empty, are left out."""
    found = []
    for piece in pieces:
        try:
            words = score_to_words(piece.score, style)
        except TokenError:
            continue
        if len(words):
            found.append(example(words, style.vocabulary, form_of(piece, style), piece.name))
    return found


def load_examples(name: str) -> dict[str, list[Example]]:
    """Train, valid and test examples of a network, from the data sets that have been taken in.

    Raises DatasetError, with the command to give, when one has not.
    """
    style = style_of(name)
    sides: dict[str, list[Example]] = {"train": [], "valid": [], "test": []}
    for set_name in DATASETS[name]:
        corpus = load(set_name)
        for side, pieces in (("train", corpus.train), ("valid", corpus.valid), ("test", corpus.test)):
            sides[side] += examples_of(pieces, style)
    return sides
