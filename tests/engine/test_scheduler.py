"""Who sits in the batch."""

from generator.engine.scheduler import Scheduler


class FakeRow:
    finished = False


def test_a_waiting_row_takes_the_seat_of_a_finished_one() -> None:
    scheduler: Scheduler[FakeRow] = Scheduler(max_rows=2)
    first, second, third = FakeRow(), FakeRow(), FakeRow()
    for row in (first, second, third):
        scheduler.add(row)
    assert scheduler.next_batch() == [first, second]
    first.finished = True
    assert scheduler.next_batch() == [second, third]


def test_a_row_that_is_cancelled_while_it_waits_never_sits_down() -> None:
    scheduler: Scheduler[FakeRow] = Scheduler(max_rows=1)
    first, second, third = FakeRow(), FakeRow(), FakeRow()
    for row in (first, second, third):
        scheduler.add(row)
    second.finished = True
    scheduler.next_batch()
    first.finished = True
    assert scheduler.next_batch() == [third]
