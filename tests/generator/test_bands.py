"""Bands by the API: pieces of five tracks, accompaniments, re-rolls, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from gallery.models import PieceParent
from generator.bands import as_asked
from generator.engine.rows import Chunk
from generator.models import Job
from generator.music.bandroll import BAND
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Track, score_to_json
from generator.services import job_create
from tests.conftest import Make, events, run

pytestmark = pytest.mark.django_db
GENERATIONS = "/api/v1/generations/"


def ask(client: APIClient, **more: Any) -> Any:
    return client.post(GENERATIONS, {"model": "musegan", "seed": 7, **more}, format="json")


def made(client: APIClient, **more: Any) -> Score:
    answer = ask(client, **more)
    assert answer.status_code == 202, answer.json()
    job = run(Job.objects.get(code=answer.json()["code"]))
    assert job.status == Job.Status.DONE
    assert job.piece is not None
    return job.piece.score


def notes_of(score: Score) -> dict[str, list[tuple[int, ...]]]:
    return {track.role: track.notes.tolist() for track in score.tracks}


def song(metre: Metre = Metre(0, 4, 4)) -> Score:  # noqa: B008 - a constant
    """A fiddle off the grid, and drums."""
    fiddle = make_notes((i * 485, 301, 62 + 2 * (i % 5), 33 + i) for i in range(14))
    drums = make_notes((i * 480, 60, 36, 90) for i in range(12))
    tracks = (Track("Fiddle", "melody", 40, False, fiddle), Track("Kit", "drums", 0, True, drums))
    return Score(tracks, metres=(metre,), length=5 * metre.bar)


def test_a_band_plays_five_tracks_bar_by_bar(as_alice: APIClient) -> None:
    answer = ask(as_alice, arranger="jamming", bars=6, key="Eb major", tempo=90)
    assert (answer.json()["model"], answer.json()["style"]) == ("musegan", "jamming")
    job = run(Job.objects.get())
    told = events(job)
    assert [event["type"] for event in told] == ["opening", *["notes"] * 6, "finished"]
    assert [track["role"] for track in told[0]["tracks"]] == list(BAND)
    assert job.piece is not None
    assert job.piece.score.tempos[0].bpm == 90
    assert job.piece.title == "Jamming in E♭ major"
    assert job.piece.recipe["seed"] == 7


def test_new_drums_only(as_alice: APIClient) -> None:
    before = notes_of(made(as_alice, bars=4))
    drums = {"private": {"drums": 99}, "private_time": {"drums": 99}}
    after = notes_of(made(as_alice, bars=4, latents=drums))
    assert {role for role in BAND if after[role] != before[role]} == {"drums"}


def test_same_groove_new_harmony(as_alice: APIClient) -> None:
    before = notes_of(made(as_alice, bars=4))
    after = notes_of(made(as_alice, bars=4, latents={"shared_time": 99, "shared_time_of": {"drums": 7}}))
    assert [role for role in BAND if after[role] == before[role]] == ["drums"]


def test_the_given_track_stays_and_the_others_appear(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, score=song(), title="Reel")
    given = {"piece": piece.code, "tracks": [{"track": 0, "role": "strings"}]}
    score = made(as_alice, given=given)
    kept = next(track for track in score.tracks if track.role == "strings")
    assert kept.notes.tolist() == piece.score.tracks[0].notes.tolist()
    assert kept.program == 40
    assert score.length == piece.score.length
    assert sum(track.notes.size for track in score.tracks if track is not kept) > 0
    parent = PieceParent.objects.get()
    assert (parent.parent, parent.kind) == (piece, "accompany")
    assert parent.child.title == "Reel, accompanied"
    assert parent.child.is_draft


def test_it_is_shown_as_accompanied_with_what_was_kept(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, score=song(), title="Reel")
    made(as_alice, given={"piece": piece.code, "tracks": [{"track": 0, "role": "strings"}]})
    child = PieceParent.objects.get().child
    html = as_alice.get(child.get_absolute_url()).content.decode()
    family = html[html.index('id="family"') :]
    assert "Reel" in family
    assert "Accompanied" in family
    assert "14 kept" in family
    assert "Remixed" not in family
    assert "<dt>Plays along with</dt><dd>Strings</dd>" in html


def test_bars_in_another_metre_are_refused_with_those_that_are_in_common_time(
    as_alice: APIClient, alice: User, make_piece: Make
) -> None:
    metres = (Metre(0, 3, 4), Metre(1440, 4, 4))
    score = Score(song().tracks, metres=metres, length=1440 + 4 * 1920)
    given = {"piece": make_piece(alice, score=score).code, "tracks": [{"track": 0, "role": "bass"}]}
    answer = ask(as_alice, given={**given, "first_bar": 1, "last_bar": 3})
    assert answer.json()["fields"]["given.piece"] == ["The band plays in 4/4 only. Bars in 4/4: 2–5."]
    assert made(as_alice, given={**given, "first_bar": 2, "last_bar": 3}).length == 2 * 1920


def test_the_answer_says_how_many_more_may_be_asked_for_today(
    as_alice: APIClient, settings: Settings
) -> None:
    settings.MEMBER_GENERATIONS_PER_DAY = 2
    left = [ask(as_alice, bars=1).json()["left_today"] for _ in range(2)]
    assert left == [1, 0]
    assert ask(as_alice, bars=1).json()["code"] == "daily_limit"


def test_some_bars_of_several_tracks_may_be_given(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, score=song(), title="Reel")
    tracks = [{"track": 0, "role": "guitar"}, {"track": 1, "role": "drums"}]
    score = made(as_alice, given={"piece": piece.code, "tracks": tracks, "first_bar": 2, "last_bar": 3})
    assert score.length == 2 * 1920
    assert len(next(track for track in score.tracks if track.role == "drums").notes) == 8 - 4 + 4


def test_what_was_told_is_not_told_again(as_alice: APIClient) -> None:
    ask(as_alice, bars=4)
    job = Job.objects.get()
    from generator import bands

    whole = list(bands.parts_of(job, lambda: False))
    job.bars_done = 2
    again = list(bands.parts_of(job, lambda: False))
    assert [part.bars_done for part in again[1:] if isinstance(part, Chunk)] == [3, 4]
    assert again[1:] == whole[3:]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"arranger": "soloist"}, "arranger"),
        ({"bars": 0}, "bars"),
        ({"bars": 10**6}, "bars"),
        ({"form": "A1"}, "form"),
        ({"muted": ["choir"]}, "muted"),
        ({"density": {"choir": 0.5}}, "density"),
        ({"density": {"bass": 3}}, "density"),
        ({"latents": {"private": {"choir": 1}}}, "latents"),
        ({"latents": {"shared_time_of": {"choir": 1}}}, "latents"),
        ({"given": {"piece": "nothing", "tracks": [{"track": 0, "role": "bass"}]}}, "given"),
        ({"given": {"piece": "nothing", "tracks": []}}, "given"),
    ],
)
def test_what_is_refused_names_its_field(as_alice: APIClient, asked: dict[str, Any], field: str) -> None:
    answer = ask(as_alice, **asked)
    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json()["fields"])
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("tracks", "metre", "sentence"),
    [
        ([{"track": 5, "role": "bass"}], Metre(0, 4, 4), "The piece has 2 tracks."),
        ([{"track": 1, "role": "bass"}], Metre(0, 4, 4), "Drums play the drums"),
        ([{"track": 0, "role": "bass"}], Metre(0, 3, 4), "4/4 only"),
    ],
)
def test_what_cannot_be_played_along_with_is_said(
    as_alice: APIClient,
    alice: User,
    make_piece: Make,
    tracks: list[dict[str, Any]],
    metre: Metre,
    sentence: str,
) -> None:
    piece = make_piece(alice, score=song(metre), title="Reel")
    answer = ask(as_alice, given={"piece": piece.code, "tracks": tracks})
    assert answer.status_code == 400
    assert sentence in str(answer.json()["fields"])


def test_nobody_plays_along_with_what_they_may_not_see(
    as_alice: APIClient, bob: User, make_piece: Make
) -> None:
    piece = make_piece(bob, score=song(), title="Private")
    answer = ask(as_alice, given={"piece": piece.code, "tracks": [{"track": 0, "role": "bass"}]})
    assert answer.status_code == 400
    assert "given.piece" in answer.json()["fields"]


def test_a_score_that_comes_with_the_request_is_played_along_with(as_alice: APIClient) -> None:
    drawn = song()
    given = {"score": score_to_json(drawn), "tracks": [{"track": 0, "role": "piano"}]}
    score = made(as_alice, given=given)
    kept = next(track for track in score.tracks if track.role == "piano")
    assert kept.notes.tolist() == drawn.tracks[0].notes.tolist()
    assert {track.role for track in score.tracks} == set(BAND)
    job = Job.objects.get()
    # The job keeps the music once, as MIDI; its request names it by a hash.
    assert len(job.request["given"]["score"]) == 64
    assert not PieceParent.objects.exists()


def test_a_job_whose_music_came_with_it_can_be_asked_for_again(as_alice: APIClient) -> None:
    given = {"score": score_to_json(song()), "tracks": [{"track": 1, "role": "drums"}], "first_bar": 2}
    first = notes_of(made(as_alice, given=given))
    asked = Job.objects.get()
    again = run(job_create(owner=asked.owner, request=as_asked(asked)))
    assert again.piece is not None
    assert notes_of(again.piece.score) == first


def test_a_request_with_a_score_that_is_sent_again_is_the_same_job(as_alice: APIClient) -> None:
    given = {"score": score_to_json(song()), "tracks": [{"track": 0, "role": "piano"}]}
    sent = {"model": "musegan", "given": given}
    codes = {
        as_alice.post(GENERATIONS, sent, format="json", headers={"Idempotency-Key": "once"}).json()["code"]
        for _ in range(2)
    }
    assert len(codes) == 1


@pytest.mark.parametrize("score", ["notes", {"tracks": []}, 3])
def test_a_score_that_is_none_is_refused(as_alice: APIClient, score: Any) -> None:
    answer = ask(as_alice, given={"score": score, "tracks": [{"track": 0, "role": "piano"}]})
    assert answer.status_code == 400
    assert "given.score" in answer.json()["fields"]


def test_why_a_score_is_none_is_said_in_the_readers_language(as_alice: APIClient) -> None:
    drawn = score_to_json(song())
    drawn["tracks"][0]["notes"][0][2] = 200
    given = {"score": drawn, "tracks": [{"track": 0, "role": "piano"}]}
    as_alice.credentials(HTTP_ACCEPT_LANGUAGE="de")
    assert ask(as_alice, given=given).json()["fields"]["given.score"] == [
        "Diese Noten sind nicht lesbar: eine Note hat die Tonhöhe 200; sie muss zwischen 0 und 127 liegen."
    ]


def test_music_comes_from_a_piece_or_with_the_request_never_both(as_alice: APIClient) -> None:
    for source in ({}, {"piece": "x", "score": score_to_json(song())}):
        answer = ask(as_alice, given={**source, "tracks": [{"track": 0, "role": "piano"}]})
        assert answer.status_code == 400
        assert "one of the two" in str(answer.json()["fields"])
