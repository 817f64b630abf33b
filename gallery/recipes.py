"""Recipes: taken along as a file, brought to another account, and followed again to see whether the notes are
the same.

A worker follows a recipe, because only there is an engine; what came of it is kept in the cache "files".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import logging
import threading
from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Any, TypedDict

from django.contrib.auth.models import User
from django.core.cache import caches
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.access import Visitor
from gallery.credentials import recipe_hash, site_address
from gallery.intake_words import intake_words
from gallery.models import Piece
from gallery.services import piece_upload
from generator.blends import KIND, interpolation_create, kept_of
from generator.models import Job
from generator.music.bandroll import role_of_track
from generator.music.compare import Comparison, compare, pitch_name
from generator.music.midi import read_midi, write_midi
from generator.music.notes import MusicError
from generator.music.score import Score, bar_edges, cut, score_to_json
from generator.variations import VARIATION
from musicsite.errors import ApplicationError

logger = logging.getLogger(__name__)

FORM = "ostinato-recipe"
# What was found is believed for a day, and asked anew after that.
KEEP_SECONDS = 24 * 3600
WAITING_SECONDS = 10 * 60
MOST_PRIME = 1024 * 1024  # bytes of MIDI that a recipe may go on after


class Reproduction(TypedDict):
    """state: waiting, running, done or failed. message: what was found, for people.

    identical, n_same, n_notes, differences: what was found, for programs; None and empty before.
    """

    state: str
    message: str
    identical: bool | None
    n_same: int
    n_notes: int
    differences: list[dict[str, Any]]


# --- a file to take along --------------------------------------------------------------------------


def recipe_file(piece: Piece, person: Visitor) -> str:
    """The recipe as JSON, with what is needed to follow it elsewhere and to know whether that worked.

    prime: MIDI of the bars that it goes on after, base64; primes: of the pieces that a blend lies between.
    Music that `person` may not open is left out. expected: the hash and number of the notes.
    """
    data: dict[str, Any] = {
        "form": FORM,
        **piece.recipe,
        "title": piece.title,
        "expected": {"notes": notes_hash(bytes(piece.midi)), "n_notes": piece.n_notes},
        "hash": recipe_hash(piece.recipe),
        "site": site_address(),
    }
    if is_blend(piece):
        data["primes"] = [base64.b64encode(write_midi(score)).decode() for score in ends_of(piece, person)]
    elif may_have_prime(piece, person) and (prime := prime_of(piece)) is not None:
        data["prime"] = base64.b64encode(write_midi(prime)).decode()
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def notes_hash(midi: bytes) -> str:
    """SHA-256 of a piece's notes, as the site writes them."""
    return hashlib.sha256(midi).hexdigest()


def prime_of(piece: Piece) -> Score | None:
    """What a piece was made with and kept note for note: its first bars, where it goes on after them, or
    the tracks that a band played along with.
    """
    if given := piece.recipe.get("given"):
        roles = {wanted["role"] for wanted in given["tracks"]}
        return replace(piece.score, tracks=tuple(t for t in piece.score.tracks if t.role in roles))
    if piece.recipe.get("style") == VARIATION:
        return varied(piece)
    source = piece.recipe.get("continue_from")
    if not source:
        return None
    edges = bar_edges(piece.score)
    bars = int(source["bars"])
    return cut(piece.score, 0, int(edges[bars])) if 0 < bars < len(edges) else None


def varied(piece: Piece) -> Score | None:
    """What a variation was made from: as its job kept it, else the parent as it is now."""
    job = Job.objects.filter(piece=piece).first()
    if job is not None and job.prime:
        return read_midi(bytes(job.prime))
    row = piece.parents.select_related("parent").first()
    return row.parent.score if row is not None and row.parent is not None else None


def may_have_prime(piece: Piece, person: Visitor) -> bool:
    """Whether what a piece was made with may be told: what stands in the piece itself, to all; what a
    variation was made from, to its owner and to who may open that piece too.
    """
    if piece.recipe.get("style") != VARIATION or piece.owner_id == person.pk:
        return True
    return piece.parents.filter(Piece.objects.visible_to(person).named_by("parent")).exists()


def is_blend(piece: Piece) -> bool:
    """Whether it is a point between pieces, or a way through them."""
    return bool(piece.recipe.get("kind") == KIND)


def ends_of(piece: Piece, person: Visitor) -> list[Score]:
    """The pieces that a blend lies between, as they are now; none where `person` may not open one of them."""
    found = [Piece.objects.opened_by(person, code) for code in piece.recipe["pieces"]]
    there = [end.score for end in found if end is not None]
    return there if len(there) == len(found) else []


