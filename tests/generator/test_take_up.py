"""Where the queue is Redis: messages belong to no job, so the rows say whose turn it is and what was left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from dramatiq import Message as Sent

from generator import actors, queue, services
from generator.actors import generate
from generator.models import Job, Worker
from tests.conftest import Make

pytestmark = pytest.mark.django_db


class Elsewhere:
    """A broker outside the database, which may be away."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.away = False

    def enqueue(self, message: Sent[Any]) -> None:
        if self.away:
            raise ConnectionError("nobody listens")
        self.sent.append(message.args[0])

    def do_qsize(self, _queue: str) -> int:
        return len(self.sent)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    broker = Elsewhere()
    for module in (queue, actors):
        monkeypatch.setattr(module.dramatiq, "get_broker", lambda: broker)
    return broker


def grown_old(job: Job, **changes: Any) -> None:
    """The job was asked for, and begun, a minute ago."""
    before = timezone.now() - timedelta(minutes=1)
    Job.objects.filter(pk=job.pk).update(created=before, started=before, **changes)


def test_any_message_begins_the_job_whose_turn_it_is(
    elsewhere: Elsewhere, alice: User, bob: User, make_job: Make
) -> None:
    long, short = make_job(alice, bars=16), make_job(bob, bars=2)
    generate.fn(long.pk)
    short.refresh_from_db()
    long.refresh_from_db()
    assert (short.status, long.status) == (Job.Status.DONE, Job.Status.QUEUED)
    generate.fn(long.pk)
    generate.fn(long.pk)  # one message too many does no harm
    long.refresh_from_db()
    assert (long.status, long.attempt) == (Job.Status.DONE, 1)


def test_a_request_is_taken_while_the_queue_is_away_and_sent_when_it_is_back(
    elsewhere: Elsewhere, alice: User, make_job: Make, django_capture_on_commit_callbacks: Any
) -> None:
    elsewhere.away = True
    with django_capture_on_commit_callbacks(execute=True):
        job = make_job(alice)
    assert job.status == Job.Status.QUEUED
    elsewhere.away = False
    assert queue.resend_lost(elsewhere) == 0  # type: ignore[arg-type] # it may still be on its way
    grown_old(job)
    assert queue.resend_lost(elsewhere) == 1  # type: ignore[arg-type]
    assert elsewhere.sent == [job.pk]
    assert queue.resend_lost(elsewhere) == 0  # type: ignore[arg-type]


def test_what_a_dead_worker_left_is_put_back_and_counts_against_it(
    elsewhere: Elsewhere, alice: User, make_job: Make, django_capture_on_commit_callbacks: Any
) -> None:
    left, going = make_job(alice), make_job(alice)
    for job, worker in ((left, "dead"), (going, "living")):
        assert services.job_start(job_id=job.pk, worker=worker) is not None
        grown_old(job)
    Worker.objects.create(name="living", seats=2)
    Worker.objects.create(name="dead", seats=2, seen=timezone.now() - timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert services.jobs_take_up(worker="another", running=[]) == 1
    left.refresh_from_db()
    going.refresh_from_db()
    assert (left.status, left.handed_back) == (Job.Status.QUEUED, 0)
    assert going.status == Job.Status.RUNNING
    assert elsewhere.sent == [left.pk]


def test_what_others_left_stays_with_them_while_their_silence_means_nothing(
    elsewhere: Elsewhere, alice: User, make_job: Make
) -> None:
    job = make_job(alice)
    assert services.job_start(job_id=job.pk, worker="silenced by the same outage") is not None
    grown_old(job)
    assert services.jobs_take_up(worker="back first", running=[], others=False) == 0
    job.refresh_from_db()
    assert (job.status, elsewhere.sent) == (Job.Status.RUNNING, [])


def test_what_a_worker_was_cut_off_from_is_put_back_without_blame(
    elsewhere: Elsewhere, alice: User, make_job: Make
) -> None:
    cut_off, going = make_job(alice), make_job(alice)
    for job in (cut_off, going):
        assert services.job_start(job_id=job.pk, worker="me") is not None
        grown_old(job)
    assert services.jobs_take_up(worker="me", running=[going.pk]) == 1
    cut_off.refresh_from_db()
    assert (cut_off.status, cut_off.handed_back) == (Job.Status.QUEUED, 1)
