"""A piece on another site's page: what the frame may be asked for, and the oEmbed answer that describes it.

oEmbed 1.0 (oembed.com), type "rich": the html is one iframe.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.sax.saxutils import escape as xml_escape

from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html

from gallery.cards import HEIGHT as CARD_HEIGHT
from gallery.cards import WIDTH as CARD_WIDTH
from gallery.models import Piece
from gallery.sharing import link_of

# Pixels that each size is made for. mini: button and title; small: with the roll; full: roll and transport.
SIZES: Mapping[str, tuple[int, int]] = {"mini": (300, 60), "small": (400, 120), "full": (720, 420)}
THEMES = ("auto", "dark", "light")
CACHE_SECONDS = 3600


@dataclass(frozen=True)
class Look:
    """How an embed looks and begins; what an address may say after its question mark.

    bar: where it stands at the start, from 1. loop: it begins again at its end. controls: whether it has
    buttons of its own, or is led by the page around it alone.
    """

    size: str = "small"
    theme: str = "auto"
    bar: int = 1
    loop: bool = False
    controls: bool = True

    @classmethod
    def read(cls, query: QueryDict) -> Look:
        """The look that an address asks for. What it says wrongly is left out."""
        size, theme, bar = query.get("size", ""), query.get("theme", ""), query.get("bar", "")
        return cls(
            size=size if size in SIZES else cls.size,
            theme=theme if theme in THEMES else cls.theme,
            bar=int(bar) if bar.isascii() and bar.isdigit() and 0 < len(bar) < 6 else cls.bar,
            loop=query.get("loop") == "1",
            controls=query.get("controls") != "0",
        )

    def query(self) -> str:
        """As an address says it: only what differs from a plain embed. Empty for that."""
        plain = Look()
        said = {key: value for key, value in asdict(self).items() if value != getattr(plain, key)}
        text = urlencode(
            {key: int(value) if isinstance(value, bool) else value for key, value in said.items()}
        )
        return f"?{text}" if text else ""


def embedded_piece(code: str) -> Piece | None:
    """The piece that anybody may see under a code: an embed shows nobody's own, whoever looks."""
    return Piece.objects.opened_by(AnonymousUser(), code)


def piece_at(address: str, host: str) -> tuple[Piece, Look] | None:
    """The piece whose page or embed is at an address of this host, and the look that it asks for."""
    try:
        parts = urlsplit(address)
        found = resolve(parts.path)
    except (ValueError, Resolver404):
        return None
    if parts.scheme not in ("http", "https") or parts.netloc.lower() != host.lower():
        return None
    if found.url_name not in ("piece", "embed"):
        return None
    piece = embedded_piece(found.kwargs["code"])
    return None if piece is None else (piece, Look.read(QueryDict(parts.query)))


def shared_code(piece: Piece) -> str:
    """The code by which others open a piece: for an unlisted one that of its link."""
    if piece.visibility != Piece.Visibility.UNLISTED or piece.address != piece.code:
        return piece.address
    link = link_of(piece)
    return link.code if link is not None else piece.address


def iframe(piece: Piece, site: str, look: Look, width: int, height: int) -> str:
    """The tag that a page of another site puts in. `site`: our address, without a slash at its end."""
    return format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" frameborder="0" allow="autoplay"'
        ' loading="lazy"></iframe>',
        f"{site}{reverse('embed', args=[shared_code(piece)])}{look.query()}",
        width,
        height,
        f"{piece.title}, {piece.author}",
    )


def oembed(
    piece: Piece, site: str, look: Look, *, most_width: int | None = None, most_height: int | None = None
) -> dict[str, Any]:
    """What oEmbed answers for a piece, within the width and height that the asker has room for."""
    if not fits(look.size, most_width, most_height):
        fitting = [size for size in ("full", "small", "mini") if fits(size, most_width, most_height)]
        look = Look(**{**asdict(look), "size": (fitting or ["mini"])[0]})
    width, height = SIZES[look.size]
    width, height = min(width, most_width or width), min(height, most_height or height)
    answer = {
        "type": "rich",
        "version": "1.0",
        "provider_name": "Ostinato",
        "provider_url": f"{site}/",
        "title": piece.title,
        "author_name": piece.author,
        "cache_age": CACHE_SECONDS,
        "width": width,
        "height": height,
        "html": iframe(piece, site, look, width, height),
        "duration": math.ceil(piece.seconds),
    }
    room = (most_width is None or most_width >= CARD_WIDTH) and (
        most_height is None or most_height >= CARD_HEIGHT
    )
    if room:  # a thumbnail must fit too
        answer |= {
            "thumbnail_url": f"{site}{reverse('piece-card', args=[piece.address])}",
            "thumbnail_width": CARD_WIDTH,
            "thumbnail_height": CARD_HEIGHT,
        }
    return answer


def fits(size: str, most_width: int | None, most_height: int | None) -> bool:
    """Whether a size is usable in that room; an embed may be a third narrower than is meant."""
    width, height = SIZES[size]
    return (most_width is None or most_width >= width * 2 / 3) and (
        most_height is None or most_height >= height
    )


def oembed_xml(answer: Mapping[str, Any]) -> str:
    """The answer as XML, everything in it as text. Signs that XML cannot hold are left out."""
    rows = "".join(
        f"<{key}>{xml_escape(''.join(filter(is_xml, str(value))))}</{key}>" for key, value in answer.items()
    )
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>{rows}</oembed>\n'


def is_xml(sign: str) -> bool:
    """Whether XML 1.0 can hold a sign (section 2.2)."""
    number = ord(sign)
    return (
        number in (0x9, 0xA, 0xD) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD or number > 0xFFFF
    )
