"""Where a file comes from, told inside it."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from gallery.credentials import credential_comment, credential_of, midi_with_credential, recipe_hash
from generator.music.midi import read_midi
from tests.conftest import Make, small_score

pytestmark = pytest.mark.django_db
NASTY = 'Rain <script>alert("1")</script> & שלום 😀'


def test_a_midi_file_says_where_it_comes_from_and_has_the_same_notes(alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, title=NASTY, visibility="public", recipe={"seed": 7}, score=small_score(3))
    content = Client().get(f"/api/v1/pieces/{piece.code}/midi/").content
    assert read_midi(content) == piece.score
    said = credential_comment(piece)
    # FF 01: a text event; its length in seven bits a byte; its words.
    length = bytes([0x80 | len(said) >> 7, len(said) & 0x7F])
    assert b"\xff\x01" + length + said.encode() in content
    assert NASTY.encode() in content
    assert f"/pieces/{piece.code}/" in said
    assert recipe_hash({"seed": 7}) in said


def test_a_credential_names_site_piece_model_and_recipe(
    alice: User, make_piece: Make, settings: Settings
) -> None:
    settings.PUBLIC_HOSTS, settings.HTTPS = ["music.example.org"], True
    piece = make_piece(alice, title=NASTY, recipe={"seed": 7}, weights="a" * 64)
    data = json.loads(credential_of(piece).to_json())
    assert data["site"] == "https://music.example.org"
    assert data["piece"] == f"https://music.example.org/pieces/{piece.code}/"
    assert (data["title"], data["author"], data["made_by"], data["weights"]) == (
        NASTY,
        "alice",
        "model",
        "a" * 64,
    )
    assert (len(data["recipe"]), len(data["notes"])) == (64, 64)


def test_an_upload_claims_no_model(alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, source="uploaded", model="", style="")
    assert (credential_of(piece).made_by, credential_of(piece).recipe) == ("person", "")
    assert "Made with" not in credential_comment(piece)


def test_a_file_says_the_same_whatever_link_it_was_opened_by(alice: User, make_piece: Make) -> None:
    piece = make_piece(alice)
    before = credential_comment(piece)
    piece.address = "another"
    assert credential_comment(piece) == before


def test_a_piece_that_cannot_be_read_is_given_as_it_lies(alice: User, make_piece: Make) -> None:
    piece = make_piece(alice)
    piece.midi = b"not midi"
    assert midi_with_credential(piece) == b"not midi"
