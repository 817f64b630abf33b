"""Who somebody is to the site, and how much they may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

GUEST_PREFIX = "guest-"


def is_guest(person: User | AnonymousUser) -> bool:
    """Whether this is somebody who has a session and no account."""
    return (
        person.is_authenticated
        and person.username.startswith(GUEST_PREFIX)
        and not person.has_usable_password()
    )


def is_member(person: User | AnonymousUser) -> bool:
    """Whether this is somebody with an account."""
    return person.is_authenticated and not is_guest(person)


def is_newcomer(person: User) -> bool:
    """Whether this is a member of a few days, under closer limits than others."""
    return not person.is_staff and person.date_joined > timezone.now() - timedelta(
        days=settings.NEWCOMER_DAYS
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one person may do; all of it in the settings."""

    generations_per_day: int
    generations_at_once: int
    pieces: int


def limits(person: User | AnonymousUser) -> Limits:
    """What this person may do; a stranger as much as a guest."""
    if is_member(person):
        return Limits(
            settings.MEMBER_GENERATIONS_PER_DAY, settings.MEMBER_GENERATIONS_AT_ONCE, settings.MEMBER_PIECES
        )
    return Limits(
        settings.GUEST_GENERATIONS_PER_DAY, settings.GUEST_GENERATIONS_AT_ONCE, settings.GUEST_PIECES
    )
