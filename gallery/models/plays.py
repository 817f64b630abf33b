"""How often a piece was listened to."""

from __future__ import annotations

from django.db import models


class PlayCount(models.Model):
    """A number and nothing else: who listened, and when, is not kept. Written by gallery.plays alone."""

    piece = models.OneToOneField("gallery.Piece", models.CASCADE, primary_key=True, related_name="plays")
    n = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.n} plays of {self.piece_id}"
