"""Pages of pieces: home, library, one piece, gallery."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from gallery.models import Piece
from gallery.serializers import piece_json
from generator.music.score import score_to_json

NEWEST = 8
PAGE = 24


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
        "limits": {
            "upload_max_bytes": settings.UPLOAD_MAX_BYTES,
            "upload_megabytes": f"{settings.UPLOAD_MAX_BYTES / 1024 / 1024:.3g}",
        },
    }
    return render(request, "gallery/piece_list.html", context)


@ensure_csrf_cookie
@never_cache
def piece(request: HttpRequest, code: str) -> HttpResponse:
    """One piece: its roll, how it was made, what can be done with it."""
    found = Piece.objects.visible_to(request.user).select_related("owner").filter(code=code).first()
    if found is None:
        raise Http404
    data = piece_json(found, request.user)
    may_edit = found.owner_id == request.user.pk
    context: dict[str, Any] = {
        "piece": found,
        "score_json": data["score"],
        "may_edit": may_edit,
        "recipe": found.recipe,
        "style_title": found.style_title,
    }
    score = data.pop("score")
    context["page_data"] = {"piece": data, "score": score, "may_edit": may_edit}
    return render(request, "gallery/piece_detail.html", context)


@ensure_csrf_cookie
def gallery(request: HttpRequest) -> HttpResponse:
    """Everybody's public pieces, newest first."""
    paginator = Paginator(Piece.objects.public().defer("recipe", "changes"), PAGE)
    page = paginator.get_page(request.GET.get("page"))
    return render(request, "gallery/gallery.html", {"page": page})
