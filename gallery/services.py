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
from django.utils.translation import gettext as _

from gallery import listing, sharing
from gallery.audio import clip_ask
from gallery.background import in_background
from gallery.engraving import engrave
from gallery.families import parents_relist
from gallery.intake_words import intake_words
from gallery.likeness import likeness_ask
from gallery.models import DESCRIPTION_LENGTH, Piece
from gallery.tags import tags_set
from gallery.texts import clean_text, clean_title
from generator.music.key import estimate_key
from generator.music.metrics import pitch_range, polyphony
from generator.music.midi import write_midi
from generator.music.score import Score, all_notes, duration_seconds, n_bars, n_notes, tempo_at
from musicsite.errors import ApplicationError, in_words
from musicsite.people import is_guest, is_newcomer, limits

XML_KEEP_SECONDS = 24 * 3600


def figures_of(score: Score) -> dict[str, Any]:
    """The fields of a piece that say its music in figures. Write them whenever its notes are written."""
    pitched = all_notes(score)
    return {
        "bars": n_bars(score),
        "tempo": tempo_at(score, 0),
        "n_notes": n_notes(score),
        "seconds": duration_seconds(score),
        "key": estimate_key(pitched) or "",
        "n_tracks": sum(1 for track in score.tracks if len(track.notes)),
        "polyphony": polyphony(pitched) if pitched.size else 0.0,
        "pitch_range": int(pitch_range(pitched)) if pitched.size else 0,
    }


@transaction.atomic
def piece_create(
    *,
    owner: User,
    score: Score,
    title: str,
    source: str,
    is_draft: bool = False,
    visibility: str = Piece.Visibility.PRIVATE,
    licence: str = Piece.Licence.RESERVED,
    model: str = "",
    style: str = "",
    weights: str = "",
    recipe: dict[str, Any] | None = None,
    changes: Iterable[str] = (),
) -> Piece:
    """Store a score as a piece of `owner`."""
    is_public = visibility == Piece.Visibility.PUBLIC
    piece = Piece.objects.create(
        owner=owner,
        title=clean_title(title) or _("Untitled"),
        midi=write_midi(score),
        visibility=visibility,
        published=timezone.now() if is_public else None,
        licence=licence,
        is_draft=is_draft,
        source=source,
        model=model,
        style=style,
        weights=weights,
        recipe=recipe or {},
        changes=list(changes),
        **figures_of(score),
    )
    if is_public:
        listing.refresh(piece.pk)
        likeness_ask(piece)
    if visibility == Piece.Visibility.UNLISTED:
        sharing.link_open(piece=piece)
    return piece


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
        message = intake_words(str(refusal.message))
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
def piece_change(
    *,
    piece: Piece,
    title: str | None = None,
    visibility: str | None = None,
    licence: str | None = None,
    description: str | None = None,
    tags: Iterable[str] | None = None,
) -> Piece:
    """Rename, describe, publish, take down. Who shows a draft to others has kept it."""
    if title is not None:
        piece.title = clean_title(title)
        if not piece.title:
            sentence = _("A piece needs a title.")
            raise ApplicationError("invalid", sentence, fields={"title": [sentence]})
    if licence is not None:
        piece.licence = licence
    if description is not None:
        piece.description = clean_text(description, DESCRIPTION_LENGTH)
    if tags is not None:
        tags_set(piece=piece, names=tags)
    if visibility is not None and visibility != piece.visibility:
        _show(piece, visibility)
    fields = ["title", "visibility", "is_draft", "licence", "description", "published", "updated"]
    piece.save(update_fields=fields)
    relist(piece)
    return piece


def relist(piece: Piece) -> None:
    """Bring the lists in step with a piece that was shown, hidden, edited or described."""
    listing.refresh(piece.pk)
    parents_relist(piece)


def _show(piece: Piece, visibility: str) -> None:
    """Set who may see a piece, under the rules for showing one."""
    if visibility != Piece.Visibility.PRIVATE:
        if is_guest(piece.owner):
            sentence = _("Sign up to show pieces to others. All that you made stays with you.")
            raise ApplicationError(
                "members_only", sentence, status=HTTPStatus.FORBIDDEN, fields={"visibility": [sentence]}
            )
        if piece.is_draft:
            shelf_check(piece.owner)
            piece.is_draft = False
    if visibility == Piece.Visibility.PUBLIC and piece.published is None:
        newcomer_check(piece.owner)
        piece.published = timezone.now()
        from gallery.actors import tell_of_piece

        in_background(tell_of_piece, piece.pk)
    piece.visibility = visibility
    if visibility == Piece.Visibility.PUBLIC:
        likeness_ask(piece)
    if visibility != Piece.Visibility.PRIVATE:
        clip_ask(piece)
    if visibility == Piece.Visibility.UNLISTED:
        sharing.link_open(piece=piece)
    else:
        sharing.link_revoke(piece=piece)


def newcomer_check(owner: User) -> None:
    """Refuse a new member's next public piece when there were enough for one day."""
    limit = settings.NEWCOMER_PIECES_PER_DAY
    if not is_newcomer(owner):
        return
    today = Piece.objects.filter(owner=owner, published__gt=timezone.now() - timedelta(days=1))
    times = list(today.order_by("published").values_list("published", flat=True))
    if len(times) < limit:
        return
    oldest = times[len(times) - limit]
    assert oldest is not None
    wait = (oldest + timedelta(days=1) - timezone.now()).total_seconds()
    sentence = _(
        "New members can publish %(n)d pieces a day. There is room again in %(wait)s; unlisted works now."
    )
    raise ApplicationError(
        "newcomer_limit",
        sentence % {"n": limit, "wait": in_words(wait)},
        status=HTTPStatus.TOO_MANY_REQUESTS,
        retry_after=wait,
    )


@transaction.atomic
def piece_delete(*, piece: Piece) -> None:
    """Take a piece away from everybody; its owner can have it back for settings.UNDO_DAYS."""
    Piece.objects.filter(pk=piece.pk, deleted_at=None).update(deleted_at=timezone.now())
    relist(piece)


@transaction.atomic
def piece_restore(*, owner: User, code: str) -> Piece | None:
    """Undo a deletion. None when there is no such piece, or the time for it is over."""
    since = timezone.now() - timedelta(days=settings.UNDO_DAYS)
    mine = Piece.objects.owned_by(owner).filter(code=code)
    mine.filter(deleted_at__gt=since).update(deleted_at=None, updated=timezone.now())
    piece = mine.there().first()
    if piece is not None:
        relist(piece)
    return piece


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
