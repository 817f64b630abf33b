"""Recipes: a file to take along, brought to another account, followed again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from dramatiq.errors import Retry
from rest_framework.test import APIClient

from gallery import recipes
from gallery.actors import reproduce_piece
from gallery.credentials import recipe_hash
from gallery.models import Piece
from gallery.recipes import import_outcome, recipe_file
from gallery.services import piece_change, piece_keep
from generator.models import Job, Message
from generator.music.midi import write_midi
from generator.music.notes import make_notes
from generator.music.score import Score, Track
from tests.conftest import Make, run, small_score

pytestmark = pytest.mark.django_db(transaction=True)


def made(job: Job) -> Piece:
    piece = run(job).piece
    assert piece is not None
    return piece


def ask(client: APIClient, piece: Piece) -> dict[str, Any]:
    """Press Reproduce, let the worker work, and read what it found."""
    address = f"/api/v1/pieces/{piece.code}/reproduction/"
    assert client.get(address).json()["state"] == "unasked"
    answer = client.post(address)
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert Message.objects.filter(queue="audio").count() == 1
    reproduce_piece.fn(piece.pk)
    return dict(client.get(address).json())


def test_a_recipe_followed_again_gives_identical_notes(
    as_alice: APIClient, alice: User, make_job: Make
) -> None:
    piece = made(make_job(alice, bars=3))
    found = ask(as_alice, piece)
    assert (found["state"], found["identical"]) == ("done", True)
    assert found["message"] == f"Identical: {piece.n_notes} of {piece.n_notes} notes."
    assert found["differences"] == []


def test_a_continued_piece_is_followed_from_the_bars_that_it_goes_on_after(
    as_alice: APIClient, alice: User, make_piece: Make, make_job: Make
) -> None:
    source = make_piece(alice, bars=4)
    piece = made(make_job(alice, style="folk", continue_from={"piece": source.code, "bars": 2}))
    source.delete()  # its bars stand in the piece itself
    assert ask(as_alice, piece)["identical"] is True


def test_notes_that_differ_are_told_one_by_one(as_alice: APIClient, alice: User, make_job: Make) -> None:
    piece = made(make_job(alice))
    score = piece.score
    changed = make_notes([tuple(row) for row in score.tracks[0].notes.tolist()[:-1]] + [(0, 100, 100, 5)])
    first = score.tracks[0]
    tracks = (Track(first.name, first.role, first.program, first.is_drum, changed), *score.tracks[1:])
    piece.midi = write_midi(Score(tracks, score.tempos, score.metres, score.length))
    piece.recipe = {**piece.recipe, "edited": {"at": "2026-01-01"}}
    piece.n_notes = piece.n_notes
    piece.save()
    found = ask(as_alice, piece)
    assert found["identical"] is False
    assert found["n_same"] == found["n_notes"] - 1
    assert len(found["differences"]) == 2
    assert "E7 is missing" in found["differences"][0]["words"]
    assert "edited by hand" in found["message"]


def test_a_piece_that_was_stopped_is_compared_as_far_as_it_goes(
    as_alice: APIClient, alice: User, make_job: Make
) -> None:
    piece = made(make_job(alice, bars=4))
    whole = piece.score
    from generator.music.score import cut

    piece.midi = write_midi(cut(whole, 0, whole.length // 2))
    piece.recipe = {**piece.recipe, "complete": False}
    piece.save()
    assert ask(as_alice, piece)["identical"] is True


def test_asking_twice_follows_it_once(as_alice: APIClient, alice: User, make_job: Make) -> None:
    piece = made(make_job(alice))
    address = f"/api/v1/pieces/{piece.code}/reproduction/"
    as_alice.post(address)
    as_alice.post(address)
    assert Message.objects.filter(queue="audio").count() == 1


def test_what_no_model_wrote_has_no_recipe(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, source="uploaded")
    answer = as_alice.post(f"/api/v1/pieces/{piece.code}/reproduction/")
    assert (answer.status_code, answer.json()["code"]) == (422, "no_recipe")
    assert 'id="reproduce"' not in Client().get(f"/pieces/{piece.code}/").content.decode()


def test_a_recipe_of_a_style_that_is_gone_fails_in_words(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, recipe={"style": "polka", "seed": 3, "model": "rnn"})
    found = ask(as_alice, piece)
    assert found["state"] == "failed"
    assert "not installed" in found["message"]


def test_while_one_recipe_is_followed_another_waits_in_the_queue(alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, recipe={"seed": 1})
    with recipes._seat, pytest.raises(Retry):
        reproduce_piece.fn(piece.pk)


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_a_recipe_is_followed_for_those_who_see_the_piece(
    stranger: APIClient, alice: User, make_piece: Make, visibility: str
) -> None:
    piece = make_piece(alice, visibility=visibility, recipe={"seed": 1, "style": "folk", "model": "rnn"})
    address = f"/api/v1/pieces/{piece.code}/reproduction/"
    expected = 404 if visibility == "private" else 202
    assert stranger.post(address).status_code == expected


# --- taken along -----------------------------------------------------------------------------------


def bring(client: APIClient, recipe: object) -> Any:
    return client.post("/api/v1/recipes/", recipe, format="json")


def test_a_recipe_brought_to_another_account_gives_identical_notes(
    as_bob: APIClient, alice: User, make_job: Make
) -> None:
    first = made(make_job(alice, bars=3))
    answer = bring(as_bob, json.loads(recipe_file(first, alice)))
    assert answer.status_code == 202, answer.json()
    second = made(Job.objects.get(code=answer.json()["code"]))
    assert second.owner.username == "bob"
    assert bytes(second.midi) == bytes(first.midi)
    assert (
        import_outcome(second) == f"Made from a recipe: identical, {first.n_notes} of {first.n_notes} notes."
    )


def test_a_recipe_that_goes_on_after_a_piece_brings_its_bars_along(
    as_bob: APIClient, alice: User, make_piece: Make, make_job: Make
) -> None:
    source = make_piece(alice, bars=4)  # private: bob never sees it
    first = made(make_job(alice, style="folk", continue_from={"piece": source.code, "bars": 2}))
    answer = bring(as_bob, json.loads(recipe_file(first, alice)))
    assert answer.status_code == 202, answer.json()
    second = made(Job.objects.get(code=answer.json()["code"]))
    assert bytes(second.midi) == bytes(first.midi)


def test_other_notes_than_expected_are_said(alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, recipe={"expected": {"notes": "0" * 64, "n_notes": 3}})
    assert "other notes" in import_outcome(piece)
    assert import_outcome(make_piece(alice, recipe={"seed": 1})) == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"seed": None}, "seed"),
        ({"style": "polka"}, "style"),
        ({"bars": 10_000}, "bars"),
        ({"continue_from": {"piece": "x", "bars": 2}}, "prime"),
        ({"continue_from": {"piece": "x", "bars": 2}, "prime": "!!!"}, "prime"),
        ({"continue_from": {"piece": "x", "bars": 2}, "prime": "TVRoZA=="}, "file"),
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused_with_its_field(
    as_bob: APIClient, change: dict[str, Any], field: str
) -> None:
    answer = bring(as_bob, {"style": "folk", "bars": 2, "seed": 5, **change})
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not Job.objects.exists()
    assert not Piece.objects.exists()


@pytest.mark.parametrize("expected", [7, "x", {"notes": 3}, {"notes": "0" * 64, "n_notes": "many"}, None, []])
def test_an_expectation_that_makes_no_sense_is_left_out(as_bob: APIClient, expected: object) -> None:
    answer = bring(as_bob, {"style": "folk", "bars": 2, "seed": 5, "expected": expected})
    assert answer.status_code == 202
    assert Job.objects.get().request["expected"] is None


def test_the_hash_of_a_recipe_does_not_depend_on_the_order_of_its_words() -> None:
    assert recipe_hash({"a": 1, "b": "é"}) == recipe_hash({"b": "é", "a": 1})
    assert recipe_hash({"a": 1}) != recipe_hash({"a": 2})
    assert recipe_hash({}) == ""


def test_the_recipe_is_a_file_on_the_page(alice: User, make_piece: Make) -> None:
    piece = make_piece(
        alice, visibility="public", title="</script> 😀", recipe={"seed": 9}, score=small_score()
    )
    answer = Client().get(f"/pieces/{piece.code}/recipe/")
    data = json.loads(answer.content)
    assert answer["Content-Type"] == "application/json"
    assert (data["seed"], data["title"], data["expected"]["n_notes"]) == (9, "</script> 😀", 8)


@pytest.mark.parametrize("accompanies", [False, True])
def test_a_bands_recipe_gives_the_same_notes_to_somebody_else(
    as_alice: APIClient, as_bob: APIClient, alice: User, make_piece: Make, accompanies: bool
) -> None:
    request: dict[str, Any] = {"model": "musegan", "seed": 7, "bars": 6, "form": "AB"}
    if accompanies:
        source = make_piece(alice, bars=3)
        request["given"] = {"piece": source.code, "tracks": [{"track": 0, "role": "strings"}]}
    as_alice.post("/api/v1/generations/", request, format="json")
    piece = made(Job.objects.get())
    assert ask(as_alice, piece)["identical"] is True
    answer = as_bob.post("/api/v1/recipes/", json.loads(recipe_file(piece, alice)), format="json")
    assert answer.status_code == 202, answer.json()
    copy = made(Job.objects.get(code=answer.json()["code"]))
    assert import_outcome(copy) == f"Made from a recipe: identical, {copy.n_notes} of {copy.n_notes} notes."


def test_a_bands_recipe_without_the_tracks_that_were_given_is_refused(as_bob: APIClient) -> None:
    given = {"piece": "gone", "tracks": [{"track": 0, "role": "strings"}]}
    answer = as_bob.post("/api/v1/recipes/", {"model": "musegan", "seed": 1, "given": given}, format="json")
    assert answer.status_code == 400
    assert "prime" in answer.json()["fields"]


@pytest.mark.parametrize(
    "asked",
    [
        {"style": "tune", "bars": 3, "key": "D major", "temperature": 1},
        {"style": "trio", "bars": 5, "tempo": 96},
        {"varied": True, "amount": 0.6},
        {"varied": True, "amount": 0, "attributes": {"denser": 2}},
    ],
)
def test_the_recipe_of_a_draw_or_variation_gives_the_same_notes_to_somebody_else(
    as_alice: APIClient, as_bob: APIClient, alice: User, make_piece: Make, asked: dict[str, Any]
) -> None:
    request: dict[str, Any] = {"model": "vae", "seed": 7, **asked}
    if request.pop("varied", False):
        request["piece"] = make_piece(alice, bars=3).code  # private: bob never sees it
    answer = as_alice.post("/api/v1/generations/", request, format="json")
    assert answer.status_code == 202, answer.json()
    piece = made(Job.objects.get())
    assert ask(as_alice, piece)["identical"] is True
    answer = bring(as_bob, json.loads(recipe_file(piece, alice)))
    assert answer.status_code == 202, answer.json()
    copy = made(Job.objects.get(code=answer.json()["code"]))
    assert copy.owner.username == "bob"
    assert import_outcome(copy) == f"Made from a recipe: identical, {copy.n_notes} of {copy.n_notes} notes."


@pytest.mark.parametrize("kept", [[2], [1, 3]])
def test_the_recipe_of_a_blend_brings_its_ends_along(
    as_alice: APIClient, as_bob: APIClient, alice: User, make_piece: Make, kept: list[int]
) -> None:
    ends = [make_piece(alice, score=small_score(pitch=pitch)).code for pitch in (60, 67)]
    address = as_alice.post("/api/v1/interpolations/", {"pieces": ends, "points": 5}, format="json")[
        "Location"
    ]
    run(Job.objects.get())
    code = as_alice.post(f"{address}pieces/", {"points": kept}, format="json").json()["code"]
    piece = Piece.objects.get(code=code)
    assert ask(as_alice, piece)["identical"] is True
    answer = bring(as_bob, json.loads(recipe_file(piece, alice)))
    assert answer.status_code == 202, answer.json()
    copy = made(Job.objects.get(code=answer.json()["code"]))
    assert import_outcome(copy) == f"Made from a recipe: identical, {copy.n_notes} of {copy.n_notes} notes."
    assert [row.parent.owner for row in copy.parents.all() if row.parent] == [copy.owner] * 2


def primes_told(client: Client | APIClient, piece: Piece) -> int:
    """How many pieces' music the recipe on the page brings along."""
    recipe = json.loads(client.get(f"/pieces/{piece.code}/recipe/").content)
    return len(recipe.get("primes", [])) + ("prime" in recipe)


