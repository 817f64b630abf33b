"""What a person may ask for in 24 hours: pieces, and small jobs, of which several count as one piece."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from generator import bands
from generator.models import Job
from musicsite.errors import ApplicationError, in_words, refused
from musicsite.people import is_guest, limits

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Left:
    """How many more pieces, or else how many small jobs, may be asked for now."""

    pieces: int
    small: int


def left(owner: User) -> Left:
    """What is left to this person of the last 24 hours."""
    used = _parts_used(Job.objects.owned_by(owner).aggregate(**counts()))
    parts = max(0, _parts_a_day(owner) - used)
    return Left(parts // _parts(False), parts)


def counts() -> dict[str, Count]:
    """What of a person's jobs is counted, for an aggregate over them."""
    today = Q(created__gt=timezone.now() - DAY)
    return {
        "pieces_today": Count("pk", filter=today & Q(small=False)),
        "small_today": Count("pk", filter=today & Q(small=True)),
    }


def is_small(owner: User, request: dict[str, Any], alternative_of: str) -> bool:
    """Whether a job counts as part of a piece: bars played anew, a part drawn anew of a band that this person
    has had, or a further alternative of one press.

    alternative_of: code of the job that it stands beside, or nothing. Raises ApplicationError when this
    person has no such job, or when more differs than the seed or the arranger.
    """
    if alternative_of:
        first = Job.objects.owned_by(owner).filter(code=alternative_of).first()
        if first is None or _besides(first.request) != _besides(request):
            sentence = _("An alternative differs from a piece of yours in its seed or its arranger alone.")
            raise refused("alternative_of", sentence)
        return True
    if request["model"] != bands.MODEL:
        return False
    return request.get("kind") == bands.INFILL or _draws_anew(owner, request)


def _draws_anew(owner: User, request: dict[str, Any]) -> bool:
    """Whether a band differs by its latents from one that this person has asked for as a piece."""
    if request["latents"] == bands.PLAIN["latents"] or request["seed"] is None:
        return False
    asked = Job.objects.owned_by(owner).filter(small=False, seed=request["seed"])
    return asked.filter(request__model=bands.MODEL).exists()


def check(owner: User, counted: dict[str, int], *, small: bool) -> None:
    """Refuse a job for which there is nothing left, and say when there will be, and to a guest how to have
    more. counted: the person's `counts`.
    """
    over = _parts_used(counted) + _parts(small) - _parts_a_day(owner)
    if over <= 0:
        return
    wait = (_free_again(owner, over) + DAY - timezone.now()).total_seconds()
    words = {
        "n": limits(owner).generations_per_day,
        "wait": in_words(wait),
        "members": settings.MEMBER_GENERATIONS_PER_DAY,
    }
    if is_guest(owner):
        message = _(
            "You have made %(n)d pieces in 24 hours, as much as a guest may. Room comes in %(wait)s. With "
            "a name and a password it is %(members)d a day, and everything you have made stays yours."
        )
    else:
        message = _(
            "You have made %(n)d pieces in 24 hours, the limit for now. There is room again in %(wait)s."
        )
    raise ApplicationError(
        "daily_limit", message % words, status=HTTPStatus.TOO_MANY_REQUESTS, retry_after=wait
    )


def _free_again(owner: User, parts: int) -> datetime:
    """When the job was asked for whose day has to end before so many parts are free."""
    today = Job.objects.owned_by(owner).filter(created__gt=timezone.now() - DAY).order_by("created")
    for created, small in today.values_list("created", "small"):
        parts -= _parts(small)
        if parts <= 0:
            return created
    return timezone.now()  # a limit of less than what was asked for: not before it is changed


def _besides(request: dict[str, Any]) -> dict[str, Any]:
    """A request without what alternatives may differ in; the style of a band is its arranger."""
    apart = {"seed", "arranger", "style"} if request["model"] == bands.MODEL else {"seed"}
    return {name: value for name, value in request.items() if name not in apart}


def _parts_used(counted: dict[str, int]) -> int:
    return counted["pieces_today"] * _parts(False) + counted["small_today"]


def _parts(small: bool) -> int:
    return 1 if small else settings.SMALL_JOBS_AS_ONE


def _parts_a_day(owner: User) -> int:
    return limits(owner).generations_per_day * _parts(False)
