"""What a listener hears of a row: each thing in its order, and at once what has gathered meanwhile."""

import queue

import pytest

from generator.engine.errors import GenerationError
from generator.engine.listening import Said, heard
from generator.engine.rows import Chunk, Opening

OPENING = Opening([], 120.0, (4, 4), 1, 1920, "")


def note(onset: int) -> list[int]:
    return [0, onset, 120, 60, 80]


def said(*items: Said) -> queue.SimpleQueue[Said]:
    out: queue.SimpleQueue[Said] = queue.SimpleQueue()
    for item in items:
        out.put(item)
    return out


def test_chunks_that_have_gathered_come_as_one() -> None:
    out = said(OPENING, Chunk([note(0)], 480, 0), Chunk([note(480), note(600)], 960, 0), None)
    assert list(heard(out)) == [OPENING, Chunk([note(0), note(480), note(600)], 960, 0)]


def test_the_first_comes_at_once_and_what_follows_while_the_listener_is_busy_comes_together() -> None:
    out = said(OPENING, Chunk([note(0)], 480, 0))
    listener = heard(out)
    assert [next(listener), next(listener)] == [OPENING, Chunk([note(0)], 480, 0)]
    for onset in (480, 960, 1440):
        out.put(Chunk([note(onset)], onset + 480, onset // 1440))
    out.put(None)
    assert list(listener) == [Chunk([note(480), note(960), note(1440)], 1920, 1)]


def test_what_was_written_is_heard_before_the_reason_why_there_is_no_more() -> None:
    listener = heard(said(Chunk([note(0)], 480, 0), GenerationError("stopped", "The engine has stopped.")))
    assert next(listener) == Chunk([note(0)], 480, 0)
    with pytest.raises(GenerationError):
        next(listener)