def test_a_shown_variation_tells_its_parents_notes_to_those_alone_who_may_open_it(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    parent = make_piece(alice, bars=3)
    as_alice.post("/api/v1/generations/", {"model": "vae", "seed": 7, "piece": parent.code}, format="json")
    piece = made(Job.objects.get())
    piece_keep(piece=piece)
    piece_change(piece=piece, visibility="public")
    assert (primes_told(as_alice, piece), primes_told(Client(), piece)) == (1, 0)
    piece_change(piece=parent, visibility="public")
    assert primes_told(Client(), piece) == 1


def test_a_shown_blend_tells_its_ends_to_those_alone_who_may_open_both(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    ends = [make_piece(alice, score=small_score(pitch=pitch)) for pitch in (60, 67)]
    pieces = [end.code for end in ends]
    answer = as_alice.post("/api/v1/interpolations/", {"pieces": pieces, "points": 5}, format="json")
    run(Job.objects.get())
    code = as_alice.post(f"{answer['Location']}pieces/", {"points": [2]}, format="json").json()["code"]
    piece = Piece.objects.get(code=code)
    piece_keep(piece=piece)
    piece_change(piece=piece, visibility="public")
    piece_change(piece=ends[0], visibility="public")
    assert (primes_told(as_alice, piece), primes_told(Client(), piece)) == (2, 0)
    piece_change(piece=ends[1], visibility="public")
    assert primes_told(Client(), piece) == 2


def test_a_blends_recipe_without_its_ends_is_refused(as_bob: APIClient) -> None:
    recipe = {
        "model": "vae",
        "kind": "interpolation",
        "pieces": ["a", "b"],
        "kept": [2],
        "primes": ["TVRoZA=="],
    }
    answer = bring(as_bob, recipe)
    assert answer.status_code == 400
    assert "primes" in answer.json()["fields"]


def test_a_blend_whose_end_is_gone_fails_in_words(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    ends = [make_piece(alice, score=small_score(pitch=pitch)) for pitch in (60, 67)]
    pieces = [end.code for end in ends]
    answer = as_alice.post("/api/v1/interpolations/", {"pieces": pieces, "points": 5}, format="json")
    run(Job.objects.get())
    code = as_alice.post(f"{answer['Location']}pieces/", {"points": [2]}, format="json").json()["code"]
    ends[0].delete()
    assert ask(as_alice, Piece.objects.get(code=code))["state"] == "failed"
