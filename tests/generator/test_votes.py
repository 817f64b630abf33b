"""Votes between the three arrangers: one a person and seed, and no tally before it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from generator.models import ArrangerVote, Job
from generator.votes import votes_move, wilson
from tests.conftest import run

pytestmark = pytest.mark.django_db
GENERATIONS, VOTES = "/api/v1/generations/", "/api/v1/arranger-votes/"
NOTHING = {"choice": None, "n": None, "tally": None}


def trial(client: APIClient, seed: int = 7, **more: Any) -> dict[str, str]:
    """Codes of three finished jobs of one seed, by arranger."""
    codes = {}
    for arranger in ("jamming", "composer", "hybrid"):
        asked = {"model": "musegan", "arranger": arranger, "bars": 4, "seed": seed, **more}
        codes[arranger] = client.post(GENERATIONS, asked, format="json").json()["code"]
        run(Job.objects.get(code=codes[arranger]))
    return codes


def vote(client: APIClient, jobs: dict[str, str], choice: str) -> Any:
    return client.post(VOTES, {"jobs": list(jobs.values()), "choice": jobs[choice]}, format="json")


def test_a_guest_votes_and_sees_the_tally(as_guest: APIClient) -> None:
    jobs = trial(as_guest)
    assert as_guest.get(f"{VOTES}7/").json() == {"seed": 7, **NOTHING}  # before the vote
    answer = vote(as_guest, jobs, "composer")
    assert answer.status_code == 201
    said = answer.json()
    assert (said["seed"], said["choice"], said["n"]) == (7, "composer", 1)
    first = said["tally"][0]
    assert (first["arranger"], first["votes"]) == ("composer", 1)
    assert as_guest.get(f"{VOTES}7/").json() == said


def test_one_vote_a_person_and_seed(as_alice: APIClient, as_bob: APIClient) -> None:
    jobs = trial(as_alice)
    vote(as_alice, jobs, "jamming")
    again = vote(as_alice, jobs, "hybrid")
    assert (again.status_code, again.json()["code"]) == (409, "voted_already")
    assert vote(as_alice, trial(as_alice, seed=8), "hybrid").status_code == 201
    assert vote(as_bob, trial(as_bob), "hybrid").json()["n"] == 3
    assert as_bob.get(f"{VOTES}7/").json()["tally"][0]["arranger"] == "hybrid"


def test_only_a_trial_of_ones_own_counts(as_alice: APIClient, as_bob: APIClient) -> None:
    jobs = trial(as_alice)
    assert vote(as_bob, jobs, "jamming").status_code == 400
    other = trial(as_alice, seed=8)
    longer = trial(as_alice, seed=7, form="AB")
    for wrong in (
        {**jobs, "hybrid": other["hybrid"]},
        {**jobs, "hybrid": jobs["composer"]},
        {**jobs, "hybrid": longer["hybrid"]},
    ):
        answer = vote(as_alice, wrong, "jamming")
        assert answer.status_code == 400
        assert "jobs" in answer.json()["fields"]
    elsewhere = as_alice.post(VOTES, {"jobs": list(jobs.values()), "choice": other["jamming"]}, format="json")
    assert list(elsewhere.json()["fields"]) == ["choice"]
    assert not ArrangerVote.objects.exists()


def test_who_has_not_asked_for_music_cannot_vote(stranger: APIClient) -> None:
    assert stranger.post(VOTES, {"jobs": ["a", "b", "c"], "choice": "a"}, format="json").status_code == 401


@pytest.mark.parametrize("seed", ["7", str(2**53), str(10**30)])
def test_no_tally_for_who_has_not_voted(as_alice: APIClient, as_bob: APIClient, seed: str) -> None:
    vote(as_bob, trial(as_bob), "hybrid")
    assert as_alice.get(f"{VOTES}{seed}/").json() == {"seed": int(seed), **NOTHING}


def test_a_guests_votes_go_along(alice: User, guest: User) -> None:
    for person, seed, choice in ((alice, 1, "jamming"), (guest, 1, "hybrid"), (guest, 2, "composer")):
        ArrangerVote.objects.create(person=person, seed=seed, choice=choice)
    votes_move(guest=guest, member=alice)
    kept = ArrangerVote.objects.filter(person=alice).order_by("seed")
    assert [(vote.seed, vote.choice) for vote in kept] == [(1, "jamming"), (2, "composer")]


def test_the_interval_of_a_share() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, and the extremes.
    assert [round(end, 4) for end in wilson(81, 263)] == [0.2553, 0.3662]
    assert [round(end, 4) for end in wilson(0, 20)] == [0.0, 0.1611]
    assert [round(end, 4) for end in wilson(29, 29)] == [0.8830, 1.0]
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_page_shows_a_trial_again_with_its_verdict(as_alice: APIClient, as_bob: APIClient) -> None:
    jobs = trial(as_alice)
    address = f"/studio/arrangers/?jobs={','.join(jobs.values())}"
    assert as_alice.get(address).context["verdict"] == {"seed": 7, **NOTHING}
    vote(as_alice, jobs, "hybrid")
    page = as_alice.get(address)
    assert page.context["verdict"]["choice"] == "hybrid"
    assert [job["code"] for job in page.context["jobs"]] == list(jobs.values())
    assert as_bob.get(address).status_code == 404
