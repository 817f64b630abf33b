"""Pages of pieces: home, library, one piece, gallery."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from gallery import lists
from gallery.gallery_page import Choices
from gallery.models import Piece
from gallery.pages import open_piece
from gallery.piece_page import piece_context
from generator.bands import may_accompany
from generator.music.score import score_to_json

NEWEST = 8
STARTERS = 3


@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    """One piece that plays, one button, the newest pieces."""
    newest = list(Piece.objects.public()[:NEWEST])
    first = next((piece for piece in newest if piece.n_notes), None)
    hero = None
    if first is not None:
        card = {
            "code": first.code,
            "title": first.title,
            "author": first.author,
            "url": first.get_absolute_url(),
        }
        hero = {"piece": card, "score": score_to_json(first.score)}
    return render(request, "gallery/home.html", {"hero": hero, "newest": newest, "page_data": {"hero": hero}})


@ensure_csrf_cookie
@never_cache
def library(request: HttpRequest) -> HttpResponse:
    """My pieces: kept ones, drafts, and deleted ones that can still be had back."""
    mine = Piece.objects.owned_by(request.user).select_related("owner").defer("recipe", "changes")
    context = {
        "kept": mine.kept(),
        "drafts": mine.drafts(),
        "deleted": mine.deleted(),
        "undo_days": settings.UNDO_DAYS,
        "limits": upload_limits(),
        "may_accompany": may_accompany(),
    }
    return render(request, "gallery/piece_list.html", context)


def upload_limits() -> dict[str, Any]:
    """What the form for a file says of its size."""
    return {
        "upload_max_bytes": settings.UPLOAD_MAX_BYTES,
        "upload_megabytes": f"{settings.UPLOAD_MAX_BYTES / 1024 / 1024:.3g}",
    }


@ensure_csrf_cookie
@never_cache
def piece(request: HttpRequest, code: str) -> HttpResponse:
    """One piece: its roll, what people say of it, where it comes from, what can be done with it."""
    found = open_piece(request, code)
    return render(request, "gallery/piece_detail.html", piece_context(found, request.user))


@ensure_csrf_cookie
def gallery(request: HttpRequest) -> HttpResponse:
    """Everybody's public pieces: sorted, filtered, searched. The address says which."""
    wish = lists.Wish.read(request.GET)
    page = lists.page_of(wish, after=request.GET.get("after", ""))
    # Who finds nothing is offered something to begin with.
    nothing = not page.cards and not wish.is_plain
    context = {
        "page": page,
        "best": lists.page_of(lists.Wish(sort="best"), size=STARTERS).cards if nothing else [],
        "wish": wish,
        "is_first": not request.GET.get("after"),
        "choices": Choices(wish),
    }
    return render(request, "gallery/gallery.html", context)
