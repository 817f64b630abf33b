"""Rating pieces and writing about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import NamedTuple

import numpy as np
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery import listing, notices
from gallery.access import Visitor, is_moderator
from gallery.members import member_or_refuse
from gallery.models import Comment, Notification, Piece, Rating, Report
from gallery.models.opinions import COMMENT_LENGTH, MOST_COMMENTED_NOTES
from gallery.ranking import shrunk_mean
from gallery.texts import clean_text
from generator.music.notes import MusicError
from generator.music.score import bar_edges
from musicsite.errors import ApplicationError
from musicsite.people import is_newcomer

# What looks like an address on the web, with or without its scheme.
LINK = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|net|org|info|biz|ru|cn|io|xyz|shop|top|online)\b", re.I)
COMMENTS_A_MINUTE = 6


class NotePlace(NamedTuple):
    """Which note of a piece: its track's number, onset in ticks, pitch."""

    track: int
    onset: int
    pitch: int


class Opinion:
    """What listeners think of a piece: shrunk means from 1 to 5, and how many they are."""

    def __init__(self, piece: Piece) -> None:
        found = Rating.objects.filter(piece=piece).aggregate(
            n=Count("pk"), harmony=Sum("harmony", default=0), interest=Sum("interest", default=0)
        )
        self.n: int = found["n"]
        self.harmony = shrunk_mean(found["harmony"], self.n)
        self.interest = shrunk_mean(found["interest"], self.n)


@transaction.atomic
def piece_rate(*, piece: Piece, person: Visitor, harmony: int, interest: int) -> Rating:
    """Give a piece stars on both axes; again changes them. Nobody rates their own."""
    member = member_or_refuse(person)
    if piece.owner_id == member.pk:
        raise ApplicationError(
            "own_piece",
            _("This piece is yours: others rate it. Nothing was stored."),
            status=HTTPStatus.FORBIDDEN,
        )
    rating, _new = Rating.objects.update_or_create(
        piece=piece, person=member, defaults={"harmony": harmony, "interest": interest}
    )
    listing.refresh_figures(piece.pk)
    notices.tell(person=piece.owner, kind=Notification.Kind.RATING, actor=member, piece=piece)
    return rating


@transaction.atomic
def rating_take_back(*, piece: Piece, person: Visitor) -> None:
    """Forget what a person gave a piece."""
    if isinstance(person, User):
        Rating.objects.filter(piece=piece, person=person).delete()
        listing.refresh_figures(piece.pk)


@transaction.atomic
def comment_add(
    *,
    piece: Piece,
    person: Visitor,
    text: str,
    bar: int | None = None,
    notes: Iterable[NotePlace] = (),
) -> Comment:
    """Write about a piece, one bar of it, or some of its notes, which say the bar themselves.

    A newcomer's comment with a link waits for a moderator.
    """
    member = member_or_refuse(person)
    text = clean_text(text, COMMENT_LENGTH)
    if not text:
        sentence = _("Write something first.")
        raise ApplicationError("invalid", sentence, fields={"text": [sentence]})
    if bar is not None and not 1 <= bar <= piece.bars:
        sentence = _("The piece has bars 1 to %(n)d.") % {"n": piece.bars}
        raise ApplicationError("invalid", sentence, fields={"bar": [sentence]})
    chosen = sorted({*notes}, key=lambda place: (place.onset, place.track, place.pitch))
    if chosen:
        bar = _bar_of_notes(piece, chosen)
    _pace_check(member)
    held = is_newcomer(member) and LINK.search(text) is not None
    comment = Comment.objects.create(
        piece=piece,
        author=member,
        bar=bar,
        notes=[list(place) for place in chosen],
        text=text,
        held_at=timezone.now() if held else None,
    )
    if held:
        Report.objects.create(comment=comment, reason=Report.Reason.LINK)
    else:
        comment_show(comment)
    return comment


def _bar_of_notes(piece: Piece, chosen: Sequence[NotePlace]) -> int:
    """The bar of the first of these notes, from 1. Refuses notes that the piece has not, and too many."""
    try:
        score = piece.score
    except MusicError:
        score = None
    there = (
        {
            (number, int(note["onset"]), int(note["pitch"]))
            for number, track in enumerate(score.tracks)
            for note in track.notes
        }
        if score
        else set()
    )
    if score is None or not there.issuperset(chosen):
        sentence = _("The piece has changed: these notes are not in it any more. Choose them again.")
        raise ApplicationError("invalid", sentence, fields={"notes": [sentence]})
    if len(chosen) > MOST_COMMENTED_NOTES:
        sentence = _("A comment is about at most %(n)d notes; for more of them, name a bar.") % {
            "n": MOST_COMMENTED_NOTES
        }
        raise ApplicationError("invalid", sentence, fields={"notes": [sentence]})
    return int(np.searchsorted(bar_edges(score), chosen[0].onset, side="right"))


def comment_show(comment: Comment) -> None:
    """Tell the piece's author of a comment that everybody can read from now on."""
    listing.refresh_figures(comment.piece_id)
    notices.tell(
        person=comment.piece.owner,
        kind=Notification.Kind.COMMENT,
        actor=comment.author,
        piece=comment.piece,
        comment=comment,
    )


def _pace_check(member: User) -> None:
    last = timezone.now() - timedelta(minutes=1)
    recent = Comment.objects.filter(author=member, created__gt=last).order_by("created")
    times = list(recent.values_list("created", flat=True))
    if len(times) >= COMMENTS_A_MINUTE:
        raise ApplicationError(
            "throttled",
            _("That was a lot at once. Your text is still here; send it in a minute."),
            status=HTTPStatus.TOO_MANY_REQUESTS,
            retry_after=(times[0] - last).total_seconds(),
        )


@transaction.atomic
def comment_delete(*, comment: Comment, person: Visitor) -> None:
    """Take a comment away: its author may, the piece's author may, a moderator may."""
    if person.pk not in (comment.author_id, comment.piece.owner_id) and not is_moderator(person):
        raise ApplicationError(
            "not_allowed", _("You may not delete this comment."), status=HTTPStatus.FORBIDDEN
        )
    piece_id = comment.piece_id
    comment.delete()
    listing.refresh_figures(piece_id)
