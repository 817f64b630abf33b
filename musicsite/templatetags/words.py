"""What a page needs to speak its reader's language: the words that scripts say, and the choice."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from musicsite.languages import catalogue_address

register = template.Library()


@register.simple_tag
def words() -> SafeString:
    """Ahead of `{% vite %}`: deferred scripts and modules run in the order in which they stand."""
    address = catalogue_address(get_language() or "")
    return format_html('<script defer src="{}"></script>', address) if address else SafeString("")


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """Codes and names; each name in its own language, so that whoever reads just one finds it."""
    return list(settings.LANGUAGES)
