"""The queue in the database: leases, turns, deaths."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dramatiq
import pytest
from django.db import transaction
from django.utils import timezone
from dramatiq.middleware import Retries

from generator.broker import DatabaseBroker, DatabaseConnections, ProcessLock
from generator.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


class Process:
    """A broker of its own with one actor, as another process would have."""

    def __init__(self, *, lease: float = 30.0) -> None:
        retries = Retries(max_retries=None, min_backoff=1, max_backoff=1)  # type: ignore[arg-type]
        self.broker = DatabaseBroker(middleware=[DatabaseConnections(), retries], poll=0.02, lease=lease)
        self.broker.set_seats(2)
        self.done: list[int] = []
        declare = dramatiq.actor(broker=self.broker, queue_name="test", actor_name="work")
        self.actor = declare(self.work)

    def work(self, number: int) -> None:
        self.done.append(number)

    def send(self, number: int, turn: int = 0) -> None:
        self.broker.enqueue(self.actor.message_with_options(args=(number,), turn=turn))

    def take(self) -> int | None:
        """Lease the next message. Returns its number."""
        row, _more = self.broker.lease_next("test")
        return int(dramatiq.Message.decode(bytes(row.body)).args[0]) if row else None


@pytest.fixture
def process() -> Process:
    return Process()


@pytest.fixture
def other() -> Process:
    return Process()


@pytest.fixture
def working(process: Process) -> Iterator[Process]:
    """The process with its worker running."""
    worker = dramatiq.Worker(process.broker, worker_threads=2, worker_timeout=50)
    worker.start()
    yield process
    worker.stop(timeout=5000)


def wait_until(true: object, seconds: float = 5.0) -> None:
    """Wait until the callable says so."""
    ends = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < ends, "it never came true"
        time.sleep(0.01)


def test_the_lowest_turn_comes_first_then_the_one_sent_first(process: Process) -> None:
    for number, turn in ((1, 5), (2, 3), (3, 5), (4, 3)):
        process.send(number, turn)
    assert [process.take() for _ in range(5)] == [2, 4, 1, 3, None]


def test_a_leased_message_is_nobody_elses(process: Process, other: Process) -> None:
    process.send(1)
    assert process.take() == 1
    assert other.take() is None


def test_a_lease_that_nobody_renews_runs_out(other: Process) -> None:
    dying = Process(lease=0.05)
    dying.send(1)
    assert dying.take() == 1
    time.sleep(0.06)
    assert other.take() == 1


def test_a_renewed_lease_holds(other: Process) -> None:
    living = Process(lease=0.2)
    living.send(1)
    assert living.take() == 1
    for _ in range(3):
        time.sleep(0.1)
        assert living.broker.renew_leases() == 1
        assert other.take() is None


def test_who_was_silent_itself_takes_nothing_from_those_who_were_so_too(other: Process) -> None:
    waking = Process(lease=0.1)
    waking.broker.renew_leases()
    sleeping = Process(lease=0.1)
    sleeping.send(1)
    assert sleeping.take() == 1
    time.sleep(0.15)  # the machine of both sleeps
    assert waking.take() is None
    waking.broker.renew_leases()
    assert waking.take() is None
    sleeping.broker.renew_leases()
    assert other.take() is None


def test_who_is_alone_frees_the_leases_of_the_dead(process: Process, other: Process) -> None:
    process.send(1)
    process.take()
    assert other.broker.free_leases() == 1
    assert other.take() == 1


def test_a_message_of_a_transaction_that_fails_was_never_sent(process: Process) -> None:
    with transaction.atomic():
        process.send(1)
        transaction.set_rollback(True)
    assert process.take() is None


def test_a_message_that_is_due_later_waits(process: Process) -> None:
    process.broker.enqueue(process.actor.message(1), delay=60_000)
    assert process.take() is None
    Message.objects.update(due=timezone.now() - timedelta(seconds=1))
    assert process.take() == 1


def test_a_worker_does_what_was_sent_and_deletes_the_message(working: Process) -> None:
    for number in range(5):
        working.send(number)
    wait_until(lambda: not Message.objects.exists())
    assert sorted(working.done) == [0, 1, 2, 3, 4]


def test_work_that_breaks_is_sent_again_and_done_once_it_can_be(working: Process) -> None:
    tries: list[int] = []

    def break_twice(number: int) -> None:
        tries.append(number)
        if len(tries) < 3:
            raise RuntimeError("not yet")

    working.actor.fn = break_twice
    working.send(1)
    wait_until(lambda: len(tries) == 3 and not Message.objects.exists())


def test_a_message_rings_for_a_waiting_worker_at_once(process: Process) -> None:
    process.broker.poll = 10.0
    worker = dramatiq.Worker(process.broker, worker_threads=1, worker_timeout=20_000)
    worker.start()
    try:
        time.sleep(0.2)  # it waits by now
        sent = time.monotonic()
        process.send(1)
        wait_until(lambda: process.done == [1], 2.0)
        assert time.monotonic() - sent < 1.0
    finally:
        process.broker.bells["test"].ring()
        threading.Thread(target=worker.stop, daemon=True).start()


def test_no_more_is_taken_than_there_are_seats(working: Process) -> None:
    let_go, inside = threading.Event(), threading.Semaphore(0)

    def wait(number: int) -> None:
        inside.release()
        assert let_go.wait(5)

    working.actor.fn = wait
    for number in range(5):
        working.send(number)
    assert inside.acquire(timeout=5)
    assert inside.acquire(timeout=5)
    time.sleep(0.2)
    assert Message.objects.exclude(lease_owner="").count() == 2
    let_go.set()
    wait_until(lambda: not Message.objects.exists())


def test_who_waits_at_an_empty_queue_keeps_no_seat_from_another(process: Process) -> None:
    broker = process.broker
    broker.set_seats(1)
    broker.poll = 5.0
    process.send(1)
    broker.declare_queue("idle")
    idle = broker.consume("idle", timeout=5000)

    def wait_for_work() -> None:
        next(idle)  # there is nothing
        next(idle)

    waiting = threading.Thread(target=wait_for_work, daemon=True)
    waiting.start()
    time.sleep(0.2)  # it waits by now
    message = next(broker.consume("test", timeout=500))
    broker.bells["idle"].ring()
    waiting.join(5)
    assert message is not None
    assert message.args == (1,)


def test_work_whose_lease_was_lost_does_not_delete_what_another_has_taken(
    process: Process, other: Process
) -> None:
    process.send(1)
    consumer = process.broker.consume("test", timeout=100)
    message = next(consumer)
    assert message is not None
    Message.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert other.take() == 1
    consumer.ack(message)
    assert Message.objects.count() == 1


def test_a_message_given_back_at_the_end_can_be_taken_at_once(process: Process, other: Process) -> None:
    process.send(1)
    consumer = process.broker.consume("test", timeout=100)
    message = next(consumer)
    assert message is not None
    consumer.requeue([message])
    assert other.take() == 1


def test_the_lock_tells_whether_anybody_else_lives(tmp_path: Path) -> None:
    first, second = ProcessLock(tmp_path / "lock"), ProcessLock(tmp_path / "lock")
    assert first.take()
    assert not second.take()
    first.release()
    second.release()
    third = ProcessLock(tmp_path / "lock")
    assert third.take()
    third.release()
