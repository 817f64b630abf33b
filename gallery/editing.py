"""Notes that a person changes in the roll: what the page gets to work with, and what it sends back."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.http import quote_etag

from gallery.models import Piece
from gallery.origins import origins_of, runs_of


def notes_etag(piece: Piece) -> str:
    """Changes when the notes do, and only then: a new title disturbs nobody who edits."""
    return quote_etag(hashlib.sha256(bytes(piece.midi)).hexdigest()[:32])


def notes_json(piece: Piece) -> dict[str, Any]:
    """What the page needs beside the score: who wrote which note, and the version of the notes."""
    origins = [runs_of(letters) for letters in origins_of(piece, piece.score)]
    return {"origins": origins, "notes_etag": notes_etag(piece)}
