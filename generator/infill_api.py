"""Infills by the API."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import permissions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gallery.once import KEY_PARAMETER, key_of
from generator import bands, infills
from generator.models import MAX_SEED, Job
from generator.music.notes import MAX_TICK
from generator.serializers import AcceptedOutput, JobOutput
from generator.views import own_job
from musicsite.accounts import guest_sign_in
from musicsite.throttles import GenerationsThrottle, GuestsThrottle, PersonThrottle


class InfillInput(serializers.Serializer[Any]):
    """Some bars of a score that a band plays anew. Nothing outside of them is touched."""

    score = serializers.JSONField(help_text="As in the answer of a piece.")
    tracks = serializers.ListField(
        child=serializers.IntegerField(min_value=0), min_length=1, max_length=4, help_text="To play anew."
    )
    start = serializers.IntegerField(min_value=0, max_value=MAX_TICK, help_text="In ticks, 480 a quarter.")
    end = serializers.IntegerField(min_value=1, max_value=MAX_TICK)
    arranger = serializers.ChoiceField(choices=bands.ARRANGERS, default="hybrid")
    seed = serializers.IntegerField(
        min_value=0, max_value=MAX_SEED, allow_null=True, default=None, help_text="Null: a new one."
    )
    alternatives = serializers.IntegerField(min_value=1, max_value=infills.MOST_ALTERNATIVES, default=4)

    def validate_tracks(self, tracks: list[int]) -> list[int]:
        return sorted(set(tracks))

    def validate_arranger(self, arranger: str) -> str:
        if arranger not in bands.arrangers(conditional=True):
            raise serializers.ValidationError(_("This arranger is not installed here."))
        return arranger


class AlternativeOutput(serializers.Serializer[Any]):
    index = serializers.IntegerField()
    notes = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=5, max_length=5),
        help_text="[track, onset, duration, pitch, velocity], all between start and end.",
    )


class InfillOutput(JobOutput):
    """A job that is an infill, and the alternatives so far."""

    alternatives = serializers.SerializerMethodField()

    class Meta(JobOutput.Meta):
        fields = [*JobOutput.Meta.fields, "alternatives"]

    @extend_schema_field(AlternativeOutput(many=True))
    def get_alternatives(self, job: Job) -> list[dict[str, Any]]:
        return infills.alternatives_json(job)

    def get_url(self, job: Job) -> str:
        return reverse("api-infill", args=[job.code])


class InfillAcceptedOutput(InfillOutput, AcceptedOutput):
    """An infill that was just put in line."""

    class Meta(InfillOutput.Meta):
        fields = [*InfillOutput.Meta.fields, "left_today", "small_left_today"]


class InfillListView(APIView):
    """Ask for an infill. Anybody may; a stranger becomes a guest, whose cookie comes with the answer."""

    permission_classes = [permissions.AllowAny]
    throttle_classes = [PersonThrottle, GenerationsThrottle, GuestsThrottle]

    @extend_schema(request=InfillInput, responses={202: InfillAcceptedOutput}, parameters=[KEY_PARAMETER])
    def post(self, request: Request) -> Response:
        data = InfillInput(data=request.data)
        data.is_valid(raise_exception=True)
        key = key_of(request)
        asked = {**data.validated_data, "score": bands.score_given(data.validated_data["score"], "score")}
        job = infills.infill_create(owner=guest_sign_in(request._request), idempotency_key=key, **asked)
        address = reverse("api-infill", args=[job.code])
        return Response(
            InfillAcceptedOutput(job).data, status=status.HTTP_202_ACCEPTED, headers={"Location": address}
        )


class InfillView(APIView):
    """How an infill stands, and its alternatives."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(responses=InfillOutput)
    def get(self, request: Request, code: str) -> Response:
        job = own_job(request, code)
        if not infills.is_infill(job):
            raise Http404
        return Response(InfillOutput(job).data)
