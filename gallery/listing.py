"""Keeps the gallery's summary in step with what it sums up. Called by every service that changes that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum

from gallery import search
from gallery.facets import facets_of
from gallery.models import Listing, Piece, PieceParent, Rating
from gallery.ranking import rising, shrunk_mean


@transaction.atomic
def refresh(*piece_ids: int) -> None:
    """Write the listings of these pieces anew, and take those away of pieces that are not shown."""
    shown = {piece.pk: piece for piece in pieces_to_list(piece_ids)}
    gone = [pk for pk in piece_ids if pk not in shown]
    Listing.objects.filter(pk__in=gone).delete()
    search.forget(gone)
    for piece in shown.values():
        Listing.objects.update_or_create(pk=piece.pk, defaults=figures(piece))
        search.index(entry(piece, list(piece.tags.values_list("name", flat=True))))


def refresh_figures(piece_id: int) -> None:
    """Write the figures anew after an opinion or a remix; the words that search knows stay as they are."""
    for piece in pieces_to_list([piece_id]):
        Listing.objects.filter(pk=piece.pk).update(**figures(piece))


def pieces_to_list(piece_ids: Iterable[int]) -> Iterable[Piece]:
    """The shown ones among these, without their music."""
    return (
        Piece.objects.shown().filter(pk__in=list(piece_ids)).select_related("owner").defer("midi", "changes")
    )


def figures(piece: Piece) -> dict[str, Any]:
    """The fields of a shown piece's listing, counted from the rows."""
    opinions = Rating.objects.filter(piece=piece).aggregate(
        n=Count("pk"), harmony=Sum("harmony", default=0), interest=Sum("interest", default=0)
    )
    n_comments = piece.comments.shown().count()
    n_remixes = remixes_of(piece).count()
    harmony = shrunk_mean(opinions["harmony"], opinions["n"])
    interest = shrunk_mean(opinions["interest"], opinions["n"])
    published = piece.published
    assert published is not None  # the constraint piece_public_since
    return {
        "owner_id": piece.owner_id,
        "published": published,
        "n_ratings": opinions["n"],
        "n_comments": n_comments,
        "n_remixes": n_remixes,
        "harmony": harmony,
        "interest": interest,
        "best": (harmony + interest) / 2,
        "rising": rising(published, n_ratings=opinions["n"], n_comments=n_comments, n_remixes=n_remixes),
    }


def entry(piece: Piece, tags: Sequence[str]) -> search.Entry:
    """What search is to know of a shown piece with these tags."""
    facets = facets_of(piece, tags)
    return search.Entry(piece.pk, piece.title, piece.author, tags, piece.description, facets)


def remixes_of(piece: Piece) -> Any:
    """Pieces that others made from this one and show. One's own drafts are no sign of anybody's interest."""
    shown = Q(child__visibility="public", child__deleted_at=None, child__hidden_at=None)
    return PieceParent.objects.filter(shown, parent=piece).exclude(child__owner=piece.owner_id)


def listing_deleted(sender: Any, instance: Listing, **kwargs: Any) -> None:
    """A listing that goes, by whatever way, takes the words along that search knows of it."""
    search.forget([instance.pk])
