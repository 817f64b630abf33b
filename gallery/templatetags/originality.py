"""{% originality piece %}: what it shares with the music that the networks learnt from."""

from __future__ import annotations

from typing import Any

from django import template

from gallery.models import Piece
from gallery.originality import originality_of

register = template.Library()


@register.inclusion_tag("gallery/originality.html")
def originality(piece: Piece, heading: bool = True) -> dict[str, Any]:
    """heading: False inside a form, where it is one line among others."""
    return {"piece": piece, "found": originality_of(piece), "heading": heading}
