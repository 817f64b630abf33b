"""How often a piece was listened to is counted, and nothing of who did."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from gallery.models import Piece, PlayCount
from gallery.plays import plays_of
from tests.conftest import Make

pytestmark = pytest.mark.django_db


@pytest.fixture
def piece(alice: User, make_piece: Make) -> Piece:
    cache.clear()
    made: Piece = make_piece(alice, title="Tune", visibility="public")
    return made


def listen(client: Client, piece: Piece, network: str = "192.0.2.1") -> int:
    address = f"/api/v1/pieces/{piece.code}/plays/"
    return client.post(address, content_type="application/json", REMOTE_ADDR=network).status_code


def test_each_listener_counts_once_an_hour(client: Client, bob: User, piece: Piece) -> None:
    for network in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        assert listen(client, piece, network) == 204
    assert plays_of(piece) == 2
    client.force_login(bob)
    listen(client, piece, "192.0.2.1")
    listen(client, piece, "192.0.2.9")  # at home and on the way, the same person
    assert plays_of(piece) == 3
    cache.clear()  # as an hour later
    listen(client, piece)
    assert plays_of(piece) == 4


def test_an_author_does_not_count(client: Client, alice: User, piece: Piece) -> None:
    client.force_login(alice)
    assert listen(client, piece) == 204
    assert plays_of(piece) == 0


def test_a_number_is_all_that_is_kept(client: Client, bob: User, piece: Piece) -> None:
    client.force_login(bob)
    listen(client, piece)
    assert list(PlayCount.objects.values()) == [{"piece_id": piece.pk, "n": 1}]
    bob.delete()
    assert plays_of(piece) == 1


def test_plays_stand_on_cards_on_the_page_and_in_the_api(client: Client, piece: Piece) -> None:
    assert "play<" not in client.get("/gallery/").content.decode()
    listen(client, piece)
    for address in ("/gallery/", "/people/alice/"):
        assert "<span>1 play</span>" in client.get(address).content.decode()
    assert "· 1 play" in client.get(f"/pieces/{piece.code}/").content.decode()
    listen(client, piece, "192.0.2.2")
    assert "<span>2 plays</span>" in client.get("/gallery/").content.decode()
    assert client.get("/api/v1/gallery/").json()["results"][0]["n_plays"] == 2
