"""Lineage: which piece was made from which, and what was changed on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from gallery import listing
from gallery.access import Visitor
from gallery.models import Piece, PieceParent
from generator.music.notes import MusicError
from generator.music.score import Score
from musicsite.errors import ApplicationError

# Who shares under these lets others make something of it.
OPEN_LICENCES = (Piece.Licence.CC0, Piece.Licence.CC_BY, Piece.Licence.CC_BY_SA)


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of a parent's notes in a child, counted in the child's notes."""

    kept: int
    changed: int
    added: int


def difference(parent: Score, child: Score) -> Difference:
    """Compare note by note: kept are the same notes, changed begin where a lost one of the parent's did.

    A note is its onset, duration, pitch and whether it is a drum; instruments and velocities may differ, as
    an arrangement leaves the tune the tune. A chord's notes at one onset count as often as they stand there.
    """
    before, after = _rows(parent), _rows(child)
    old, n_old = np.unique(before, axis=0, return_counts=True)
    new, n_new = np.unique(after, axis=0, return_counts=True)
    old_count = {tuple(row): int(n) for row, n in zip(old.tolist(), n_old.tolist(), strict=True)}
    lost: dict[int, int] = {}
    for row, n in old_count.items():
        lost[row[0]] = lost.get(row[0], 0) + n
    kept = changed = 0
    extra: list[tuple[int, int]] = []
    for row, n in zip(new.tolist(), n_new.tolist(), strict=True):
        same = min(int(n), old_count.get(tuple(row), 0))
        kept += same
        lost[row[0]] = lost.get(row[0], 0) - same
        extra.append((row[0], int(n) - same))
    for onset, n in extra:
        taken = min(n, lost.get(onset, 0))
        changed += taken
        lost[onset] = lost.get(onset, 0) - taken
    return Difference(kept, changed, len(after) - kept - changed)


def _rows(score: Score) -> np.ndarray:
    """(n, 4) int64: onset, duration, pitch, drum."""
    parts = [
        np.stack(
            [
                track.notes["onset"].astype(np.int64),
                track.notes["duration"].astype(np.int64),
                track.notes["pitch"].astype(np.int64),
                np.full(len(track.notes), int(track.is_drum), dtype=np.int64),
            ],
            axis=1,
        )
        for track in score.tracks
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 4), dtype=np.int64)


def may_be_used(piece: Piece, person: Visitor) -> bool:
    """Whether this person may make another piece from it: their own, or one under an open licence."""
    return piece.owner_id == person.pk or piece.licence in OPEN_LICENCES


def use_check(piece: Piece, person: Visitor) -> None:
    """Refuse to make a piece from one whose author keeps all rights."""
    if not may_be_used(piece, person):
        raise ApplicationError(
            "all_rights_reserved",
            _("Its author keeps all rights: listen to it, rate it, but it is not for remixing."),
            status=HTTPStatus.FORBIDDEN,
        )


@transaction.atomic
def parent_record(*, child: Piece, parent: Piece, kind: str, share: float = 1.0) -> PieceParent:
    """Remember where a piece comes from; asked again for the same two, count again."""
    found = _compare(parent, child)
    row, _made = PieceParent.objects.update_or_create(
        child=child,
        parent=parent,
        defaults={
            "kind": kind,
            "share": share,
            "kept": found.kept,
            "changed": found.changed,
            "added": found.added,
        },
    )
    # What is built on a share-alike piece is shared alike.
    if parent.licence == Piece.Licence.CC_BY_SA and parent.owner_id != child.owner_id:
        child.licence = Piece.Licence.CC_BY_SA
        child.save(update_fields=["licence", "updated"])
    listing.refresh_figures(parent.pk)
    return row


def parents_recount(*, child: Piece) -> None:
    """Count what is kept anew, after the child's notes were edited."""
    for row in PieceParent.objects.filter(child=child, parent__isnull=False).select_related("parent"):
        assert row.parent is not None
        found = _compare(row.parent, child)
        row.kept, row.changed, row.added = found.kept, found.changed, found.added
        row.save(update_fields=["kept", "changed", "added"])


def parents_relist(piece: Piece) -> None:
    """Count the remixes of a piece's parents anew, after it was shown or taken down."""
    for pk in PieceParent.objects.filter(child=piece, parent__isnull=False).values_list("parent", flat=True):
        assert pk is not None
        listing.refresh_figures(pk)


def _compare(parent: Piece, child: Piece) -> Difference:
    try:
        return difference(parent.score, child.score)
    except MusicError:
        return Difference(0, 0, child.n_notes)


@dataclass(frozen=True, slots=True)
class Relative:
    """A parent or child as somebody may see it; piece is None for one that is gone or not theirs to see."""

    row: PieceParent
    piece: Piece | None
    is_gone: bool


def parents_of(piece: Piece, person: Visitor) -> list[Relative]:
    """Where it comes from, as `person` may see it. One that is gone or private keeps its place."""
    rows = list(PieceParent.objects.filter(child=piece).order_by("-share", "pk"))
    seen = _visible(person, [row.parent_id for row in rows if row.parent_id])
    return [Relative(row, seen.get(row.parent_id or 0), row.parent_id is None) for row in rows]


def children_of(piece: Piece, person: Visitor, *, most: int = 12) -> list[Relative]:
    """What was made from it and `person` may see, newest first. What they may not see does not exist."""
    rows = PieceParent.objects.filter(Piece.objects.visible_to(person).named_by("child"), parent=piece)
    chosen = list(rows.order_by("-created", "-pk")[:most])
    seen = _visible(person, [row.child_id for row in chosen])
    return [Relative(row, seen[row.child_id], False) for row in chosen if row.child_id in seen]


def _visible(person: Visitor, ids: Iterable[int]) -> dict[int, Piece]:
    found = Piece.objects.visible_to(person).filter(pk__in=list(ids)).select_related("owner")
    return {piece.pk: piece for piece in found.defer("recipe", "changes")}
