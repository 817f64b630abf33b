"""Telling people what happened: a row, a ring at their open pages, a letter if they gave an address."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gallery.background import in_background
from gallery.credentials import site_address
from gallery.models import Comment, Follow, Notification, Piece, PieceParent, Profile
from generator.events import GroupMessage, bell
from musicsite.languages import language_of

Kind = Notification.Kind
# Those who follow somebody are told in portions of so many rows.
BATCH = 500


def notice_group(person_id: int) -> str:
    """The channel layer's name for a person's open pages."""
    return f"notices.{person_id}"


@transaction.atomic
def tell(
    *,
    person: User,
    kind: str,
    actor: User | None = None,
    piece: Piece | None = None,
    comment: Comment | None = None,
    words: str = "",
) -> Notification | None:
    """Tell one person of one thing. None when it is their own doing, or they do not want to hear of it.

    Whoever changes their mind about a rating before it was read is told of once.
    """
    if actor is not None and actor.pk == person.pk:
        return None
    wishes = Profile.objects.filter(person=person).first()
    if wishes is not None and kind in wishes.quiet:
        return None
    if kind in (Kind.RATING, Kind.FOLLOW):
        same = Notification.objects.filter(person=person, kind=kind, actor=actor, piece=piece, read_at=None)
        if same.update(created=timezone.now()):
            ring(person.pk, kind, piece)
            return same.first()
    notice = Notification.objects.create(
        person=person, kind=kind, actor=actor, piece=piece, comment=comment, words=words
    )
    ring(person.pk, kind, piece)
    if person.email and (wishes is None or kind not in wishes.no_mail):
        from gallery.actors import mail_notice

        in_background(mail_notice, notice.pk)
    return notice


def ring(person_id: int, kind: str, piece: Piece | None) -> None:
    """Ring at a person's open pages once the change is there to be read."""
    message = {"type": "notice.event", "kind": kind, "piece": piece.code if piece else None}
    transaction.on_commit(lambda: bell.ring(notice_group(person_id), cast(GroupMessage, message)))


def tell_followers(piece_id: int) -> int:
    """Tell all who follow a piece's author of it. Returns how many. Called by a worker."""
    piece = Piece.objects.shown().select_related("owner").filter(pk=piece_id).first()
    if piece is None:
        return 0
    followers = Follow.objects.filter(followed=piece.owner)
    wishes = Profile.objects.filter(person__follows__followed=piece.owner).exclude(quiet=[])
    quiet = {profile.pk for profile in wishes if Kind.PUBLISH in profile.quiet}
    n = 0
    for person_id in followers.values_list("follower_id", flat=True).iterator(chunk_size=BATCH):
        if person_id in quiet:
            continue
        # Again after a worker's death: who was told is not told twice.
        _notice, new = Notification.objects.get_or_create(
            person_id=person_id, kind=Kind.PUBLISH, actor=piece.owner, piece=piece
        )
        if new:
            ring(person_id, Kind.PUBLISH, piece)
            n += 1
    return n


def tell_parents(piece_id: int) -> None:
    """Tell the authors of a shown piece's parents of it, once. Called by a worker."""
    piece = Piece.objects.shown().select_related("owner").filter(pk=piece_id).first()
    if piece is None:
        return
    rows = PieceParent.objects.filter(child=piece, parent__isnull=False).select_related("parent__owner")
    for row in rows:
        assert row.parent is not None
        author = row.parent.owner
        if not Notification.objects.filter(person=author, kind=Kind.REMIX, piece=piece).exists():
            tell(person=author, kind=Kind.REMIX, actor=piece.owner, piece=piece)


def mail(notice_id: int) -> bool:
    """Send a notification as a letter. False when it is gone, or was read in the page before."""
    found = Notification.objects.select_related("person", "actor", "piece", "comment")
    notice = found.filter(pk=notice_id, read_at=None).first()
    if notice is None or not notice.person.email:
        return False
    with translation.override(language_of(notice.person_id)):
        context = {"notice": notice, "sentence": sentence(notice), "site": site_address()}
        text = render_to_string("gallery/mail/notice.txt", context)
        subject = " ".join(f"Ostinato: {sentence(notice)}".split())
    send_mail(subject, text, None, [notice.person.email])
    return True


def sentence(notice: Notification) -> str:
    """What happened, as plain text."""
    names = {
        "name": notice.actor.username if notice.actor else _("Somebody"),
        "title": notice.piece.title if notice.piece else "",
    }
    texts: dict[str, str] = {
        Kind.RATING: _("%(name)s rated “%(title)s”"),
        Kind.COMMENT: _("%(name)s wrote about “%(title)s”"),
        Kind.REMIX: _("%(name)s made a piece from “%(title)s”"),
        Kind.FOLLOW: _("%(name)s follows you"),
        Kind.PUBLISH: _("%(name)s published “%(title)s”"),
        Kind.MODERATION: _("A moderator looked at “%(title)s”") if names["title"] else _("From a moderator"),
    }
    return texts[notice.kind] % names


def unread_count(person: Any) -> int:
    """Notifications that a person has not seen; the bar asks on every page."""
    return Notification.objects.filter(person=person, read_at=None).count()


def read_all(person: User) -> None:
    """All that is there now has been seen."""
    Notification.objects.filter(person=person, read_at=None).update(read_at=timezone.now())
