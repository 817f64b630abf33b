"""What may be asked of the VAE by the API: POST /api/v1/generations/ with model "vae"."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers

from generator import variations
from generator.engine.kinds import ATTRIBUTES, DRAWS
from generator.models import MAX_SEED
from generator.music.key import KEYS


class VariationInput(serializers.Serializer[Any]):
    """Something new from the prior, or with `piece` a variation of it."""

    model = serializers.ChoiceField(choices=[variations.MODEL])
    style = serializers.ChoiceField(  # type: ignore[assignment]
        choices=[*DRAWS, variations.VARIATION],
        default="tune",
        help_text="tune: a melody thought in 16 bars; phrase: in 2; groove: drums in 16; beat: in 2; trio: "
        "melody, bass and drums in 16. With `piece`, `variation`.",
    )
    bars = serializers.IntegerField(min_value=1, default=8, help_text="With `piece`, its bars count instead.")
    key = serializers.ChoiceField(
        choices=tuple(KEYS), allow_null=True, default=None, help_text="Moved to this key. Null: as drawn."
    )
    tempo = serializers.FloatField(min_value=40, max_value=240, allow_null=True, default=None)
    temperature = serializers.FloatField(
        min_value=0, max_value=1.5, default=0.0, help_text="Of a draw; 0 takes the likeliest note each time."
    )
    piece = serializers.CharField(
        max_length=32, allow_null=True, default=None, help_text="Code of the piece to vary."
    )
    amount = serializers.FloatField(
        min_value=0,
        max_value=1,
        default=0.3,
        help_text="How far to go from the piece; 0 is the piece itself.",
    )
    attributes = serializers.DictField(
        child=serializers.FloatField(min_value=0, max_value=3),
        default=dict,
        help_text=f"Of {', '.join(ATTRIBUTES)}: how far; 1 or 2 can be heard.",
    )
    seed = serializers.IntegerField(
        min_value=0, max_value=MAX_SEED, allow_null=True, default=None, help_text="Null: a new one."
    )

    def validate_bars(self, bars: int) -> int:
        if bars > settings.MAX_BARS:
            raise serializers.ValidationError(_("At most %(n)d bars at a time.") % {"n": settings.MAX_BARS})
        return bars

    def validate_attributes(self, attributes: dict[str, float]) -> dict[str, float]:
        if unknown := sorted(set(attributes) - set(ATTRIBUTES)):
            sentence = _("There is no %(unknown)s; say %(known)s.")
            words = {"unknown": ", ".join(unknown), "known": ", ".join(ATTRIBUTES)}
            raise serializers.ValidationError(sentence % words)
        return attributes

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        style = variations.VARIATION if data["piece"] else data["style"]
        if style == variations.VARIATION and not data["piece"]:
            raise serializers.ValidationError({"piece": [_("Name the piece to vary.")]})
        if data["attributes"] and not data["piece"]:
            raise serializers.ValidationError({"attributes": [_("Name the piece that is to be so.")]})
        if not variations.is_installed(style):
            raise serializers.ValidationError({"style": [_("This network is not installed here.")]})
        return {**data, "style": style, "metre": None, "continue_from": None}
