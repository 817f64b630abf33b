"""Blends by the API: the path, its ends, what is kept of it, and who may ask."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from gallery.models import Piece, PieceParent
from generator.models import Job
from generator.music.notes import make_notes
from generator.music.score import Score, Track, score_to_json
from tests.conftest import Make, events, run, small_score

pytestmark = pytest.mark.django_db
INTERPOLATIONS = "/api/v1/interpolations/"


def ask(client: APIClient, *pieces: Piece, **more: Any) -> Any:
    return client.post(INTERPOLATIONS, {"pieces": [p.code for p in pieces], **more}, format="json")


def scale(first: int, bars: int = 2) -> Score:
    notes = make_notes([(i * 240, 240, first + i % 12, 80) for i in range(8 * bars)])
    return Score((Track("Melody", "melody", 73, False, notes),), length=1920 * bars)


@pytest.fixture
def two(alice: User, make_piece: Make) -> tuple[Piece, Piece]:
    return make_piece(alice, score=scale(48), title="Low"), make_piece(alice, score=scale(72), title="High")


def test_a_path_begins_with_the_one_piece_and_ends_with_the_other(
    as_alice: APIClient, two: tuple[Piece, Piece]
) -> None:
    answer = ask(as_alice, *two, points=5)
    assert answer.status_code == 202
    job = run(Job.objects.get())
    assert (job.status, job.piece) == ("done", None)
    path = as_alice.get(answer["Location"]).json()["path"]
    assert [point["index"] for point in path["points"]] == [0, 1, 2, 3, 4]
    assert path["points"][0]["score"]["tracks"] == score_to_json(two[0].score)["tracks"]
    assert path["points"][4]["score"]["tracks"] == score_to_json(two[1].score)["tracks"]
    assert path["points"][1]["shares"] == [0.75, 0.25]
    assert path["distance"] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert [event["type"] for event in events(job)] == ["path", *["point"] * 5, "finished"]


def test_a_square_has_its_four_pieces_at_its_corners(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    four = [make_piece(alice, score=scale(first), title=str(first)) for first in (48, 55, 64, 72)]
    answer = ask(as_alice, *four, points=3)
    run(Job.objects.get())
    points = as_alice.get(answer["Location"]).json()["path"]["points"]
    assert len(points) == 9
    for corner, piece in zip((0, 2, 6, 8), four, strict=True):
        assert points[corner]["score"]["tracks"] == score_to_json(piece.score)["tracks"]
    assert points[4]["shares"] == [0.25, 0.25, 0.25, 0.25]


def test_a_point_is_kept_as_a_draft_that_remembers_its_parents(
    as_alice: APIClient, two: tuple[Piece, Piece]
) -> None:
    address = ask(as_alice, *two, points=5)["Location"]
    run(Job.objects.get())
    answer = as_alice.post(f"{address}pieces/", {"points": [1]}, format="json")
    assert answer.status_code == 201
    piece = Piece.objects.get(code=answer.json()["code"])
    assert (piece.title, piece.is_draft, piece.model) == ("Low × High", True, "vae")
    rows = PieceParent.objects.filter(child=piece).order_by("-share").values_list("parent", "kind", "share")
    assert list(rows) == [(two[0].pk, "blend", 0.75), (two[1].pk, "blend", 0.25)]


def test_what_was_dragged_is_kept_bar_by_bar(as_alice: APIClient, two: tuple[Piece, Piece]) -> None:
    address = ask(as_alice, *two, points=5)["Location"]
    run(Job.objects.get())
    code = as_alice.post(f"{address}pieces/", {"points": [0, 4]}, format="json").json()["code"]
    notes = Piece.objects.get(code=code).score.tracks[0].notes
    assert notes["pitch"].tolist() == [*range(48, 56), *range(80, 84), *range(72, 76)]


@pytest.mark.parametrize("points", [[5], [0, 9]])
def test_a_point_that_is_not_there_is_named(
    as_alice: APIClient, two: tuple[Piece, Piece], points: list[int]
) -> None:
    address = ask(as_alice, *two, points=5)["Location"]
    run(Job.objects.get())
    answer = as_alice.post(f"{address}pieces/", {"points": points}, format="json")
    assert answer.status_code == 400
    assert answer.json()["fields"]["points"] == [f"The path has no point {points[-1]}."]


def test_nobody_blends_a_piece_that_they_may_not_see(as_bob: APIClient, two: tuple[Piece, Piece]) -> None:
    answer = ask(as_bob, *two)
    assert answer.status_code == 400
    assert answer.json()["fields"]["pieces.0"] == ["There is no such piece for you to blend."]
    assert not Job.objects.exists()


def test_a_piece_whose_author_keeps_all_rights_is_not_blended(
    as_bob: APIClient, two: tuple[Piece, Piece]
) -> None:
    Piece.objects.update(visibility="public", published=timezone.now())
    assert ask(as_bob, *two).status_code == 403


def test_nobody_reads_another_persons_blend(
    as_alice: APIClient, as_bob: APIClient, two: tuple[Piece, Piece]
) -> None:
    address = ask(as_alice, *two)["Location"]
    assert as_bob.get(address).status_code == 404
    assert as_bob.post(f"{address}pieces/", {"points": [0]}, format="json").status_code == 404


@pytest.mark.parametrize("number", [0, 1, 3, 5])
def test_two_pieces_are_named_or_four(
    as_alice: APIClient, alice: User, make_piece: Make, number: int
) -> None:
    pieces = [make_piece(alice) for _ in range(number)]
    answer = ask(as_alice, *pieces)
    assert answer.status_code == 400
    assert answer.json()["fields"]["pieces"] == ["Name two pieces, or four."]


def test_a_piece_without_a_note_is_refused(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    silent = make_piece(alice, score=Score((Track("Melody", "melody"),), length=1920), title="Rest")
    answer = ask(as_alice, silent, make_piece(alice, score=small_score()))
    assert answer.json()["fields"]["pieces.0"] == ["There is no note in “Rest”."]


def test_a_generation_is_no_blend(as_alice: APIClient, queued_job: Job) -> None:
    assert as_alice.get(f"{INTERPOLATIONS}{queued_job.code}/").status_code == 404
