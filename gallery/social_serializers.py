"""What people do with pieces and with one another, in and out of the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gallery.lists import SORTS, Card
from gallery.models import (
    DESCRIPTION_LENGTH,
    TITLE_LENGTH,
    Collection,
    Comment,
    Notification,
    PieceParent,
    Report,
)
from gallery.models.moderation import WORDS_LENGTH
from gallery.models.opinions import COMMENT_LENGTH, MOST_COMMENTED_NOTES
from gallery.moderation import CHOOSABLE
from gallery.notices import sentence
from gallery.opinions import NotePlace
from gallery.serializers import PieceOutput


class OpinionOutput(serializers.Serializer[Any]):
    """What listeners think: means from 1 to 5, drawn towards 3 while they are few."""

    n = serializers.IntegerField(help_text="Listeners who rated.")
    harmony = serializers.FloatField()
    interest = serializers.FloatField()


class CardOutput(serializers.Serializer[Card]):
    """A piece in a list of the gallery, with what people think of it."""

    piece = PieceOutput()
    rating = serializers.SerializerMethodField()
    n_comments = serializers.IntegerField(source="listing.n_comments")
    n_remixes = serializers.IntegerField(source="listing.n_remixes")
    n_plays = serializers.IntegerField(help_text="How often it was listened to.")

    @extend_schema_field(OpinionOutput)
    def get_rating(self, card: Card) -> dict[str, Any]:
        row = card.listing
        return {"n": row.n_ratings, "harmony": row.harmony, "interest": row.interest}


class CardPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True, help_text="Address of the next page; null at the end.")
    results = CardOutput(many=True)


class GalleryQuery(serializers.Serializer[Any]):
    """How a list is asked for. What is not among a filter's values finds nothing."""

    sort = serializers.ChoiceField(choices=[(name, name) for name in SORTS], default="new")
    q = serializers.CharField(
        required=False, max_length=100, allow_blank=True, help_text="Words to look for."
    )
    model = serializers.CharField(required=False, max_length=32)
    arranger = serializers.CharField(required=False, max_length=16)
    style = serializers.CharField(required=False, max_length=32)  # type: ignore[assignment]
    key = serializers.CharField(required=False, max_length=16, help_text="As a piece says it: “Eb major”.")
    tempo = serializers.ChoiceField(choices=["slow", "medium", "fast"], required=False)
    length = serializers.ChoiceField(choices=["short", "medium", "long"], required=False)
    tracks = serializers.ChoiceField(choices=["1", "2", "3", "4", "5"], required=False)
    density = serializers.ChoiceField(
        choices=["sparse", "medium", "dense"], required=False, help_text="Notes a bar: under 8, to 16, more."
    )
    voices = serializers.ChoiceField(
        choices=["one", "few", "many"], required=False, help_text="Notes at once: under 1.2, to 3, more."
    )
    range = serializers.ChoiceField(
        choices=["narrow", "medium", "wide"], required=False, help_text="Semitones: to 12, to 24, more."
    )
    licence = serializers.CharField(required=False, max_length=8)
    tag = serializers.CharField(required=False, max_length=32)
    after = serializers.CharField(required=False, max_length=200, help_text="From `next` of the page before.")
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, default=24)


class RatingInput(serializers.Serializer[Any]):
    harmony = serializers.IntegerField(min_value=1, max_value=5)
    interest = serializers.IntegerField(min_value=1, max_value=5)


class RatingOutput(serializers.Serializer[Any]):
    opinion = OpinionOutput()
    mine = RatingInput(allow_null=True, help_text="What who asks has given.")


class NotePlaceInput(serializers.Serializer[Any]):
    """Which note of a piece."""

    track = serializers.IntegerField(
        min_value=0, max_value=9999, help_text="Its place among the tracks, from 0."
    )
    onset = serializers.IntegerField(min_value=0, max_value=10**9, help_text="In ticks.")
    pitch = serializers.IntegerField(min_value=0, max_value=127)

    def to_representation(self, instance: Any) -> dict[str, int]:
        track, onset, pitch = instance
        return {"track": track, "onset": onset, "pitch": pitch}


class CommentInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=COMMENT_LENGTH)
    bar = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=100_000)
    notes = serializers.ListField(
        child=NotePlaceInput(),
        required=False,
        max_length=MOST_COMMENTED_NOTES,
        help_text="What it is about; the bar is then that of the first.",
    )

    def validate_notes(self, notes: list[dict[str, int]]) -> list[NotePlace]:
        return [NotePlace(**note) for note in notes]


class CommentOutput(serializers.ModelSerializer[Comment]):
    author = serializers.CharField(source="author.username")
    notes = NotePlaceInput(many=True)
    is_held = serializers.SerializerMethodField(help_text="Waits for a moderator; only its author sees it.")

    class Meta:
        model = Comment
        fields = ["code", "author", "bar", "notes", "text", "created", "is_held"]

    def get_is_held(self, comment: Comment) -> bool:
        return comment.held_at is not None


class RelativeOutput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=PieceParent.Kind.choices)
    share = serializers.FloatField()
    kept = serializers.IntegerField()
    changed = serializers.IntegerField()
    added = serializers.IntegerField()
    author_removed = serializers.BooleanField()
    piece = PieceOutput(allow_null=True, help_text="Null for one that is gone, or not for who asks.")


class FamilyOutput(serializers.Serializer[Any]):
    parents = RelativeOutput(many=True)
    children = RelativeOutput(many=True)


class LinkOutput(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="Opens the piece for whoever has it, until it is revoked.")


class ReportInput(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=CHOOSABLE)
    words = serializers.CharField(max_length=WORDS_LENGTH, required=False, allow_blank=True, default="")


class ReportOutput(serializers.ModelSerializer[Report]):
    class Meta:
        model = Report
        fields = ["code", "reason", "words", "state", "answer", "created", "decided"]


class PersonOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    about = serializers.CharField()
    since = serializers.DateTimeField()
    n_followers = serializers.IntegerField()
    is_followed = serializers.BooleanField(help_text="By who asks.")


class CollectionInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=TITLE_LENGTH)
    description = serializers.CharField(
        max_length=DESCRIPTION_LENGTH, required=False, allow_blank=True, default=""
    )
    is_public = serializers.BooleanField(required=False, default=False)


class CollectionChangeInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=TITLE_LENGTH, required=False)
    description = serializers.CharField(max_length=DESCRIPTION_LENGTH, required=False, allow_blank=True)
    is_public = serializers.BooleanField(required=False)


class CollectionOutput(serializers.ModelSerializer[Collection]):
    owner = serializers.CharField(source="owner.username")

    class Meta:
        model = Collection
        fields = ["code", "owner", "title", "description", "is_public", "created"]


class CollectionDetailOutput(CollectionOutput):
    pieces = PieceOutput(many=True)

    class Meta(CollectionOutput.Meta):
        fields = [*CollectionOutput.Meta.fields, "pieces"]


class NoticeOutput(serializers.ModelSerializer[Notification]):
    sentence = serializers.SerializerMethodField()
    piece = serializers.CharField(source="piece.code", default=None, allow_null=True)
    actor = serializers.CharField(source="actor.username", default=None, allow_null=True)

    class Meta:
        model = Notification
        fields = ["kind", "sentence", "actor", "piece", "words", "created", "read_at"]

    def get_sentence(self, notice: Notification) -> str:
        return sentence(notice)
