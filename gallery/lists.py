"""Lists of shown pieces: sorted, filtered, searched, and read on from where one stopped.

A page of a list is a place in an order and not a number, so it costs the same wherever it is, and a new
piece moves nothing from one page to the next.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import BooleanField, Func, QuerySet, Value
from django.db.models.lookups import LessThan
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery import search
from gallery.facets import FILTERS, RANGES, facets_wanted
from gallery.models import Listing, Piece, PlayCount, Tag
from gallery.tags import clean_tag

PAGE = 24
MOST = 100
TEXT_LENGTH = 100

# What each order sorts by, highest first.
SORTS = {
    "new": ("published", _("New")),
    "rising": ("rising", _("Rising")),
    "best": ("best", _("Best")),
    "remixed": ("n_remixes", _("Most remixed")),
}
# So many places of an order are looked at before all that fits is sorted: enough for a page of what one piece
# in twenty has, and of what fewer have there is little to sort.
HEAD = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to see: an order, filters by name, words. Comes from an address, and makes one."""

    sort: str = "new"
    text: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    owner: int | None = None
    among: Sequence[int] | QuerySet[Any] | None = None

    @classmethod
    def read(cls, query: Mapping[str, Any], **more: Any) -> Wish:
        """The wish in an address; what makes no sense in it is left out."""
        sort = str(query.get("sort", "new"))
        text = " ".join(str(query.get("q", "")).replace("\0", " ").split())[:TEXT_LENGTH]
        filters: dict[str, str] = {}
        for name in FILTERS:
            value = str(query.get(name, "")).replace("\0", "").strip()[:32]
            if name == "tag":
                value = clean_tag(value)
            if value and (name not in RANGES or value in RANGES[name][1]):
                filters[name] = value
        return cls(sort=sort if sort in SORTS else "new", text=text, filters=filters, **more)

    def address(self, **changes: str | None) -> str:
        """The query of this wish with some of it changed; None takes a part out."""
        parts: dict[str, str] = {**self.filters}
        if self.text:
            parts["q"] = self.text
        if self.sort != "new":
            parts["sort"] = self.sort
        for name, value in changes.items():
            if value is None:
                parts.pop(name, None)
            else:
                parts[name] = value
        return f"?{urlencode(parts)}" if parts else "?"

    @property
    def is_plain(self) -> bool:
        """Whether it asks for everything."""
        return not self.filters and not self.text


@dataclass(frozen=True, slots=True)
class Card:
    """A piece as a list shows it: its row, and what the gallery knows of it."""

    piece: Piece
    listing: Listing

    @property
    def n_plays(self) -> int:
        plays: PlayCount | None = getattr(self.piece, "plays", None)
        return plays.n if plays else 0


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list. after: where the next page begins; empty at the end."""

    cards: list[Card]
    after: str


def page_of(wish: Wish, *, after: str = "", size: int = PAGE) -> Page:
    """A page of the list that is wished for, in at most three queries. A bad place is the beginning."""
    column = SORTS[wish.sort][0]
    rows = listings(wish)
    if (place := read_place(after, column)) is not None:
        value, pk = place
        rows = rows.filter(LessThan(Row(column, "piece_id"), Row(Value(value), Value(pk))))
    size = max(1, min(size, MOST))
    found = first_of(rows, wish, column, size + 1)
    more = len(found) > size
    found = found[:size]
    last = found[-1] if found else None
    return Page(cards(found), write_place(last, column) if more and last is not None else "")


def listings(wish: Wish) -> QuerySet[Listing]:
    """The rows of the people whom a wish is about, in no order."""
    rows = Listing.objects.all()
    if wish.owner is not None:
        rows = rows.filter(owner_id=wish.owner)
    if wish.among is not None:
        rows = rows.filter(owner_id__in=wish.among)
    return rows


def first_of(rows: QuerySet[Listing], wish: Wish, column: str, n: int) -> list[Listing]:
    """The first n of the rows that pass the wish's filters and have its words.

    What many pieces have is soon found from the order's beginning, where there are not many to look at; what
    few have is soon sorted.
    """
    ordered = rows.order_by(f"-{column}", "-piece_id")
    if wish.is_plain:
        return list(ordered[:n])
    facets = facets_wanted(wish.filters)
    # One person's rows are few: there the beginning is all.
    head = rows if wish.owner is not None else ordered[:HEAD]
    fits = search.found(wish.text, facets, among=head)
    if fits is None:
        return []
    first = list(sorted_rows(rows.filter(fits), column)[:n])
    if len(first) == n or wish.owner is not None:
        return first
    fits = search.found(wish.text, facets)
    assert fits is not None, "the text had a word just now"
    return list(sorted_rows(rows.filter(fits), column)[:n])


def sorted_rows(rows: QuerySet[Listing], column: str) -> QuerySet[Listing]:
    """Found rows, sorted: an order's index would lead past all those that were not found."""
    return rows.order_by(Found(column).desc(), "-piece_id")


class Found(Func):
    """A column of rows that are found already. To SQLite, a sum is nothing that an index begins with."""

    arity = 1
    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


class Row(Func):
    """Values that are compared one after the other, so that an index of them can be entered in its middle."""

    template = "(%(expressions)s)"
    output_field = BooleanField()  # of none; a comparison asks for one


def cards(rows: Sequence[Listing]) -> list[Card]:
    """The pieces of these rows, through the gate: a listing alone shows nobody anything."""
    # With the music: a card draws it, and 24 of them are not to be 24 questions more.
    found = Piece.objects.shown().select_related("owner", "plays").defer("recipe", "changes")
    pieces = found.in_bulk([row.pk for row in rows])
    return [Card(pieces[row.pk], row) for row in rows if row.pk in pieces]


def write_place(row: Listing, column: str) -> str:
    """A place in a list, to begin after."""
    value = getattr(row, column)
    said = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([said, row.pk]).encode()).decode().rstrip("=")


def read_place(text: str, column: str) -> tuple[Any, int] | None:
    """(value, id) of a place that write_place wrote; None for anything else."""
    if not text or len(text) > 200:
        return None
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if column == "published":
            value = datetime.fromisoformat(value)
            if timezone.is_naive(value):
                return None
        elif isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 2**31:
            return None
    except (ValueError, TypeError, binascii.Error):
        return None
    if not isinstance(pk, int) or isinstance(pk, bool) or not abs(pk) < 2**63:
        return None
    return value, pk


def followed_by(person: User) -> QuerySet[Any]:
    """Those whom a person follows, for a feed."""
    return person.follows.values("followed_id")


def popular_tags(n: int = 12) -> list[str]:
    """The tags that most pieces have."""
    from django.db.models import Count

    found = Tag.objects.annotate(n=Count("pieces")).filter(n__gt=0).order_by("-n", "name")
    return list(found.values_list("name", flat=True)[:n])
