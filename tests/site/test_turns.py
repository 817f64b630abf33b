"""Writers of one process take turns, and the log is brought into the database while nobody waits."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from musicsite.sqlite import turns as line
from musicsite.sqlite.base import turns
from musicsite.sqlite.checkpoints import Checkpoints
from musicsite.sqlite.turns import Turns, behind_others

sqlite_only = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="other databases have many writers")

PATIENCE = 60.0  # seconds, on a machine that is busy elsewhere


def wait_until(true: Callable[[], object]) -> None:
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends, "it never came true"
        time.sleep(0.005)


def stand(one: Turns, said: list[str], name: str, *, can_wait: bool = False) -> threading.Thread:
    """A thread that waits in line by now, and says its name when its turn comes."""
    n = waiting(one)

    def take() -> None:
        with behind_others(can_wait):
            assert one.take(PATIENCE)
        said.append(name)
        one.give()

    thread = threading.Thread(target=take)
    thread.start()
    wait_until(lambda: waiting(one) == n + 1)
    return thread


def waiting(one: Turns) -> int:
    return len(one._hurried) + len(one._patient)


def test_turns_come_in_order_and_who_can_wait_comes_last() -> None:
    one, said = Turns(), list[str]()
    assert one.take(0)
    threads = [
        stand(one, said, "patient", can_wait=True),
        stand(one, said, "first"),
        stand(one, said, "second"),
    ]
    one.give()
    for thread in threads:
        thread.join(PATIENCE)
    assert said == ["first", "second", "patient"]
    assert one.take(0)  # nobody has it any more


def test_who_can_wait_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "AT_MOST_BEFORE", 2)
    one, said = Turns(), list[str]()
    assert one.take(0)
    threads = [stand(one, said, "patient", can_wait=True), *(stand(one, said, f"{n}") for n in range(4))]
    one.give()
    for thread in threads:
        thread.join(PATIENCE)
    assert said == ["0", "1", "patient", "2", "3"]


def test_a_turn_that_does_not_come_in_time_is_given_up() -> None:
    one = Turns()
    assert one.take(0)
    assert not one.take(0.01)
    one.give()
    assert one.take(0.01)


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_a_writer_waits_for_anothers_transaction_and_goes_on_right_after_it() -> None:
    inside, leave, done = threading.Event(), threading.Event(), list[float]()

    def hold() -> None:
        with transaction.atomic():
            User.objects.create(username="one")
            inside.set()
            assert leave.wait(PATIENCE)
        connection.close()

    def write() -> None:
        User.objects.create(username="two")  # without a transaction of its own
        done.append(time.monotonic())
        connection.close()

    threads = [threading.Thread(target=hold)]
    threads[0].start()
    assert inside.wait(PATIENCE)
    threads.append(threading.Thread(target=write))
    threads[1].start()
    mine = turns[str(connection.settings_dict["NAME"])]
    wait_until(lambda: waiting(mine) == 1)
    assert not done
    leave.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert done
    assert set(User.objects.values_list("username", flat=True)) == {"one", "two"}
    assert mine.take(0)  # both have given it back
    mine.give()


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_gives_its_turn_back() -> None:
    @transaction.atomic
    def fail() -> None:
        User.objects.create(username="one")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    mine = turns[str(connection.settings_dict["NAME"])]
    assert mine.take(0)
    mine.give()


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_the_log_is_brought_into_the_database_without_a_commit(tmp_path: Path) -> None:
    # A log that is long by now would be brought in by the commit itself.
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    User.objects.create(username="alice")

    def is_in_the_file() -> bool:
        """Whether the database has it without the log beside it."""
        alone = shutil.copy(str(connection.settings_dict["NAME"]), tmp_path / "alone.sqlite3")
        with closing(sqlite3.connect(alone)) as copy:
            try:
                return bool(copy.execute("SELECT 1 FROM auth_user WHERE username = 'alice'").fetchone())
            except sqlite3.DatabaseError:
                return False  # nor has it the table, or it was copied while it was being written

    assert not is_in_the_file()
    checkpoints = Checkpoints(every=0.01)
    checkpoints.start()
    try:
        wait_until(is_in_the_file)
    finally:
        checkpoints.stop()
