"""Where a file comes from, told inside it: the site, the piece's address, the hash of its recipe.

MIDI files carry it as a text event, sound files as their comment, archives as a JSON file beside the notes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from gallery.models import Piece
from generator.music.midi import read_midi, write_midi
from generator.music.notes import MusicError

FORM = "https://schema.org/MusicComposition"
VERSION = 1


@dataclass(frozen=True)
class Credential:
    """site, piece: addresses. recipe: SHA-256 of the recipe, empty for an upload. midi: SHA-256 of the notes.

    made_by: "model" or "person" (an upload); model, style and weights say which model. made: when, ISO 8601.
    """

    site: str
    piece: str
    title: str
    author: str
    made_by: str
    model: str
    style: str
    weights: str
    recipe: str
    notes: str
    made: str
    version: int = VERSION

    def to_json(self) -> str:
        return json.dumps({"@type": FORM, **asdict(self)}, ensure_ascii=False, indent=2) + "\n"


def site_address() -> str:
    """How the world reaches the site, without a slash at the end."""
    if settings.PUBLIC_HOSTS:
        return f"{'https' if settings.HTTPS else 'http'}://{settings.PUBLIC_HOSTS[0]}"
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    return f"http://{host}:{settings.PORT}"


def recipe_hash(recipe: object) -> str:
    """SHA-256 of the recipe in one form: keys sorted, no spaces, UTF-8. Empty when there is none."""
    if not recipe:
        return ""
    text = json.dumps(recipe, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def credential_of(piece: Piece) -> Credential:
    """What a piece's files say about it."""
    generated = piece.source == Piece.Source.GENERATED
    return Credential(
        site=site_address(),
        # Its own address, not that of a link by which it was opened: a file says the same to everybody.
        piece=site_address() + reverse("piece", args=[piece.code]),
        title=piece.title,
        author=piece.author,
        made_by="model" if generated else "person",
        model=piece.model,
        style=piece.style,
        weights=piece.weights,
        recipe=recipe_hash(piece.recipe),
        notes=hashlib.sha256(bytes(piece.midi)).hexdigest(),
        made=piece.created.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds"),
    )


def credential_comment(piece: Piece) -> str:
    """The same in one line, for files that have room for a line."""
    said = credential_of(piece)
    made = (
        f"Made with Ostinato, {said.piece}" if said.made_by == "model" else f"Kept at Ostinato, {said.piece}"
    )
    return f"{made}, recipe sha256:{said.recipe}" if said.recipe else made


def midi_with_credential(piece: Piece) -> bytes:
    """The piece's MIDI file with its title, and where it comes from as a text event. Its notes are the same.

    A piece that cannot be read any more is given as it lies.
    """
    midi = bytes(piece.midi)
    try:
        return write_midi(read_midi(midi), title=piece.title, texts=(credential_comment(piece),))
    except MusicError:
        return midi
