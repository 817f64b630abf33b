"""What other sites fetch of a piece: its pictures."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from gallery.cards import card_digest, card_picture
from gallery.miniature import miniature_file
from gallery.models import Piece


def shown_piece(request: HttpRequest, code: str) -> Piece:
    """The piece that the visitor may open. Raises Http404 for any other, as for none."""
    piece = Piece.objects.opened_by(request.user, code)
    if piece is None:
        raise Http404
    return piece


def revalidated(request: HttpRequest, response: HttpResponse, etag: str) -> HttpResponseBase:
    """The response, or 304 where the visitor has it. Asked for each time: a revoked piece is gone at once."""
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Cookie"])
    answer = get_conditional_response(request, etag=etag, response=response)
    return answer if answer is not None else response


@require_safe
def card(request: HttpRequest, code: str) -> HttpResponseBase:
    """The picture for links, as PNG."""
    piece = shown_piece(request, code)
    etag = quote_etag(card_digest(piece))
    if request.headers.get("If-None-Match") == etag:
        return revalidated(request, HttpResponse(content_type="image/png"), etag)
    return revalidated(request, HttpResponse(card_picture(piece), content_type="image/png"), etag)


@require_safe
def miniature(request: HttpRequest, code: str) -> HttpResponseBase:
    """The roll as SVG, for ?theme=dark (the desk) or light (score paper)."""
    piece = shown_piece(request, code)
    content = miniature_file(piece, light=request.GET.get("theme") == "light").encode()
    etag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    return revalidated(request, HttpResponse(content, content_type="image/svg+xml"), etag)
