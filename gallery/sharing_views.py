"""What other sites fetch of a piece: its pictures, the frame in which it plays, the words about that."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from gallery.audio import CLIP, Sound, audio_open, audio_state
from gallery.cards import card_digest, card_picture
from gallery.embed import Look, embedded_piece, oembed, oembed_xml, piece_at
from gallery.miniature import miniature_file
from gallery.models import Piece
from gallery.sharing_api import LOOK_AGAIN, file_response
from generator.music.notes import MusicError
from generator.music.score import score_to_json
from musicsite.errors import ApplicationError, error_body
from musicsite.languages import in_site_language


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
@in_site_language
def card(request: HttpRequest, code: str) -> HttpResponseBase:
    """The picture for links, as PNG."""
    piece = shown_piece(request, code)
    etag = quote_etag(card_digest(piece))
    if request.headers.get("If-None-Match") == etag:
        return revalidated(request, HttpResponse(content_type="image/png"), etag)
    return revalidated(request, HttpResponse(card_picture(piece), content_type="image/png"), etag)


@require_safe
def clip(request: HttpRequest, code: str) -> HttpResponseBase:
    """The first seconds as MP3, for messengers; 202 and Retry-After while they are being rendered."""
    sound = Sound(shown_piece(request, code), CLIP, is_clip=True)
    try:
        state = audio_state(sound)
    except ApplicationError as refusal:
        return JsonResponse(error_body(refusal.code, refusal.message), status=refusal.status)
    file = audio_open(sound) if state["state"] == "ready" else None
    if file is None:
        response = JsonResponse({"state": state["state"]}, status=HTTPStatus.ACCEPTED)
        response["Retry-After"] = str(LOOK_AGAIN)
        patch_cache_control(response, private=True, no_store=True)
        return response
    return file_response(request, file, sound)


@require_safe
def miniature(request: HttpRequest, code: str) -> HttpResponseBase:
    """The roll as SVG, for ?theme=dark (the desk) or light (score paper)."""
    piece = shown_piece(request, code)
    content = miniature_file(piece, light=request.GET.get("theme") == "light").encode()
    etag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    return revalidated(request, HttpResponse(content, content_type="image/svg+xml"), etag)


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type] # its hints know views without arguments
def embed(request: HttpRequest, code: str) -> HttpResponse:
    """A piece inside a page of another site; the one page that may be framed. Nobody is signed in in it."""
    look = Look.read(request.GET)
    piece = embedded_piece(code)
    context: dict[str, Any] = {"look": look, "piece": piece}
    if piece is not None:
        try:
            context["page_data"] = {"score": score_to_json(piece.score), "bar": look.bar, "loop": look.loop}
        except MusicError:
            context["piece"] = piece = None
    status = HTTPStatus.OK if piece is not None else HTTPStatus.NOT_FOUND
    response = render(request, "gallery/embed.html", context, status=status)
    # A piece that is made private is gone at the next look.
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
def oembed_answer(request: HttpRequest) -> HttpResponse:
    """What embeds a piece, for programs that were given its address (oembed.com)."""
    form = request.GET.get("format", "json")
    if form not in ("json", "xml"):
        said = error_body("no_format", _("There are the formats json and xml."))
        return JsonResponse(said, status=HTTPStatus.NOT_IMPLEMENTED)
    found = piece_at(request.GET.get("url", ""), request.get_host())
    if found is None:
        raise Http404
    piece, look = found
    site = f"{request.scheme}://{request.get_host()}"
    answer = oembed(
        piece,
        site,
        look,
        most_width=pixels(request.GET.get("maxwidth")),
        most_height=pixels(request.GET.get("maxheight")),
    )
    response: HttpResponse = (
        JsonResponse(answer)
        if form == "json"
        else HttpResponse(oembed_xml(answer), content_type="text/xml; charset=utf-8")
    )
    # A page of another site may ask by script: there is nothing in it that is not public.
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, no_cache=True)
    return response


def pixels(said: str | None) -> int | None:
    """A number of pixels; None where none, or none that makes sense, is said."""
    return (
        int(said) if said and said.isascii() and said.isdigit() and 0 < len(said) < 6 and int(said) else None
    )
