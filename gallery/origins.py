"""Who wrote each note of a piece: a network, a person, or a network and then a person.

Kept in the recipe under "origins": a line a track of runs, "m120 h3 e1", for the notes in their order of
onset and pitch. A piece without it is all its source's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby

from gallery.models import Piece
from generator.music.notes import Notes
from generator.music.score import Score

MODEL, HUMAN, EDITED = "m", "h", "e"
RUN = re.compile(r"([mhe])(\d{1,7})")

Row = tuple[int, int, int, int]


def runs_of(letters: str) -> str:
    """ "mmmh" → "m3 h1"."""
    return " ".join(f"{letter}{len(list(group))}" for letter, group in groupby(letters))


def letters_of(runs: object) -> str:
    """ "m3 h1" → "mmmh"; what cannot be read is left out."""
    return "".join(letter * int(n) for letter, n in RUN.findall(runs)) if isinstance(runs, str) else ""


def origins_of(piece: Piece, score: Score) -> list[str]:
    """A letter a note for each track of the piece's score."""
    usual = MODEL if piece.source == Piece.Source.GENERATED else HUMAN
    kept = piece.recipe.get("origins")
    lines = [letters_of(runs) for runs in kept] if isinstance(kept, list) else []
    found = []
    for number, track in enumerate(score.tracks):
        letters = lines[number] if number < len(lines) else ""
        found.append(letters if len(letters) == track.notes.size else usual * track.notes.size)
    return found


def origin_shares(origins: Iterable[str]) -> dict[str, int]:
    """How many notes of each origin there are, without those of which there are none."""
    count = Counter("".join(origins))
    names = {MODEL: "model", EDITED: "edited", HUMAN: "human"}
    return {name: count[letter] for letter, name in names.items() if count[letter]}


def confirmed(
    old: Score,
    old_origins: list[str],
    new: Score,
    claimed: Iterable[dict[Row, str]],
    played: Callable[[], set[tuple[int, ...]]] = set,
) -> list[str]:
    """The origins of an edited score's notes: as claimed, but "by the model" only for a note that was there,
    or that is in `played`, which is asked for when it is needed.

    claimed: a letter by note, for each track of `new`. One that nobody speaks of is as it was, and a
    person's when it was not there.
    """
    known: set[tuple[int, ...]] | None = None
    found = []
    for number, (track, said) in enumerate(zip(new.tracks, claimed, strict=True)):
        was = dict(zip(rows_of(old.tracks[number].notes), old_origins[number], strict=True))
        letters = ""
        for row in rows_of(track.notes):
            letter = said.get(row, was.get(row, HUMAN))
            if letter == MODEL and was.get(row) != MODEL:
                known = played() if known is None else known
                letter = MODEL if row in known else EDITED
            letters += letter
        found.append(letters)
    return found


def rows_of(notes: Notes) -> list[Row]:
    """The notes as plain tuples."""
    rows: list[Row] = notes.tolist()
    return rows
