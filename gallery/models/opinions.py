"""What people think of pieces: ratings on two axes, and comments at a bar."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.access import Visitor, is_moderator
from musicsite.codes import CODE_LENGTH, new_code

COMMENT_LENGTH = 1000
# So many notes a comment can be about: a phrase in a few voices.
MOST_COMMENTED_NOTES = 64


class Rating(models.Model):
    """One person's opinion of one piece; rating again changes it.

    The two questions are those that listeners of MuseGAN were asked (Dong et al., AAAI 2018, user study):
    does it have pleasant harmony, is it interesting.
    """

    piece = models.ForeignKey("gallery.Piece", models.CASCADE, related_name="ratings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="ratings")
    harmony = models.PositiveSmallIntegerField()
    interest = models.PositiveSmallIntegerField()
    created = models.DateTimeField(default=timezone.now, editable=False)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.UniqueConstraint(fields=["piece", "person"], name="rating_once_a_person"),
            models.CheckConstraint(condition=Q(harmony__range=(1, 5)), name="rating_harmony_1_to_5"),
            models.CheckConstraint(condition=Q(interest__range=(1, 5)), name="rating_interest_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"harmony {self.harmony}, interest {self.interest} from {self.person_id} for {self.piece_id}"


class CommentQuerySet(models.QuerySet["Comment"]):
    """The one gate to comments."""

    def visible_to(self, person: Visitor) -> CommentQuerySet:
        """All for a moderator; else those neither held nor hidden, and one's own."""
        if is_moderator(person):
            return self
        seen = Q(held_at=None, hidden_at=None)
        if person.is_authenticated:
            seen |= Q(author_id=person.pk)
        return self.filter(seen)

    def shown(self) -> CommentQuerySet:
        return self.filter(held_at=None, hidden_at=None)


class Comment(models.Model):
    """A remark on a piece: on all of it, on a bar, or on chosen notes, and then on the bar of their first."""

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    piece = models.ForeignKey("gallery.Piece", models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="comments")
    bar = models.PositiveIntegerField(null=True, blank=True, help_text=_("From 1; none for the whole piece."))
    # [track, onset, pitch] of each, by onset. Those that an edit takes away are no longer marked.
    notes = models.JSONField(default=list, blank=True)
    text = models.TextField(max_length=COMMENT_LENGTH)
    created = models.DateTimeField(default=timezone.now, editable=False)
    held_at = models.DateTimeField(
        null=True, blank=True, default=None, help_text=_("Waits for a moderator's look.")
    )
    hidden_at = models.DateTimeField(null=True, blank=True, default=None)
    hidden_because = models.TextField(blank=True, help_text=_("What its author is told."))

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.CheckConstraint(condition=Q(bar=None) | Q(bar__gte=1), name="comment_bars_begin_at_1"),
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            models.CheckConstraint(
                condition=Q(hidden_at=None) | ~Q(hidden_because=""), name="comment_hidden_says_why"
            ),
            models.CheckConstraint(
                condition=Q(notes=[]) | Q(bar__isnull=False), name="comment_on_notes_has_their_bar"
            ),
        ]
        indexes = [
            models.Index(fields=["piece", "created"], name="comment_of_piece"),
            models.Index(fields=["author", "-created"], name="comment_of_author"),
        ]

    def __str__(self) -> str:
        return f"comment {self.code} on {self.piece_id}"
