"""The line: places and waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from generator.models import Job, Worker
from generator.queue import SECONDS_A_BAR, line, place, seconds_a_bar
from generator.services import job_start
from generator.status import percentile, status_figures
from tests.conftest import Make, run

pytestmark = pytest.mark.django_db


def done_job(owner: User, make_job: Make, *, bars: int, seconds: float) -> Job:
    """A job that took so long, with nothing beside it."""
    job = run(make_job(owner, bars=bars))
    ended = timezone.now() - timedelta(minutes=job.pk)
    Job.objects.filter(pk=job.pk).update(started=ended - timedelta(seconds=seconds), finished=ended)
    return job


def test_places_are_counted_from_one_and_running_is_nought(alice: User, make_job: Make) -> None:
    first, second, third = (make_job(alice) for _ in range(3))
    running = job_start(job_id=first.pk)
    assert running is not None
    now = line(fresh=True)
    assert [now.place(job)[0] for job in (second, third)] == [1, 2]
    assert place(running) == (0, 0.0)


def test_the_pace_is_the_median_of_what_was_measured(alice: User, make_job: Make) -> None:
    assert seconds_a_bar() == SECONDS_A_BAR
    for seconds in (2.0, 4.0, 40.0):
        done_job(alice, make_job, bars=4, seconds=seconds)
    assert seconds_a_bar() == pytest.approx(1.0)  # 0.5, 1 and 10 seconds a bar


def test_jobs_that_shared_the_machine_count_by_their_share_of_it(alice: User, make_job: Make) -> None:
    now = timezone.now()
    for _ in range(4):  # four at the same time, eight seconds each: two seconds of work
        job = done_job(alice, make_job, bars=4, seconds=1.0)
        Job.objects.filter(pk=job.pk).update(started=now - timedelta(seconds=8), finished=now)
    assert seconds_a_bar() == pytest.approx(0.5)


def test_each_waits_for_the_seat_that_is_free_first(alice: User, make_job: Make) -> None:
    done_job(alice, make_job, bars=4, seconds=2.0)  # half a second a bar, a second where two are written
    Worker.objects.create(name="w", seats=2)
    jobs = [make_job(alice, bars=bars) for bars in (18, 12, 14, 11)]
    waits = [line(fresh=True).place(job)[1] for job in jobs]
    # Two seats: 18 and 12 bars begin at once; 14 bars after the 12; 11 bars at 18, when the first is through.
    assert waits == [0.0, 0.0, 12.0, 18.0]


def test_what_runs_is_reckoned_with_its_own_pace(alice: User, make_job: Make) -> None:
    Worker.objects.create(name="w", seats=1)
    running, waiting = make_job(alice, bars=8), make_job(alice, bars=1)
    began = timezone.now() - timedelta(seconds=6)
    Job.objects.filter(pk=running.pk).update(status="running", attempt=1, started=began, bars_done=2)
    # Two bars in six seconds: six bars to go are eighteen seconds.
    number, wait = line(fresh=True).place(waiting)
    assert number == 1
    assert wait == pytest.approx(18.0, abs=0.3)


def test_without_a_worker_nobody_can_say_how_long(alice: User, make_job: Make) -> None:
    job = make_job(alice)
    assert line(fresh=True).place(job) == (1, None)
    Worker.objects.create(name="dead", seats=4, seen=timezone.now() - timedelta(minutes=1))
    assert line(fresh=True).place(job) == (1, None)


def test_the_status_tells_workers_line_and_latencies(alice: User, make_job: Make) -> None:
    run(make_job(alice))
    make_job(alice)
    Worker.objects.create(name="w", seats=3, stats={"device": "cpu", "styles_loaded": ["chorale"]})
    figures = status_figures()
    assert figures["queue"] == {"waiting": 1, "running": 0, "seats": 3}
    assert figures["workers"][0]["device"] == "cpu"
    assert figures["generator_up"] is True
    assert figures["latencies"]["n"] == 1
    assert 0 <= figures["latencies"]["first_note_p50"] < 5


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0], 50) == 2.0
    assert percentile([float(n) for n in range(1, 21)], 95) == 19.0
    assert percentile([], 95) is None
