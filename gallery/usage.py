"""How much the site is used, by day: counted when it is asked for, drawn for those who run it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gallery.models import Comment, Piece, Rating
from generator.models import Job
from musicsite.people import GUEST_PREFIX

DAYS = 30
# Of a drawing, in its own units: a column a day.
STEP, HEIGHT = 20, 100


@dataclass(frozen=True, slots=True)
class Column:
    """One day in a drawing: how many, and where its bar stands."""

    day: date
    n: int
    x: int
    height: float

    @property
    def y(self) -> float:
        return HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class Chart:
    """One thing counted by day."""

    title: str
    total: int
    most: int
    columns: list[Column]


def by_day(title: str, rows: QuerySet[Any], field: str, today: date) -> Chart:
    """The rows of the last DAYS days, by the day on which `field` says that they came."""
    first = today - timedelta(days=DAYS - 1)
    # By the moment and not the day, which an index could not tell.
    begun = timezone.make_aware(datetime.combine(first, time.min))
    recent = rows.filter(**{f"{field}__gte": begun}).order_by()
    counted = recent.annotate(day=TruncDate(field)).values("day").annotate(n=Count("pk"))
    counts = {row["day"]: row["n"] for row in counted}
    days = [first + timedelta(days=k) for k in range(DAYS)]
    most = max([counts.get(day, 0) for day in days] + [1])
    columns = [
        Column(day, counts.get(day, 0), k * STEP, HEIGHT * counts.get(day, 0) / most)
        for k, day in enumerate(days)
    ]
    return Chart(title, sum(column.n for column in columns), most, columns)


@require_safe
@staff_member_required
def usage(request: HttpRequest) -> HttpResponse:
    """Charts of the last month, for those who run the site."""
    today = timezone.localdate()
    members = User.objects.exclude(username__startswith=GUEST_PREFIX)
    charts = [
        by_day(_("Pieces asked for"), Job.objects.all(), "created", today),
        by_day(
            _("Pieces asked for that failed"), Job.objects.filter(status=Job.Status.FAILED), "created", today
        ),
        by_day(_("Pieces published"), Piece.objects.exclude(published=None), "published", today),
        by_day(_("Ratings"), Rating.objects.all(), "created", today),
        by_day(_("Comments"), Comment.objects.all(), "created", today),
        by_day(_("New members"), members, "date_joined", today),
    ]
    context = {"charts": charts, "width": DAYS * STEP, "height": HEIGHT, "title": _("Usage by day")}
    return render(request, "gallery/usage.html", context)
