"""More like this: each shown piece's nearest by what the network of the slider hears in it.

Who is nearest is found in the background, when a piece is shown or its notes change, by comparing it with all
others; a page then reads one row (docs/decisions/0016).
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from gallery import lists
from gallery.background import in_background
from gallery.models import Likeness, Listing, Piece
from generator.engines import WEIGHTS
from generator.music.notes import MusicError

# Kept of each piece: more than a page shows, for some are taken down meanwhile.
MOST_NEAR = 16
SHOWN = 12
# Pieces that are compared with all others at once: 128 × 100,000 cosines are 50 MB.
BLOCK = 128

Progress = Callable[[str, int, int], None]
"""Told what was done with how many of how many pieces."""


@functools.cache
def listener():  # type: ignore[no-untyped-def] # torch loads only in a worker, when a piece is listened to
    """The network that listens in this process."""
    from generator.engine.likeness import Listener

    return Listener(WEIGHTS)


def likeness_ask(piece: Piece) -> None:
    """Have a piece that is shown compared with the others by a worker."""
    from gallery.actors import liken_piece

    in_background(liken_piece, piece.pk)


def likeness_refresh(piece_id: int) -> bool:
    """Listen to a piece, find its nearest, put it among theirs. False when it is not shown, or silent."""
    vector = _listen(piece_id)
    if vector is None:
        return False
    weights = listener().weights
    others = _rows(weights, without=piece_id)
    cosines = others.vectors @ vector if len(others.ids) else np.zeros(0, dtype=np.float32)
    closer = np.flatnonzero(cosines > others.least)
    with transaction.atomic():
        row, _new = Likeness.objects.update_or_create(
            pk=piece_id, defaults={"vector": vector.astype(np.float16).tobytes(), "weights": weights}
        )
        _keep(row, _nearest(others.ids, cosines))
        rows = Likeness.objects.in_bulk([int(pk) for pk in others.ids[closer]])
        for index in closer:
            other = rows.get(int(others.ids[index]))
            if other is None:
                continue  # deleted a moment ago
            near = [pair for pair in other.near if pair[0] != piece_id]
            _keep(
                other, sorted([*near, [piece_id, round(float(cosines[index]), 4)]], key=lambda pair: -pair[1])
            )
    return True


def likeness_rebuild(*, all_anew: bool = False, progress: Progress = lambda *_: None) -> int:
    """Listen to what was not listened to, and find everybody's nearest anew.

    What was listened to is kept at once, so who stops it loses nothing. Returns how many were listened to.
    """
    weights = listener().weights
    known = set() if all_anew else set(_known(weights))
    Likeness.objects.exclude(pk__in=Piece.objects.shown().values("pk")).delete()
    shown = Piece.objects.shown().order_by("pk").values_list("pk", flat=True)
    unknown = [piece_id for piece_id in shown if piece_id not in known]
    heard = 0
    for done, piece_id in enumerate(unknown, start=1):
        vector = _listen(piece_id)
        if vector is not None:
            kept = {"vector": vector.astype(np.float16).tobytes(), "weights": weights}
            Likeness.objects.update_or_create(pk=piece_id, defaults=kept)
            heard += 1
        progress("Listened to", done, len(unknown))
    rows = _rows(weights)
    for start in range(0, len(rows.ids), BLOCK):
        some = slice(start, start + BLOCK)
        cosines = rows.vectors[some] @ rows.vectors.T
        found = Likeness.objects.in_bulk([int(pk) for pk in rows.ids[some]])
        for place, (row, piece_id) in enumerate(zip(cosines, rows.ids[some].tolist(), strict=True), start):
            row[place] = -1
            if piece_id in found:
                _keep(found[piece_id], _nearest(rows.ids, row), save=False)
        Likeness.objects.bulk_update(found.values(), ["near", "least"])
        progress("Compared", min(start + BLOCK, len(rows.ids)), len(rows.ids))
    return heard


def alike(piece: Piece, *, most: int = SHOWN) -> list[lists.Card]:
    """The shown pieces that sound most like this one, nearest first; none where it was not listened to."""
    row = Likeness.objects.filter(pk=piece.pk).defer("vector").first()
    ids = [pair[0] for pair in row.near] if row else []
    found = Listing.objects.in_bulk(ids)
    return lists.cards([found[pk] for pk in ids if pk in found])[:most]


@dataclass(frozen=True)
class _Rows:
    """ids (n,), vectors (n, Z) float32 of length 1, least (n,)."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    least: NDArray[np.float64]


def _rows(weights: str, *, without: int | None = None) -> _Rows:
    rows = Likeness.objects.filter(weights=weights).exclude(pk=without).order_by("pk")
    ids, joined, leasts = array("q"), bytearray(), array("d")
    for pk, vector, least in rows.values_list("pk", "vector", "least").iterator():
        ids.append(pk)
        joined += vector
        leasts.append(least)
    vectors = np.frombuffer(joined, dtype=np.float16).reshape(len(ids), -1 if ids else 0)
    return _Rows(np.array(ids, dtype=np.int64), vectors.astype(np.float32), np.array(leasts))


def _known(weights: str) -> Iterable[int]:
    return Likeness.objects.filter(weights=weights).values_list("pk", flat=True)


def _listen(piece_id: int) -> NDArray[np.float32] | None:
    """A shown piece's vector; None, and no row, for one that is not shown or in which nothing sounds."""
    piece = Piece.objects.shown().filter(pk=piece_id).first()
    try:
        if piece is not None:
            vector: NDArray[np.float32] = listener().vector(piece.score)
            return vector
    except MusicError:
        pass
    Likeness.objects.filter(pk=piece_id).delete()
    return None


def _nearest(ids: NDArray[np.int64], cosines: NDArray[np.float32]) -> list[list[float]]:
    """[[id, cosine], ...] of those with a cosine above -1, nearest first."""
    best = np.argsort(-cosines)[:MOST_NEAR] if len(ids) <= 4 * MOST_NEAR else _best(cosines)
    return [[int(ids[i]), round(float(cosines[i]), 4)] for i in best if cosines[i] > -1]


def _best(cosines: NDArray[np.float32]) -> NDArray[np.intp]:
    some = np.argpartition(-cosines, MOST_NEAR)[:MOST_NEAR]
    best: NDArray[np.intp] = some[np.argsort(-cosines[some])]
    return best


def _keep(row: Likeness, near: list[list[float]], *, save: bool = True) -> None:
    row.near = near[:MOST_NEAR]
    row.least = row.near[-1][1] if len(row.near) == MOST_NEAR else -1
    if save:
        row.save(update_fields=["near", "least"])
