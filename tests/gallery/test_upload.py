"""Files that people bring."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from gallery.models import Piece
from generator.music.midi import write_midi
from musicsite.people import is_guest
from tests.conftest import small_score

pytestmark = pytest.mark.django_db
UPLOADS = "/api/v1/uploads/"


def midi_file(name: str = "rain.mid") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, write_midi(small_score(3)), content_type="audio/midi")


def test_a_file_becomes_a_private_piece_with_a_list_of_what_was_changed(
    as_alice: APIClient, alice: User
) -> None:
    answer = as_alice.post(UPLOADS, {"file": midi_file()})
    piece = Piece.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == f"/pieces/{piece.code}/"
    assert (piece.owner, piece.source, piece.visibility, piece.is_draft) == (
        alice,
        "uploaded",
        "private",
        False,
    )
    assert (piece.bars, piece.n_notes) == (3, 12)
    assert answer.json()["piece"]["code"] == piece.code
    assert answer.json()["changes"] == piece.changes


def test_a_file_that_is_no_music_is_refused_with_the_reason(as_alice: APIClient) -> None:
    answer = as_alice.post(UPLOADS, {"file": SimpleUploadedFile("song.mp3", b"ID3" + b"\0" * 100)})
    body = answer.json()
    assert answer.status_code == 400
    assert body["message"] == body["fields"]["file"][0]
    assert "MP3" in body["message"]
    assert Piece.objects.count() == 0


def test_an_empty_file_and_no_file_are_refused_by_name(as_alice: APIClient) -> None:
    for body in ({"file": SimpleUploadedFile("empty.mid", b"")}, {}):
        answer = as_alice.post(UPLOADS, body)
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["file"])


def test_a_file_over_the_limit_is_refused_with_the_limit(as_alice: APIClient, settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1024
    answer = as_alice.post(UPLOADS, {"file": SimpleUploadedFile("long.mid", b"MThd" + b"\0" * 1021)})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "0.0009766 MB" in answer.json()["message"]


def test_a_stranger_who_brings_a_file_becomes_a_guest(db: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/pieces/")
    token = browser.cookies["csrftoken"].value
    answer = browser.post(UPLOADS, {"file": midi_file()}, headers={"X-CSRFToken": token})
    assert answer.status_code == 201
    assert is_guest(Piece.objects.get().owner)


def test_a_form_of_another_site_cannot_bring_a_file(db: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(UPLOADS, {"file": midi_file()})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert User.objects.count() == 0


def test_a_shelf_that_is_full_takes_no_file(as_alice: APIClient, settings: Settings) -> None:
    settings.MEMBER_PIECES = 0
    answer = as_alice.post(UPLOADS, {"file": midi_file()})
    assert (answer.status_code, answer.json()["code"]) == (409, "shelf_full")
