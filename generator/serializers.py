"""Jobs in and out of the API."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, cast

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from generator.allowance import Left, left
from generator.engines import style_names
from generator.models import MAX_SEED, Job
from generator.music.key import KEYS
from generator.music.styles import STYLES
from generator.queue import place

MODELS = ("rnn",)


class ContinueInput(serializers.Serializer[Any]):
    piece = serializers.CharField(max_length=32, help_text="Code of the piece to go on after.")
    bars = serializers.IntegerField(
        min_value=1, help_text="How many of its bars to keep; the new ones follow."
    )


class GenerationInput(serializers.Serializer[Any]):
    """What to write. Everything but `style` may be left out."""

    model = serializers.ChoiceField(choices=MODELS, default="rnn")
    style = serializers.ChoiceField(choices=tuple(STYLES))  # type: ignore[assignment]
    bars = serializers.IntegerField(
        min_value=1, default=8, help_text="To write, after those of `continue_from`."
    )
    key = serializers.ChoiceField(choices=tuple(KEYS), allow_null=True, default=None, help_text="Null: free.")
    key_lock = serializers.BooleanField(default=False, help_text="No note outside the key's scale.")
    tempo = serializers.FloatField(
        min_value=40,
        max_value=240,
        allow_null=True,
        default=None,
        help_text="Quarters a minute. Null: the style's.",
    )
    metre = serializers.CharField(
        max_length=5, allow_null=True, default=None, help_text='"3/4". Null: the style\'s.'
    )
    temperature_pitch = serializers.FloatField(min_value=0.1, max_value=2, default=1.0)
    temperature_rhythm = serializers.FloatField(min_value=0.1, max_value=2, default=1.0)
    top_p = serializers.FloatField(min_value=0.05, max_value=1, default=0.95)
    seed = serializers.IntegerField(
        min_value=0, max_value=MAX_SEED, allow_null=True, default=None, help_text="Null: a new one."
    )
    continue_from = ContinueInput(allow_null=True, default=None)

    def validate_style(self, style: str) -> str:
        if style not in style_names():
            raise serializers.ValidationError(_("This style is not installed here."))
        return style

    def validate_bars(self, bars: int) -> int:
        if bars > settings.MAX_BARS:
            raise serializers.ValidationError(_("At most %(n)d bars at a time.") % {"n": settings.MAX_BARS})
        return bars

    def validate_metre(self, metre: str | None) -> str | None:
        if metre is not None and not re.fullmatch(r"[1-9]\d?/(1|2|4|8|16)", metre):
            raise serializers.ValidationError(_("Write a metre as 4/4."))
        return metre

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if data["key_lock"] and data["key"] is None:
            raise serializers.ValidationError({"key": [_("Choose the key to keep to.")]})
        if data["metre"] is not None:
            known = [f"{n}/{d}" for n, d in STYLES[data["style"]].metres]
            if data["metre"] not in known:
                sentence = _("This style is written in %(metres)s.") % {"metres": ", ".join(known)}
                raise serializers.ValidationError({"metre": [sentence]})
        return data


class ErrorWordsOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class JobOutput(serializers.ModelSerializer[Job]):
    """A job, as the API, the pages and the sockets tell it."""

    model = serializers.CharField(source="request.model")
    style = serializers.CharField(source="request.style")  # type: ignore[assignment]
    position = serializers.SerializerMethodField(help_text="Place in line; 0 when it does not wait.")
    wait_seconds = serializers.SerializerMethodField(
        help_text="Until it begins; null while no generator is up."
    )
    error = serializers.SerializerMethodField()
    piece = serializers.SerializerMethodField(
        help_text="Code of the draft that it became, once it has ended."
    )
    request = serializers.JSONField(help_text="What was asked.")
    url = serializers.SerializerMethodField()
    socket = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = [
            "code", "status", "model", "style", "bars", "bars_done", "seed", "position", "wait_seconds",
            "error", "piece", "request", "url", "socket", "created", "started", "first_note", "finished",
            "device", "attempt",
        ]  # fmt: skip

    def get_position(self, job: Job) -> int:
        return place(job)[0]

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_wait_seconds(self, job: Job) -> float | None:
        return place(job)[1]

    @extend_schema_field(ErrorWordsOutput(allow_null=True))
    def get_error(self, job: Job) -> dict[str, str] | None:
        return {"code": job.error_code, "message": job.error_message} if job.error_code else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_piece(self, job: Job) -> str | None:
        return job.piece.code if job.piece_id and job.piece else None

    def get_url(self, job: Job) -> str:
        return reverse("api-generation", args=[job.code])

    def get_socket(self, job: Job) -> str:
        return f"/ws/jobs/{job.code}/"


class AcceptedOutput(JobOutput):
    """A job that was just put in line."""

    left_today = serializers.SerializerMethodField(
        help_text="How many more pieces you may ask for within the day."
    )
    small_left_today = serializers.SerializerMethodField(
        help_text="Or how many small jobs: bars or a part of a band anew, further alternatives of one press."
    )

    class Meta(JobOutput.Meta):
        fields = [*JobOutput.Meta.fields, "left_today", "small_left_today"]

    def get_left_today(self, job: Job) -> int:
        return self._left.pieces

    def get_small_left_today(self, job: Job) -> int:
        return self._left.small

    @cached_property
    def _left(self) -> Left:
        return left(cast(Job, self.instance).owner)


class StyleOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    model = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    default_tempo = serializers.FloatField()
    metres = serializers.ListField(child=serializers.CharField())


def job_json(job: Job) -> dict[str, Any]:
    """The job as plain data, ready for json."""
    data: dict[str, Any] = JobOutput(job).data
    return dict(data)
