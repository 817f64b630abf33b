"""What can be taken away from a piece, by the API: its sound, and its recipe followed again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import content_disposition_header, quote_etag
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework import permissions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from gallery.api import visible_piece
from gallery.audio import Sound, State, audio_open, audio_state
from gallery.models import Piece
from gallery.once import KEY_PARAMETER, once
from gallery.recipes import Reproduction, blend_import, recipe_import, reproduce, reproduction_of
from generator import variations
from generator.band_api import BandInput
from generator.blend_api import MOST_KEPT, InterpolationInput
from generator.blends import KIND
from generator.music.audio import FORMATS
from generator.serializers import GenerationInput, JobOutput
from generator.variation_api import VariationInput
from musicsite.accounts import guest_sign_in
from musicsite.throttles import GenerationsThrottle, GuestsThrottle, PersonThrottle

# A page looks this often at a rendering, s.
LOOK_AGAIN = 1
BLOCK = 256 * 1024  # bytes of a file that are read at a time

FORMAT = OpenApiParameter(
    "format", str, enum=list(FORMATS), default="wav", description="stems: a ZIP with a WAV a track."
)


class AudioInput(serializers.Serializer[Any]):
    format = serializers.ChoiceField(choices=[(name, name) for name in FORMATS], default="wav")


class AudioStateOutput(serializers.Serializer[Any]):
    state = serializers.ChoiceField(
        choices=[(name, name) for name in ("waiting", "rendering", "ready", "failed")]
    )
    share = serializers.FloatField(help_text="How much of it is done, 0 to 1.")
    message = serializers.CharField(help_text="Why it failed.", allow_blank=True)
    url = serializers.CharField(help_text="The file, once it is ready.")


def asked_sound(request: Request, code: str) -> Sound:
    """The piece and the format that a request names."""
    data = AudioInput(data=request.query_params)
    data.is_valid(raise_exception=True)
    return Sound(visible_piece(request, code), data.validated_data["format"])


def state_json(sound: Sound, state: State) -> dict[str, Any]:
    address = reverse("api-piece-audio", args=[sound.piece.address])
    return {**state, "url": f"{address}?format={sound.kind}"}


class AudioStateView(APIView):
    """How far a sound file is; the first who asks puts it in line."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(parameters=[FORMAT], responses=AudioStateOutput)
    def get(self, request: Request, code: str) -> Response:
        sound = asked_sound(request, code)
        state = audio_state(sound)
        response = Response(state_json(sound, state))
        patch_cache_control(response, private=True, no_store=True)
        return response


class AudioView(APIView):
    """The piece as a sound file. 202 with its state, and Retry-After, while it is being rendered."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(
        parameters=[FORMAT],
        responses={
            **{(200, form.content_type): OpenApiTypes.BINARY for form in FORMATS.values()},
            202: AudioStateOutput,
            304: OpenApiResponse(description="As you have it."),
        },
    )
    def get(self, request: Request, code: str) -> HttpResponseBase:
        sound = asked_sound(request, code)
        state = audio_state(sound)
        file = audio_open(sound) if state["state"] == "ready" else None
        if file is None:
            response = Response(state_json(sound, state), status=status.HTTP_202_ACCEPTED)
            response["Retry-After"] = str(LOOK_AGAIN)
            patch_cache_control(response, private=True, no_store=True)
            return response
        return file_response(request._request, file, sound)


def file_response(request: HttpRequest, file: Path, sound: Sound) -> HttpResponseBase:
    """A file from disk, read in blocks; named after the piece, and kept by the visitor's browser alone."""
    etag = quote_etag(sound.digest)
    answer: HttpResponseBase
    if request.headers.get("If-None-Match") == etag:
        answer = StreamingHttpResponse(status=status.HTTP_304_NOT_MODIFIED)
    else:
        # Under ASGI an ordinary iterator would be read to its end before the first byte is sent.
        answer = (
            StreamingHttpResponse(blocks(file))
            if isinstance(request, ASGIRequest)
            else FileResponse(file.open("rb"))
        )
        answer["Content-Length"] = str(file.stat().st_size)
        answer["Content-Type"] = FORMATS[sound.kind].content_type
        name = f"{file_stem(sound.piece)}{' stems' if sound.kind == 'stems' else ''}"
        if disposition := content_disposition_header(
            not sound.is_clip, f"{name}.{FORMATS[sound.kind].suffix}"
        ):
            answer["Content-Disposition"] = disposition
    answer["ETag"] = etag
    patch_cache_control(answer, private=True, no_cache=True)
    patch_vary_headers(answer, ["Authorization", "Cookie"])
    return answer


async def blocks(path: Path) -> AsyncIterator[bytes]:
    """The file's bytes, read on another thread, so that the loop goes on with everybody else."""
    with path.open("rb") as file:
        while block := await asyncio.to_thread(file.read, BLOCK):
            yield block


