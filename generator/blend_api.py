"""Blends by the API, and the page where they are made."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import permissions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gallery.lists import Wish, page_of
from gallery.models import Piece
from gallery.models.piece import TITLE_LENGTH
from gallery.once import KEY_PARAMETER, key_of, once
from gallery.serializers import PieceOutput
from generator import blends
from generator.models import Job
from generator.serializers import JobOutput
from generator.views import own_job
from musicsite.accounts import guest_sign_in
from musicsite.throttles import GenerationsThrottle, GuestsThrottle, PersonThrottle

MOST_POINTS = 65
MOST_KEPT = 64
"""Points that a piece may be kept of, one a bar."""


class InterpolationInput(serializers.Serializer[Any]):
    """What to blend: two pieces along a line, or four over a square (the second row below the first)."""

    pieces = serializers.ListField(
        child=serializers.CharField(max_length=32), help_text="Codes of two or four pieces."
    )
    points = serializers.IntegerField(
        min_value=2,
        max_value=MOST_POINTS,
        default=None,
        allow_null=True,
        help_text="Ends included; of four pieces, on each side. Null: 33, or 5 on each side.",
    )
    straight = serializers.BooleanField(
        default=False, help_text="Along a straight line through the latents, not along the sphere."
    )

    def validate_pieces(self, pieces: list[str]) -> list[str]:
        if len(pieces) not in (2, 4):
            raise serializers.ValidationError(_("Name two pieces, or four."))
        if len(set(pieces)) != len(pieces):
            raise serializers.ValidationError(_("Choose pieces that are not the same."))
        return pieces

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        square = len(data["pieces"]) == 4
        if data["points"] is None:
            data["points"] = 5 if square else 33
        if square and data["points"] > blends.MOST_ON_A_SIDE:
            sentence = _("A square has at most %(n)d points on each side.") % {"n": blends.MOST_ON_A_SIDE}
            raise serializers.ValidationError({"points": [sentence]})
        return data


class PointOutput(serializers.Serializer[Any]):
    index = serializers.IntegerField()
    shares = serializers.ListField(child=serializers.FloatField(), help_text="Of each piece; 1 in all.")
    score = serializers.JSONField()


class PathOutput(serializers.Serializer[Any]):
    redrawn = serializers.ListField(
        child=serializers.FloatField(), help_text="Of each piece, the share of its notes that are redrawn."
    )
    distance = serializers.ListField(
        child=serializers.FloatField(), help_text="Of each point from the first, 0 to 1; empty for a square."
    )
    changes = serializers.ListField(
        child=serializers.CharField(), help_text="What was cut, repeated or mapped, in sentences."
    )
    points = PointOutput(many=True)


class InterpolationOutput(JobOutput):
    """A job that is a blend, and what it has told so far."""

    path = serializers.SerializerMethodField()

    class Meta(JobOutput.Meta):
        fields = [*JobOutput.Meta.fields, "path"]

    @extend_schema_field(PathOutput)
    def get_path(self, job: Job) -> dict[str, Any]:
        return blends.path_json(job)

    def get_url(self, job: Job) -> str:
        return reverse("api-interpolation", args=[job.code])


class PointKeepInput(serializers.Serializer[Any]):
    points = serializers.ListField(
        child=serializers.IntegerField(min_value=0),
        min_length=1,
        max_length=MOST_KEPT,
        help_text="One point as a whole; or several, one a bar: what was dragged.",
    )
    title = serializers.CharField(max_length=TITLE_LENGTH, required=False, allow_blank=True, default="")


class InterpolationListView(APIView):
    """Ask for a blend. Anybody may, of pieces that they may see and use."""

    permission_classes = [permissions.AllowAny]
    throttle_classes = [PersonThrottle, GenerationsThrottle, GuestsThrottle]

    @extend_schema(
        request=InterpolationInput, responses={202: InterpolationOutput}, parameters=[KEY_PARAMETER]
    )
    def post(self, request: Request) -> Response:
        data = InterpolationInput(data=request.data)
        data.is_valid(raise_exception=True)
        key = key_of(request)
        owner = guest_sign_in(request._request)
        job = blends.interpolation_create(owner=owner, idempotency_key=key, **data.validated_data)
        address = reverse("api-interpolation", args=[job.code])
        return Response(
            InterpolationOutput(job).data, status=status.HTTP_202_ACCEPTED, headers={"Location": address}
        )


class InterpolationView(APIView):
    """How a blend stands, and all its points in one answer."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(responses=InterpolationOutput)
    def get(self, request: Request, code: str) -> Response:
        return Response(InterpolationOutput(own_blend(request, code)).data)


class InterpolationPieceView(APIView):
    """Keep a point of a blend, or what was dragged, as a draft of one's own; its parents are remembered."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(request=PointKeepInput, responses={201: PieceOutput}, parameters=[KEY_PARAMETER])
    @once
    def post(self, request: Request, code: str) -> Response:
        data = PointKeepInput(data=request.data)
        data.is_valid(raise_exception=True)
        piece = blends.point_keep(job=own_blend(request, code), **data.validated_data)
        return Response(
            PieceOutput(piece, context={"person": request.user}).data, status=status.HTTP_201_CREATED
        )


def own_blend(request: Request | HttpRequest, code: str) -> Job:
    """The visitor's own blend. Raises Http404 for anybody else's, and for a job that is none."""
    job = own_job(request, code)
    if not blends.is_interpolation(job):
        raise Http404
    return job


@ensure_csrf_cookie
@never_cache
def blend_page(request: HttpRequest) -> HttpResponse:
    """The page with the slider between two pieces, or the pad between four: ?a=, ?b=, ?c=, ?d= name them.

    What is missing is chosen there.
    """
    chosen = []
    for name in ("a", "b", "c", "d"):
        if code := request.GET.get(name, ""):
            piece = Piece.objects.opened_by(request.user, code)
            if piece is None:
                raise Http404
            chosen.append(piece)
    corners = [*chosen, *[None] * (4 - len(chosen))]
    mine = list(Piece.objects.owned_by(cast(User, request.user)).kept().order_by("-created")[:24])
    shown = [card.piece for card in page_of(Wish()).cards]
    context = {
        "corners": corners,
        "n_chosen": len(chosen),
        "choices": [*mine, *(piece for piece in shown if piece.pk not in {own.pk for own in mine})],
    }
    data = {"pieces": [{"code": piece.address, "title": piece.title} for piece in chosen]}
    return render(request, "generator/blend.html", {**context, "page_data": data})
