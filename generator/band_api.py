"""What may be asked of a band by the API: POST /api/v1/generations/ with model "musegan"."""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers

from generator import bands
from generator.models import MAX_SEED
from generator.music.bandroll import BAND
from generator.music.key import KEYS

MOST_PHRASES = 32

Value = TypeVar("Value")


class LatentsInput(serializers.Serializer[Any]):
    """Seeds of the four latents; null, or a role left out, follows the piece's seed.

    What keeps its seeds keeps its notes: another `private` and `private_time` for the drums change the drums
    alone.
    """

    shared = serializers.IntegerField(min_value=0, max_value=MAX_SEED, allow_null=True, default=None)
    shared_time = serializers.IntegerField(
        min_value=0, max_value=MAX_SEED, allow_null=True, default=None, help_text="The course of the harmony."
    )
    shared_time_of = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=MAX_SEED),
        default=dict,
        help_text="By role: who hears another course than the rest.",
    )
    private = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=MAX_SEED), default=dict, help_text="By role."
    )
    private_time = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=MAX_SEED), default=dict, help_text="By role."
    )

    def validate_shared_time_of(self, seeds: dict[str, int]) -> dict[str, int]:
        return by_role(seeds)

    def validate_private(self, seeds: dict[str, int]) -> dict[str, int]:
        return by_role(seeds)

    def validate_private_time(self, seeds: dict[str, int]) -> dict[str, int]:
        return by_role(seeds)


class GivenTrackInput(serializers.Serializer[Any]):
    track = serializers.IntegerField(min_value=0, help_text="Its number in the piece, from 0.")
    role = serializers.ChoiceField(choices=BAND)


class GivenInput(serializers.Serializer[Any]):
    """Tracks of a piece, or of a score, that stay exactly as they are and that the others play along with."""

    piece = serializers.CharField(
        max_length=32, allow_null=True, default=None, help_text="Code of the piece."
    )
    score = serializers.JSONField(
        allow_null=True, default=None, help_text="Instead of a piece: a score, as in the answer of a piece."
    )
    tracks = GivenTrackInput(many=True, allow_empty=False)
    first_bar = serializers.IntegerField(min_value=1, default=1)
    last_bar = serializers.IntegerField(
        min_value=1, allow_null=True, default=None, help_text="Null: to the end."
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if (data["piece"] is None) == (data["score"] is None):
            sentence = _("Name a piece to play along with, or send a score: one of the two.")
            raise serializers.ValidationError({"piece": [sentence]})
        return data


class BandInput(serializers.Serializer[Any]):
    """What a band is to play: five tracks, from nothing or along with given ones."""

    model = serializers.ChoiceField(choices=[bands.MODEL])
    arranger = serializers.ChoiceField(
        choices=bands.ARRANGERS,
        default="hybrid",
        help_text="jamming: each for itself; composer: one for all; hybrid: both.",
    )
    bars = serializers.IntegerField(min_value=1, default=8, help_text="With `given`, its bars count instead.")
    form = serializers.RegexField(
        r"^[A-Z]+$",
        max_length=MOST_PHRASES,
        default=bands.PLAIN["form"],
        help_text="A letter for each phrase of four bars, over and over.",
    )
    key = serializers.ChoiceField(
        choices=tuple(KEYS), allow_null=True, default=None, help_text="Null: C major, or that of `given`."
    )
    tempo = serializers.FloatField(min_value=40, max_value=240, allow_null=True, default=None)
    seed = serializers.IntegerField(
        min_value=0, max_value=MAX_SEED, allow_null=True, default=None, help_text="Null: a new one."
    )
    latents = LatentsInput(default=lambda: dict(bands.PLAIN["latents"]))
    density = serializers.DictField(
        child=serializers.FloatField(min_value=-1, max_value=1),
        default=dict,
        help_text="By role: -1 sparse, 0 as learnt, 1 dense.",
    )
    muted = serializers.ListField(child=serializers.ChoiceField(choices=BAND), default=list, max_length=4)
    given = GivenInput(allow_null=True, default=None)

    def validate_bars(self, bars: int) -> int:
        if bars > settings.MAX_BARS:
            raise serializers.ValidationError(_("At most %(n)d bars at a time.") % {"n": settings.MAX_BARS})
        return bars

    def validate_density(self, density: dict[str, float]) -> dict[str, float]:
        return by_role(density)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        given = data["given"]
        if data["arranger"] not in bands.arrangers(conditional=given is not None):
            raise serializers.ValidationError({"arranger": [_("This arranger is not installed here.")]})
        if given is not None and {wanted["role"] for wanted in given["tracks"]} == set(BAND):
            sentence = _("All five roles are given, so nothing is left to play.")
            raise serializers.ValidationError({"given": [sentence]})
        # Pages and titles name a piece by its style; a band's is its arranger.
        return {**data, "style": data["arranger"], "metre": None, "continue_from": None}


def by_role(values: dict[str, Value]) -> dict[str, Value]:
    """Raises ValidationError when a name is not a role."""
    unknown = sorted(set(values) - set(BAND))
    if unknown:
        sentence = _("A band has %(roles)s, but no %(unknown)s.")
        words = {"roles": ", ".join(BAND), "unknown": ", ".join(unknown)}
        raise serializers.ValidationError(sentence % words)
    return values
