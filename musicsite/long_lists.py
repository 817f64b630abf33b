"""Lists of the admin that stay quick however many rows there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

MOST = 2000  # rows whose pages are turned


class FirstPages(Paginator):  # type: ignore[type-arg]
    """The pages of the first MOST rows: to count all rows would cost more than to show some."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        n: int = rows.order_by().values("pk")[:MOST].count()
        return n


class LongList(admin.ModelAdmin):  # type: ignore[type-arg]
    """In one order, the newest first where nothing else is said; searched by what an index leads to.

    found_by: by lookup, what it is to be for the words that were typed. Without it Django looks through all
    rows for search_fields.
    """

    paginator = FirstPages
    show_full_result_count = False
    list_per_page = 50
    sortable_by = ()
    found_by: Mapping[str, Callable[[str], Any]] = {}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = search_term.replace("\0", "").strip()
        if not words or not self.found_by:
            return super().get_search_results(request, queryset, words)
        fits = Q(pk__in=[])
        for lookup, found in self.found_by.items():
            fits |= Q(**{lookup: found(words)})
        return queryset.filter(fits), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        said = _("The newest %(n)d of what is chosen. Filters and search lead to the others.") % {"n": MOST}
        return super().changelist_view(request, {"subtitle": said, **(extra_context or {})})


def word(words: str) -> str:
    """What was typed, as it is."""
    return words


def people_called(words: str) -> Iterable[int]:
    """Ids of the people of this name."""
    return list(User.objects.filter(username=words.lower()).values_list("pk", flat=True))
