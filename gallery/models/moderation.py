"""Reports: what somebody thinks should not be here, and what became of it."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from musicsite.codes import CODE_LENGTH, new_code

WORDS_LENGTH = 1000


# What a report may be about: exactly one of these fields is filled.
SUBJECTS = ("piece", "comment", "person", "collection", "profile")


def about_one_thing() -> Q:
    """Exactly one of SUBJECTS is filled."""
    return reduce(or_, (Q(**{f"{other}__isnull": other != name for other in SUBJECTS}) for name in SUBJECTS))


class Report(models.Model):
    """One person's report of one piece, comment, member, collection, or of what a member says of themselves.

    It is open until a moderator decides.

    An appeal is a report too: by the author, on what a moderator hid.
    """

    class Reason(models.TextChoices):
        SPAM = "spam", _("Advertising or spam")
        COPY = "copy", _("Copied from somebody")
        OFFENSIVE = "offensive", _("Insults or threatens")
        PRIVATE = "private", _("Tells private things of somebody")
        OTHER = "other", _("Something else")
        APPEAL = "appeal", _("Appeal: it was hidden by mistake")
        LINK = "link", _("Held: a newcomer's comment with a link")

    class State(models.TextChoices):
        OPEN = "open", _("Waits for a moderator")
        UPHELD = "upheld", _("Hidden")
        DISMISSED = "dismissed", _("Left as it is")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    piece = models.ForeignKey("gallery.Piece", models.CASCADE, null=True, blank=True, related_name="reports")
    comment = models.ForeignKey(
        "gallery.Comment", models.CASCADE, null=True, blank=True, related_name="reports"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="reported"
    )
    collection = models.ForeignKey(
        "gallery.Collection", models.CASCADE, null=True, blank=True, related_name="reports"
    )
    profile = models.ForeignKey(
        "gallery.Profile", models.CASCADE, null=True, blank=True, related_name="reports"
    )
    reason = models.CharField(max_length=9, choices=Reason)
    words = models.TextField(max_length=WORDS_LENGTH, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    answer = models.TextField(blank=True, help_text=_("What the reporter is told."))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created = models.DateTimeField(default=timezone.now, editable=False)
    decided = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        permissions = [("moderate", "Can hide and restore what people show")]
        constraints = [
            models.CheckConstraint(
                condition=about_one_thing(),
                name="report_is_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided=None)
                | Q(state__in=("upheld", "dismissed"), decided__isnull=False),
                name="report_decided_when_it_says_so",
            ),
            *(
                models.UniqueConstraint(
                    fields=["reporter", name],
                    condition=Q(state="open", **{f"{name}__isnull": False}),
                    name=f"report_{name}_once",
                )
                for name in SUBJECTS
            ),
        ]
        indexes = [models.Index(fields=["state", "-created"], name="report_queue")]

    def __str__(self) -> str:
        return f"report {self.code}, {self.state}"

    @property
    def subject(self) -> models.Model:
        """What it is about."""
        found = next(getattr(self, name) for name in SUBJECTS if getattr(self, f"{name}_id") is not None)
        assert isinstance(found, models.Model)
        return found
