"""Making a piece of one's own from another's, to change it by hand."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from gallery.families import parent_record, use_check
from gallery.models import Piece, PieceParent
from gallery.services import piece_create, shelf_check


@transaction.atomic
def piece_remix(*, parent: Piece, person: User) -> Piece:
    """A kept private piece with the same notes, whose parent is this one.

    Raises ApplicationError when the author keeps all rights, and when the shelf is full.
    """
    use_check(parent, person)
    shelf_check(person)
    child = piece_create(
        owner=person,
        score=parent.score,
        title=_("%(title)s, remixed") % {"title": parent.title},
        source=parent.source,
        licence=parent.licence if parent.owner_id == person.pk else Piece.Licence.RESERVED,
        model=parent.model,
        style=parent.style,
        weights=parent.weights,
        recipe=parent.recipe,
    )
    parent_record(child=child, parent=parent, kind=PieceParent.Kind.REMIX)
    return child
