"""Finds shown pieces by words and facets: FTS5 in SQLite, full text in PostgreSQL, one interface.

Both keep, for each word, the list of pieces that have it, and read several lists side by side. So what many
pieces have and what none has are found alike, in any combination, without looking at the pieces.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from gallery.models import Listing

WORD = re.compile(r"\w+")
MOST_WORDS = 8
# Begins the words that stand for facets. Of Unicode's private ones, which nobody's text is left to say.
MARK = "\ue000"


class Entry(NamedTuple):
    """What is remembered of a shown piece."""

    piece_id: int
    title: str
    author: str
    tags: Sequence[str]
    description: str
    facets: Sequence[str]


def fold(text: str) -> str:
    """Small letters without accents, so that "Etude" finds "Étude" in either database."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace(MARK, " "))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def words_of(text: str) -> list[str]:
    """The words in what somebody typed; signs that a query language could mistake for its own are dropped."""
    return WORD.findall(fold(text.replace("\0", " ")))[:MOST_WORDS]


def token(facet: str) -> str:
    """The word that stands for a facet: all letters and figures, whatever is in it."""
    return MARK + hashlib.blake2b(facet.encode(), digest_size=8).hexdigest()


def found(text: str, facets: Sequence[str], among: QuerySet[Listing] | None = None) -> RawSQL | None:
    """Whether a listing's piece has all facets, and every word of the text begins a word of its: a condition.

    among: listings to look at, all of them when None. Returns None for a text without a word.
    """
    words = words_of(text)
    if text and not words:
        return None
    tokens = [token(facet) for facet in facets]
    # Asked so late because it is in the database's own words.
    within, parameters = ("", ()) if among is None else among.values("piece_id").query.sql_with_params()
    if connection.vendor == "postgresql":
        # Words as the parser sees them, who read the texts too; facets as they are.
        queries = {
            "to_tsquery('simple', %s)": " & ".join(f"'{word}':*" for word in words),
            "%s::tsquery": " & ".join(f"'{one}'" for one in tokens),
        }
        asked = [query for query in queries.values() if query]
        query = " && ".join(how for how, query in queries.items() if query)
        ids = f"SELECT piece_id FROM gallery_search WHERE words @@ ({query})"  # nosec B608
        ids += f" AND piece_id IN ({within})" if within else ""
        # As an array, which is made once and first, whatever else is asked: how many there are can only be
        # guessed beforehand, and of what nobody has the guess is far too many.
        sql = f"gallery_listing.piece_id = ANY(ARRAY({ids}))"
    else:
        asked = [" ".join([*(f'"{word}"*' for word in words), *(f'"{one}"' for one in tokens)])]
        ids = "SELECT rowid FROM gallery_search WHERE gallery_search MATCH %s"
        # The plus keeps SQLite from asking once for each id.
        ids += f" AND +rowid IN ({within})" if within else ""
        sql = f"gallery_listing.piece_id IN ({ids})"  # nosec B608
    # What was typed goes in as a parameter.
    return RawSQL(sql, [*asked, *parameters], output_field=BooleanField())  # nosec B611


def index(entry: Entry) -> None:
    """Remember a shown piece in place of what was remembered before."""
    forget([entry.piece_id])
    index_many([entry])


def index_many(entries: Iterable[Entry]) -> None:
    """Remember shown pieces that are not remembered yet."""
    is_postgresql = connection.vendor == "postgresql"
    rows: list[tuple[Any, ...]] = []
    for entry in entries:
        texts = (entry.title, entry.author, " ".join(entry.tags), entry.description)
        tokens = [token(facet) for facet in entry.facets]
        rows.append((entry.piece_id, *map(fold, texts), tokens if is_postgresql else " ".join(tokens)))
    with connection.cursor() as cursor:
        if is_postgresql:
            cursor.executemany(
                "INSERT INTO gallery_search (piece_id, words) VALUES (%s,"
                " setweight(to_tsvector('simple', %s), 'A') || setweight(to_tsvector('simple', %s), 'B') ||"
                " setweight(to_tsvector('simple', %s), 'B') || setweight(to_tsvector('simple', %s), 'C') ||"
                " array_to_tsvector(%s))",
                rows,
            )
        else:
            cursor.executemany(
                "INSERT INTO gallery_search (rowid, title, author, tags, description, facets)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                rows,
            )


def forget(piece_ids: Iterable[int]) -> None:
    """Forget pieces that are no longer shown."""
    name = "piece_id" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        for piece_id in piece_ids:
            cursor.execute(f"DELETE FROM gallery_search WHERE {name} = %s", [piece_id])  # nosec
