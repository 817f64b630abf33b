"""Blends: the path between two pieces, or the square between four, as a job; points of it as pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from gallery.families import parent_record, use_check
from gallery.models import Piece, PieceParent
from gallery.services import piece_create
from generator.engines import engine, engine_device
from generator.events import PathEvent, PointEvent
from generator.models import Job
from generator.music.notes import MusicError
from generator.music.score import (
    Score,
    bar_edges,
    concatenate,
    cut,
    n_bars,
    n_notes,
    score_from_json,
    score_to_json,
)
from generator.results import RECIPE_VERSION
from generator.services import job_append, job_create
from musicsite.errors import ApplicationError, refused

if TYPE_CHECKING:
    from generator.engine.blend import Way

KIND = "interpolation"
MOST_ON_A_SIDE = 9
"""Points on each side of a square: 81 in all."""


def is_interpolation(job: Job) -> bool:
    """Whether a job asks for a path instead of a piece."""
    return bool(job.request.get("kind") == KIND)


def interpolation_create(
    *,
    owner: User,
    pieces: list[str],
    points: int,
    straight: bool,
    kept: list[int] | None = None,
    expected: dict[str, Any] | None = None,
    idempotency_key: str = "",
) -> Job:
    """Put a path in line. Raises ApplicationError for a piece that this person may not see or not use.

    kept: points of it that are to be kept once it is there, as a recipe has them, and expected, what should
    come of it.
    """
    found = corners_of(owner, pieces)
    request = {
        "model": "vae",
        "style": "blend",
        "kind": KIND,
        "pieces": pieces,
        "points": points,
        "straight": straight,
        "bars": max(1, *(piece.bars for piece in found)),
        "seed": 0,
    }
    if kept is not None:
        request |= {"kept": kept, "expected": expected}
    return job_create(owner=owner, request=request, idempotency_key=idempotency_key)


def corners_of(owner: User, codes: list[str]) -> list[Piece]:
    """The pieces to go between. Raises ApplicationError for one that this person may not see or not use."""
    found = []
    for number, code in enumerate(codes):
        piece = Piece.objects.opened_by(owner, code)
        if piece is None:
            raise refused(f"pieces.{number}", _("There is no such piece for you to blend."))
        use_check(piece, owner)
        if not piece.n_notes:
            sentence = _("There is no note in “%(title)s”.") % {"title": piece.title}
            raise refused(f"pieces.{number}", sentence)
        found.append(piece)
    return found


def interpolate(job: Job) -> None:
    """Have the engine walk the path and tell it point by point. Raises GenerationError, AttemptOver."""
    from generator.engine.blend import PathAsk
    from generator.engine.errors import GenerationError

    try:
        scores = tuple(piece.score for piece in corners_of(job.owner, job.request["pieces"]))
    except ApplicationError as error:
        raise GenerationError("piece_gone", str(error)) from error
    except MusicError as error:
        raise GenerationError("not_to_be_read", _("One of the pieces cannot be read any more.")) from error
    way: Way = engine().ask("vae", PathAsk(scores, job.request["points"], job.request["straight"]))
    head: PathEvent = {
        "type": "path",
        "points": len(way.points),
        "redrawn": list(way.redrawn),
        "distance": list(way.distance),
        "changes": list(way.changes),
    }
    told = job.n_events  # an earlier attempt may have told some of it; the way is the same each time
    if told == 0:
        job_append(job=job, event=head, weights=way.weights, device=engine_device(), bars_done=0)
    for index in range(max(0, told - 1), len(way.points)):
        score = way.points[index]
        point: PointEvent = {
            "type": "point",
            "index": index,
            "shares": list(way.shares[index]),
            "score": score_to_json(score),
        }
        job_append(job=job, event=point, bars_done=job.bars)


def path_json(job: Job) -> dict[str, Any]:
    """All that has been told of the path so far, in one answer."""
    answer: dict[str, Any] = {"redrawn": [], "distance": [], "changes": [], "points": []}
    for payload in job.events.order_by("number").values_list("payload", flat=True):
        if payload["type"] == "path":
            answer |= {name: payload[name] for name in ("redrawn", "distance", "changes")}
        elif payload["type"] == "point":
            answer["points"].append({name: payload[name] for name in ("index", "shares", "score")})
    return answer


def point_keep(*, job: Job, points: list[int], title: str) -> Piece:
    """Keep a point of a path as a piece; or, of several points, one bar after another: what was dragged.

    points: one number for a whole point, else one a bar. Raises ApplicationError when one is not there.
    """
    there = {point["index"]: point for point in path_json(job)["points"]}
    missing = next((number for number in points if number not in there), None)
    if missing is not None:
        raise no_such_point(missing)
    score = taken([score_from_json(there[number]["score"]) for number in points])
    if not n_notes(score):
        raise refused("points", _("There is no note at this point."))
    parents = corners_of(job.owner, job.request["pieces"])
    shares = [sum(there[n]["shares"][k] for n in points) / len(points) for k in range(len(parents))]
    piece = piece_create(
        owner=job.owner,
        score=score,
        title=title or _title(parents, shares),
        source=Piece.Source.GENERATED,
        is_draft=True,
        model="vae",
        style="",
        weights=job.weights,
        recipe={"version": RECIPE_VERSION, **job.request, "kept": points, "weights": job.weights},
    )
    for parent, share in zip(parents, shares, strict=True):
        if share > 0:
            parent_record(child=piece, parent=parent, kind=PieceParent.Kind.BLEND, share=round(share, 4))
    return piece


def no_such_point(number: int) -> ApplicationError:
    """The refusal of a point that a path does not have."""
    return refused("points", _("The path has no point %(n)d.") % {"n": number})


def kept_by_recipe(job: Job) -> Piece | None:
    """The piece that a path was asked for by a recipe; None where a person chooses a point by hand."""
    kept = job.request.get("kept")
    if kept is None or job.status != Job.Status.DONE:
        return None
    try:
        return point_keep(job=job, points=kept, title="")
    except ApplicationError:  # a recipe that names points which are not there makes nothing
        return None


def kept_of(recipe: dict[str, Any], ends: list[Score]) -> tuple[Score, str]:
    """What a recipe kept of the way between these pieces, walked anew; and the hash of the weights.

    Raises ApplicationError when the pieces or the points are not there.
    """
    from generator.engine.blend import PathAsk

    if not ends:
        raise ApplicationError("piece_gone", _("One of the pieces that this lies between is gone."))
    way: Way = engine().ask("vae", PathAsk(tuple(ends), recipe["points"], recipe["straight"]))
    missing = next((number for number in recipe["kept"] if number >= len(way.points)), None)
    if missing is not None:
        raise no_such_point(missing)
    return taken([way.points[number] for number in recipe["kept"]]), way.weights


def taken(scores: list[Score]) -> Score:
    """What is kept of points: one as a whole, or of several one bar after another."""
    return _heard(scores[0] if len(scores) == 1 else _bar_by_bar(scores))


def _bar_by_bar(scores: list[Score]) -> Score:
    """Bar i of score i, one after another. After the last bar there is nothing more to take."""
    bars = []
    for number, score in enumerate(scores):
        if number < n_bars(score):
            edges = bar_edges(score)
            bars.append(cut(score, int(edges[number]), int(edges[number + 1])))
    return concatenate(*bars)


def _heard(score: Score) -> Score:
    """Without the tracks that play nothing at this point."""
    tracks = tuple(track for track in score.tracks if track.notes.size)
    return Score(tracks or score.tracks, score.tempos, score.metres, score.length)


def _title(parents: list[Piece], shares: list[float]) -> str:
    by_share = sorted(zip(shares, parents, strict=True), key=lambda pair: -pair[0])
    names = [parent.title for share, parent in by_share if share > 0][:2]
    return " × ".join(names)
