"""Asking for music: what is stored, what is refused, whose turn it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from generator.bands import PLAIN
from generator.models import MAX_SEED, Job, Message
from generator.music.midi import read_midi
from generator.music.score import Metre, n_bars, score_to_json
from generator.services import job_cancel, job_create
from musicsite.errors import ApplicationError
from tests.conftest import REQUEST, Make, run, small_score

LONG = 16  # bars; more than an urgent piece has


def test_a_job_and_its_message_are_stored_together(queued_job: Job) -> None:
    assert queued_job.status == Job.Status.QUEUED
    assert (queued_job.seed, queued_job.bars, queued_job.attempt) == (7, 2, 0)
    assert Message.objects.count() == 1


def test_a_job_without_a_seed_gets_one_that_a_browser_can_hold(alice: User, make_job: Make) -> None:
    seeds = {make_job(alice, seed=None).seed for _ in range(5)}
    assert len(seeds) == 5
    assert all(0 <= seed <= MAX_SEED for seed in seeds)


def test_the_same_key_gives_the_same_job(alice: User) -> None:
    first = job_create(owner=alice, request=REQUEST, idempotency_key="press-1")
    again = job_create(owner=alice, request=REQUEST, idempotency_key="press-1")
    assert again.pk == first.pk
    assert Job.objects.count() == Message.objects.count() == 1


def test_the_same_key_of_another_person_is_another_job(alice: User, bob: User) -> None:
    first = job_create(owner=alice, request=REQUEST, idempotency_key="press-1")
    other = job_create(owner=bob, request=REQUEST, idempotency_key="press-1")
    assert other.pk != first.pk


def test_a_key_that_comes_again_with_another_request_is_refused(alice: User) -> None:
    job_create(owner=alice, request=REQUEST, idempotency_key="press-1")
    with pytest.raises(ApplicationError) as refused:
        job_create(owner=alice, request={**REQUEST, "bars": 3}, idempotency_key="press-1")
    assert (refused.value.code, refused.value.status) == ("idempotency_key_reused", 409)


def test_a_guest_may_have_so_many_at_once(guest: User, make_job: Make, settings: Settings) -> None:
    settings.GUEST_GENERATIONS_AT_ONCE = 2
    make_job(guest), make_job(guest)
    with pytest.raises(ApplicationError) as refused:
        make_job(guest)
    assert (refused.value.code, refused.value.status) == ("too_many_at_once", 429)
    assert refused.value.retry_after is not None
    assert refused.value.retry_after >= 1


def test_a_stopped_job_makes_room_for_another(guest: User, make_job: Make, settings: Settings) -> None:
    settings.GUEST_GENERATIONS_AT_ONCE = 1
    job_cancel(job=make_job(guest))
    make_job(guest)


def test_the_daily_limit_says_when_it_lifts(guest: User, make_job: Make, settings: Settings) -> None:
    settings.GUEST_GENERATIONS_PER_DAY = 2
    for hours in (23, 10):
        run(make_job(guest))
        Job.objects.filter(pk=Job.objects.latest("pk").pk).update(
            created=timezone.now() - timedelta(hours=hours)
        )
    with pytest.raises(ApplicationError) as refused:
        make_job(guest)
    # The older of the two is 23 hours old: in one hour there is room.
    assert refused.value.code == "daily_limit"
    assert refused.value.retry_after == pytest.approx(3600, abs=5)
    assert "60 minutes" in refused.value.message


def test_yesterdays_jobs_do_not_count(guest: User, make_job: Make, settings: Settings) -> None:
    settings.GUEST_GENERATIONS_PER_DAY = 1
    run(make_job(guest))
    Job.objects.update(created=timezone.now() - timedelta(hours=25))
    make_job(guest)


def test_a_member_may_have_more_than_a_guest(alice: User, make_job: Make, settings: Settings) -> None:
    settings.GUEST_GENERATIONS_AT_ONCE = 1
    for _ in range(3):
        make_job(alice)
    assert Job.objects.owned_by(alice).count() == 3


def test_people_take_turns_however_much_one_asks_for(alice: User, bob: User, make_job: Make) -> None:
    first, second, third = (make_job(alice, bars=LONG) for _ in range(3))
    newcomer = make_job(bob, bars=LONG)
    assert list(Job.objects.waiting()) == [first, newcomer, second, third]


def test_a_newcomer_begins_at_the_turn_that_the_line_has_reached(
    alice: User, bob: User, make_job: Make
) -> None:
    jobs = [make_job(alice, bars=LONG) for _ in range(4)]
    for job in jobs[:2]:
        run(job)
    newcomer = make_job(bob, bars=LONG)
    assert list(Job.objects.waiting()) == [jobs[2], newcomer, jobs[3]]


def test_a_short_piece_goes_before_long_ones_but_only_one_of_each_person(
    alice: User, bob: User, make_job: Make
) -> None:
    long = make_job(bob, bars=LONG)
    first, second = make_job(alice, bars=4), make_job(alice, bars=4)
    bobs = make_job(bob, bars=8)
    assert list(Job.objects.waiting()) == [first, bobs, long, second]


def test_what_plays_along_with_a_long_piece_is_long(alice: User, bob: User) -> None:
    jobs = []
    for owner, bars in ((alice, LONG), (bob, 4)):
        tracks = [{"track": 0, "role": "piano"}]
        score = score_to_json(small_score(bars))
        given = {"piece": None, "score": score, "tracks": tracks, "first_bar": 1, "last_bar": None}
        band = {**PLAIN, "model": "musegan", "style": "hybrid", "arranger": "hybrid", "bars": 8, "seed": 7}
        jobs.append(job_create(owner=owner, request={**band, "given": given}))
    assert list(Job.objects.waiting()) == jobs[::-1]


def test_fifty_jobs_of_one_person_do_not_starve_another(
    alice: User, bob: User, make_job: Make, settings: Settings
) -> None:
    for _ in range(50):
        make_job(alice, bars=LONG)
    newcomer = make_job(bob, bars=LONG)
    assert list(Job.objects.waiting()).index(newcomer) == 1


def test_to_continue_a_piece_takes_its_first_bars_along(
    alice: User, make_job: Make, make_piece: Make
) -> None:
    piece = make_piece(alice, bars=4)
    job = make_job(alice, bars=2, continue_from={"piece": piece.code, "bars": 3})
    prime = read_midi(bytes(job.prime or b""))
    assert n_bars(prime) == 3
    assert job.bars == 5


@pytest.mark.parametrize(
    ("wanted", "field"),
    [({"piece": "nothing", "bars": 1}, "continue_from.piece"), ({"bars": 3}, "continue_from.bars")],
)
def test_what_cannot_be_continued_is_named(
    alice: User, make_job: Make, make_piece: Make, wanted: dict[str, Any], field: str
) -> None:
    piece = make_piece(alice, bars=2)
    with pytest.raises(ApplicationError) as refused:
        make_job(alice, continue_from={"piece": piece.code, **wanted})
    assert list(refused.value.fields) == [field]


def test_bars_in_a_metre_that_the_style_does_not_know_are_refused_by_its_name(
    alice: User, make_job: Make, make_piece: Make
) -> None:
    piece = make_piece(alice, score=small_score(2, metre=(5, 4)))
    with pytest.raises(ApplicationError) as refused:
        make_job(alice, style="folk", continue_from={"piece": piece.code, "bars": 2})
    assert "5/4" in refused.value.fields["style"][0]


def test_bars_between_which_the_metre_changes_cannot_be_continued(
    alice: User, make_job: Make, make_piece: Make
) -> None:
    score = replace(small_score(4), metres=(Metre(0, 4, 4), Metre(2 * 1920, 2, 4)))
    piece = make_piece(alice, score=score)
    with pytest.raises(ApplicationError) as refused:
        make_job(alice, continue_from={"piece": piece.code, "bars": 3})
    assert list(refused.value.fields) == ["continue_from.bars"]
    assert make_job(alice, continue_from={"piece": piece.code, "bars": 2}).bars == 4


def test_another_persons_private_piece_cannot_be_continued(
    alice: User, bob: User, make_job: Make, make_piece: Make
) -> None:
    piece = make_piece(bob, score=small_score())
    with pytest.raises(ApplicationError) as refused:
        make_job(alice, continue_from={"piece": piece.code, "bars": 1})
    assert "continue_from.piece" in refused.value.fields
