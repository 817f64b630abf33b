"""The page on which one chooses which tracks of a piece a band plays along with, and hears it do so."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from gallery.families import may_be_used
from gallery.models import Piece
from gallery.views import upload_limits
from generator import bands
from generator.music.casting import common_runs, given_by_default, roles_for
from generator.music.notes import MusicError
from generator.music.score import Score, n_bars, score_to_json

MOST_OFFERED = 24
"""Pieces of one's own, and of the gallery, to choose from."""


@ensure_csrf_cookie
@never_cache
def accompany_page(request: HttpRequest) -> HttpResponse:
    """?piece= names what a band is to play along with; without it one chooses, uploads or draws."""
    arrangers = bands.cards(conditional=True)
    if code := request.GET.get("piece", ""):
        piece = Piece.objects.opened_by(request.user, code)
        if piece is None:
            raise Http404
        context = {"piece": piece, **given_context(request, piece)}
    else:
        context = {"choices": choices(request), "limits": upload_limits()}
    return render(request, "generator/accompany.html", {"arrangers": arrangers, **context})


def choices(request: HttpRequest) -> list[Piece]:
    """Pieces to play along with: one's own, then those of the gallery that may be used."""
    mine = Piece.objects.owned_by(request.user).kept()[:MOST_OFFERED]
    shown = Piece.objects.public().exclude(owner_id=request.user.pk)[:MOST_OFFERED]
    return [*mine, *(piece for piece in shown if may_be_used(piece, request.user))]


def given_context(request: HttpRequest, piece: Piece) -> dict[str, Any]:
    """What there is to choose of a piece; `reason` instead where a band cannot play along with it."""
    if not may_be_used(piece, request.user):
        return {"reason": _("Its author keeps all rights: it is not for playing along with.")}
    try:
        score = piece.score
    except MusicError:
        return {"reason": _("This piece cannot be read any more.")}
    if not any(track.notes.size for track in score.tracks):
        return {"reason": _("There is no note in it to play along with.")}
    runs = common_runs(score)
    if not runs:
        return {"reason": bands.only_common_time(runs)}
    first, last = max(runs, key=lambda run: run[1] - run[0])
    chosen = (first, min(last, first + settings.MAX_BARS - 1))
    return {
        "parts": parts_of(score),
        "role_titles": bands.role_titles().items(),
        "n_bars": n_bars(score),
        "first_bar": chosen[0],
        "last_bar": chosen[1],
        "max_bars": settings.MAX_BARS,
        "mixed": bands.only_common_time(runs) if runs != [(1, n_bars(score))] else "",
        "page_data": {
            "piece": {"code": piece.address, "title": piece.title},
            "score": score_to_json(score),
            "runs": runs,
            "n_bars": n_bars(score),
            "max_bars": settings.MAX_BARS,
        },
    }


def parts_of(score: Score) -> list[dict[str, Any]]:
    """The tracks as the page lists them, with what each would play and whether it is given."""
    roles = roles_for(score)
    given = given_by_default(score, roles)
    return [
        {
            "number": number,
            "name": track.name.strip() or _("Track %(n)d") % {"n": number + 1},
            "role": roles[number],
            "is_drum": track.is_drum,
            "n_notes": int(track.notes.size),
            "is_given": number in given,
        }
        for number, track in enumerate(score.tracks)
    ]
