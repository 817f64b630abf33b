"""The picture of a piece that other sites show with a link to it: its own roll, its title, our mark.

1200 × 630 pixels, as Open Graph asks (ogp.me). Drawn at twice the size and made smaller, so that edges are
smooth.
"""

from __future__ import annotations

import hashlib
from io import BytesIO

from django.core.cache import caches
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from gallery.lettering import DISPLAY, PLAIN, Line, cut, draw_line, fit
from gallery.models import Piece
from gallery.templatetags.music import clock
from generator.music.notes import MusicError
from generator.music.score import Score, bar_edges

WIDTH, HEIGHT = 1200, 630
SCALE = 2
KEEP_SECONDS = 7 * 24 * 3600
VERSION = 1

GROUND, LINE, INK, MUTED, ACCENT = "#0e1013", "#2a2f37", "#eceae4", "#9aa0a8", "#ffb454"
TRACKS = ("#e69f00", "#56b4e9", "#2bb68a", "#f0784a", "#d68ab5")
# The colours of roles as tokens.css has them.
ROLES = {
    "drums": 0, "melody": 0, "piano": 1, "chords": 1, "alto": 1, "guitar": 2, "tenor": 2, "bass": 3,
    "strings": 4, "soprano": 4, "other": 4,
}  # fmt: skip
# The figure of four notes: x, y, width, height on a field of 32 × 24 (templates/figure.html).
MARK = ((1, 15), (9, 5), (17, 10), (25, 5))
MARGIN = 64
ROLL_TOP, ROLL_BOTTOM = 250, 540
# So many bars are drawn: more would be dust.
MOST_BARS = 24


def card_picture(piece: Piece) -> bytes:
    """The picture as PNG; remembered while the piece stays as it is."""
    kept = caches["files"]
    key = f"card-{card_digest(piece)}"
    found: bytes | None = kept.get(key)
    if found is None:
        try:
            score: Score | None = piece.score
        except MusicError:
            score = None
        found = draw(piece.title, _("by %(name)s") % {"name": piece.author}, facts(piece), score)
        kept.set(key, found, KEEP_SECONDS)
    return found


def card_digest(piece: Piece) -> str:
    """Changes with all that is seen on the picture."""
    digest = hashlib.sha256(bytes(piece.midi))
    for part in (str(VERSION), piece.title, piece.author, facts(piece)):
        digest.update(b"\0" + part.encode())
    return digest.hexdigest()[:32]


def facts(piece: Piece) -> str:
    """What stands beside the author: the style and how long it lasts."""
    made = piece.style_title or _("uploaded")
    return f"{made} · {clock(piece.seconds)}"


def draw(title: str, author: str, about: str, score: Score | None) -> bytes:
    """The picture as PNG. score: None where there is nothing to be drawn."""
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), GROUND)
    pen = ImageDraw.Draw(image)
    if score is not None:
        draw_roll(pen, score)
    column = (WIDTH - 2 * MARGIN) * SCALE
    sizes = tuple(size * SCALE for size in (92, 80, 68, 58))
    lines = fit(title, DISPLAY, sizes=sizes, width=column, lines=2)
    # One line stands in the middle of the room above the roll, two fill it.
    gap = lines[0].size * 1.08 if lines else 0
    base = ROLL_TOP / 2 * SCALE + (lines[0].size * 0.34 if lines else 0) - gap * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        draw_line(pen, line, MARGIN * SCALE, base + number * gap, width=column, fill=INK)
    draw_foot(pen, cut(f"{author} · {about}", PLAIN, 28 * SCALE, column - 300 * SCALE))
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def draw_foot(pen: ImageDraw.ImageDraw, author: Line) -> None:
    """Who made it at the left, our mark and name at the right."""
    base = (HEIGHT - 44) * SCALE
    draw_line(pen, author, MARGIN * SCALE, base, width=author.width, fill=MUTED)
    name = cut("Ostinato", DISPLAY, 40 * SCALE, WIDTH * SCALE)
    left = (WIDTH - MARGIN) * SCALE - name.width
    draw_line(pen, name, left, base, width=name.width, fill=INK)
    unit = 1.5 * SCALE
    left -= 32 * unit + 14 * SCALE
    for x, y in MARK:
        corner = (left + x * unit, base + (y - 21) * unit)
        box = (*corner, corner[0] + 6 * unit, corner[1] + 4 * unit)
        pen.rounded_rectangle(box, radius=unit, fill=ACCENT)


def draw_roll(pen: ImageDraw.ImageDraw, score: Score) -> None:
    """The first bars, from edge to edge; pitch upward, a rounded bar a note."""
    edges = bar_edges(score)
    if edges.size < 2:
        return
    last = int(edges[min(MOST_BARS, edges.size - 1)])
    width, top, bottom = WIDTH * SCALE, ROLL_TOP * SCALE, ROLL_BOTTOM * SCALE
    for edge in edges[1 : MOST_BARS + 1]:
        x = int(edge) / last * width
        pen.line((x, top, x, bottom), fill=LINE, width=SCALE)
    for y in (top, bottom):
        pen.line((0, y, width, y), fill=LINE, width=SCALE)
    played = [(track, track.notes[track.notes["onset"] < last]) for track in score.tracks]
    played = [(track, notes) for track, notes in played if notes.size]
    if not played:
        return
    low = min(int(notes["pitch"].min()) for _track, notes in played) - 1
    high = max(int(notes["pitch"].max()) for _track, notes in played) + 1
    row = min(14.0 * SCALE, (bottom - top) / (high - low + 1))
    start = (top + bottom) / 2 - row * (high - low + 1) / 2
    for track, notes in played:
        colour = TRACKS[ROLES.get(track.role, 4)]
        for note in notes:
            x = int(note["onset"]) / last * width
            right = max(
                x + 3 * SCALE, (int(note["onset"]) + int(note["duration"])) / last * width - 1.5 * SCALE
            )
            top_edge = start + (high - int(note["pitch"])) * row
            box = (x, top_edge + 0.08 * row, right, top_edge + 0.92 * row)
            pen.rounded_rectangle(box, radius=min(3.0 * SCALE, row / 3, (right - x) / 2), fill=colour)
