"""Counts how often pieces are listened to, and nothing of who listened."""

from __future__ import annotations

from django.core.cache import cache
from django.db.models import F
from django.utils.crypto import salted_hmac

from gallery.access import Visitor
from gallery.models import Piece, PlayCount

AGAIN_SECONDS = 3600


def piece_played(*, piece: Piece, person: Visitor, network: str) -> None:
    """Somebody listened to a piece: counted once an hour, and not when it is their own.

    network: the visitor's address, which stands for a stranger. Who it was lies in the cache for that hour,
    as a hash that only this site can make.
    """
    if piece.visibility == Piece.Visibility.PRIVATE or piece.owner_id == person.pk:
        return
    who = f"person {person.pk}" if person.is_authenticated else f"address {network}"
    mark = salted_hmac("gallery.plays", f"{piece.pk} {who}").hexdigest()
    if cache.add(f"played-{mark}", True, AGAIN_SECONDS):
        PlayCount.objects.get_or_create(pk=piece.pk)
        PlayCount.objects.filter(pk=piece.pk).update(n=F("n") + 1)


def plays_of(piece: Piece) -> int:
    """How often it was listened to."""
    return PlayCount.objects.filter(pk=piece.pk).values_list("n", flat=True).first() or 0
