"""Pieces in and out of the API."""

from __future__ import annotations

import functools
from typing import Any

from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from gallery.models import DESCRIPTION_LENGTH, TITLE_LENGTH, Piece
from gallery.tags import tags_of
from generator.music.score import score_to_json


class PieceOutput(serializers.ModelSerializer[Piece]):
    """A piece as lists tell it."""

    code = serializers.CharField(source="address", help_text="Its name in addresses.")
    author = serializers.CharField(help_text="Who has it, as shown to others.")
    style_title = serializers.CharField()
    url = serializers.SerializerMethodField(help_text="The piece's page.")
    is_mine = serializers.SerializerMethodField()

    class Meta:
        model = Piece
        fields = [
            "code", "title", "visibility", "is_draft", "source", "model", "style", "style_title", "bars",
            "tempo", "n_notes", "seconds", "key", "n_tracks", "licence", "created", "published",
            "author", "url", "is_mine",
        ]  # fmt: skip

    def get_url(self, piece: Piece) -> str:
        return piece.get_absolute_url()

    def get_is_mine(self, piece: Piece) -> bool:
        person = self.context.get("person")
        return person is not None and piece.owner_id == person.pk


@functools.cache
def pages_of(output: type[serializers.BaseSerializer[Any]]) -> Any:
    """For the schema: a page of a list that is read on by cursors."""
    return inline_serializer(
        output.__name__.replace("Output", "Page"),
        {
            "next": serializers.CharField(allow_null=True, help_text="Address of the next page."),
            "previous": serializers.CharField(allow_null=True),
            "results": output(many=True),
        },
    )


class ScoreTrack(serializers.Serializer[Any]):
    name = serializers.CharField()
    role = serializers.CharField()
    program = serializers.IntegerField(help_text="General MIDI, 0 to 127.")
    is_drum = serializers.BooleanField()
    notes = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=4, max_length=4),
        help_text="[onset, duration, pitch, velocity], in ticks and MIDI numbers.",
    )


class ScoreOutput(serializers.Serializer[Any]):
    ticks_per_quarter = serializers.IntegerField()
    length = serializers.IntegerField(help_text="In ticks.")
    tempos = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))
    metres = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    tracks = ScoreTrack(many=True)


class PieceDetailOutput(PieceOutput):
    """A piece with its notes, and with what made it."""

    score = serializers.SerializerMethodField()
    tags = serializers.SerializerMethodField()

    class Meta(PieceOutput.Meta):
        fields = [
            *PieceOutput.Meta.fields, "description", "tags", "weights", "recipe", "changes", "score",
        ]  # fmt: skip

    def get_tags(self, piece: Piece) -> list[str]:
        return tags_of(piece)

    @extend_schema_field(ScoreOutput)
    def get_score(self, piece: Piece) -> dict[str, Any]:
        return score_to_json(piece.score)


class PieceChangeInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=TITLE_LENGTH, required=False)
    visibility = serializers.ChoiceField(choices=Piece.Visibility.choices, required=False)
    licence = serializers.ChoiceField(choices=Piece.Licence.choices, required=False)
    description = serializers.CharField(max_length=DESCRIPTION_LENGTH, required=False, allow_blank=True)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=100, allow_blank=True),
        max_length=50,
        required=False,
        help_text="In the place of those it has.",
    )


class PieceKeepInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=TITLE_LENGTH, required=False, allow_blank=True, default="")


class UploadInput(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="A MIDI, MusicXML or ABC file.", allow_empty_file=True)


class UploadOutput(serializers.Serializer[Any]):
    piece = PieceOutput()
    changes = serializers.ListField(
        child=serializers.CharField(), help_text="What was changed on the way in."
    )


def piece_json(piece: Piece, person: Any) -> dict[str, Any]:
    """The piece with its notes as plain data, ready for json."""
    data: dict[str, Any] = PieceDetailOutput(piece, context={"person": person}).data
    return dict(data)
