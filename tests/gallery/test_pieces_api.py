"""Pieces by the API: who may see, change, show and take away what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from gallery.models import Piece
from gallery.services import piece_delete, pieces_purge
from generator.music.midi import read_midi
from generator.music.score import score_to_json
from tests.conftest import Make

pytestmark = pytest.mark.django_db
PIECES = "/api/v1/pieces/"


def address(piece: Piece, rest: str = "") -> str:
    return f"{PIECES}{piece.code}/{rest}"


def test_a_piece_tells_what_it_is_with_its_notes(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, title="Rain", bars=2)
    data = as_alice.get(address(piece)).json()
    assert {
        key: data[key] for key in ("title", "visibility", "is_draft", "bars", "tempo", "n_notes", "seconds")
    } == {
        "title": "Rain",
        "visibility": "private",
        "is_draft": False,
        "bars": 2,
        "tempo": 120.0,
        "n_notes": 8,
        "seconds": 4.0,
    }
    assert (data["author"], data["is_mine"], data["url"]) == ("alice", True, f"/pieces/{piece.code}/")
    assert data["score"] == score_to_json(piece.score)


def test_my_list_has_my_pieces_newest_first_without_notes(
    as_alice: APIClient, alice: User, bob: User, make_piece: Make
) -> None:
    first, second = make_piece(alice, title="first"), make_piece(alice, title="second", is_draft=True)
    make_piece(bob, visibility="public")
    piece_delete(piece=make_piece(alice))
    results = as_alice.get(PIECES).json()["results"]
    assert [piece["code"] for piece in results] == [second.code, first.code]
    assert "score" not in results[0]


def test_a_stranger_sees_the_public_list_and_an_empty_one_of_their_own(
    stranger: APIClient, alice: User, make_piece: Make
) -> None:
    public = make_piece(alice, visibility="public")
    make_piece(alice, visibility="unlisted")
    make_piece(alice)
    assert stranger.get(PIECES).json()["results"] == []
    results = stranger.get(PIECES, {"visibility": "public"}).json()["results"]
    assert [(piece["code"], piece["author"], piece["is_mine"]) for piece in results] == [
        (public.code, "alice", False)
    ]


def test_a_long_list_comes_in_pages_without_gap_or_double(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    made = [make_piece(alice).code for _ in range(7)]
    seen: list[str] = []
    following = f"{PIECES}?page_size=3"
    while following:
        page = as_alice.get(following).json()
        seen += [piece["code"] for piece in page["results"]]
        if len(seen) == 3:
            make_piece(alice)  # a new one moves nothing
        following = page["next"]
    assert seen == made[::-1]


def test_a_list_asks_the_database_as_often_for_many_pieces_as_for_one(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            as_alice.get(f"{PIECES}?visibility=public")
        return len(captured)

    make_piece(alice, visibility="public")
    few = queries()
    for _ in range(5):
        make_piece(alice, visibility="public")
    assert queries() == few


@pytest.mark.parametrize(("visibility", "status"), [("private", 404), ("unlisted", 404), ("public", 200)])
@pytest.mark.parametrize("rest", ["", "midi/"])
def test_others_may_open_what_is_shown(
    as_bob: APIClient, alice: User, make_piece: Make, visibility: str, status: int, rest: str
) -> None:
    piece = make_piece(alice, visibility=visibility)
    assert as_bob.get(address(piece, rest)).status_code == status
    assert APIClient().get(address(piece, rest)).status_code == status


@pytest.mark.parametrize("visibility", ["private", "unlisted", "public"])
def test_nobody_else_may_change_a_piece(
    as_bob: APIClient, alice: User, make_piece: Make, visibility: str
) -> None:
    piece = make_piece(alice, visibility=visibility)
    answers = [
        as_bob.patch(address(piece), {"title": "Mine"}, format="json"),
        as_bob.delete(address(piece)),
        as_bob.post(address(piece, "keep/"), {}, format="json"),
        as_bob.post(address(piece, "restore/")),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    piece.refresh_from_db()
    assert (piece.title, piece.deleted_at) == ("A tune", None)


def test_a_title_is_one_line_of_printable_signs(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice)
    answer = as_alice.patch(address(piece), {"title": "  Two\n lines\x07 \u202eand tabs\t"}, format="json")
    assert answer.json()["title"] == "Two lines and tabs"


@pytest.mark.parametrize("title", ["", "   ", "x" * 121])
def test_a_title_that_cannot_be_is_refused_by_name(
    as_alice: APIClient, alice: User, make_piece: Make, title: str
) -> None:
    answer = as_alice.patch(address(make_piece(alice)), {"title": title}, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["title"])


def test_a_piece_is_published_and_taken_back(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice)
    assert (
        as_alice.patch(address(piece), {"visibility": "public"}, format="json").json()["visibility"]
        == "public"
    )
    assert list(Piece.objects.public()) == [piece]
    as_alice.patch(address(piece), {"visibility": "private"}, format="json")
    assert list(Piece.objects.public()) == []
    assert APIClient().get(address(piece)).status_code == 404


def test_a_draft_that_is_shown_is_kept(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, is_draft=True)
    data = as_alice.patch(address(piece), {"visibility": "unlisted"}, format="json").json()
    assert (data["visibility"], data["is_draft"]) == ("unlisted", False)


def test_a_guest_keeps_but_does_not_publish(as_guest: APIClient, guest: User, make_piece: Make) -> None:
    piece = make_piece(guest, is_draft=True)
    assert as_guest.post(address(piece, "keep/"), {"title": "Mine"}, format="json").json()["title"] == "Mine"
    answer = as_guest.patch(address(piece), {"visibility": "public"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "members_only")


def test_keeping_twice_changes_nothing(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, is_draft=True)
    for _ in range(2):
        assert as_alice.post(address(piece, "keep/"), {}, format="json").json()["is_draft"] is False
    piece.refresh_from_db()
    assert piece.title == "A tune"


def test_a_full_shelf_says_so_and_loses_nothing(
    as_alice: APIClient, alice: User, make_piece: Make, settings: Settings
) -> None:
    settings.MEMBER_PIECES = 1
    make_piece(alice)
    draft = make_piece(alice, is_draft=True)
    answer = as_alice.post(address(draft, "keep/"), {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "shelf_full")
    draft.refresh_from_db()
    assert draft.is_draft


def test_a_deleted_piece_is_gone_for_all_until_it_is_restored(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, visibility="public")
    assert as_alice.delete(address(piece)).status_code == 204
    assert as_alice.get(address(piece)).status_code == APIClient().get(address(piece)).status_code == 404
    assert list(Piece.objects.owned_by(alice).deleted()) == [piece]
    assert as_alice.post(address(piece, "restore/")).json()["visibility"] == "public"
    assert APIClient().get(address(piece)).status_code == 200


def test_an_undo_has_its_time(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    late, in_time = make_piece(alice), make_piece(alice)
    for piece, days in ((late, 31), (in_time, 29)):
        Piece.objects.filter(pk=piece.pk).update(deleted_at=timezone.now() - timedelta(days=days))
    assert as_alice.post(address(late, "restore/")).status_code == 404
    assert pieces_purge() == 1
    assert as_alice.post(address(in_time, "restore/")).status_code == 200
    assert list(Piece.objects.all()) == [in_time]


def test_the_midi_is_what_is_stored_under_the_title(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, title="Süßer Regen / 2")
    answer = as_alice.get(address(piece, "midi/"))
    assert answer["Content-Type"] == "audio/midi"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''s%C3%BC%C3%9Fer-regen-2.mid"
    assert read_midi(answer.content) == piece.score


def test_the_musicxml_is_engraved_once(
    as_alice: APIClient, alice: User, make_piece: Make, monkeypatch: Any
) -> None:
    piece = make_piece(alice, title="Rain", bars=1)
    answer = as_alice.get(address(piece, "musicxml/"))
    assert answer.status_code == 200
    assert b"<score-partwise" in answer.content
    assert b"Rain" in answer.content
    monkeypatch.setattr("gallery.services.engrave", None)
    assert as_alice.get(address(piece, "musicxml/")).content == answer.content


@pytest.mark.parametrize("rest", ["", "midi/"])
def test_what_has_not_changed_is_not_sent_again(
    as_alice: APIClient, alice: User, make_piece: Make, rest: str
) -> None:
    piece = make_piece(alice)
    etag = as_alice.get(address(piece, rest))["ETag"]
    again = as_alice.get(address(piece, rest), headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_renamed_piece_is_sent_again(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice)
    etag = as_alice.get(address(piece))["ETag"]
    as_alice.patch(address(piece), {"title": "Another"}, format="json")
    assert as_alice.get(address(piece), headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"is_draft": True, "visibility": "public"}, "piece_draft_is_private"),
        ({"title": ""}, "piece_has_a_title"),
        ({"visibility": "secret"}, "piece_visibility"),
        ({"source": "stolen"}, "piece_source"),
        ({"tempo": 0}, "piece_tempo_and_seconds"),
    ],
)
def test_the_database_itself_keeps_the_rules(
    alice: User, make_piece: Make, broken: dict[str, Any], rule: str
) -> None:
    piece = make_piece(alice)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Piece.objects.filter(pk=piece.pk).update(**broken)