# --- brought to another account --------------------------------------------------------------------


def recipe_import(*, owner: User, recipe: dict[str, Any], request: dict[str, Any]) -> Job:
    """Have a recipe followed for somebody. `request`: the settings in it, as the API has checked them.

    What it goes on after becomes a private piece of theirs first. Raises ApplicationError as uploads and
    generations do.
    """
    from generator.services import job_create

    if request["seed"] is None:
        sentence = _("A recipe without its seed cannot give the same notes again.")
        raise ApplicationError("invalid", sentence, fields={"seed": [sentence]})
    with transaction.atomic():
        if request["continue_from"] is not None:
            prime = piece_upload(owner=owner, data=prime_bytes(recipe), filename=f"{_('Beginning')}.mid")
            request = {**request, "continue_from": {"piece": prime.code, "bars": prime.bars}}
        if request.get("piece") is not None:
            varied = piece_upload(owner=owner, data=prime_bytes(recipe), filename=f"{_('Original')}.mid")
            request = {**request, "piece": varied.code}
        if request.get("given") is not None:
            request = {**request, "given": given_in(recipe)}
        return job_create(owner=owner, request={**request, "expected": expected_of(recipe)})


def blend_import(*, owner: User, recipe: dict[str, Any], request: dict[str, Any]) -> Job:
    """Have the recipe of a blend followed for somebody: a way between pieces, and what was kept of it.

    The pieces at its ends become private pieces of theirs first. Raises ApplicationError as uploads do, and
    when not all of them are in the recipe.
    """
    primes = recipe["primes"]
    if len(primes) != len(request["pieces"]):
        sentence = _("This recipe blends pieces that are not in it. Export it again where they are.")
        raise ApplicationError("invalid", sentence, fields={"primes": [sentence]})
    with transaction.atomic():
        ends = [
            piece_upload(owner=owner, data=prime_bytes({"prime": prime}), filename=f"{letter}.mid")
            for letter, prime in zip("ABCD", primes, strict=False)
        ]
        return interpolation_create(
            owner=owner,
            pieces=[end.code for end in ends],
            points=request["points"],
            straight=request["straight"],
            kept=request["kept"],
            expected=expected_of(recipe),
        )


def given_in(recipe: dict[str, Any]) -> dict[str, Any]:
    """The tracks in a recipe that a band played along with, as a request has them.

    Raises ApplicationError when there are none that can be read.
    """
    try:
        prime = read_midi(prime_bytes(recipe))
    except MusicError as error:
        sentence = _("The tracks in this recipe cannot be read: %(reason)s.") % {
            "reason": intake_words(str(error))
        }
        raise ApplicationError("invalid", sentence, fields={"prime": [sentence]}) from error
    tracks = [
        {"track": number, "role": role}
        for number, track in enumerate(prime.tracks)
        if (role := role_of_track(track)) is not None
    ]
    return {
        "piece": None,
        "score": score_to_json(prime),
        "tracks": tracks,
        "first_bar": 1,
        "last_bar": None,
    }


def prime_bytes(recipe: dict[str, Any]) -> bytes:
    """The MIDI file in a recipe. Raises ApplicationError when there is none that can be read."""
    said = recipe.get("prime")
    try:
        if isinstance(said, str) and len(said) <= MOST_PRIME * 4 // 3:
            return base64.b64decode(said, validate=True)
    except binascii.Error:
        pass
    sentence = _("This recipe goes on after bars that are not in it. Export it again where it was made.")
    raise ApplicationError("invalid", sentence, fields={"prime": [sentence]})


def expected_of(recipe: dict[str, Any]) -> dict[str, Any] | None:
    """What a recipe says should come of it, where that makes sense."""
    said = recipe.get("expected")
    if not isinstance(said, dict):
        return None
    notes, n_notes = said.get("notes"), said.get("n_notes")
    if not isinstance(notes, str) or not isinstance(n_notes, int) or len(notes) != 64:
        return None
    return {"notes": notes, "n_notes": n_notes}


def import_outcome(piece: Piece) -> str:
    """What came of a recipe that was brought here, in a sentence; empty for a piece that was not."""
    expected = piece.recipe.get("expected")
    if not isinstance(expected, dict) or not piece.recipe.get("complete", True):
        return ""
    if expected.get("notes") == notes_hash(bytes(piece.midi)):
        return _("Made from a recipe: identical, %(n)d of %(n)d notes.") % {"n": piece.n_notes}
    return _("Made from a recipe, with other notes than where it comes from. Its weights are not those here.")


