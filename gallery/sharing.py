"""The link that opens an unlisted piece."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gallery.models import Piece, ShareLink


@transaction.atomic
def link_open(*, piece: Piece, renew: bool = False) -> ShareLink:
    """The link of an unlisted piece; a new one in the place of the old, which ends, when asked to renew."""
    if renew:
        link_revoke(piece=piece)
    return ShareLink.objects.get_or_create(piece=piece, revoked_at=None)[0]


def link_revoke(*, piece: Piece) -> None:
    """End the link: page, files and embed answer 404 from now on."""
    ShareLink.objects.filter(piece=piece, revoked_at=None).update(revoked_at=timezone.now())


def link_of(piece: Piece) -> ShareLink | None:
    """The link that opens the piece now."""
    if piece.visibility != Piece.Visibility.UNLISTED:
        return None
    return ShareLink.objects.filter(piece=piece, revoked_at=None).first()
