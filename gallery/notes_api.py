"""The notes of a piece by the API: read with their version, replaced by who owns them, drawn from nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import permissions, serializers, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gallery.api import own_piece, visible_piece
from gallery.editing import notes_etag, notes_json, piece_draw, piece_edit_notes
from gallery.models import TITLE_LENGTH, Piece
from gallery.once import KEY_PARAMETER, once
from gallery.origins import EDITED, HUMAN, MODEL
from gallery.serializers import PieceOutput, ScoreOutput
from generator.music.notes import MAX_TICK
from generator.music.score import score_to_json
from musicsite.accounts import guest_sign_in
from musicsite.errors import ApplicationError
from musicsite.throttles import GuestsThrottle, PersonThrottle, UploadsThrottle

IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True, description="The ETag of the notes."
)


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "array", "items": {}, "minItems": 4, "maxItems": 5},
        "description": "[onset, duration, pitch, velocity], and m, h or e for by the model, by hand, edited.",
    }
)
class NotesField(serializers.Field[Any, Any, Any, Any]):
    """The notes of one track. Ten thousand of them are looked at one by one here, and nowhere else."""

    def to_internal_value(self, data: Any) -> list[list[Any]]:
        if not isinstance(data, list):
            raise serializers.ValidationError(_("The notes of a track are a list."))
        for number, row in enumerate(data, start=1):
            if not is_note(row):
                raise serializers.ValidationError(
                    _("Note %(n)d is not [onset, duration, pitch, velocity] in whole numbers.")
                    % {"n": number}
                )
        return data

    def to_representation(self, value: Any) -> Any:
        return value


def is_note(row: Any) -> bool:
    """Whether this is four whole numbers, maybe with an origin's letter. Ranges are the music's to check."""
    return (
        isinstance(row, list)
        and len(row) in (4, 5)
        and all(type(part) is int and 0 <= part <= MAX_TICK for part in row[:4])
        and (len(row) == 4 or row[4] in (MODEL, HUMAN, EDITED))
    )


class NotesInput(serializers.Serializer[Any]):
    tracks = serializers.ListField(child=NotesField(), max_length=128, help_text="As many as the piece has.")
    length = serializers.IntegerField(
        min_value=0, max_value=MAX_TICK, required=False, help_text="In ticks; left out, as it was."
    )


class NotesOutput(serializers.Serializer[Any]):
    score = ScoreOutput()
    origins = serializers.ListField(
        child=serializers.CharField(), help_text='Who wrote the notes of each track, in runs: "m120 h3 e1".'
    )
    notes_etag = serializers.CharField()


class DrawingInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=TITLE_LENGTH, required=False, allow_blank=True, default="")
    score = serializers.JSONField(help_text="As in the answer of a piece.")


class PieceNotesView(APIView):
    """The notes of one piece."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(responses=NotesOutput)
    def get(self, request: Request, code: str) -> Response:
        piece = visible_piece(request, code)
        return Response(notes_answer(piece), headers={"ETag": notes_etag(piece)})

    @extend_schema(request=NotesInput, responses=NotesOutput, parameters=[IF_MATCH])
    def patch(self, request: Request, code: str) -> Response:
        """Replace all notes. If-Match names the version that was edited, so that no change is lost."""
        piece = own_piece(request, code)
        # It names the notes and not the bytes that were sent: an answer that was compressed calls it weak.
        etag = request.headers.get("If-Match", "").strip().removeprefix("W/")
        if not etag:
            raise ApplicationError(
                "no_version",
                _("Say in If-Match which version of the notes you edited; its ETag came with them."),
                status=HTTPStatus.PRECONDITION_REQUIRED,
            )
        data = NotesInput(data=request.data)
        data.is_valid(raise_exception=True)
        piece = piece_edit_notes(piece=piece, etag=etag, **data.validated_data)
        return Response(notes_answer(piece), headers={"ETag": notes_etag(piece)})


class DrawingView(APIView):
    """Keep a score that was drawn. Anybody may; a stranger becomes a guest."""

    permission_classes = [permissions.AllowAny]
    throttle_classes = [PersonThrottle, UploadsThrottle, GuestsThrottle]

    @extend_schema(request=DrawingInput, responses={201: PieceOutput}, parameters=[KEY_PARAMETER])
    @once
    def post(self, request: Request) -> Response:
        if not request.user.is_authenticated:
            SessionAuthentication().enforce_csrf(request)
        data = DrawingInput(data=request.data)
        data.is_valid(raise_exception=True)
        owner = guest_sign_in(request._request)
        piece = piece_draw(owner=owner, **data.validated_data)
        return Response(
            PieceOutput(piece, context={"person": owner}).data,
            status=status.HTTP_201_CREATED,
            headers={"Location": piece.get_absolute_url()},
        )


def notes_answer(piece: Piece) -> dict[str, Any]:
    """The notes with their origins and version, ready for json."""
    return {"score": score_to_json(piece.score), **notes_json(piece)}
