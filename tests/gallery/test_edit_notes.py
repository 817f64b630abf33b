"""Notes changed and drawn by hand: who may, what is kept, and that nothing is lost between two tabs."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from gallery.editing import notes_etag, piece_edit_notes
from gallery.models import Piece
from generator.music.score import score_to_json
from musicsite.errors import ApplicationError
from tests.conftest import Make

pytestmark = pytest.mark.django_db


def address(piece: Piece) -> str:
    return f"/api/v1/pieces/{piece.code}/notes/"


def rows(piece: Piece) -> list[list[list[Any]]]:
    return [[list(row) for row in track.notes.tolist()] for track in piece.score.tracks]


def patch(client: APIClient, piece: Piece, body: Any, etag: str | None = None) -> Any:
    headers = {"If-Match": notes_etag(piece) if etag is None else etag}
    return client.patch(address(piece), body, format="json", headers=headers)


def test_changed_notes_replace_the_old_ones_and_every_figure(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, bars=2)
    tracks = rows(piece)
    tracks[0][0][2] += 1
    tracks[0].append([4 * 1920, 960, 50, 77, "h"])
    answer = patch(as_alice, piece, {"tracks": tracks, "length": 5 * 1920})
    assert answer.status_code == 200, answer.content
    piece.refresh_from_db()
    assert (piece.bars, piece.n_notes, piece.seconds) == (5, 9, 10.0)
    assert rows(piece)[0][-1] == [4 * 1920, 960, 50, 77]
    assert answer.json()["score"] == score_to_json(piece.score)
    assert answer.json()["notes_etag"] == answer["ETag"] == notes_etag(piece)


def test_the_recipe_says_that_it_was_edited_and_keeps_what_made_it(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, recipe={"seed": 7})
    tracks = rows(piece)
    tracks[0][0][2] += 1
    tracks[0][0].append("e")
    tracks[0][3][0] += 60
    tracks[0][3][1] -= 60
    answer = patch(as_alice, piece, {"tracks": tracks})
    piece.refresh_from_db()
    assert piece.recipe["seed"] == 7
    assert piece.recipe["edited"]["at"]
    # The first was said to be edited; of the fourth nothing was said, and it is new.
    assert piece.recipe["origins"] == answer.json()["origins"] == ["e1 m2 h1 m4"]


def test_of_two_who_save_the_same_version_the_second_is_told(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice)
    version = notes_etag(piece)
    tracks = rows(piece)
    tracks[0][0][2] += 1
    assert patch(as_alice, piece, {"tracks": tracks}, version).status_code == 200
    tracks[0][0][2] += 1
    late = patch(as_alice, piece, {"tracks": tracks}, version)
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")


def test_an_edit_that_loses_the_race_in_the_database_changes_nothing(alice: User, make_piece: Make) -> None:
    piece = make_piece(alice)
    stale = Piece.objects.get(pk=piece.pk)
    tracks = rows(piece)
    tracks[0][0][2] += 1
    piece_edit_notes(piece=piece, etag=notes_etag(piece), tracks=tracks)
    tracks[0][0][2] += 1
    with pytest.raises(ApplicationError, match="changed elsewhere"):
        piece_edit_notes(piece=stale, etag=notes_etag(stale), tracks=tracks)
    assert rows(Piece.objects.get(pk=piece.pk))[0][0][2] == tracks[0][0][2] - 1


def test_a_new_title_does_not_disturb_who_edits(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice)
    version = notes_etag(piece)
    as_alice.patch(f"/api/v1/pieces/{piece.code}/", {"title": "Another"}, format="json")
    assert patch(as_alice, piece, {"tracks": rows(piece)}, version).status_code == 200


def test_without_a_version_nothing_is_saved(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice)
    answer = as_alice.patch(address(piece), {"tracks": rows(piece)}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (428, "no_version")


def test_only_the_owner_edits(as_alice: APIClient, bob: User, stranger: APIClient, make_piece: Make) -> None:
    public = make_piece(bob, visibility="public")
    for client in (as_alice, stranger):
        assert patch(client, public, {"tracks": rows(public)}).status_code in (403, 404)
        assert client.get(address(public)).status_code == 200
    private = make_piece(bob)
    assert as_alice.get(address(private)).status_code == 404


@pytest.mark.parametrize(
    ("tracks", "words"),
    [
        ([], "1 tracks, and 0 were sent"),
        ([[[0, 480, 60]]], "Note 1 is not"),
        ([[[0, 480, 60, 80], [0, "480", 60, 80]]], "Note 2 is not"),
        ([[[0, 480, True, 80]]], "Note 1 is not"),
        ([[[0, 480, 128, 80]]], "pitch 128"),
        ([[[0, 0, 60, 80]]], "duration 0"),
        ([[[0, 480, 60, 0]]], "velocity 0"),
        ([[[0, 480, 60, 80, "x"]]], "Note 1 is not"),
        ([[[99_999, 480, 60, 80]]], "ends at tick 100479"),
        ("notes", "list"),
        ([[[0, 480, 60, -1]]], "Note 1 is not"),
    ],
)
def test_notes_that_are_none_are_refused_with_the_reason(
    as_alice: APIClient, alice: User, make_piece: Make, tracks: Any, words: str
) -> None:
    piece = make_piece(alice)
    before = bytes(piece.midi)
    answer = patch(as_alice, piece, {"tracks": tracks})
    assert answer.status_code == 400
    assert words in str(answer.json()["fields"])
    piece.refresh_from_db()
    assert bytes(piece.midi) == before


def test_ten_thousand_notes_are_saved(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice)
    tracks = [[[120 * i, 100, 40 + i % 40, 80, "h"] for i in range(10_000)]]
    answer = patch(as_alice, piece, {"tracks": tracks, "length": 1_200_000})
    assert answer.status_code == 200
    assert answer.json()["origins"] == ["h10000"]


DRAWN = {
    "ticks_per_quarter": 480,
    "length": 7680,
    "tempos": [[0, 100]],
    "metres": [[0, 3, 4]],
    "tracks": [
        {"name": "Drums", "role": "drums", "program": 0, "is_drum": True, "notes": []},
        {"name": "Piano", "role": "piano", "program": 0, "is_drum": False, "notes": [[0, 480, 60, 90]]},
        {"name": "Bass", "role": "bass", "program": 33, "is_drum": False, "notes": []},
    ],
}


def test_a_drawing_is_a_private_piece_whose_empty_tracks_stay(as_alice: APIClient, alice: User) -> None:
    answer = as_alice.post("/api/v1/drawings/", {"title": "Lines", "score": DRAWN}, format="json")
    assert answer.status_code == 201, answer.content
    piece = Piece.objects.get(code=answer.json()["code"])
    assert (piece.owner, piece.title, piece.source, piece.visibility) == (alice, "Lines", "drawn", "private")
    assert score_to_json(piece.score) == DRAWN
    assert piece.recipe["origins"] == ["", "h1", ""]


@pytest.mark.parametrize(
    "score", [{}, [], "x", {**DRAWN, "tracks": [{"name": "x"}]}, {**DRAWN, "length": 10**12}]
)
def test_what_is_no_score_is_no_drawing(as_alice: APIClient, alice: User, score: Any) -> None:
    answer = as_alice.post("/api/v1/drawings/", {"score": score}, format="json")
    assert answer.status_code == 400
    assert not Piece.objects.exists()


def test_the_empty_roll_is_open_to_everybody(stranger: APIClient) -> None:
    page = stranger.get("/draw/").content.decode()
    assert "<ostinato-player" in page
    assert not User.objects.exists()