def file_stem(piece: Piece) -> str:
    """The piece's title as a file name; its code where nothing of the title can be in one."""
    return slugify(piece.title, allow_unicode=True) or piece.code


# --- recipes ---------------------------------------------------------------------------------------


class DifferenceOutput(serializers.Serializer[Any]):
    is_missing = serializers.BooleanField(help_text="In the piece, and not in what was written again.")
    track = serializers.CharField()
    bar = serializers.IntegerField()
    onset = serializers.IntegerField()
    duration = serializers.IntegerField()
    pitch = serializers.IntegerField()
    velocity = serializers.IntegerField()
    words = serializers.CharField()


class ReproductionOutput(serializers.Serializer[Any]):
    state = serializers.ChoiceField(
        choices=[(name, name) for name in ("unasked", "waiting", "running", "done", "failed")]
    )
    message = serializers.CharField(allow_blank=True, help_text="What was found, in a sentence.")
    identical = serializers.BooleanField(allow_null=True)
    n_same = serializers.IntegerField()
    n_notes = serializers.IntegerField()
    differences = DifferenceOutput(many=True, help_text="The first of them.")


UNASKED: Reproduction = {
    "state": "unasked", "message": "", "identical": None, "n_same": 0, "n_notes": 0, "differences": [],
}  # fmt: skip


class ReproductionView(APIView):
    """Follow a piece's recipe again, and compare: the same notes, or which differ."""

    permission_classes = [permissions.AllowAny]
    throttle_classes = [PersonThrottle, GenerationsThrottle]

    @extend_schema(responses=ReproductionOutput)
    def get(self, request: Request, code: str) -> Response:
        """What was found, or how far it is."""
        return Response(reproduction_of(visible_piece(request, code)) or UNASKED)

    @extend_schema(request=None, responses={202: ReproductionOutput}, parameters=[KEY_PARAMETER])
    @once
    def post(self, request: Request, code: str) -> Response:
        """Have it followed, unless that was done today."""
        return Response(reproduce(visible_piece(request, code)), status=status.HTTP_202_ACCEPTED)


class RecipeParts(serializers.Serializer[Any]):
    """What a recipe as a piece's page gives it has beside the settings. The rest is left alone."""

    prime = serializers.CharField(
        required=False,
        allow_blank=True,
        allow_null=True,
        help_text="MIDI of the bars that it goes on after, or plays along with, base64.",
    )
    expected = serializers.JSONField(
        required=False,
        allow_null=True,
        help_text="What should come of it: the piece then says whether it did.",
    )


class RecipeInput(RecipeParts, GenerationInput):
    pass


class BandRecipeInput(RecipeParts, BandInput):
    pass


class VariationRecipeInput(RecipeParts, VariationInput):
    pass


class BlendRecipeInput(RecipeParts, InterpolationInput):
    """A blend, and which points of it were kept."""

    primes = serializers.ListField(
        child=serializers.CharField(),
        max_length=4,
        default=list,
        help_text="MIDI of each piece that it lies between, base64.",
    )
    kept = serializers.ListField(
        child=serializers.IntegerField(min_value=0), min_length=1, max_length=MOST_KEPT
    )


RECIPES: dict[str, type[serializers.Serializer[Any]]] = {
    "rnn": RecipeInput,
    "musegan": BandRecipeInput,
    "vae": VariationRecipeInput,
    "blend": BlendRecipeInput,
}


def recipe_kind(data: Any) -> str:
    """By whose rules a recipe is to be read, a name of RECIPES."""
    if not isinstance(data, dict):
        return "rnn"
    model = data.get("model")
    if model == variations.MODEL and data.get("kind") == KIND:
        return "blend"
    return model if isinstance(model, str) and model in RECIPES else "rnn"


class RecipeImportView(APIView):
    """Bring a recipe: it is followed for who asks, and gives the same notes as where it comes from."""

    permission_classes = [permissions.AllowAny]
    throttle_classes = [PersonThrottle, GenerationsThrottle, GuestsThrottle]

    @extend_schema(
        request=PolymorphicProxySerializer(
            component_name="Recipe",
            serializers=list(RECIPES.values()),
            resource_type_field_name=None,
        ),
        responses={202: JobOutput},
        parameters=[KEY_PARAMETER],
    )
    @once
    def post(self, request: Request) -> Response:
        kind = recipe_kind(request.data)
        data = RECIPES[kind](data=request.data)
        data.is_valid(raise_exception=True)
        asked = dict(data.validated_data)
        recipe = {name: asked.pop(name, None) for name in ("prime", "primes", "expected")}
        follow = blend_import if kind == "blend" else recipe_import
        job = follow(owner=guest_sign_in(request._request), recipe=recipe, request=asked)
        return Response(
            JobOutput(job).data, status=status.HTTP_202_ACCEPTED, headers={"Location": job.get_absolute_url()}
        )
