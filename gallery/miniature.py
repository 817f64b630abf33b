"""A piece's roll as an SVG file that stands by itself, with the colours of a theme inside."""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.translation import gettext as _

from gallery.cards import ROLES, TRACKS
from gallery.models import Piece
from gallery.templatetags.miniature import HEIGHT, WIDTH, drawing_of

# The tracks' colours on score paper, as tokens.css has them.
ON_PAPER = ("#8f5f00", "#1468a6", "#0f6e52", "#b3421a", "#9c3b78")
CLASS = re.compile(r'class="role-([a-z]+)"')


def miniature_file(piece: Piece, *, light: bool = False) -> str:
    """The SVG. Its colours are attributes: a picture of another page gets none of our style sheets."""
    colours = ON_PAPER if light else TRACKS
    drawing = CLASS.sub(lambda found: f'fill="{colours[ROLES.get(found[1], 4)]}"', drawing_of(piece))
    label = _("%(title)s, %(n)d notes") % {"title": piece.title, "n": piece.n_notes}
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH // 10}" height="{HEIGHT // 10}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} preserveAspectRatio="none" role="img">'
        f"<title>{escape(label)}</title>{drawing}</svg>"
    )
