"""Serializers in, one service, an answer out: generations by the API, the studio and the status page."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import permissions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gallery.models import Piece
from gallery.words import style_description, style_title
from generator import bands
from generator.band_api import BandInput
from generator.engines import style_names
from generator.metrics import CONTENT_TYPE, may_scrape, metrics_text
from generator.models import Job
from generator.music.score import bar_edges, cut, n_bars, score_to_json
from generator.music.styles import STYLES
from generator.serializers import GenerationInput, JobOutput, StyleOutput, job_json
from generator.services import job_cancel, job_create
from generator.status import status_figures
from musicsite.accounts import guest_sign_in
from musicsite.errors import ApplicationError
from musicsite.people import limits
from musicsite.throttles import GenerationsThrottle, GuestsThrottle, PersonThrottle

IDEMPOTENCY_KEY_LENGTH = 128


def styles_json() -> list[dict[str, Any]]:
    """The styles that can be asked for, as cards."""
    return [
        {
            "name": name,
            "title": style_title(name),
            "description": style_description(name),
            "default_tempo": STYLES[name].tempo,
            "metres": [f"{n}/{d}" for n, d in STYLES[name].metres],
        }
        for name in style_names()
    ]


class GenerationListView(APIView):
    """Ask for music. Anybody may; a stranger becomes a guest, whose cookie comes with the answer."""

    permission_classes = [permissions.AllowAny]
    throttle_classes = [PersonThrottle, GenerationsThrottle, GuestsThrottle]

    @extend_schema(
        request=PolymorphicProxySerializer(
            component_name="Generation",
            serializers=[GenerationInput, BandInput],
            resource_type_field_name=None,
        ),
        responses={202: JobOutput},
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="Asking again with the same key gives the same job instead of another.",
            )
        ],
    )
    def post(self, request: Request) -> Response:
        asks_a_band = isinstance(request.data, dict) and request.data.get("model") == bands.MODEL
        data = BandInput(data=request.data) if asks_a_band else GenerationInput(data=request.data)
        data.is_valid(raise_exception=True)
        key = request.headers.get("Idempotency-Key", "").strip()
        if len(key) > IDEMPOTENCY_KEY_LENGTH:
            sentence = _("An Idempotency-Key has at most %(n)d signs.") % {"n": IDEMPOTENCY_KEY_LENGTH}
            raise ApplicationError("invalid", sentence, fields={"Idempotency-Key": [sentence]})
        job = job_create(
            owner=guest_sign_in(request._request), request=data.validated_data, idempotency_key=key
        )
        return Response(
            JobOutput(job).data, status=status.HTTP_202_ACCEPTED, headers={"Location": job.get_absolute_url()}
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
        return Response(styles_json())


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
    context: dict[str, Any] = {
        # A band begins pieces, it does not go on with them.
        "styles": styles_json() + ([] if request.GET.get("continue") else bands.cards()),
        "job": job_json(job) if job else None,
        "continue_from": continued(request) if request.GET.get("continue") else None,
        "limits": {
            "max_bars": settings.MAX_BARS,
            "upload_max_bytes": settings.UPLOAD_MAX_BYTES,
            "per_day": limits(request.user).generations_per_day,
        },
    }
    return render(request, "generator/studio.html", {**context, "page_data": context})


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
