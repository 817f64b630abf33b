"""{% embed_code piece request %}: the tag that puts a piece on another page."""

from __future__ import annotations

from django import template
from django.http import HttpRequest
from django.utils.html import escape
from django.utils.safestring import SafeString

from gallery.embed import SIZES, Look, iframe, shared_code
from gallery.models import Piece

register = template.Library()
register.filter(shared_code)


@register.simple_tag
def embed_code(piece: Piece, request: HttpRequest) -> SafeString:
    """The code as text to be read: its signs are escaped."""
    look = Look()
    code = iframe(piece, f"{request.scheme}://{request.get_host()}", look, *SIZES[look.size])
    # A plain str first: the tag is safe as a tag, and here it is words.
    return escape(str.__str__(code))
