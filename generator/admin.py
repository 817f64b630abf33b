"""Jobs, the queue and the workers for those who run the site. To be looked at: services alone write them."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from generator.models import Job, Message, Worker


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Nothing here is changed by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(LookOnly):
    list_display = [
        "code",
        "owner",
        "status",
        "bars_done",
        "bars",
        "attempt",
        "error_code",
        "created",
        "finished",
    ]
    list_filter = ["status", "error_code"]
    search_fields = ["code", "owner__username"]
    list_select_related = ["owner"]
    exclude = ["prime"]


@admin.register(Message)
class MessageAdmin(LookOnly):
    list_display = ["message_id", "queue", "turn", "due", "lease_owner", "lease_until", "is_dead"]
    list_filter = ["queue", "is_dead"]
    exclude = ["body"]


@admin.register(Worker)
class WorkerAdmin(LookOnly):
    list_display = ["name", "seats", "started", "seen"]
