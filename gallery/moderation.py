"""Reports and what is done about them: hide, restore, appeal."""

from __future__ import annotations

from functools import reduce
from http import HTTPStatus
from operator import or_

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery import listing, notices
from gallery.access import Visitor
from gallery.members import member_or_refuse
from gallery.models import Collection, Comment, Notification, Piece, Profile, Report
from gallery.models.moderation import WORDS_LENGTH
from gallery.texts import clean_text
from musicsite.errors import ApplicationError

Reason, State = Report.Reason, Report.State

# What a moderator tells an author with one press; the words can be changed before they are sent.
TEMPLATES = {
    Reason.SPAM: gettext_lazy("It advertises something. Pieces and comments here are about music."),
    Reason.COPY: gettext_lazy("Somebody says that it is copied from them, and it looks like it."),
    Reason.OFFENSIVE: gettext_lazy("It insults or threatens somebody. Say it in other words."),
    Reason.PRIVATE: gettext_lazy("It tells things about a person that are not for everybody to know."),
    Reason.OTHER: gettext_lazy("It breaks the rules of this site."),
    Reason.LINK: gettext_lazy("New members' links are looked at first, and this one does not belong here."),
}
# Reasons that a person may choose; the others are given by the site.
CHOOSABLE = [(reason.value, reason.label) for reason in Reason if reason not in (Reason.APPEAL, Reason.LINK)]


Subject = Piece | Comment | User | Collection | Profile
# The field of a report that holds each of them (gallery.models.moderation.SUBJECTS).
FIELDS: dict[type[models.Model], str] = {
    Piece: "piece",
    Comment: "comment",
    User: "person",
    Collection: "collection",
    Profile: "profile",
}


def author_of(subject: Subject) -> User:
    """Whose it is."""
    if isinstance(subject, Piece | Collection):
        return subject.owner
    if isinstance(subject, Comment):
        return subject.author
    return subject if isinstance(subject, User) else subject.person


def _open_report(reporter: User, subject: Subject, reason: str, words: str) -> Report:
    about = dict.fromkeys(FIELDS.values()) | {FIELDS[type(subject)]: subject}
    report, _new = Report.objects.update_or_create(
        reporter=reporter,
        state=State.OPEN,
        **about,
        defaults={"reason": reason, "words": clean_text(words, WORDS_LENGTH)},
    )
    return report


@transaction.atomic
def report_create(*, reporter: Visitor, subject: Subject, reason: str, words: str = "") -> Report:
    """Report one thing. The same thing again, while the first report is open, changes that one."""
    member = member_or_refuse(reporter)
    if author_of(subject).pk == member.pk:
        raise ApplicationError(
            "own", _("This is your own: you can delete it yourself."), status=HTTPStatus.CONFLICT
        )
    return _open_report(member, subject, reason, words)


@transaction.atomic
def appeal(*, author: Visitor, subject: Piece | Comment | Collection | Profile, words: str) -> Report:
    """Ask for a second look at what was hidden."""
    member = member_or_refuse(author)
    if author_of(subject).pk != member.pk or subject.hidden_at is None:
        raise ApplicationError("not_hidden", _("This is not hidden."), status=HTTPStatus.CONFLICT)
    return _open_report(member, subject, Reason.APPEAL, words)


def report_of(person: Visitor, *subjects: Subject) -> Report | None:
    """What this person last reported, or appealed for, of these."""
    if not isinstance(person, User):
        return None
    about = reduce(or_, (Q((FIELDS[type(subject)], subject)) for subject in subjects))
    return Report.objects.filter(about, reporter=person).order_by("-created").first()


