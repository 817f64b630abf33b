"""Asks that come together are answered together."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import torch

from generator.engine import families
from generator.engine.engine import Engine
from generator.engine.errors import GenerationError
from generator.engine.gather import Gatherer


class Doubler:
    """Answers twice the ask, and remembers its batches. 13 breaks it; a negative ask is refused in words."""

    def __init__(self, device: torch.device | None = None, weights: Path | None = None) -> None:
        self.batches: list[list[int]] = []
        self.threads: set[str] = set()
        self.n_loads = 0

    @property
    def n_bytes(self) -> int:
        return 0

    def load(self) -> None:
        self.n_loads += 1

    def run(self, asks: list[int]) -> list[int]:
        self.batches.append(asks)
        self.threads.add(threading.current_thread().name)
        if 13 in asks:
            raise ValueError("thirteen")
        if min(asks) < 0:
            raise GenerationError("negative", "Ask for a number above 0.")
        return [2 * ask for ask in asks]


def test_asks_wait_for_company_and_are_answered_in_one_batch() -> None:
    doubler = Doubler()
    gatherer = Gatherer(doubler.run, wait_ms=30)
    answers = [gatherer.put(ask) for ask in (1, 2, 3)]
    assert gatherer.run_due() == 0  # more may come
    wait = gatherer.due_in()
    assert wait is not None
    assert 0 < wait <= 0.03
    time.sleep(wait)
    assert gatherer.run_due() == 3
    assert [answer.result() for answer in answers] == [2, 4, 6]
    assert doubler.batches == [[1, 2, 3]]
    assert gatherer.due_in() is None


def test_a_full_batch_waits_for_nobody_and_the_rest_makes_the_next() -> None:
    doubler = Doubler()
    gatherer = Gatherer(doubler.run, wait_ms=10_000, most=2)
    for ask in (1, 2, 3):
        gatherer.put(ask)
    assert gatherer.due_in() == 0
    assert gatherer.run_due() == 2
    assert gatherer.run_due() == 0
    assert (doubler.batches, len(gatherer)) == ([[1, 2]], 1)


def test_an_ask_that_breaks_its_batch_breaks_no_other() -> None:
    gatherer = Gatherer(Doubler().run, wait_ms=0)
    good, broken, refused = (gatherer.put(ask) for ask in (1, 13, -1))
    gatherer.run_due()
    assert good.result() == 2
    with pytest.raises(GenerationError) as error:
        broken.result()
    assert error.value.code == "engine_failed"
    with pytest.raises(GenerationError, match="above 0"):
        refused.result()


def test_who_waits_when_it_closes_is_told_and_who_comes_later_too() -> None:
    gatherer = Gatherer(Doubler().run)
    waiting = gatherer.put(1)
    gatherer.close(GenerationError("stopped", "It is being restarted."))
    with pytest.raises(GenerationError, match="restarted"):
        waiting.result()
    with pytest.raises(GenerationError, match="restarted"):
        gatherer.put(2)


@pytest.fixture
def doubler(monkeypatch: pytest.MonkeyPatch) -> Doubler:
    made = Doubler()
    monkeypatch.setitem(families.FAMILIES, "doubler", lambda _device, _weights: made)
    return made


@pytest.fixture
def engine(tmp_path: Path, doubler: Doubler) -> Iterator[Engine]:
    engine = Engine("cpu", tmp_path)
    engine.start()
    yield engine
    engine.stop()


def test_many_threads_that_ask_the_engine_share_its_desk(engine: Engine, doubler: Doubler) -> None:
    answers: dict[int, int] = {}

    def ask(number: int) -> None:
        answers[number] = engine.ask("doubler", number)

    threads = [Thread(target=ask, args=(number,)) for number in range(20, 60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: 2 * number for number in range(20, 60)}
    assert doubler.threads == {"desk"}
    assert doubler.n_loads == 1
    assert len(doubler.batches) < 40


def test_a_family_that_is_not_there_and_a_stopped_engine_are_said_in_words(engine: Engine) -> None:
    with pytest.raises(GenerationError, match="no network called 'quadrupler'"):
        engine.ask("quadrupler", 1)
    assert engine.ask("doubler", 1) == 2
    engine.stop()
    with pytest.raises(GenerationError, match="restarted"):
        engine.ask("doubler", 1)
    engine.start()
    assert engine.ask("doubler", 2) == 4
