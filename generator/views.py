"""Serializers in, one service, an answer out: generations by the API, the studio and the status page."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import permissions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gallery.models import Piece
from gallery.once import HEADER, key_of
from generator.band_api import BandInput
from generator.cards import families, studio_cards, style_cards
from generator.metrics import CONTENT_TYPE, may_scrape, metrics_text
from generator.models import Job
from generator.music.score import bar_edges, cut, n_bars, score_to_json
from generator.serializers import AcceptedOutput, GenerationInput, JobOutput, StyleOutput, job_json
from generator.services import job_cancel, job_create
from generator.status import status_figures
from generator.variation_api import VariationInput
from musicsite.accounts import guest_sign_in
from musicsite.people import limits
from musicsite.throttles import GenerationsThrottle, GuestsThrottle, PersonThrottle

ALTERNATIVES = (1, 2, 4, 8)
"""How many the studio asks for at one press."""
INPUTS: dict[str, type[serializers.Serializer[Any]]] = {
    "rnn": GenerationInput,
    "musegan": BandInput,
    "vae": VariationInput,
}
"""What may be asked of each family."""


class GenerationListView(APIView):
    """Ask for music. Anybody may; a stranger becomes a guest, whose cookie comes with the answer."""

    permission_classes = [permissions.AllowAny]
    throttle_classes = [PersonThrottle, GenerationsThrottle, GuestsThrottle]

    @extend_schema(
        request=PolymorphicProxySerializer(
            component_name="Generation",
            serializers=list(INPUTS.values()),
            resource_type_field_name=None,
        ),
        responses={202: AcceptedOutput},
        parameters=[
            OpenApiParameter(
                HEADER,
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="Asking again with the same key gives the same job instead of another.",
            ),
            OpenApiParameter(
                "alternative_of",
                OpenApiTypes.STR,
                description="Code of a generation of yours that differs in its seed or its arranger alone: "
                "this one then counts as a small job of the day.",
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        model = request.data.get("model") if isinstance(request.data, dict) else None
        asked_of = INPUTS.get(model, GenerationInput) if isinstance(model, str) else GenerationInput
        data = asked_of(data=request.data)
        data.is_valid(raise_exception=True)
        key = key_of(request)
        job = job_create(
            owner=guest_sign_in(request._request),
            request=data.validated_data,
            idempotency_key=key,
            alternative_of=request.query_params.get("alternative_of", ""),
        )
        return Response(
            AcceptedOutput(job).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": job.get_absolute_url()},
        )


class GenerationView(APIView):
    """How a job stands."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(responses=JobOutput)
    def get(self, request: Request, code: str) -> Response:
        return Response(JobOutput(own_job(request, code)).data)


class GenerationCancelView(APIView):
    """Stop a job. The bars made until then stay as a draft; a job that is over stays as it is."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(request=None, responses=JobOutput)
    def post(self, request: Request, code: str) -> Response:
        return Response(JobOutput(job_cancel(job=own_job(request, code))).data)


class StyleListView(APIView):
    """The styles that can be asked for."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(responses=StyleOutput(many=True))
    def get(self, request: Request) -> Response:
        return Response(style_cards())


def own_job(request: Request | HttpRequest, code: str) -> Job:
    """The visitor's own job. Raises Http404 for anybody else's, as for none."""
    job = Job.objects.owned_by(cast(User, request.user)).select_related("piece").filter(code=code).first()
    if job is None:
        raise Http404
    return job


@ensure_csrf_cookie
@never_cache
def studio(request: HttpRequest) -> HttpResponse:
    """The page where music is made. ?job= shows a job, ?continue=…&bar= goes on after a bar of a piece."""
    job = own_job(request, request.GET["job"]) if request.GET.get("job") else None
    cards = studio_cards(continuing=bool(request.GET.get("continue")))
    context: dict[str, Any] = {
        "styles": cards,
        "job": job_json(job) if job else None,
        "continue_from": continued(request) if request.GET.get("continue") else None,
        "limits": {
            "max_bars": settings.MAX_BARS,
            "upload_max_bytes": settings.UPLOAD_MAX_BYTES,
            "per_day": limits(request.user).generations_per_day,
            "at_once": limits(request.user).generations_at_once,
        },
    }
    more = {"families": families(cards), "alternatives": ALTERNATIVES, "page_data": context}
    return render(request, "generator/studio.html", {**context, **more})


def continued(request: HttpRequest) -> dict[str, Any]:
    """The piece that the studio goes on after, cut behind the chosen bar (its last where none was)."""
    piece = Piece.objects.opened_by(request.user, request.GET["continue"])
    if piece is None:
        raise Http404
    score = piece.score
    whole = n_bars(score)
    chosen = request.GET.get("bar", "")
    bars = (
        max(1, min(int(chosen), whole))
        if chosen.isascii() and chosen.isdigit() and len(chosen) < 6
        else whole
    )
    if not whole:
        raise Http404
    return {
        "piece": piece.address,
        "title": piece.title,
        "bars": bars,
        "n_bars": whole,
        "style": piece.style,
        "score": score_to_json(cut(score, 0, int(bar_edges(score)[bars]))),
    }


@never_cache
def status_page(request: HttpRequest) -> HttpResponse:
    """What the generator is doing, for whoever wants to know."""
    return render(request, "generator/status.html", status_figures())


@never_cache
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Figures for a monitor, in Prometheus' text format."""
    if not may_scrape(request.META.get("REMOTE_ADDR", ""), request.headers.get("Authorization", "")):
        raise PermissionDenied
    return HttpResponse(metrics_text(), content_type=CONTENT_TYPE)
