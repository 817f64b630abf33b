"""Jobs, the queue and the workers for those who run the site. To be looked at: services alone write them."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from generator.bands import as_asked
from generator.models import ArrangerVote, Job, Message, Worker
from generator.services import job_create
from musicsite.errors import ApplicationError
from musicsite.long_lists import LongList, people_called, word


class LookOnly(LongList):
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
    found_by = {"code": word, "owner__in": people_called}
    list_select_related = ["owner"]
    exclude = ["prime"]
    actions = ["ask_again"]

    @admin.action(description=_("Ask again for those that failed"))
    def ask_again(self, request: HttpRequest, jobs: models.QuerySet[Job]) -> None:
        """A new job for the same person with the same request and seed; the failed one stays as it is."""
        done = 0
        for job in jobs.filter(status=Job.Status.FAILED).select_related("owner"):
            try:
                job_create(owner=job.owner, request=as_asked(job))
                done += 1
            except ApplicationError as refusal:
                messages.warning(request, f"{job.code}: {refusal.message}")
        messages.success(
            request, ngettext("%(n)d job asked for.", "%(n)d jobs asked for.", done) % {"n": done}
        )


@admin.register(ArrangerVote)
class ArrangerVoteAdmin(LookOnly):
    list_display = ["choice", "seed", "person", "created"]
    list_filter = ["choice"]
    list_select_related = ["person"]


@admin.register(Message)
class MessageAdmin(LookOnly):
    list_display = ["message_id", "queue", "turn", "due", "lease_owner", "lease_until", "is_dead"]
    list_filter = ["queue", "is_dead"]
    exclude = ["body"]


@admin.register(Worker)
class WorkerAdmin(LookOnly):
    list_display = ["name", "seats", "started", "seen"]
