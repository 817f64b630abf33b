"""How the piece's page says who wrote its notes."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from gallery.models import Piece
from gallery.origins import origin_shares, origins_of

register = template.Library()


@register.simple_tag
def written_by(piece: Piece) -> list[tuple[str, str]]:
    """Name and share for each origin, such as ("By the model", "96 % (412 notes)"); empty without notes."""
    shares = origin_shares(origins_of(piece, piece.score))
    total = sum(shares.values())
    names = {"model": _("By the model"), "edited": _("By the model, edited"), "human": _("By hand")}
    words = _("%(share)s %% (%(n)d of %(total)d notes)")
    return [
        (names[origin], words % {"share": _percent(n / total), "n": n, "total": total})
        for origin, n in shares.items()
    ]


def _percent(share: float) -> str:
    """A whole number, but never 0 for something nor 100 for less than all."""
    return "< 1" if share < 0.01 else "> 99" if 0.99 < share < 1 else f"{100 * share:.0f}"
