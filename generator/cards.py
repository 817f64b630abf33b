"""The studio's cards: what can be asked for, family by family."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from gallery.words import style_description, style_title
from generator import bands, variations
from generator.engines import style_names
from generator.music.styles import STYLES


def style_cards() -> list[dict[str, Any]]:
    """The styles that a writer of single notes knows."""
    return [
        {
            "name": name,
            "model": "rnn",
            "title": style_title(name),
            "description": style_description(name),
            "default_tempo": STYLES[name].tempo,
            "metres": [f"{n}/{d}" for n, d in STYLES[name].metres],
        }
        for name in style_names()
    ]


def studio_cards(*, continuing: bool = False) -> list[dict[str, Any]]:
    """All cards, in the order of the page. Bands and draws begin pieces, they do not go on with them."""
    return style_cards() + ([] if continuing else [*bands.cards(), *variations.cards()])


def families(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cards under a heading for each model: its name, and in a line how it makes music."""
    words = {
        "rnn": (_("RNN"), _("Writes one note after another and remembers what came before.")),
        bands.MODEL: (_("MuseGAN"), _("A band of five draws four bars at a time.")),
        variations.MODEL: (_("VAE"), _("Unfolds a whole piece from one point of its latent space.")),
    }
    return [
        {"model": model, "title": title, "line": line, "cards": its}
        for model, (title, line) in words.items()
        if (its := [card for card in cards if card["model"] == model])
    ]
