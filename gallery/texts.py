"""Words that people write, made fit to be shown: no signs that are not seen, no more than fits."""

from __future__ import annotations

from django.utils.text import Truncator

from gallery.models import TITLE_LENGTH

# Signs that join and shape letters in Persian, in Indian scripts, and in emoji of several parts.
JOINERS = "\u200c\u200d"


def without_controls(text: str) -> str:
    """The text with a space for whatever is not seen: control signs, and those that turn the direction."""
    return "".join(sign if sign.isprintable() or sign in JOINERS else " " for sign in text)


def clean_title(title: str) -> str:
    """One line without control signs, of at most TITLE_LENGTH signs; may be empty."""
    line = " ".join(without_controls(title).split())
    return Truncator(line).chars(TITLE_LENGTH)


def clean_text(text: str, length: int) -> str:
    """Lines without control signs, of at most `length` signs in all; may be empty."""
    lines = (without_controls(line) for line in text.splitlines())
    return "\n".join(line.rstrip() for line in lines).strip()[:length]
