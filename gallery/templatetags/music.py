"""How templates say what a piece is made of."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.intake_words import intake_words
from gallery.models import Piece
from gallery.words import key_name
from generator.bands import role_titles

register = template.Library()
register.filter(key_name)
register.filter(intake_words)


@register.filter
def clock(seconds: float) -> str:
    """A length as players show it: 83.4 → "1:23"."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


@register.simple_tag
def made_of(piece: Piece) -> str:
    """What a piece is, in a line: "Chorale · 1:23 · 16 bars"."""
    made = _("uploaded") if piece.source == Piece.Source.UPLOADED else piece.style_title
    bars = ngettext("%(n)d bar", "%(n)d bars", piece.bars) % {"n": piece.bars}
    return " · ".join(part for part in (made, clock(piece.seconds), bars) if part)


@register.filter
def made_with(recipe: dict[str, Any]) -> list[tuple[str, str]]:
    """The settings in a recipe as names and values for people, in the studio's order."""
    rows: list[tuple[str, str]] = []
    if (seed := recipe.get("seed")) is not None:
        rows.append((_("Seed"), str(seed)))
    if key := recipe.get("key"):
        text = key_name(key)
        rows.append(
            (
                _("Key"),
                _("%(key)s, only notes of the scale") % {"key": text} if recipe.get("key_lock") else text,
            )
        )
    if (tempo := recipe.get("tempo")) is not None:
        rows.append((_("Tempo asked for"), f"{tempo:g}"))
    if metre := recipe.get("metre"):
        rows.append((_("Metre"), str(metre)))
    if "temperature_pitch" in recipe:
        values = {"pitch": f"{recipe['temperature_pitch']:g}", "rhythm": f"{recipe['temperature_rhythm']:g}"}
        rows.append((_("Daring"), _("%(pitch)s with pitch, %(rhythm)s with rhythm") % values))
        rows.append(
            (_("Choice of notes"), _("the likeliest %(share)s %%") % {"share": f"{100 * recipe['top_p']:g}"})
        )
    if source := recipe.get("continue_from"):
        bars = source["bars"]
        rows.append((_("Goes on after"), ngettext("%(n)d bar", "%(n)d bars", bars) % {"n": bars}))
    if given := recipe.get("given"):
        titles = role_titles()
        names = [titles[one["role"]] for one in given["tracks"] if one["role"] in titles]
        rows.append((_("Plays along with"), ", ".join(names)))
    if device := recipe.get("device"):
        rows.append((_("Made on"), str(device)))
    return rows
