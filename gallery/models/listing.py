"""What lists sort by: one narrow row for each piece that the gallery shows."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Listing(models.Model):
    """A shown piece's figures. Written by gallery.listing.refresh alone, from the rows that it sums up.

    A list of 100,000 pieces cannot ask a million ratings for their mean each time it is looked at, and a
    piece's own row drags its MIDI along. So this is a summary, and nothing else: it can be thrown away and
    made again (manage.py relist), and whether somebody may see a piece is never read from here.
    """

    piece = models.OneToOneField("gallery.Piece", models.CASCADE, primary_key=True, related_name="listing")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    published = models.DateTimeField()
    n_ratings = models.PositiveIntegerField(default=0)
    n_comments = models.PositiveIntegerField(default=0)
    n_remixes = models.PositiveIntegerField(default=0)
    harmony = models.FloatField(default=0, help_text=_("Shrunk mean."))
    interest = models.FloatField(default=0, help_text=_("Shrunk mean."))
    best = models.FloatField(default=0, help_text=_("Mean of the two shrunk means."))
    rising = models.FloatField(default=0, help_text=_("Grows with attention and with the day of publishing."))

    class Meta:
        indexes = [
            models.Index(fields=["-published", "-piece"], name="listing_new"),
            models.Index(fields=["-rising", "-piece"], name="listing_rising"),
            models.Index(fields=["-best", "-piece"], name="listing_best"),
            models.Index(fields=["-n_remixes", "-piece"], name="listing_remixed"),
            models.Index(fields=["owner", "-published", "-piece"], name="listing_of_owner"),
        ]

    def __str__(self) -> str:
        return f"listing of {self.piece_id}"
