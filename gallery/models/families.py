"""Where a piece comes from: its parents, and what was changed on the way."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KINDS = (
    "continue", "remix", "accompany", "blend", "vary", "denser", "sparser", "higher", "lower", "offbeat",
)  # fmt: skip


class PieceParent(models.Model):
    """One piece was made from another. A parent that is gone leaves its place: "author removed"."""

    class Kind(models.TextChoices):
        CONTINUE = "continue", _("Continued")
        REMIX = "remix", _("Remixed")
        ACCOMPANY = "accompany", _("Accompanied")
        BLEND = "blend", _("Blended")
        VARY = "vary", _("Varied")
        DENSER = "denser", _("Made denser")
        SPARSER = "sparser", _("Made sparser")
        HIGHER = "higher", _("Made higher")
        LOWER = "lower", _("Made lower")
        SYNCOPATED = "offbeat", _("Made more syncopated")

    child = models.ForeignKey("gallery.Piece", models.CASCADE, related_name="parents")
    parent = models.ForeignKey(
        "gallery.Piece", models.SET_NULL, null=True, blank=True, related_name="children"
    )
    kind = models.CharField(max_length=9, choices=Kind)
    share = models.FloatField(default=1.0, help_text=_("Weight of this parent among all of them, 0 to 1."))
    # What became of the parent's notes, counted whenever the child's notes are written.
    kept = models.PositiveIntegerField(default=0, help_text=_("Notes of the child that the parent has too."))
    changed = models.PositiveIntegerField(
        default=0,
        help_text=_("Notes that begin where one of the parent's did, with another pitch or length."),
    )
    added = models.PositiveIntegerField(default=0, help_text=_("Notes that the parent has nothing of."))
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("parent")
        verbose_name_plural = _("parents")
        constraints = [
            models.UniqueConstraint(fields=["child", "parent"], name="parent_once_a_child"),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(child=F("parent")), name="parent_is_another_piece"
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="parent_kind"),
            models.CheckConstraint(condition=Q(share__range=(0, 1)), name="parent_share_0_to_1"),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} from {self.parent_id}, {self.kind}"
