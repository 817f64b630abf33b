"""Giving tags to pieces."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from gallery.models import Piece, PieceTag, Tag
from gallery.models.tags import MOST_TAGS, TAG_LENGTH
from gallery.texts import without_controls
from musicsite.errors import ApplicationError


def clean_tag(name: str) -> str:
    """One tag in small letters, words joined by a hyphen; empty when nothing can be shown of it."""
    visible = without_controls(name).strip().lstrip("#").casefold()
    return re.sub(r"[\s,/-]+", "-", visible).strip("-")[:TAG_LENGTH]


def tags_set(*, piece: Piece, names: Iterable[str]) -> None:
    """Give the piece these tags and no others. Raises ApplicationError when there are too many."""
    wanted = list(dict.fromkeys(tag for name in names if (tag := clean_tag(name))))
    if len(wanted) > MOST_TAGS:
        sentence = _("A piece can have %(n)d tags. Choose those that say most.") % {"n": MOST_TAGS}
        raise ApplicationError("invalid", sentence, fields={"tags": [sentence]})
    Tag.objects.bulk_create([Tag(name=name) for name in wanted], ignore_conflicts=True)
    tags = list(Tag.objects.filter(name__in=wanted))
    PieceTag.objects.filter(piece=piece).exclude(tag__in=tags).delete()
    PieceTag.objects.bulk_create([PieceTag(piece=piece, tag=tag) for tag in tags], ignore_conflicts=True)


def tags_of(piece: Piece) -> list[str]:
    """The piece's tags by name."""
    return list(piece.tags.order_by("name").values_list("name", flat=True))
