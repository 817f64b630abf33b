"""Pieces for those who run the site."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from gallery.models import Piece


@admin.register(Piece)
class PieceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = [
        "title",
        "code",
        "owner",
        "visibility",
        "is_draft",
        "source",
        "style",
        "bars",
        "created",
        "deleted_at",
    ]
    list_filter = ["visibility", "is_draft", "source", "style"]
    search_fields = ["code", "title", "owner__username"]
    list_select_related = ["owner"]
    exclude = ["midi"]
    readonly_fields = [
        "code", "owner", "source", "model", "style", "weights", "recipe", "changes", "bars", "tempo",
        "n_notes", "seconds", "created", "updated",
    ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a piece comes from a job or a file
