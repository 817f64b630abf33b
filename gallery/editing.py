"""Notes that a person changes or draws in the roll: what the page gets, and what becomes of what it sends."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.http import quote_etag
from django.utils.translation import gettext as _

from gallery.families import parents_recount
from gallery.intake_words import intake_words
from gallery.likeness import likeness_ask
from gallery.models import Piece
from gallery.origins import HUMAN, Row, confirmed, origins_of, runs_of
from gallery.services import figures_of, piece_create, relist, shelf_check
from generator.music.midi import write_midi
from generator.music.notes import TICKS_PER_QUARTER, MusicError, make_notes
from generator.music.score import Score, n_notes, score_from_json
from musicsite.errors import ApplicationError

MOST_NOTES = 60_000
LONGEST = 60 * 300 * TICKS_PER_QUARTER  # an hour at 300 quarters a minute

NoteRow = Sequence[Any]  # onset, duration, pitch, velocity and, where it is known, the origin's letter


def notes_etag(piece: Piece) -> str:
    """Changes when the notes do, and only then: a new title disturbs nobody who edits."""
    return quote_etag(hashlib.sha256(bytes(piece.midi)).hexdigest()[:32])


def notes_json(piece: Piece) -> dict[str, Any]:
    """What the page needs beside the score: who wrote which note, and the version of the notes."""
    origins = [runs_of(letters) for letters in origins_of(piece, piece.score)]
    return {"origins": origins, "notes_etag": notes_etag(piece)}


@transaction.atomic
def piece_edit_notes(
    *, piece: Piece, etag: str, tracks: Sequence[Sequence[NoteRow]], length: int | None = None
) -> Piece:
    """Replace a piece's notes. Tracks, tempo and metre stay; the recipe says when, and whose notes they are.

    etag: of the notes that were edited; tracks: rows for each track; length: ticks, to the last note or more.
    Raises ApplicationError when the notes have changed since (412), or cannot be written (400).
    """
    before = bytes(piece.midi)
    if etag != notes_etag(piece):
        raise changed_meanwhile()
    old = piece.score
    new = _rewritten(old, tracks, old.length if length is None else length)
    claims: list[dict[Row, str]] = [
        {(row[0], row[1], row[2], row[3]): row[4] for row in rows if len(row) > 4} for rows in tracks
    ]
    from generator.infills import notes_played  # the generator imports the gallery

    origins = confirmed(old, origins_of(piece, old), new, claims, lambda: notes_played(piece.owner))
    recipe = {
        **piece.recipe,
        "origins": [runs_of(letters) for letters in origins],
        "edited": {"at": timezone.now().isoformat(timespec="seconds")},
    }
    fields = {"midi": write_midi(new), "recipe": recipe, "updated": timezone.now(), **figures_of(new)}
    # An update that still finds the old notes is the lock: of two who save at once, one is told.
    if not Piece.objects.filter(pk=piece.pk, deleted_at=None, midi=before).update(**fields):
        raise changed_meanwhile()
    for name, value in fields.items():
        setattr(piece, name, value)
    relist(piece)
    if piece.visibility == Piece.Visibility.PUBLIC:
        likeness_ask(piece)
    parents_recount(child=piece)
    return piece


def piece_draw(*, owner: User, title: str, score: Any) -> Piece:
    """Keep a drawn score as a private piece. Raises ApplicationError when it is none, or too large."""
    shelf_check(owner)
    try:
        drawn = score_from_json(score)
    except MusicError as error:
        raise _unwritable(intake_words(str(error))) from error
    _check_size(drawn)
    origins = [runs_of(HUMAN * track.notes.size) for track in drawn.tracks]
    return piece_create(
        owner=owner,
        score=drawn,
        title=title or _("Drawn by hand"),
        source=Piece.Source.DRAWN,
        recipe={"drawn": True, "origins": origins},
    )


def changed_meanwhile() -> ApplicationError:
    """The refusal of an edit of notes that are no longer there."""
    return ApplicationError(
        "changed_meanwhile",
        _("This piece was changed elsewhere since you opened it. Nothing was saved: reload to see it."),
        status=HTTPStatus.PRECONDITION_FAILED,
    )


def _unwritable(sentence: str) -> ApplicationError:
    said = _("These notes cannot be kept: %(reason)s.") % {"reason": sentence}
    return ApplicationError("invalid", said, fields={"tracks": [said]})


def _rewritten(old: Score, tracks: Sequence[Iterable[NoteRow]], length: int) -> Score:
    if len(tracks) != len(old.tracks):
        raise _unwritable(
            _("the piece has %(n)d tracks, and %(m)d were sent") % {"n": len(old.tracks), "m": len(tracks)}
        )
    try:
        parts = tuple(
            replace(track, notes=make_notes([tuple(row[:4]) for row in rows]))
            for track, rows in zip(old.tracks, tracks, strict=True)
        )
        new = replace(old, tracks=parts, length=length)
    except MusicError as error:
        raise _unwritable(intake_words(str(error))) from error
    _check_size(new)
    return new


def _check_size(score: Score) -> None:
    if n_notes(score) > MOST_NOTES:
        raise _unwritable(_("a piece has at most %(n)d notes") % {"n": MOST_NOTES})
    if score.length > LONGEST:
        raise _unwritable(_("a piece lasts at most %(n)d quarters") % {"n": LONGEST // TICKS_PER_QUARTER})
