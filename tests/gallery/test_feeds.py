"""Atom feeds, sitemap and robots.txt: what is public, and nothing else, with every word as text."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from gallery.models import Piece, PieceTag, Tag
from gallery.services import piece_change
from tests.conftest import Make

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAP = {"m": "http://www.sitemaps.org/schemas/sitemap/0.9"}
NASTY = 'Rain <script>alert("1")</script> & ]]> שלום 😀'


def titles(client: Client, address: str) -> list[str | None]:
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    root = ElementTree.fromstring(answer.content)
    return [entry.findtext("a:title", namespaces=ATOM) for entry in root.findall("a:entry", ATOM)]


def test_the_gallery_feed_has_what_is_public_newest_first_with_every_word_as_text(
    client: Client, alice: User, make_piece: Make
) -> None:
    make_piece(alice, title="Older", visibility="public")
    piece = make_piece(alice, title=NASTY, visibility="public", recipe={"seed": 1})
    piece.description = "<b>bold</b>\x0b"
    piece.save()
    make_piece(alice, title="Private")
    make_piece(alice, title="Unlisted", visibility="unlisted")
    hidden = make_piece(alice, title="Hidden", visibility="public")
    Piece.objects.filter(pk=hidden.pk).update(hidden_at=timezone.now(), hidden_because="spam")
    assert titles(client, "/gallery/feed.atom") == [NASTY, "Older"]
    root = ElementTree.fromstring(client.get("/gallery/feed.atom").content)
    entry = root.find("a:entry", ATOM)
    assert entry is not None
    link = entry.find("a:link", ATOM)
    assert link is not None
    assert link.get("href") == f"http://testserver/pieces/{piece.code}/"
    assert entry.findtext("a:author/a:name", namespaces=ATOM) == "alice"
    assert "<b>bold</b>" in (entry.findtext("a:summary", namespaces=ATOM) or "")


def test_a_person_has_a_feed_of_their_own(client: Client, alice: User, bob: User, make_piece: Make) -> None:
    make_piece(alice, title="Alice's", visibility="public")
    make_piece(bob, title="Bob's", visibility="public")
    assert titles(client, "/people/alice/feed.atom") == ["Alice's"]


def test_who_shows_nothing_has_no_feed(client: Client, alice: User, make_piece: Make) -> None:
    make_piece(alice)
    assert client.get("/people/alice/feed.atom").status_code == 404
    assert client.get("/people/nobody/feed.atom").status_code == 404


@pytest.mark.parametrize("name", ["slow", "<b>&", "שלום-😀"])
def test_a_tag_has_a_feed(client: Client, alice: User, make_piece: Make, name: str) -> None:
    piece_change(piece=make_piece(alice, title="Tagged", visibility="public"), tags=[name])
    make_piece(alice, title="Not tagged", visibility="public")
    assert titles(client, f"/tags/{name}/feed.atom") == ["Tagged"]


def test_a_tag_of_nothing_that_is_public_has_no_feed(client: Client, alice: User, make_piece: Make) -> None:
    tag = Tag.objects.create(name="secret")
    PieceTag.objects.create(piece=make_piece(alice), tag=tag)
    assert client.get("/tags/secret/feed.atom").status_code == 404
    assert client.get("/tags/none/feed.atom").status_code == 404


def test_a_feed_asks_the_database_as_often_for_many_pieces_as_for_one(
    client: Client, alice: User, make_piece: Make, django_assert_num_queries: Make
) -> None:
    for _ in range(4):
        make_piece(alice, visibility="public")
    with django_assert_num_queries(3):  # the summary, the pieces, their tags
        client.get("/gallery/feed.atom")


def test_the_sitemap_names_public_pieces_and_who_shows_them(
    client: Client, alice: User, bob: User, make_piece: Make
) -> None:
    shown = make_piece(alice, visibility="public")
    for visibility in ("private", "unlisted"):
        make_piece(bob, visibility=visibility)
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)
    parts = [part.text or "" for part in index.findall("m:sitemap/m:loc", MAP)]
    assert len(parts) == 3
    found: list[str | None] = []
    for part in parts:
        root = ElementTree.fromstring(client.get(part.removeprefix("http://testserver")).content)
        found += [place.text for place in root.findall("m:url/m:loc", MAP)]
    assert f"http://testserver/pieces/{shown.code}/" in found
    assert "http://testserver/people/alice/" in found
    assert len(found) == 5  # with home, gallery and studio


def test_robots_are_told_what_to_leave_alone_and_where_the_map_is(client: Client) -> None:
    answer = client.get("/robots.txt")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain")
    assert "Disallow: /api/" in text
    assert "Sitemap: http://testserver/sitemap.xml" in text
