"""Requests that take time, or that may come twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from musicsite.codes import CODE_LENGTH, new_code

KEY_LENGTH = 128
"""Of an Idempotency-Key."""


class Export(models.Model):
    """All that a person has, as one ZIP, written in the background."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        WRITING = "writing", _("Being written")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0, help_text=_("Pieces that are in it."))
    total = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0, help_text=_("Bytes."))
    problem = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "writing", "ready", "failed")), name="export_state"
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="export_done_of_total"),
            models.UniqueConstraint(
                fields=["owner"], condition=Q(state__in=("waiting", "writing")), name="export_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.code}, {self.state}"


class OnceKey(models.Model):
    """An Idempotency-Key that a person sent, and what was answered: the same request again gets it again."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=KEY_LENGTH)
    request = models.CharField(max_length=64, help_text=_("SHA-256 of method, address and body."))
    status = models.PositiveSmallIntegerField(default=0, help_text=_("0 while it is being answered."))
    answer = models.JSONField(null=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="once_a_key")]
        indexes = [models.Index(fields=["created"], name="once_key_age")]

    def __str__(self) -> str:
        return f"key of {self.person_id}"
