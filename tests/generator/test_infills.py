"""Infills by the API: some bars of some tracks played anew, in alternatives, and nothing else touched."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from gallery.models import Piece
from generator import bands, infills
from generator.models import Job
from generator.music.midi import write_midi
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Track, score_to_json
from tests.conftest import run

pytestmark = pytest.mark.django_db
INFILLS = "/api/v1/infills/"
BAR = 1920


def band(metre: Metre = Metre(0, 4, 4), bars: int = 8) -> Score:  # noqa: B008 - a constant
    """A piano, a bass and drums over some bars."""
    piano = make_notes((i * 480, 240, 60 + i % 5, 90) for i in range(4 * bars))
    bass = make_notes((i * BAR, 960, 40, 80) for i in range(bars))
    drums = make_notes((i * 960, 60, 36, 100) for i in range(2 * bars))
    tracks = (
        Track("Piano", "piano", 0, False, piano),
        Track("Bass", "bass", 33, False, bass),
        Track("Drums", "drums", 0, True, drums),
    )
    return Score(tracks, metres=(metre,), length=bars * BAR)


def ask(client: APIClient, score: Score, **more: Any) -> Any:
    asked = {"score": score_to_json(score), "tracks": [0], "start": 2 * BAR, "end": 4 * BAR, "seed": 3}
    return client.post(INFILLS, {**asked, **more}, format="json")


def filled(client: APIClient, score: Score, **more: Any) -> list[dict[str, Any]]:
    answer = ask(client, score, **more)
    assert answer.status_code == 202, answer.json()
    run(Job.objects.get(code=answer.json()["code"]))
    told: list[dict[str, Any]] = client.get(answer.json()["url"]).json()["alternatives"]
    return told


def test_four_alternatives_differ_and_lie_inside_the_stretch(as_alice: APIClient) -> None:
    alternatives = filled(as_alice, band())
    assert [one["index"] for one in alternatives] == [0, 1, 2, 3]
    assert len({str(one["notes"]) for one in alternatives}) == 4
    for one in alternatives:
        assert one["notes"]
        for track, onset, duration, _pitch, _velocity in one["notes"]:
            assert track == 0
            assert onset >= 2 * BAR
            assert onset + duration <= 4 * BAR


def test_the_same_seed_gives_the_same_notes_and_no_piece(as_alice: APIClient) -> None:
    assert filled(as_alice, band()) == filled(as_alice, band())
    assert not Piece.objects.exists()


def test_only_the_phrases_around_it_are_heard(as_alice: APIClient) -> None:
    """Bars 5 to 8 hold bars 6 and 7: what comes before and after them changes nothing."""
    stretch = {"start": 5 * BAR, "end": 7 * BAR, "alternatives": 1}
    long, short = band(bars=12), band(bars=8)
    first = filled(as_alice, long, **stretch)
    ask(as_alice, long, **stretch)
    given = Job.objects.latest("pk").request["given"]
    assert (given["first_bar"], given["last_bar"]) == (5, 8)
    assert filled(as_alice, short, **stretch) == first


def test_other_roles_may_be_played_anew_and_several_at_once(as_alice: APIClient) -> None:
    drums = filled(as_alice, band(), tracks=[2], alternatives=1)
    assert {row[0] for row in drums[0]["notes"]} == {2}
    both = filled(as_alice, band(), tracks=[2, 0], alternatives=1)
    assert {row[0] for row in both[0]["notes"]} == {0, 2}


def test_what_was_told_is_not_told_again(as_alice: APIClient) -> None:
    from generator.services import job_append, job_start

    ask(as_alice, band())
    job = job_start(job_id=Job.objects.get().pk)
    assert job is not None
    first, weights = next(infills.alternatives_of(job))
    job_append(job=job, event={"type": "alternative", "index": 0, "notes": first}, weights=weights)
    infills.fill(job)
    assert [one["index"] for one in infills.alternatives_json(job)] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("asked", "field", "sentence"),
    [
        ({"tracks": [7]}, "tracks", "There is no track 7."),
        ({"tracks": []}, "tracks", ""),
        ({"tracks": [0, 1, 2]}, "tracks", "nothing to play along with"),
        ({"start": 4 * BAR, "end": 4 * BAR}, "end", "Choose a stretch"),
        ({"end": 99 * BAR}, "end", "Choose a stretch"),
        ({"alternatives": 9}, "alternatives", ""),
        ({"arranger": "soloist"}, "arranger", ""),
    ],
)
def test_what_is_refused_names_its_field(
    as_alice: APIClient, asked: dict[str, Any], field: str, sentence: str
) -> None:
    answer = ask(as_alice, band(), **asked)
    assert answer.status_code == 400
    assert sentence in str(answer.json()["fields"][field])
    assert not Job.objects.exists()


def test_a_score_that_is_none_is_refused(as_alice: APIClient) -> None:
    asked = {"score": {"tracks": 3}, "tracks": [0], "start": 0, "end": BAR}
    answer = as_alice.post(INFILLS, asked, format="json")
    assert "cannot be read" in str(answer.json()["fields"]["score"])


def test_bars_in_another_metre_are_refused_in_words(as_alice: APIClient) -> None:
    answer = ask(as_alice, band(Metre(0, 3, 4)))
    assert answer.json()["fields"]["start"] == ["The band plays in 4/4 only, and no bar here is in 4/4."]


def test_others_do_not_see_it(as_alice: APIClient, as_bob: APIClient) -> None:
    url = ask(as_alice, band()).json()["url"]
    assert as_bob.get(url).status_code == 404
    generation = as_alice.post("/api/v1/generations/", {"model": "musegan", "bars": 1}, format="json")
    assert as_alice.get(f"{INFILLS}{generation.json()['code']}/").status_code == 404


def test_kept_notes_are_known_to_be_the_bands(as_alice: APIClient) -> None:
    """Drawn, filled in and saved: a claim that nobody can confirm is not believed."""
    score = band()
    notes = filled(as_alice, score, alternatives=1)[0]["notes"]
    drawn = as_alice.post("/api/v1/drawings/", {"score": score_to_json(score)}, format="json").json()
    address = f"/api/v1/pieces/{drawn['code']}/notes/"
    tracks = [track["notes"] for track in score_to_json(score)["tracks"]]
    outside = [[*row, "h"] for row in tracks[0] if not 2 * BAR <= row[0] < 4 * BAR]
    tracks[0] = [*outside, *([*row[1:], "m"] for row in notes), [7 * BAR + 7, 60, 100, 90, "m"]]
    etag = as_alice.get(address).json()["notes_etag"]
    answer = as_alice.patch(address, {"tracks": tracks}, format="json", headers={"If-Match": etag})
    assert answer.status_code == 200, answer.json()
    letters = answer.json()["origins"][0].split()
    assert f"m{len(notes)}" in letters
    assert "e1" in letters


def test_of_several_draws_those_that_join_best_are_offered(alice: User) -> None:
    """Forty infills of a band that has learnt nothing: even its seams are smaller than as they come."""
    seams: list[tuple[float, float]] = []
    for seed in range(40):
        asked = infills.infill_request(
            score=band(), tracks=[0], start=2 * BAR, end=3 * BAR, arranger="hybrid", seed=seed, alternatives=1
        )
        job = Job(request=asked, seed=seed, prime=write_midi(bands.given_of(alice, asked["given"])))
        told, _ = next(infills.alternatives_of(job))
        drawn = [notes for notes, _ in islice(infills.draws_of(job), infills.TRIES)]
        assert infills.seam(asked, told) == min(infills.seam(asked, notes) for notes in drawn)
        seams.append((infills.seam(asked, drawn[0]), infills.seam(asked, told)))
    before, after = np.mean(seams, axis=0)
    assert after < before - 0.3


def test_the_bars_around_are_known_within_a_bar_of_the_stretch(as_alice: APIClient) -> None:
    ask(as_alice, band(), tracks=[1])
    [wanted] = Job.objects.get().request["wanted"]
    assert [row[0] for row in wanted["before"]] == [BAR]
    assert [row[0] for row in wanted["behind"]] == [4 * BAR]
