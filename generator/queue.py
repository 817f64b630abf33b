"""The line: who is next, how long it will take, and the message that carries a job to a worker."""

from __future__ import annotations

import heapq
import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import dramatiq
import numpy as np
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from generator.models import Job, Worker

logger = logging.getLogger(__name__)

# A worker says that it lives every two seconds; one that has been silent for longer than this is taken for
# dead.
WORKER_SILENCE = timedelta(seconds=5)
# A waiting job older than this must have a message in the queue.
UNSENT = timedelta(seconds=2)
# What a bar takes before anything was measured.
SECONDS_A_BAR = 0.2
# Estimates rest on this many of the last finished jobs.
MEASURED_JOBS = 50
# The line is looked at by every waiting socket; one look serves them all for this long.
LOOK_SECONDS = 0.5


def send(job: Job) -> None:
    """Put the message that carries a job into the queue, in this transaction where the queue is a table.

    A queue elsewhere hears of it when the transaction is through, so that no worker looks for a row that is
    not there. When that queue is away the job stays in line, and a worker sends it once the queue is back
    (resend_lost).
    """
    from generator.actors import generate

    message = generate.message_with_options(args=(job.pk,), turn=job.turn)
    broker = dramatiq.get_broker()
    if keeps_order(broker):
        broker.enqueue(message)
    else:
        transaction.on_commit(lambda: _send_elsewhere(broker, message))


def keeps_order(broker: dramatiq.Broker) -> bool:
    """Whether messages come in the order of their turns, each for its own job.

    Where not (Redis), a message says only that there is something to do, and who takes it asks the rows whose
    turn it is.
    """
    return bool(getattr(broker, "is_in_database", False))


def _send_elsewhere(broker: dramatiq.Broker, message: dramatiq.Message[Any]) -> None:
    try:
        broker.enqueue(message)
    except Exception as error:  # whatever the client of that queue raises when it is away
        logger.warning("A job stays in line until the queue is back: %s", error)


def resend_lost(broker: dramatiq.Broker) -> int:
    """Send waiting jobs again when the queue holds nothing: a Redis without persistence that was restarted
    has lost what it held. Returns how many.
    """
    from generator.actors import QUEUE, generate

    before = timezone.now() - UNSENT
    waiting = list(Job.objects.waiting().filter(created__lt=before).values_list("pk", "turn"))
    if not waiting or broker.do_qsize(QUEUE):  # type: ignore[attr-defined]
        return 0
    for pk, turn in waiting:
        broker.enqueue(generate.message_with_options(args=(pk,), turn=turn))
    return len(waiting)


@dataclass(frozen=True)
class Line:
    """The line at one moment. waits: seconds until each waiting job begins, by its id, first in line first.

    None instead of seconds while no worker lives.
    """

    looked: float
    waits: dict[int, float | None] = field(default_factory=dict)
    running_ends: dict[int, float] = field(default_factory=dict)
    seconds_a_bar: float = SECONDS_A_BAR
    n_running: int = 0
    seats: int = 0

    def place(self, job: Job) -> tuple[int, float | None]:
        """(place in line, seconds until it begins) of a job that waits."""
        for place, (pk, wait) in enumerate(self.waits.items(), start=1):
            if pk == job.pk:
                return place, wait
        # Put in line since the last look, so behind or between those seen; the next look tells it exactly.
        return len(self.waits) + 1, max((w for w in self.waits.values() if w is not None), default=0.0)


def place(job: Job) -> tuple[int, float | None]:
    """(place in line, seconds until it begins); (0, 0.0) for what does not wait."""
    return line().place(job) if job.status == Job.Status.QUEUED else (0, 0.0)


_last = Line(looked=float("-inf"))


def line(*, fresh: bool = False) -> Line:
    """The line now, or as it was at most LOOK_SECONDS ago."""
    global _last
    if fresh or time.monotonic() - _last.looked > LOOK_SECONDS:
        _last = look()
    return _last


def look() -> Line:
    """Read the line and foretell it: each waiting job takes the seat that is free first."""
    now = timezone.now()
    running = list(
        Job.objects.filter(status=Job.Status.RUNNING).only("id", "started", "bars", "bars_done", "status")
    )
    waiting = list(Job.objects.waiting().only("id", "bars", "bars_done", "status"))
    seats = live_workers().aggregate(n=Sum("seats"))["n"] or 0
    # Those who are written at the same time share their machine: the more of them, the slower each.
    a_bar = seconds_a_bar() * max(1, min(seats, len(running) + len(waiting)))
    ends = {job.pk: _seconds_left(job, now, a_bar) for job in running}
    waits: dict[int, float | None]
    if not seats:
        waits = {job.pk: None for job in waiting}
    else:
        waits = {}
        busy = heapq.nsmallest(seats, ends.values())
        free = [0.0] * (seats - len(busy)) + busy
        heapq.heapify(free)
        for job in waiting:
            begins = heapq.heappop(free)
            waits[job.pk] = round(begins, 1)
            heapq.heappush(free, begins + max(1, job.bars - job.bars_done) * a_bar)
    return Line(time.monotonic(), waits, ends, a_bar, len(running), seats)


def _seconds_left(job: Job, now: datetime, a_bar: float) -> float:
    """How long a running job still takes: what its own pace says, once it has one, else the usual pace."""
    left = job.bars - job.bars_done
    elapsed = (now - job.started).total_seconds() if job.started else 0.0
    return left * elapsed / job.bars_done if job.bars_done else max(0.0, left * a_bar - elapsed)


def seconds_a_bar() -> float:
    """The median work that a bar of the last jobs was, the wait for the first note included.

    A job's time is shared with all that were being written meanwhile, so it counts by its share of it.
    """
    done = Job.objects.filter(status=Job.Status.DONE).order_by("-finished")
    spans = [
        (started.timestamp(), finished.timestamp(), bars)
        for started, finished, bars in done.values_list("started", "finished", "bars")[:MEASURED_JOBS]
        if started is not None and finished is not None and finished > started
    ]
    return float(np.median(_work_a_bar(np.array(spans)))) if spans else SECONDS_A_BAR


def _work_a_bar(spans: np.ndarray) -> np.ndarray:
    """(n,) seconds a bar that each of some jobs would have taken alone. spans: (n, 3) started, finished,
    bars.
    """
    began, ended, bars = spans.T
    together = np.minimum.outer(ended, ended) - np.maximum.outer(began, began)
    beside = np.maximum(together, 0.0).sum(1)
    work: np.ndarray = (ended - began) ** 2 / beside / bars  # beside / (ended - began): how many shared it
    return work


def seconds_until_one_is_done(owner: User) -> float:
    """When the first of a person's jobs should be through, at least a second from now."""
    now = line(fresh=True)
    mine = Job.objects.owned_by(owner).waiting_or_running().only("id", "bars", "status")
    ends = []
    for job in mine:
        if job.pk in now.running_ends:
            ends.append(now.running_ends[job.pk])
        else:
            ends.append((now.waits.get(job.pk) or 0.0) + job.bars * now.seconds_a_bar)
    return max(1.0, min(ends, default=1.0))


def live_workers() -> QuerySet[Worker]:
    """The workers that have said so in the last seconds."""
    return Worker.objects.filter(seen__gt=timezone.now() - WORKER_SILENCE)


def forget() -> None:
    """Look anew at the next question."""
    global _last
    _last = Line(looked=float("-inf"))
