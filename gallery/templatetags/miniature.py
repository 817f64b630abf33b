"""{% miniature piece %}: a small drawing of a piece's own roll."""

from __future__ import annotations

from typing import Any

import numpy as np
from django import template
from django.core.cache import caches
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from gallery.models import Piece
from generator.music.notes import MusicError
from generator.music.score import Score

register = template.Library()

# Drawn on a grid of this size, stretched by CSS; preserveAspectRatio="none" lets it fill its card. Ten units
# are a pixel of an ordinary card, so that whole numbers are fine enough.
WIDTH, HEIGHT = 3200, 960
MARGIN = 40
TALLEST = 80  # a note, of a piece with few pitches
# A piece with more notes than this is drawn with every so many left out: the eye cannot tell at this size.
MOST_NOTES = 800
KEEP_SECONDS = 24 * 3600
VERSION = 2


@register.simple_tag
def miniature(piece: Piece) -> SafeString:
    """The roll as SVG: one path a track, of class role-<role>; the style sheet gives the colours."""
    return format_html(
        '<svg class="miniature" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}"'
        ' focusable="false">{}</svg>',
        WIDTH,
        HEIGHT,
        _("%(title)s, %(n)d notes") % {"title": piece.title, "n": piece.n_notes},
        mark_safe(drawing_of(piece)),  # nosec B308 B703 - numbers, and roles from a list of ours
    )


def drawing_of(piece: Piece) -> str:
    """The drawing, remembered until the piece is changed; empty where its notes cannot be read."""
    key = f"miniature-{VERSION}-{piece.code}-{piece.updated.timestamp()}"
    kept = caches["memory"]
    drawing: str | None = kept.get(key)
    if drawing is None:
        try:
            drawing = draw(piece.score)
        except MusicError:
            drawing = ""
        kept.set(key, drawing, KEEP_SECONDS)
    return drawing


def draw(score: Score) -> str:
    """The notes as one path a track: WIDTH wide for the whole length, HEIGHT for the range that is used."""
    played = [track for track in score.tracks if len(track.notes)]
    if not played or score.length == 0:
        return ""
    low = min(int(track.notes["pitch"].min()) for track in played)
    high = max(int(track.notes["pitch"].max()) for track in played)
    row = min(TALLEST, (HEIGHT - 2 * MARGIN) / (high - low + 1))
    top = (HEIGHT - row * (high - low + 1)) / 2
    every = 1 + sum(len(track.notes) for track in played) // MOST_NOTES
    groups = []
    for track in played:
        notes = track.notes[::every]
        x = whole(notes["onset"] / score.length * WIDTH)
        width = whole(np.maximum(10, notes["duration"] / score.length * WIDTH - 4))
        y = whole(top + (high - notes["pitch"].astype(int)) * row)
        height = round(row * 0.85)
        path = "".join(f"M{x} {y}h{w}v{height}h-{w}z" for x, y, w in zip(x, y, width, strict=True))
        groups.append(f'<path class="role-{track.role}" d="{path}"/>')
    return "".join(groups)


def whole(values: Any) -> list[int]:
    """An array's numbers, rounded."""
    rounded: list[int] = np.rint(values).astype(int).tolist()
    return rounded
