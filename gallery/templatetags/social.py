"""Small drawings and figures of the gallery's social side."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gallery.access import Visitor
from gallery.families import may_be_used
from gallery.models import Piece, PieceParent
from gallery.moderation import CHOOSABLE

register = template.Library()

WIDTH, HEIGHT = 200, 6


@register.simple_tag
def use_of(piece: Piece, person: Visitor) -> str:
    """What a person may make of a piece: it is their "own", "open" to all, or its rights are "reserved"."""
    if piece.owner_id == person.pk:
        return "own"
    return "open" if may_be_used(piece, person) else "reserved"


@register.filter
def note_places(notes: list[list[int]]) -> str:
    """Which notes a comment is about, as scripts read them (frontend/src/notePlaces.ts)."""
    return ",".join(":".join(map(str, place)) for place in notes)


@register.simple_tag
def report_reasons() -> Sequence[tuple[str, object]]:
    """What somebody who reports may say is wrong."""
    return CHOOSABLE


@register.simple_tag
def change_bar(row: PieceParent) -> SafeString:
    """What became of a parent's notes, as a bar in three parts: kept, changed, new."""
    total = max(1, row.kept + row.changed + row.added)
    kept = round(WIDTH * row.kept / total)
    changed = round(WIDTH * row.changed / total)
    label = _("%(share)d %% of its notes are its parent's") % {"share": round(100 * row.kept / total)}
    return format_html(
        '<svg class="change-bar" viewBox="0 0 {w} {h}" preserveAspectRatio="none" role="img"'
        ' aria-label="{label}">'
        '<rect class="part-kept" width="{kept}" height="{h}"/>'
        '<rect class="part-changed" x="{kept}" width="{changed}" height="{h}"/>'
        '<rect class="part-new" x="{x}" width="{rest}" height="{h}"/></svg>',
        w=WIDTH,
        h=HEIGHT,
        label=label,
        kept=kept,
        changed=changed,
        x=kept + changed,
        rest=WIDTH - kept - changed,
    )
