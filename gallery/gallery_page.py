"""The gallery's choices: orders, and filters as chips, each a link to the list that it makes."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.utils.translation import gettext as _

from gallery.facets import RANGES
from gallery.lists import SORTS, Wish, popular_tags
from gallery.models import Piece
from gallery.words import key_name, style_title
from generator.music.styles import STYLES

KEEP_SECONDS = 60
MODELS = ("rnn", "musegan", "vae")
ARRANGERS = ("jamming", "composer", "hybrid")
TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
KEYS = [f"{tonic} {mode}" for mode in ("major", "minor") for tonic in TONICS]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter: its words, and the address of the list with it."""

    label: str
    address: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter with its values; label: what is chosen, or the filter's name."""

    name: str
    label: str
    choices: list[Choice]
    clear: str  # the address without it; empty while it is not set


class Choices:
    """The gallery's head for a wish. Made when it is read: a page of which it is kept never asks."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        # What somebody typed will hardly be asked for again.
        self.keep_seconds = 0 if wish.text else KEEP_SECONDS

    def sorts(self) -> list[Choice]:
        return [
            Choice(str(label), self.wish.address(sort=name), self.wish.sort == name)
            for name, (_column, label) in SORTS.items()
        ]

    def filters(self) -> list[Filter]:
        values: list[tuple[str, str, list[tuple[str, str]]]] = [
            ("model", _("Model"), [(name, name.upper()) for name in MODELS]),
            ("arranger", _("Arranger"), [(name, name.capitalize()) for name in ARRANGERS]),
            ("style", _("Style"), [(name, style_title(name)) for name in STYLES]),
            ("key", _("Key"), [(name, key_name(name)) for name in KEYS]),
            *((name, title, ranged(name)) for name, title in range_titles()),
            ("licence", _("Licence"), [(value, str(label)) for value, label in Piece.Licence.choices]),
            ("tag", _("Tag"), [(name, name) for name in known_tags()]),
        ]
        made = (filter_of(self.wish, name, title, options) for name, title, options in values)
        return [one for one in made if one]


def range_titles() -> list[tuple[str, str]]:
    return [
        ("tempo", _("Tempo")),
        ("length", _("Length")),
        ("tracks", _("Tracks")),
        ("density", _("Density")),
        ("voices", _("Notes at once")),
        ("range", _("Pitch range")),
    ]


def ranged(name: str) -> list[tuple[str, str]]:
    return [(value, str(words)) for value, (_least, _below, words) in RANGES[name][1].items()]


def filter_of(wish: Wish, name: str, title: str, options: list[tuple[str, str]]) -> Filter | None:
    """A filter as a chip; None for one with nothing to choose. An unknown value is shown as it is."""
    chosen = wish.filters.get(name, "")
    known = dict(options)
    if chosen and chosen not in known:
        known[chosen] = chosen
    if not known:
        return None
    choices = [
        Choice(label, wish.address(**{name: value}), value == chosen) for value, label in known.items()
    ]
    clear = wish.address(**{name: None}) if chosen else ""
    return Filter(name, known.get(chosen, title), choices, clear)


def known_tags() -> list[str]:
    """The tags that most pieces have, looked up once a minute."""
    found: list[str] | None = cache.get("popular-tags")
    if found is None:
        found = popular_tags()
        cache.set("popular-tags", found, KEEP_SECONDS)
    return found
