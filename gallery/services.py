"""What can be done with a piece. Rules stand here; pages and API only ask."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import caches
from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from gallery.engraving import engrave
from gallery.models import TITLE_LENGTH, Piece
from generator.music.midi import write_midi
from generator.music.score import Score, duration_seconds, n_bars, n_notes, tempo_at
from musicsite.errors import ApplicationError
from musicsite.people import is_guest, limits

XML_KEEP_SECONDS = 24 * 3600


def clean_title(title: str) -> str:
    """One line without control signs, of at most TITLE_LENGTH signs; may be empty."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in title).split())
    return Truncator(line).chars(TITLE_LENGTH)


def piece_create(
    *,
    owner: User,
    score: Score,
    title: str,
    source: str,
    is_draft: bool = False,
    visibility: str = Piece.Visibility.PRIVATE,
    model: str = "",
    style: str = "",
    weights: str = "",
    recipe: dict[str, Any] | None = None,
    changes: Iterable[str] = (),
) -> Piece:
    """Store a score as a piece of `owner`."""
    return Piece.objects.create(
        owner=owner,
        title=clean_title(title) or _("Untitled"),
        midi=write_midi(score),
        visibility=visibility,
        is_draft=is_draft,
        source=source,
        model=model,
        style=style,
        weights=weights,
        recipe=recipe or {},
        changes=list(changes),
        bars=n_bars(score),
        tempo=tempo_at(score, 0),
        n_notes=n_notes(score),
        seconds=duration_seconds(score),
    )


def shelf_check(owner: User) -> None:
    """Refuse one more kept piece when the shelf is full. Deleted pieces do not count."""
    limit = limits(owner).pieces
    if Piece.objects.owned_by(owner).kept().count() >= limit:
        raise ApplicationError(
            "shelf_full",
            _("You have %(limit)d pieces, as many as fit. Delete some to make room; nothing was lost.")
            % {"limit": limit},
            status=HTTPStatus.CONFLICT,
        )


def piece_upload(*, owner: User, data: bytes, filename: str) -> Piece:
    """Make a private piece of an uploaded file. Raises ApplicationError with the reason for a refusal."""
    from generator.music.intake import IntakeRefused, read_upload  # parsers load only when one is needed

    if len(data) > settings.UPLOAD_MAX_BYTES:
        raise upload_too_large()
    shelf_check(owner)
    try:
        intake = read_upload(data, filename)
    except IntakeRefused as refusal:
        message = str(refusal.message)
        raise ApplicationError(refusal.code, message, fields={"file": [message]}) from refusal
    return piece_create(
        owner=owner,
        score=intake.score,
        title=intake.title,
        source=Piece.Source.UPLOADED,
        changes=intake.changes,
    )


def upload_too_large() -> ApplicationError:
    """The refusal of a file that is over the limit, which is named."""
    mebibytes = settings.UPLOAD_MAX_BYTES / 1024 / 1024
    message = _("The file is too large: a file may have %(limit).4g MB. Nothing was uploaded.") % {
        "limit": mebibytes
    }
    return ApplicationError(
        "too_large", message, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, fields={"file": [message]}
    )


@transaction.atomic
def piece_keep(*, piece: Piece, title: str = "") -> Piece:
    """Put a draft on the shelf. Keeping a kept piece again changes at most its title."""
    if piece.is_draft:
        shelf_check(piece.owner)
    piece.is_draft = False
    piece.title = clean_title(title) or piece.title
    piece.save(update_fields=["is_draft", "title", "updated"])
    return piece


@transaction.atomic
def piece_change(*, piece: Piece, title: str | None = None, visibility: str | None = None) -> Piece:
    """Rename, publish, hide. Who shows a draft to others has kept it."""
    if title is not None:
        piece.title = clean_title(title)
        if not piece.title:
            sentence = _("A piece needs a title.")
            raise ApplicationError("invalid", sentence, fields={"title": [sentence]})
    if visibility is not None and visibility != piece.visibility:
        if visibility != Piece.Visibility.PRIVATE:
            if is_guest(piece.owner):
                sentence = _("Sign up to show pieces to others. All that you made stays with you.")
                raise ApplicationError(
                    "members_only", sentence, status=HTTPStatus.FORBIDDEN, fields={"visibility": [sentence]}
                )
            if piece.is_draft:
                shelf_check(piece.owner)
                piece.is_draft = False
        piece.visibility = visibility
    piece.save(update_fields=["title", "visibility", "is_draft", "updated"])
    return piece


def piece_delete(*, piece: Piece) -> None:
    """Take a piece away from everybody; its owner can have it back for settings.UNDO_DAYS."""
    Piece.objects.filter(pk=piece.pk, deleted_at=None).update(deleted_at=timezone.now())


def piece_restore(*, owner: User, code: str) -> Piece | None:
    """Undo a deletion. None when there is no such piece, or the time for it is over."""
    since = timezone.now() - timedelta(days=settings.UNDO_DAYS)
    mine = Piece.objects.owned_by(owner).filter(code=code)
    mine.filter(deleted_at__gt=since).update(deleted_at=None, updated=timezone.now())
    return mine.there().first()


def pieces_purge() -> int:
    """Delete for good what was deleted longer ago than an undo reaches. Returns how many."""
    gone, _by_model = Piece.objects.past_undo().delete()
    return gone


def piece_musicxml(piece: Piece) -> bytes:
    """The piece as MusicXML. Writing it takes seconds, so it is remembered while the piece stays as it is."""
    kept = caches["files"]
    digest = hashlib.sha256(bytes(piece.midi) + piece.title.encode()).hexdigest()
    key = f"musicxml-{digest}"
    found: bytes | None = kept.get(key)
    if found is None:
        found = engrave(piece.score, piece.title)
        kept.set(key, found, XML_KEEP_SECONDS)
    return found