# --- followed again --------------------------------------------------------------------------------


def reproduction_key(piece: Piece) -> str:
    return f"reproduction-{piece.code}-{notes_hash(bytes(piece.midi))[:16]}-{recipe_hash(piece.recipe)[:16]}"


def reproduction_of(piece: Piece) -> Reproduction | None:
    """What is known; None when nobody has asked."""
    known: Reproduction | None = caches["files"].get(reproduction_key(piece))
    return known


def reproduce(piece: Piece) -> Reproduction:
    """Have the piece's recipe followed again, unless that is under way or was done today."""
    if not can_reproduce(piece):
        sentence = _("This piece has no recipe: no model of this site wrote it.")
        raise ApplicationError("no_recipe", sentence, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    known = reproduction_of(piece)
    if known is not None and known["state"] != "failed":
        return known
    waiting = tell(piece, "waiting", _("In line to be written again."))
    from gallery.actors import reproduce_piece
    from gallery.background import in_background

    in_background(reproduce_piece, piece.pk)
    return waiting


def can_reproduce(piece: Piece) -> bool:
    """Whether a model of this site wrote it, by a recipe with a seed."""
    return piece.source == Piece.Source.GENERATED and isinstance(piece.recipe.get("seed"), int)


def tell(piece: Piece, state: str, message: str, found: Comparison | None = None) -> Reproduction:
    said: Reproduction = {
        "state": state,
        "message": message,
        "identical": found.is_identical if found else None,
        "n_same": found.n_same if found else 0,
        "n_notes": found.n_notes if found else piece.n_notes,
        "differences": [in_words(asdict(one)) for one in found.differences] if found else [],
    }
    keep = KEEP_SECONDS if state == "done" else WAITING_SECONDS
    caches["files"].set(reproduction_key(piece), said, keep)
    return said


def in_words(difference: dict[str, Any]) -> dict[str, Any]:
    """A difference with a sentence for people."""
    words = {
        "track": difference["track"],
        "pitch": pitch_name(difference["pitch"]),
        "bar": difference["bar"],
    }
    sentence = (
        _("Bar %(bar)d, %(track)s: %(pitch)s is missing")
        if difference["is_missing"]
        else _("Bar %(bar)d, %(track)s: %(pitch)s was not there")
    )
    return {**difference, "words": sentence % words}


# One at a time in a process, so that those who wait for music of their own are not kept waiting.
_seat = threading.Lock()


def piece_reproduce(*, piece_id: int) -> bool:
    """Follow a recipe that is in line. False, with nothing done, while this process follows another."""
    piece = Piece.objects.there().filter(pk=piece_id).first()
    if piece is None:
        return True
    if not _seat.acquire(blocking=False):
        return False
    try:
        tell(piece, "running", _("Being written again."))
        score, weights = follow(piece)
        found = compare(piece.score, score)
        tell(piece, "done", verdict(piece, found, weights), found)
    except Exception:
        # An engine of another make, a style that is gone: whatever it is, this piece cannot be made here.
        logger.exception("The recipe of %s cannot be followed", piece.code)
        tell(piece, "failed", _("This recipe cannot be followed here: its model or style is not installed."))
    finally:
        _seat.release()
    return True


def follow(piece: Piece) -> tuple[Score, str]:
    """What the engine writes by the piece's recipe, and the hash of its weights. As long as the piece."""
    from generator.starter import DEFAULTS, perform

    if is_blend(piece):
        return kept_of(piece.recipe, ends_of(piece, piece.owner))
    made, weights = perform({**DEFAULTS, **piece.recipe}, prime_of(piece))
    # A piece that was stopped before its end is a beginning of what the recipe gives.
    is_whole = piece.recipe.get("complete", True)
    return (made if is_whole else cut(made, 0, piece.score.length)), weights


def verdict(piece: Piece, found: Comparison, weights: str) -> str:
    """What a comparison means."""
    if found.is_identical:
        return _("Identical: %(n)d of %(n)d notes.") % {"n": found.n_notes}
    counts = {"same": found.n_same, "all": found.n_notes}
    said = _("%(same)d of %(all)d notes are the same.") % counts
    if found.n_added:
        more = ngettext("%(n)d other came.", "%(n)d others came.", found.n_added)
        said = f"{said} {more % {'n': found.n_added}}"
    if piece.recipe.get("edited"):
        return f"{said} {_('The piece was edited by hand after it was written.')}"
    if weights and piece.weights and weights != piece.weights:
        return f"{said} {_('It was written with other weights than those that are here now.')}"
    return said
