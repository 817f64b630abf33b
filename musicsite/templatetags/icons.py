"""{% icon "play" %}: one of our icons, drawn beside words or in a button that has a name."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """A page has up to a hundred of them, so each is put together once."""
    return drawn(static("build/icons.svg"), name, classes)


@lru_cache(maxsize=500)
def drawn(sprites: str, name: str, classes: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f"icon {classes}".strip(),
        sprites,
        name,
    )
