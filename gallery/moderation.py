"""Reports and what is done about them: hide, restore, appeal."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery import listing, notices
from gallery.access import Visitor
from gallery.members import member_or_refuse
from gallery.models import Comment, Notification, Piece, Report
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


@transaction.atomic
def report_create(
    *,
    reporter: Visitor,
    reason: str,
    words: str = "",
    piece: Piece | None = None,
    comment: Comment | None = None,
    person: User | None = None,
) -> Report:
    """Report one thing. The same thing again, while the first report is open, changes that one."""
    member = member_or_refuse(reporter)
    owner_id = piece.owner_id if piece else comment.author_id if comment else person.pk if person else None
    if owner_id == member.pk:
        raise ApplicationError(
            "own", _("This is your own: you can delete it yourself."), status=HTTPStatus.CONFLICT
        )
    report, _new = Report.objects.update_or_create(
        reporter=member,
        piece=piece,
        comment=comment,
        person=person,
        state=State.OPEN,
        defaults={"reason": reason, "words": clean_text(words, WORDS_LENGTH)},
    )
    return report


@transaction.atomic
def appeal(
    *, author: Visitor, words: str, piece: Piece | None = None, comment: Comment | None = None
) -> Report:
    """Ask for a second look at what was hidden."""
    member = member_or_refuse(author)
    hidden = piece or comment
    owner_id = piece.owner_id if piece else comment.author_id if comment else None
    if hidden is None or owner_id != member.pk or hidden.hidden_at is None:
        raise ApplicationError("not_hidden", _("This is not hidden."), status=HTTPStatus.CONFLICT)
    report, _new = Report.objects.update_or_create(
        reporter=member,
        piece=piece,
        comment=comment,
        person=None,
        state=State.OPEN,
        defaults={"reason": Reason.APPEAL, "words": clean_text(words, WORDS_LENGTH)},
    )
    return report


@transaction.atomic
def report_decide(*, report: Report, moderator: User, hide: bool, words: str = "") -> Report:
    """Hide what the report is about, or leave it (and show it again); reporter and author are told.

    All open reports of the same thing are decided with it. words: for the author, of a template if empty.
    """
    told = words or str(TEMPLATES.get(Reason(report.reason), TEMPLATES[Reason.OTHER]))
    now = timezone.now()
    if report.piece is not None:
        piece_hide(piece=report.piece, words=told) if hide else piece_unhide(piece=report.piece)
    elif report.comment is not None:
        comment_hide(comment=report.comment, words=told) if hide else comment_unhide(comment=report.comment)
    elif report.person is not None and hide:
        # A person as a whole cannot be hidden; staff may take the account's right to sign in.
        User.objects.filter(pk=report.person.pk, is_staff=False).update(is_active=False)
    same = Report.objects.filter(
        state=State.OPEN, piece=report.piece, comment=report.comment, person=report.person
    ).select_related("reporter")
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
