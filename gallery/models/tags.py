"""Words that people give to pieces."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

TAG_LENGTH = 32
MOST_TAGS = 10


class Tag(models.Model):
    """A word, in small letters, that pieces can be found by."""

    name = models.CharField(max_length=TAG_LENGTH, unique=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="tag_has_a_name")]

    def __str__(self) -> str:
        return self.name


class PieceTag(models.Model):
    """A tag on a piece."""

    piece = models.ForeignKey("gallery.Piece", models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "piece"], name="tag_once_a_piece")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.piece_id}"
