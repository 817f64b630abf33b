"""The pieces by the API: HTTP in, one service, HTTP out."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import permissions, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gallery.credentials import midi_with_credential
from gallery.intake_words import intake_words
from gallery.models import Piece, PieceQuerySet
from gallery.once import KEY_PARAMETER, once
from gallery.serializers import (
    PieceChangeInput,
    PieceDetailOutput,
    PieceKeepInput,
    PieceOutput,
    UploadInput,
    UploadOutput,
    pages_of,
)
from gallery.services import (
    piece_change,
    piece_delete,
    piece_keep,
    piece_musicxml,
    piece_restore,
    piece_upload,
)
from musicsite.accounts import guest_sign_in
from musicsite.throttles import GuestsThrottle, PersonThrottle, UploadsThrottle


class NewestFirst(CursorPagination):
    """Pages by a place in time, so that a new piece moves nothing to another page."""

    page_size = 24
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = ("-created", "-pk")


class PieceListView(APIView):
    """The pieces of who asks, drafts included; with ?visibility=public everybody's public ones."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(
        operation_id="pieces_list",
        responses=pages_of(PieceOutput),
        parameters=[
            OpenApiParameter("visibility", str, enum=["public", "unlisted", "private"]),
            OpenApiParameter("cursor", str, description="From `next` or `previous` of the page before."),
            OpenApiParameter("page_size", int),
        ],
    )
    def get(self, request: Request) -> Response:
        visibility = request.query_params.get("visibility")
        pieces: PieceQuerySet
        if visibility == Piece.Visibility.PUBLIC:
            pieces = Piece.objects.public()
        else:
            pieces = Piece.objects.owned_by(request.user).there().select_related("owner")
            if visibility:
                pieces = pieces.filter(visibility=visibility)
        paginator = NewestFirst()
        page = paginator.paginate_queryset(pieces.defer("midi", "recipe", "changes"), request, view=self)
        data = PieceOutput(page, many=True, context={"person": request.user}).data
        return paginator.get_paginated_response(data)


class PieceView(APIView):
    """One piece."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(responses=PieceDetailOutput)
    def get(self, request: Request, code: str) -> Response:
        piece = visible_piece(request, code)
        return Response(PieceDetailOutput(piece, context={"person": request.user}).data)

    @extend_schema(request=PieceChangeInput, responses=PieceOutput)
    def patch(self, request: Request, code: str) -> Response:
        data = PieceChangeInput(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        piece = piece_change(piece=own_piece(request, code), **data.validated_data)
        return Response(PieceOutput(piece, context={"person": request.user}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        """Take it away from everybody. It can be restored for some days."""
        piece_delete(piece=own_piece(request, code))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PieceKeepView(APIView):
    """Put a draft on the shelf."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(request=PieceKeepInput, responses=PieceOutput)
    def post(self, request: Request, code: str) -> Response:
        data = PieceKeepInput(data=request.data)
        data.is_valid(raise_exception=True)
        piece = piece_keep(piece=own_piece(request, code), title=data.validated_data["title"])
        return Response(PieceOutput(piece, context={"person": request.user}).data)


class PieceRestoreView(APIView):
    """Undo a deletion."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(request=None, responses=PieceOutput)
    def post(self, request: Request, code: str) -> Response:
        if not request.user.is_authenticated:
            raise Http404
        piece = piece_restore(owner=request.user, code=code)
        if piece is None:
            raise Http404
        return Response(PieceOutput(piece, context={"person": request.user}).data)


class PieceMidiView(APIView):
    """The piece as a Standard MIDI File."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(responses={(200, "audio/midi"): OpenApiTypes.BINARY})
    def get(self, request: Request, code: str) -> HttpResponse:
        piece = visible_piece(request, code)
        return download(piece, midi_with_credential(piece), "audio/midi", "mid")


class PieceMusicXmlView(APIView):
    """The piece as MusicXML, for notation programs."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(responses={(200, "application/vnd.recordare.musicxml+xml"): OpenApiTypes.BINARY})
    def get(self, request: Request, code: str) -> HttpResponse:
        piece = visible_piece(request, code)
        content = piece_musicxml(piece)
        return download(piece, content, "application/vnd.recordare.musicxml+xml", "musicxml")


class UploadView(APIView):
    """Make a private piece of a MIDI, MusicXML or ABC file. Anybody may; a stranger becomes a guest."""

    permission_classes = [permissions.AllowAny]
    parser_classes = [MultiPartParser]
    throttle_classes = [PersonThrottle, UploadsThrottle, GuestsThrottle]

    @extend_schema(
        request={"multipart/form-data": UploadInput},
        responses={201: UploadOutput},
        parameters=[KEY_PARAMETER],
    )
    @once
    def post(self, request: Request) -> Response:
        if not request.user.is_authenticated:
            # A form of another site can send files, so a stranger too must show that the page was ours.
            SessionAuthentication().enforce_csrf(request)
        data = UploadInput(data=request.data)
        data.is_valid(raise_exception=True)
        file = data.validated_data["file"]
        owner = guest_sign_in(request._request)
        piece = piece_upload(owner=owner, data=file.read(), filename=file.name)
        answer: dict[str, Any] = {
            "piece": PieceOutput(piece, context={"person": owner}).data,
            "changes": [intake_words(change) for change in piece.changes],
        }
        return Response(
            answer, status=status.HTTP_201_CREATED, headers={"Location": piece.get_absolute_url()}
        )


def visible_piece(request: Request, code: str) -> Piece:
    """A piece that the visitor may open. Raises Http404 for any other, as for none."""
    piece = Piece.objects.opened_by(request.user, code)
    if piece is None:
        raise Http404
    return piece


def own_piece(request: Request, code: str) -> Piece:
    """A piece that the visitor may change. Raises Http404 for any other, as for none."""
    piece = Piece.objects.owned_by(request.user).there().select_related("owner").filter(code=code).first()
    if piece is None:
        raise Http404
    return piece


def download(piece: Piece, content: bytes, content_type: str, suffix: str) -> HttpResponse:
    """A file with the piece's title as its name."""
    response = HttpResponse(content, content_type=content_type)
    name = slugify(piece.title, allow_unicode=True) or piece.code
    if disposition := content_disposition_header(True, f"{name}.{suffix}"):
        response["Content-Disposition"] = disposition
    return response
