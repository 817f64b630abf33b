"""A job that may have killed its process is written alone."""

from __future__ import annotations

import threading
import time

import pytest
from django.contrib.auth.models import User

from generator import actors
from generator.actors import generate
from generator.company import Company
from generator.models import Job
from generator.services import job_died_before, job_hand_back, job_start
from tests.conftest import Make, run


def test_many_sit_beside_each_other_and_one_alone_waits_for_all_of_them() -> None:
    company, order = Company(), []
    leave = threading.Event()

    def alone() -> None:
        with company.seat(alone=True) as seated:
            order.append(("alone", seated))

    def late() -> None:
        with company.seat(alone=False):
            order.append(("late", True))

    with company.seat(alone=False), company.seat(alone=False):
        first = threading.Thread(target=alone)
        first.start()
        while not company._want_alone:
            time.sleep(0.001)
        second = threading.Thread(target=late)  # comes later than who wants to be alone, so it waits too
        second.start()
        assert not leave.wait(0.1)
        assert order == []
    first.join(5)
    second.join(5)
    assert order == [("alone", True), ("late", True)]


def test_who_waits_may_give_up() -> None:
    company = Company()
    with company.seat(alone=True), company.seat(alone=True, give_up=lambda: True) as seated:
        assert not seated
    with company.seat(alone=False) as seated:
        assert seated


@pytest.mark.django_db
def test_a_job_is_under_suspicion_only_after_an_attempt_that_died(alice: User, make_job: Make) -> None:
    job = make_job(alice)
    assert not job_died_before(job_id=job.pk)
    begun = job_start(job_id=job.pk)
    assert begun is not None
    assert job_died_before(job_id=job.pk)
    job_hand_back(job=begun)
    assert not job_died_before(job_id=job.pk)


@pytest.mark.django_db
def test_beside_a_killer_an_innocent_job_loses_no_more_than_one_attempt(
    alice: User, make_job: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    killer, innocent = make_job(alice, seed=1), make_job(alice, seed=2)
    seats: list[bool] = []

    company = actors.company  # type: ignore[attr-defined]
    original = company.seat

    def seat(*, alone: bool, **kwargs: object) -> object:
        seats.append(alone)
        return original(alone=alone, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(company, "seat", seat)
    for job in (killer, innocent):  # both were being written when their process died
        assert job_start(job_id=job.pk) is not None
    assert job_start(job_id=killer.pk) is not None  # the killer, taken up alone, kills again
    generate.fn(killer.pk)
    assert run(innocent).status == Job.Status.DONE
    killer.refresh_from_db()
    assert (killer.status, killer.error_code) == (Job.Status.FAILED, "set_aside")
    assert seats == [True, True]
