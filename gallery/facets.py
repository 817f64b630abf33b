"""What pieces are filtered by. Each value of a filter that a piece has is a word that search knows it by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from gallery.models import Piece

# Filters that take the values that pieces have, whatever they are.
VALUES: dict[str, Callable[[Any], str]] = {
    "model": lambda piece: piece.model,
    "arranger": lambda piece: str(piece.recipe.get("arranger") or ""),
    "style": lambda piece: piece.style,
    "key": lambda piece: piece.key,
    "licence": lambda piece: piece.licence,
}
# Filters by a range, each a name and [from, to) of a figure.
RANGES: dict[str, tuple[Callable[[Any], float], dict[str, tuple[float | None, float | None, Any]]]] = {
    "tempo": (
        lambda piece: piece.tempo,
        {
            "slow": (None, 80, _("Slow, under 80")),
            "medium": (80, 120, _("Medium, 80 to 120")),
            "fast": (120, None, _("Fast, from 120")),
        },
    ),
    "length": (
        lambda piece: piece.bars,
        {
            "short": (None, 17, _("Up to 16 bars")),
            "medium": (17, 33, _("17 to 32 bars")),
            "long": (33, None, _("More than 32 bars")),
        },
    ),
    "tracks": (
        lambda piece: piece.n_tracks,
        {
            "1": (1, 2, _("One track")),
            "2": (2, 3, _("Two tracks")),
            "3": (3, 4, _("Three tracks")),
            "4": (4, 5, _("Four tracks")),
            "5": (5, None, _("Five tracks and more")),
        },
    ),
    "density": (
        lambda piece: piece.n_notes / max(1, piece.bars),
        {
            "sparse": (None, 8, _("Sparse, under 8 notes a bar")),
            "medium": (8, 16, _("Medium, 8 to 16 notes a bar")),
            "dense": (16, None, _("Dense, from 16 notes a bar")),
        },
    ),
    "voices": (
        lambda piece: piece.polyphony,
        {
            "one": (None, 1.2, _("One note at a time")),
            "few": (1.2, 3, _("Two or three notes at once")),
            "many": (3, None, _("Chords, three notes at once and more")),
        },
    ),
    "range": (
        lambda piece: piece.pitch_range,
        {
            "narrow": (None, 13, _("Narrow, within an octave")),
            "medium": (13, 25, _("Medium, one to two octaves")),
            "wide": (25, None, _("Wide, over two octaves")),
        },
    ),
}
FILTERS = (*VALUES, *RANGES, "tag")


def facet(name: str, value: str) -> str:
    """One value of one filter."""
    return f"{name}={value}"


def facets_wanted(filters: Mapping[str, str]) -> list[str]:
    """What a piece must have to pass these filters."""
    return [facet(name, value) for name, value in filters.items()]


def facets_of(piece: Piece, tags: Iterable[str]) -> list[str]:
    """Every filter's value that a piece passes."""
    found = [facet(name, value) for name, read in VALUES.items() if (value := read(piece))]
    for name, (read_figure, ranges) in RANGES.items():
        figure = read_figure(piece)
        found += [
            facet(name, value)
            for value, (least, below, _words) in ranges.items()
            if (least is None or figure >= least) and (below is None or figure < below)
        ]
    return [*found, *(facet("tag", tag) for tag in tags)]
