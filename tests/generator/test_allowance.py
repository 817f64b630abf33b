"""What a day holds: pieces, and small jobs of which four count as one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from generator import allowance, bands
from generator.allowance import Left
from generator.models import Job
from generator.services import job_create
from musicsite.errors import ApplicationError
from tests.conftest import REQUEST

GENERATIONS = "/api/v1/generations/"
BAND = {**bands.PLAIN, "model": "musegan", "style": "hybrid", "arranger": "hybrid", "bars": 4, "seed": 7}
NEW_DRUMS = {**bands.PLAIN["latents"], "private": {"drums": 8}, "private_time": {"drums": 8}}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_pieces_a_day(settings: Settings) -> None:
    settings.GUEST_GENERATIONS_PER_DAY = 3
    settings.GUEST_GENERATIONS_AT_ONCE = 50
    settings.SMALL_JOBS_AS_ONE = 4


def aged(job: Job, hours: float) -> None:
    Job.objects.filter(pk=job.pk).update(created=timezone.now() - timedelta(hours=hours))


def test_a_piece_counts_as_one_and_a_new_part_of_it_as_a_quarter(guest: User) -> None:
    assert allowance.left(guest) == Left(pieces=3, small=12)
    job_create(owner=guest, request=BAND)
    assert allowance.left(guest) == Left(pieces=2, small=8)
    job_create(owner=guest, request={**BAND, "latents": NEW_DRUMS})
    assert allowance.left(guest) == Left(pieces=1, small=7)


def test_latents_of_ones_own_are_a_piece_where_nothing_is_drawn_anew(guest: User) -> None:
    for seed in (None, 8):
        job_create(owner=guest, request={**BAND, "seed": seed, "latents": NEW_DRUMS})
    assert allowance.left(guest) == Left(pieces=1, small=4)


def test_further_alternatives_of_one_press_count_as_a_quarter(guest: User) -> None:
    first = job_create(owner=guest, request=REQUEST)
    for seed in (8, 9, 10):
        job_create(owner=guest, request={**REQUEST, "seed": seed}, alternative_of=first.code)
    assert allowance.left(guest) == Left(pieces=1, small=5)


def test_another_arranger_beside_the_first_counts_as_a_quarter(guest: User) -> None:
    first = job_create(owner=guest, request=BAND)
    beside = {**BAND, "style": "jamming", "arranger": "jamming"}
    assert job_create(owner=guest, request=beside, alternative_of=first.code).small


@pytest.mark.parametrize("more", [{"bars": 3}, {"style": "folk"}])
def test_what_differs_in_more_than_its_seed_is_no_alternative(guest: User, more: dict[str, Any]) -> None:
    first = job_create(owner=guest, request=REQUEST)
    with pytest.raises(ApplicationError) as refused:
        job_create(owner=guest, request={**REQUEST, **more}, alternative_of=first.code)
    assert list(refused.value.fields) == ["alternative_of"]


def test_nothing_is_an_alternative_of_somebody_elses_piece(guest: User, alice: User) -> None:
    hers = job_create(owner=alice, request=REQUEST)
    with pytest.raises(ApplicationError):
        job_create(owner=guest, request=REQUEST, alternative_of=hers.code)


def test_small_jobs_are_done_when_no_whole_piece_is_left(guest: User) -> None:
    for _ in range(2):
        job_create(owner=guest, request=BAND)
    job_create(owner=guest, request={**BAND, "latents": NEW_DRUMS})
    assert allowance.left(guest) == Left(pieces=0, small=3)
    with pytest.raises(ApplicationError) as refused:
        job_create(owner=guest, request=BAND)
    assert refused.value.code == "daily_limit"
    for _ in range(3):
        job_create(owner=guest, request={**BAND, "latents": NEW_DRUMS})
    with pytest.raises(ApplicationError):
        job_create(owner=guest, request={**BAND, "latents": NEW_DRUMS})


def test_a_piece_waits_until_as_many_small_jobs_are_a_day_old_as_it_counts(guest: User) -> None:
    job_create(owner=guest, request=BAND)
    job_create(owner=guest, request=BAND)
    for hours in (20, 19, 18, 17):
        aged(job_create(owner=guest, request={**BAND, "latents": NEW_DRUMS}), hours)
    with pytest.raises(ApplicationError) as refused:
        job_create(owner=guest, request=BAND)
    assert refused.value.retry_after == pytest.approx(7 * 3600, abs=5)  # the last of the four is 17 hours old
    with pytest.raises(ApplicationError) as refused:
        job_create(owner=guest, request={**BAND, "latents": NEW_DRUMS})
    assert refused.value.retry_after == pytest.approx(4 * 3600, abs=5)


def test_a_guest_is_told_what_an_account_would_give(guest: User, settings: Settings) -> None:
    settings.GUEST_GENERATIONS_PER_DAY = 0
    settings.MEMBER_GENERATIONS_PER_DAY = 77
    with pytest.raises(ApplicationError) as refused:
        job_create(owner=guest, request=REQUEST)
    assert "a name and a password it is 77 a day" in refused.value.message


def test_the_api_counts_an_alternative_as_small(as_alice: APIClient, settings: Settings) -> None:
    settings.MEMBER_GENERATIONS_PER_DAY = 2
    first = as_alice.post(GENERATIONS, {**REQUEST, "seed": 1}, format="json").json()
    assert (first["left_today"], first["small_left_today"]) == (1, 4)
    address = f"{GENERATIONS}?alternative_of={first['code']}"
    second = as_alice.post(address, {**REQUEST, "seed": 2}, format="json").json()
    assert (second["left_today"], second["small_left_today"]) == (0, 3)
    other = as_alice.post(address, {**REQUEST, "seed": 2, "bars": 5}, format="json")
    assert other.status_code == 400
    assert list(other.json()["fields"]) == ["alternative_of"]


@pytest.mark.parametrize("address", ["/studio/", "/studio/arrangers/", "/draw/"])
def test_pages_come_with_what_is_left_and_tell_guests_alone_where_to_sign_up(
    address: str, client: Client, guest: User, alice: User, settings: Settings
) -> None:
    settings.MEMBER_GENERATIONS_PER_DAY = 500
    client.force_login(guest)
    job_create(owner=guest, request=BAND)
    page = client.get(address).content.decode()
    assert 'data-left="2" data-small="8" data-signup="/accounts/signup/" data-members="500"' in page
    client.force_login(alice)
    page = client.get(address).content.decode()
    assert 'data-left="500" data-small="2000" hidden' in page


def test_a_stranger_has_a_guests_whole_day(client: Client) -> None:
    assert 'data-left="3" data-small="12" data-signup=' in client.get("/studio/").content.decode()
