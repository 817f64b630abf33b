"""Which shown pieces sound alike, found once and kept."""

from __future__ import annotations

from django.db import models


class Likeness(models.Model):
    """A shown piece as one vector, and the pieces nearest to it. Written by gallery.likeness alone.

    Like Listing it can be thrown away and made again (manage.py likeness), and whether somebody may see a
    piece is never read from here.
    """

    piece = models.OneToOneField("gallery.Piece", models.CASCADE, primary_key=True, related_name="likeness")
    # Of length 1, float16: the cosine of two pieces is the product of their vectors.
    vector = models.BinaryField()
    weights = models.CharField(max_length=64)
    # [[piece's id, cosine], ...], nearest first.
    near = models.JSONField(default=list, blank=True)
    # The cosine that a piece must exceed to be among them.
    least = models.FloatField(default=-1)

    class Meta:
        indexes = [models.Index(fields=["weights"], name="likeness_weights")]

    def __str__(self) -> str:
        return f"likeness of {self.piece_id}"
