"""{% miniature piece %}: a small drawing of a piece's own roll."""

from __future__ import annotations

from typing import Any

from django import template
from django.core.cache import caches
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from gallery.models import Piece
from generator.music.notes import MusicError
from generator.music.score import Score

register = template.Library()

# Drawn on a grid of this size, stretched by CSS; preserveAspectRatio="none" lets it fill its card.
WIDTH, HEIGHT = 320, 96
MARGIN = 4
# A piece with more notes than this is drawn with every so many left out: the eye cannot tell at this size.
MOST_NOTES = 800
KEEP_SECONDS = 7 * 24 * 3600
VERSION = 1


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
    kept = caches["files"]
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
    row = min(8.0, (HEIGHT - 2 * MARGIN) / (high - low + 1))
    top = (HEIGHT - row * (high - low + 1)) / 2
    every = 1 + sum(len(track.notes) for track in played) // MOST_NOTES
    groups = []
    for track in played:
        parts = []
        for note in track.notes[::every]:
            x = float(note["onset"]) / score.length * WIDTH
            width = max(1.0, float(note["duration"]) / score.length * WIDTH - 0.4)
            y = top + (high - int(note["pitch"])) * row
            parts.append(f"M{figure(x)} {figure(y)}h{figure(width)}v{figure(row * 0.85)}h-{figure(width)}z")
        groups.append(f'<path class="role-{track.role}" d="{"".join(parts)}"/>')
    return "".join(groups)


def figure(value: Any) -> str:
    """A number as short as it can be said to a tenth."""
    return f"{value:.1f}".rstrip("0").rstrip(".") or "0"
