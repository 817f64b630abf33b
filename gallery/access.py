"""Who somebody is to the gallery. What they may see of pieces stands in PieceQuerySet, and nowhere else."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User

Visitor = User | AnonymousUser

MODERATE = "gallery.moderate"


def is_moderator(person: Visitor) -> bool:
    """Whether this is somebody who keeps order: staff with the right to moderate."""
    return person.is_authenticated and person.is_staff and person.has_perm(MODERATE)
