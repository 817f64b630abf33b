"""Makes the gallery's summary anew from the rows that it sums up."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand

from gallery import listing
from gallery.models import Listing, Piece

BATCH = 200


class Command(BaseCommand):
    help = "Write every listing and what search knows anew; takes away those of pieces that are not shown."

    def handle(self, *args: Any, **options: Any) -> None:
        shown = list(Piece.objects.shown().order_by("pk").values_list("pk", flat=True))
        stale = Listing.objects.exclude(pk__in=Piece.objects.shown().values("pk"))
        gone = list(stale.values_list("pk", flat=True))
        for start in range(0, len(gone), BATCH):
            listing.refresh(*gone[start : start + BATCH])
        for start in range(0, len(shown), BATCH):
            listing.refresh(*shown[start : start + BATCH])
        self.stdout.write(f"Listed {len(shown)} pieces, took away {len(gone)}")
