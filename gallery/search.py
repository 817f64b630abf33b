"""Text search over shown pieces: FTS5 in SQLite, full text in PostgreSQL, one interface."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.db import connection
from django.db.models.expressions import RawSQL

WORD = re.compile(r"\w+")
MOST_WORDS = 8


def fold(text: str) -> str:
    """Small letters without accents, so that "Etude" finds "Étude" in either database."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def words_of(text: str) -> list[str]:
    """The words in what somebody typed; signs that a query language could mistake for its own are dropped."""
    return WORD.findall(fold(text.replace("\0", " ")))[:MOST_WORDS]


def matching(text: str) -> RawSQL | None:
    """Ids of the pieces in which every word of the text begins a word. None when the text has no word."""
    words = words_of(text)
    if not words:
        return None
    if connection.vendor == "postgresql":
        query = " & ".join(f"'{word}':*" for word in words)
        sql = "SELECT piece_id FROM gallery_search WHERE words @@ to_tsquery('simple', %s)"
    else:
        query = " ".join(f'"{word}"*' for word in words)
        sql = "SELECT rowid FROM gallery_search WHERE gallery_search MATCH %s"
    return RawSQL(sql, [query])  # nosec B611 - the text goes in as a parameter


def index(piece_id: int, *, title: str, author: str, tags: Iterable[str], description: str) -> None:
    """Remember a shown piece's words in place of those remembered before."""
    forget([piece_id])
    row: list[int | str] = [piece_id, *(fold(text) for text in (title, author, " ".join(tags), description))]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "INSERT INTO gallery_search (piece_id, words) VALUES (%s,"
                " setweight(to_tsvector('simple', %s), 'A') || setweight(to_tsvector('simple', %s), 'B') ||"
                " setweight(to_tsvector('simple', %s), 'B') || setweight(to_tsvector('simple', %s), 'C'))",
                row,
            )
        else:
            cursor.execute(
                "INSERT INTO gallery_search (rowid, title, author, tags, description)"
                " VALUES (%s, %s, %s, %s, %s)",
                row,
            )


def forget(piece_ids: Iterable[int]) -> None:
    """Forget the words of pieces that are no longer shown."""
    name = "piece_id" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        for piece_id in piece_ids:
            cursor.execute(f"DELETE FROM gallery_search WHERE {name} = %s", [piece_id])  # nosec
