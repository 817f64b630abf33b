"""Links that open an unlisted piece, until they are revoked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from musicsite.codes import CODE_LENGTH, new_code


class ShareLink(models.Model):
    """Another code under which an unlisted piece opens. One at a time; a revoked one never opens again."""

    piece = models.ForeignKey("gallery.Piece", models.CASCADE, related_name="links")
    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, default=None)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            models.UniqueConstraint(
                fields=["piece"], condition=Q(revoked_at=None), name="link_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"link to {self.piece_id}"
