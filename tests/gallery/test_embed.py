"""A piece on another site's page: the frame, who may frame what, and the oEmbed answer."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client

from gallery.embed import Look, oembed_xml
from gallery.models import Piece
from tests.conftest import Make

NASTY = 'Rain </script><script>alert("1")</script> & ]]> שלום 😀'

pytestmark = pytest.mark.django_db


def ask(client: Client, address: str, **more: str) -> dict[str, object]:
    answer = client.get(f"/oembed/?{urlencode({'url': address, **more})}")
    assert answer.status_code == 200
    return dict(answer.json())


@pytest.mark.parametrize("size", ["mini", "small", "full"])
def test_an_embed_shows_a_piece_in_each_size_with_its_words_as_text(
    client: Client, alice: User, make_piece: Make, size: str
) -> None:
    piece = make_piece(alice, visibility="public", title=NASTY)
    answer = client.get(f"/embed/{piece.code}/?size={size}&theme=light&bar=2&loop=1")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<script>alert" not in page
    assert html.escape(NASTY) in page.replace("&#x27;", "'")
    assert f'data-size="{size}"' in page
    assert 'data-theme="light"' in page
    data = re.search(r'<script id="page-data" type="application/json">(.*?)</script>', page)
    assert data is not None
    given = json.loads(data[1])
    assert (given["bar"], given["loop"], given["score"]["length"]) == (2, True, 3840)


def test_only_the_embed_may_be_framed(client: Client, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, visibility="public")
    embed = client.get(f"/embed/{piece.code}/")
    assert "frame-ancestors *" in embed["Content-Security-Policy"]
    assert "X-Frame-Options" not in embed
    assert "script-src 'self' 'wasm-unsafe-eval'" in embed["Content-Security-Policy"]
    for address in (f"/pieces/{piece.code}/", "/", "/gallery/", f"/pieces/{piece.code}/card.png", "/oembed/"):
        answer = client.get(address)
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"


def test_an_embed_of_a_piece_that_was_made_private_says_so_and_is_404(
    client: Client, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, visibility="public")
    assert client.get(f"/embed/{piece.code}/").status_code == 200
    Piece.objects.filter(pk=piece.pk).update(visibility="private")
    gone = client.get(f"/embed/{piece.code}/")
    assert gone.status_code == 404
    assert "No longer public" in gone.content.decode()
    assert piece.title not in gone.content.decode()
    assert "frame-ancestors *" in gone["Content-Security-Policy"]


def test_an_embed_shows_its_owner_no_more_than_anybody(client: Client, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice)
    client.force_login(alice)
    assert client.get(f"/pieces/{piece.code}/").status_code == 200
    assert client.get(f"/embed/{piece.code}/").status_code == 404


def test_an_embed_needs_no_cookie_and_sets_none(client: Client, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, visibility="public")
    assert not client.get(f"/embed/{piece.code}/").cookies


@pytest.mark.parametrize(
    ("said", "look"),
    [
        ("", Look()),
        ("size=mini&theme=dark&bar=9&loop=1&controls=0", Look("mini", "dark", 9, True, False)),
        ("size=huge&theme=<b>&bar=-1&loop=yes&controls=", Look()),
        ("bar=²", Look()),
        ("bar=999999999999", Look()),
    ],
)
def test_what_an_address_says_of_the_look_is_read_or_left_out(said: str, look: Look) -> None:
    assert Look.read(QueryDict(said)) == look
    assert Look.read(QueryDict(look.query().removeprefix("?"))) == look


def test_oembed_describes_a_piece_by_its_page_or_its_embed(
    client: Client, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, visibility="public", title=NASTY)
    answer = ask(client, f"http://testserver/pieces/{piece.code}/")
    assert (answer["type"], answer["version"], answer["title"]) == ("rich", "1.0", NASTY)
    assert (answer["width"], answer["height"]) == (400, 120)
    frame = str(answer["html"])
    assert frame.startswith(f'<iframe src="http://testserver/embed/{piece.code}/"')
    assert "<script>" not in frame
    assert answer["thumbnail_url"] == f"http://testserver/pieces/{piece.code}/card.png"
    full = ask(client, f"http://testserver/embed/{piece.code}/?size=full&bar=3")
    assert (full["width"], full["height"]) == (720, 420)
    assert f"/embed/{piece.code}/?size=full&amp;bar=3" in str(full["html"])


def test_oembed_stays_inside_the_room_that_the_asker_has(
    client: Client, alice: User, make_piece: Make
) -> None:
    address = f"http://testserver/embed/{make_piece(alice, visibility='public').code}/?size=full"
    for width, height, size in (
        (800, 600, "full"),
        (500, 300, "full"),
        (300, 200, "small"),
        (300, 100, "mini"),
    ):
        answer = ask(client, address, maxwidth=str(width), maxheight=str(height))
        expected = size if (width, height) != (500, 300) else "small"
        assert f"size={expected}" in str(answer["html"]) or expected == "small"
        assert int(str(answer["width"])) <= width
        assert int(str(answer["height"])) <= height
        assert "thumbnail_url" not in answer
    assert ask(client, address, maxwidth="x", maxheight="0")["width"] == 720


def test_oembed_as_xml_holds_every_word_as_text(client: Client, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, visibility="public", title=NASTY)
    answer = client.get("/oembed/", {"url": f"http://testserver/pieces/{piece.code}/", "format": "xml"})
    assert answer["Content-Type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.content)
    assert root.findtext("title") == NASTY
    assert (root.findtext("html") or "").startswith("<iframe ")
    assert ElementTree.fromstring(oembed_xml({"title": "a\x00b\x0bc\ud800"})).findtext("title") == "abc"


@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "http://testserver/", "http://testserver/pieces/nothing/", "http://other.example/pieces/{code}/",
     "ftp://testserver/pieces/{code}/", "http://[", "javascript:alert(1)"],
)  # fmt: skip
def test_oembed_knows_nothing_of_what_is_not_a_piece_of_ours(
    client: Client, alice: User, make_piece: Make, address: str
) -> None:
    piece = make_piece(alice, visibility="public")
    assert client.get("/oembed/", {"url": address.format(code=piece.code)}).status_code == 404


def test_oembed_tells_nothing_of_a_private_piece_and_takes_two_formats(
    client: Client, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice)
    client.force_login(alice)
    address = f"http://testserver/pieces/{piece.code}/"
    assert client.get("/oembed/", {"url": address}).status_code == 404
    assert client.get("/oembed/", {"url": address, "format": "yaml"}).status_code == 501


def test_a_page_leads_programs_to_its_oembed_answer(client: Client, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, visibility="public")
    page = client.get(f"/pieces/{piece.code}/").content.decode()
    links = re.findall(r'<link rel="alternate" type="([^"]+)" href="([^"]+)"', page)
    found = {kind: html.unescape(address) for kind, address in links}
    for kind in ("application/json+oembed", "text/xml+oembed"):
        assert client.get(found[kind].removeprefix("http://testserver")).status_code == 200


def test_a_page_gives_the_code_as_text_and_none_for_a_private_piece(
    client: Client, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, visibility="public", title=NASTY)
    page = client.get(f"/pieces/{piece.code}/").content.decode()
    found = re.search(r'<textarea[^>]*id="embed-code"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    code = html.unescape(found[1])
    assert code.startswith(f'<iframe src="http://testserver/embed/{piece.code}/" width="400" height="120"')
    assert "<script>" not in code
    client.force_login(alice)
    assert 'id="embed-code"' not in client.get(f"/pieces/{make_piece(alice).code}/").content.decode()


def test_what_the_author_of_an_unlisted_piece_shares_opens_for_others(
    client: Client, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, visibility="unlisted")
    client.force_login(alice)
    page = html.unescape(client.get(f"/pieces/{piece.code}/").content.decode())
    shared = re.search(r'data-address="http://testserver([^"]+)"', page)
    framed = re.search(r'<iframe src="http://testserver(/embed/[^"]+)"', page)
    assert shared is not None
    assert framed is not None
    for address in (shared[1], framed[1]):
        assert Client().get(address).status_code == 200
