"""Small drawings and figures of the gallery's social side."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.template.defaultfilters import floatformat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.access import Visitor
from gallery.families import may_be_used
from gallery.models import Listing, Piece, PieceParent
from gallery.moderation import CHOOSABLE
from musicsite.templatetags.icons import icon

register = template.Library()

WIDTH, HEIGHT = 200, 6


@register.simple_tag
def use_of(piece: Piece, person: Visitor) -> str:
    """What a person may make of a piece: it is their "own", "open" to all, or its rights are "reserved"."""
    if piece.owner_id == person.pk:
        return "own"
    return "open" if may_be_used(piece, person) else "reserved"


@register.simple_tag
def card_figures(piece: Piece, listing: Listing | None, n_plays: int) -> SafeString:
    """What made a piece, and what people make of it; of figures those that are not 0.

    In one go, because a list has two dozen of them.
    """
    figures = []
    if piece.model:
        figures.append(format_html('<span class="badge">{}</span>', piece.model.upper()))
    if listing and (n := listing.n_ratings):
        mean = floatformat(listing.best, 1)
        words = ngettext("Rated %(mean)s of 5 by %(n)s listener", "Rated %(mean)s of 5 by %(n)s listeners", n)
        figures.append(
            format_html(
                '<span aria-label="{}" role="img">{}{} ({})</span>',
                words % {"mean": mean, "n": n},
                icon("star", "icon-solid"),
                mean,
                n,
            )
        )
    if listing and (n := listing.n_comments):
        figures.append(counted(ngettext("%(n)s comment", "%(n)s comments", n), n))
    if listing and (n := listing.n_remixes):
        figures.append(counted(ngettext("%(n)s remix", "%(n)s remixes", n), n))
    if n_plays:
        figures.append(counted(ngettext("%(n)s play", "%(n)s plays", n_plays), n_plays))
    return format_html_join("", "{}", ((figure,) for figure in figures))


def counted(words: str, n: int) -> SafeString:
    return format_html("<span>{}</span>", words % {"n": n})


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
