"""What is left of somebody's day, for the pages that ask for music."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse

from generator.allowance import Left, left
from musicsite.people import is_member, limits

register = template.Library()


@register.inclusion_tag("generator/allowance.html")
def allowance(user: User | AnonymousUser) -> dict[str, Any]:
    """The line that says it; it stays empty while plenty is left."""
    if isinstance(user, AnonymousUser):
        pieces = limits(user).generations_per_day
        today = Left(pieces, pieces * settings.SMALL_JOBS_AS_ONE)
    else:
        today = left(user)
    if is_member(user):
        return {"left": today}
    return {
        "left": today,
        "signup": reverse("account_signup"),
        "members": settings.MEMBER_GENERATIONS_PER_DAY,
    }
