"""Draws and variations by the API: what comes, what it comes from, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from gallery.families import parent_record
from gallery.models import Piece, PieceParent
from gallery.recipes import piece_reproduce, reproduction_of
from generator.models import Job
from generator.music.notes import make_notes
from generator.music.score import Score, Track, n_bars, score_to_json
from tests.conftest import Make, run, small_score

pytestmark = pytest.mark.django_db
GENERATIONS = "/api/v1/generations/"


def ask(client: APIClient, **more: Any) -> Any:
    return client.post(GENERATIONS, {"model": "vae", "seed": 7, **more}, format="json")


def made(client: APIClient, **more: Any) -> Piece:
    answer = ask(client, **more)
    assert answer.status_code == 202, answer.json()
    job = run(Job.objects.get(code=answer.json()["code"]))
    assert job.status == Job.Status.DONE, job.problem
    assert job.piece is not None
    return job.piece


@pytest.mark.parametrize(
    ("style", "roles"), [("tune", ["melody"]), ("beat", ["drums"]), ("trio", ["melody", "bass", "drums"])]
)
def test_something_new_is_drawn_with_so_many_bars(as_alice: APIClient, style: str, roles: list[str]) -> None:
    piece = made(as_alice, style=style, bars=3, tempo=90, temperature=1)
    score = piece.score
    assert (n_bars(score), score.tempos[0].bpm) == (3, 90)
    assert [track.role for track in score.tracks] == roles
    assert (piece.model, piece.style) == ("vae", style)


def test_another_seed_draws_other_music_and_the_same_seed_the_same(as_alice: APIClient) -> None:
    drawn = [made(as_alice, seed=seed, bars=4, temperature=1).score for seed in (1, 1, 2)]
    told = [score_to_json(score) for score in drawn]
    assert told[0] == told[1]
    assert told[0] != told[2]


def test_a_variation_that_goes_nowhere_is_the_piece_itself(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    # A fiddle off the grid: what is drawn anew would stand on it.
    notes = make_notes((i * 485, 301, 62 + 2 * (i % 5), 33 + i) for i in range(14))
    parent = make_piece(alice, score=Score((Track("Fiddle", "melody", 40, False, notes),), length=7680))
    piece = made(as_alice, piece=parent.code, amount=0)
    assert score_to_json(piece.score)["tracks"] == score_to_json(parent.score)["tracks"]
    row = PieceParent.objects.get(child=piece)
    assert (row.parent, row.kind) == (parent, "vary")


def test_a_variation_is_as_long_as_its_piece_and_named_for_the_network(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    parent = make_piece(alice, score=small_score(bars=4))
    piece = made(as_alice, piece=parent.code, amount=1, attributes={"denser": 3})
    assert n_bars(piece.score) == 4
    assert (piece.model, piece.style, piece.bars) == ("vae", "variation", 4)


def test_a_variation_is_reproduced_from_what_its_job_kept(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    parent = make_piece(alice, score=small_score(bars=4))
    piece = made(as_alice, piece=parent.code, amount=0.5)
    parent.delete()
    piece_reproduce(piece_id=piece.pk)
    found = reproduction_of(piece)
    assert found is not None
    assert found["identical"], found


@pytest.mark.parametrize(
    ("asked", "kind", "title"),
    [
        ({"amount": 0.5}, "vary", "Reel, varied"),
        ({"amount": 0, "attributes": {"denser": 1}}, "denser", "Reel, denser"),
        ({"amount": 0, "attributes": {"higher": 1, "denser": 0}}, "higher", "Reel, higher"),
        ({"amount": 0, "attributes": {"higher": 1, "denser": 1}}, "vary", "Reel, varied"),
        ({"amount": 0.2, "attributes": {"denser": 1}}, "vary", "Reel, varied"),
    ],
)
def test_a_variation_says_what_it_is_to_its_parent(
    as_alice: APIClient, alice: User, make_piece: Make, asked: dict[str, Any], kind: str, title: str
) -> None:
    parent = make_piece(alice, score=small_score(), title="Reel")
    piece = made(as_alice, piece=parent.code, **asked)
    assert (PieceParent.objects.get(child=piece).kind, piece.title) == (kind, title)


def test_what_is_varied_twice_is_not_called_so_twice(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    parent = make_piece(alice, score=small_score(), title="Reel, varied")
    assert made(as_alice, piece=parent.code, amount=0.5).title == "Reel, varied"


def test_the_page_of_a_variation_says_what_was_kept_and_what_moved(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    parent = make_piece(alice, score=small_score(pitch=60), title="Reel")  # four quarters in each of two bars
    rows = [(0, 480, 60, 80), (480, 480, 60, 80), (720, 240, 64, 80), (1920, 480, 60, 80)]
    score = Score((Track("Melody", "melody", 73, False, make_notes(rows)),), length=3840)
    for kind, said in {
        "vary": "38 % of the notes were kept",
        "denser": "Notes a bar 4.0 → 2.0; 38 % of the notes were kept",
        "higher": "Mean pitch C4 → C♯4, +1.0 semitones; 38 % of the notes were kept",
        "offbeat": "Notes off the beat 0 % → 25 %; 38 % of the notes were kept",
    }.items():
        child = make_piece(alice, score=score, title=kind)
        parent_record(child=child, parent=parent, kind=kind)
        page = as_alice.get(f"/pieces/{child.code}/").content.decode()
        assert f'dir="auto">Reel</a>. {said}.</p>' in page


def test_vary_is_offered_where_a_piece_may_be_used(
    as_alice: APIClient, as_bob: APIClient, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, score=small_score())
    Piece.objects.update(visibility="public", published=timezone.now())
    offered = [b'id="vary"' in client.get(f"/pieces/{piece.code}/").content for client in (as_alice, as_bob)]
    assert offered == [True, False]
    Piece.objects.update(licence="cc-by")
    assert b'id="vary"' in as_bob.get(f"/pieces/{piece.code}/").content


def test_the_studio_offers_what_is_installed(as_alice: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.variations.is_installed", lambda style: style in ("tune", "groove"))
    page = as_alice.get("/studio/").content.decode()
    assert [f'value="{style}"' in page for style in ("tune", "phrase", "trio", "groove", "beat")] == [
        True, False, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"style": "symphony"}, "style"),
        ({"style": "variation"}, "piece"),
        ({"bars": 0}, "bars"),
        ({"bars": 10**6}, "bars"),
        ({"amount": 2}, "amount"),
        ({"temperature": -1}, "temperature"),
        ({"attributes": {"denser": 1}}, "attributes"),
        ({"attributes": {"sadder": 1}}, "attributes"),
        ({"piece": "nothing"}, "piece"),
    ],
)
def test_what_is_refused_names_its_field(as_alice: APIClient, asked: dict[str, Any], field: str) -> None:
    answer = ask(as_alice, **asked)
    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json()["fields"])
    assert not Job.objects.exists()


def test_nobody_varies_what_they_may_not_see(as_bob: APIClient, alice: User, make_piece: Make) -> None:
    parent = make_piece(alice, score=small_score())
    assert ask(as_bob, piece=parent.code).status_code == 400
    assert not Job.objects.exists()


def test_nobody_varies_a_piece_whose_author_keeps_all_rights(
    as_bob: APIClient, alice: User, make_piece: Make
) -> None:
    parent = make_piece(alice, score=small_score())
    Piece.objects.update(visibility="public", published=timezone.now())
    assert ask(as_bob, piece=parent.code).status_code == 403
