"""Who wrote which note, and how it is kept."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery.models import Piece
from gallery.origins import confirmed, letters_of, origin_shares, origins_of, runs_of
from generator.music.notes import make_notes
from generator.music.score import Score, Track
from tests.conftest import Make


def score(*rows: tuple[int, int, int, int]) -> Score:
    return Score((Track("Piano", "piano", notes=make_notes(rows)),), length=1920)


def test_runs_go_there_and_back_again() -> None:
    assert runs_of("mmmhe") == "m3 h1 e1"
    assert letters_of("m3 h1 e1") == "mmmhe"
    assert letters_of("x9 m2") == "mm"
    assert letters_of(None) == ""


def test_shares_count_what_there_is() -> None:
    assert origin_shares(["mmm", "h"]) == {"model": 3, "human": 1}


def test_only_a_note_that_was_there_is_confirmed_as_the_models() -> None:
    old = score((0, 480, 60, 80), (480, 480, 62, 80))
    new = score((0, 480, 60, 80), (480, 480, 63, 80), (960, 480, 65, 80))
    said = [{(0, 480, 60, 80): "m", (480, 480, 63, 80): "m", (960, 480, 65, 80): "h"}]
    assert confirmed(old, ["mm"], new, said) == ["meh"]


def test_a_note_that_nobody_speaks_of_keeps_its_origin_and_a_new_one_is_a_persons() -> None:
    old = score((0, 480, 60, 80))
    new = score((0, 480, 60, 80), (960, 480, 65, 80))
    assert confirmed(old, ["e"], new, [{}]) == ["eh"]


@pytest.mark.django_db
def test_a_piece_without_a_record_is_all_its_sources(alice: User, make_piece: Make) -> None:
    made = make_piece(alice, source=Piece.Source.GENERATED)
    brought = make_piece(alice, source=Piece.Source.UPLOADED)
    broken = make_piece(alice, source=Piece.Source.UPLOADED, recipe={"origins": ["m1"]})
    assert set("".join(origins_of(made, made.score))) == {"m"}
    assert set("".join(origins_of(brought, brought.score))) == {"h"}
    assert set("".join(origins_of(broken, broken.score))) == {"h"}


@pytest.mark.django_db
def test_the_page_says_whose_notes_they_are(client: Client, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, source=Piece.Source.GENERATED, bars=2)
    runs = [runs_of("mmmmmmeh"[: track.notes.size]) for track in piece.score.tracks]
    Piece.objects.filter(pk=piece.pk).update(recipe={"origins": runs})
    client.force_login(alice)
    page = client.get(piece.get_absolute_url()).content.decode()
    assert "75 % (6 of 8 notes)" in page
    assert "By the model, edited" in page
    assert "By hand" in page
    assert '"origins": ["m6 e1 h1"]' in page
