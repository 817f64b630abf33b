"""What every social act asks first: is it a member who does it."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from gallery.access import Visitor
from musicsite.errors import ApplicationError
from musicsite.people import is_member


def member_or_refuse(person: Visitor) -> User:
    """The person, when they have an account. Raises ApplicationError for guests and strangers."""
    if not isinstance(person, User) or not is_member(person):
        raise ApplicationError(
            "members_only",
            _("Sign up to take part: a name and a password are enough. All that you made stays with you."),
            status=HTTPStatus.FORBIDDEN,
        )
    return person
