"""What is words goes out compressed, files do not, and who has an answer is told so either way."""

from __future__ import annotations

import gzip

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from gallery.editing import notes_etag
from tests.conftest import Make

pytestmark = pytest.mark.django_db
ZIPPED = {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize(
    "address", ["/", "/gallery/", "/gallery/feed.atom", "/sitemap.xml", "/api/v1/gallery/"]
)
def test_words_are_compressed_for_who_can_read_that(
    client: Client, alice: User, make_piece: Make, address: str
) -> None:
    for _ in range(4):
        make_piece(alice, visibility="public")
    plain = client.get(address)
    small = client.get(address, headers=ZIPPED)
    assert "Content-Encoding" not in plain
    assert small["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small["Vary"]
    assert len(small.content) == int(small["Content-Length"]) < len(plain.content)
    assert len(gzip.decompress(small.content)) == len(plain.content)


def test_two_answers_of_one_page_are_not_of_one_length(client: Client) -> None:
    """Else it could be found out by trying what a page says (BREACH)."""
    assert len({client.get("/gallery/", headers=ZIPPED)["Content-Length"] for _ in range(20)}) > 1


@pytest.mark.parametrize("rest", ["midi/", "card.png"])
def test_files_go_out_as_they_are(client: Client, alice: User, make_piece: Make, rest: str) -> None:
    piece = make_piece(alice, visibility="public", bars=16)
    address = f"/pieces/{piece.code}/{rest}" if rest == "card.png" else f"/api/v1/pieces/{piece.code}/{rest}"
    answer = client.get(address, headers=ZIPPED)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer


def test_who_has_a_compressed_answer_is_told_so(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice)
    address = f"/api/v1/pieces/{piece.code}/"
    first = as_alice.get(address, headers=ZIPPED)
    assert first["ETag"].startswith('W/"')
    again = as_alice.get(address, headers={**ZIPPED, "If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_notes_are_changed_by_the_etag_of_a_compressed_answer(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, bars=8)
    address = f"/api/v1/pieces/{piece.code}/notes/"
    etag = as_alice.get(address, headers=ZIPPED)["ETag"]
    assert etag == f"W/{notes_etag(piece)}"
    tracks = [[[0, 480, 60, 80]]]
    body = {"tracks": tracks, "length": 1920}
    assert as_alice.patch(address, body, format="json", headers={"If-Match": etag}).status_code == 200
    assert as_alice.patch(address, body, format="json", headers={"If-Match": etag}).status_code == 412