@transaction.atomic
def report_decide(*, report: Report, moderator: User, hide: bool, words: str = "") -> Report:
    """Hide what the report is about, or leave it (and show it again); reporter and author are told.

    All open reports of the same thing are decided with it. words: for the author, of a template if empty.
    """
    told = words or str(TEMPLATES.get(Reason(report.reason), TEMPLATES[Reason.OTHER]))
    now = timezone.now()
    subject = report.subject
    if isinstance(subject, Piece):
        piece_hide(piece=subject, words=told) if hide else piece_unhide(piece=subject)
    elif isinstance(subject, Comment):
        comment_hide(comment=subject, words=told) if hide else comment_unhide(comment=subject)
    elif isinstance(subject, Collection | Profile):
        words_hide(subject=subject, words=told) if hide else words_unhide(subject=subject)
    elif hide:
        # A person as a whole cannot be hidden; staff may take the account's right to sign in.
        User.objects.filter(pk=subject.pk, is_staff=False).update(is_active=False)
    same = Report.objects.filter(Q((FIELDS[type(subject)], subject)), state=State.OPEN).select_related(
        "reporter"
    )
    state = State.UPHELD if hide else State.DISMISSED
    answer = words or str(state.label)
    decided = list(same)
    same.update(state=state, answer=answer, decided_by=moderator, decided=now)
    for each in decided:
        if each.reporter is not None:
            title = report.piece or (report.comment.piece if report.comment else None)
            notices.tell(
                person=each.reporter,
                kind=Notification.Kind.MODERATION,
                piece=title,
                words=_("Your report was looked at. %(state)s.") % {"state": state.label},
            )
    report.refresh_from_db()
    return report


@transaction.atomic
def words_hide(*, subject: Collection | Profile, words: str) -> None:
    """Take a collection, or what a member says of themselves, from everybody else; they are told why."""
    subject.hidden_at, subject.hidden_because = timezone.now(), words
    subject.save(update_fields=["hidden_at", "hidden_because"])
    notices.tell(person=author_of(subject), kind=Notification.Kind.MODERATION, words=words)


@transaction.atomic
def words_unhide(*, subject: Collection | Profile) -> None:
    """Show a collection, or what a member says of themselves, again."""
    if subject.hidden_at is None:
        return
    subject.hidden_at, subject.hidden_because = None, ""
    subject.save(update_fields=["hidden_at", "hidden_because"])
    told = _("It is shown again as it was.")
    notices.tell(person=author_of(subject), kind=Notification.Kind.MODERATION, words=told)


@transaction.atomic
def piece_hide(*, piece: Piece, words: str) -> None:
    """Take a piece from everybody but its author, who is told why."""
    piece.hidden_at, piece.hidden_because = timezone.now(), words
    piece.save(update_fields=["hidden_at", "hidden_because", "updated"])
    listing.refresh(piece.pk)
    notices.tell(person=piece.owner, kind=Notification.Kind.MODERATION, piece=piece, words=words)


@transaction.atomic
def piece_unhide(*, piece: Piece) -> None:
    """Show a piece again as its author had it."""
    if piece.hidden_at is None:
        return
    piece.hidden_at, piece.hidden_because = None, ""
    piece.save(update_fields=["hidden_at", "hidden_because", "updated"])
    listing.refresh(piece.pk)
    told = _("It is shown again as it was.")
    notices.tell(person=piece.owner, kind=Notification.Kind.MODERATION, piece=piece, words=told)


@transaction.atomic
def comment_hide(*, comment: Comment, words: str) -> None:
    """Take a comment from everybody but its author, who is told why."""
    comment.hidden_at, comment.hidden_because, comment.held_at = timezone.now(), words, None
    comment.save(update_fields=["hidden_at", "hidden_because", "held_at"])
    listing.refresh_figures(comment.piece_id)
    notices.tell(
        person=comment.author,
        kind=Notification.Kind.MODERATION,
        piece=comment.piece,
        comment=comment,
        words=words,
    )


@transaction.atomic
def comment_unhide(*, comment: Comment) -> None:
    """Show a comment that was hidden or held."""
    from gallery.opinions import comment_show

    if comment.hidden_at is None and comment.held_at is None:
        return
    was_held = comment.held_at is not None
    comment.hidden_at, comment.hidden_because, comment.held_at = None, "", None
    comment.save(update_fields=["hidden_at", "hidden_because", "held_at"])
    if was_held:
        comment_show(comment)
    else:
        listing.refresh_figures(comment.piece_id)
