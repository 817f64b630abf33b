"""Several threads step rows side by side, and nobody hears a difference."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from generator.engine import families
from generator.engine.engine import Engine, lanes_for
from generator.engine.errors import GenerationError
from generator.engine.rows import Chunk, GenerationRequest
from generator.music.styles import STYLES
from generator.networks import checkpoints
from generator.networks.rnn import NoteRNN, RNNConfig

SEEDS = range(30)
Note = list[int]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("weights")
    for name, style in STYLES.items():
        torch.manual_seed(1)
        config = RNNConfig(style.vocabulary, width=32, head=32)
        checkpoints.save(folder / f"{name}.safetensors", NoteRNN(config), config, {"style": name})
    return folder


@pytest.fixture
def start(weights: Path) -> Iterator[Callable[..., Engine]]:
    started: list[Engine] = []

    def make(**settings: int) -> Engine:
        engine = Engine("cpu", weights, **settings)
        engine.start()
        started.append(engine)
        return engine

    yield make
    for engine in started:
        engine.stop()


def notes(engine: Engine, seed: int, *, style: str = "pop", bars: int = 2) -> list[Note]:
    parts = engine.generate(GenerationRequest(style=style, bars=bars, seed=seed))
    return [note for part in parts if isinstance(part, Chunk) for note in part.notes]


def test_pieces_are_the_same_in_one_lane_and_spread_over_three(start: Callable[..., Engine]) -> None:
    one, three = start(lanes=1), start(lanes=3)
    expected = {seed: notes(one, seed) for seed in SEEDS}
    heard: dict[int, list[Note]] = {}
    threads = [
        threading.Thread(target=lambda seed=seed: heard.update({seed: notes(three, seed)})) for seed in SEEDS
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == expected


def test_rows_are_dealt_evenly_and_one_alone_stays_in_the_first(start: Callable[..., Engine]) -> None:
    engine = start(lanes=3)
    for seed in range(3):
        notes(engine, seed)
    assert [lane.notes > 0 for lane in engine._lanes] == [True, False, False]
    pieces = [engine.generate(GenerationRequest(style="pop", bars=512, seed=seed)) for seed in range(6)]
    for piece in pieces:
        next(piece)
    assert [len(lane) for lane in engine._lanes] == [2, 2, 2]
    engine.stop()


def test_nobody_is_written_for_who_has_stopped_listening(start: Callable[..., Engine]) -> None:
    engine = start(lanes=1)
    notes(engine, 1, bars=512)
    whole = engine._lanes[0].notes
    piece = engine.generate(GenerationRequest(style="pop", bars=512, seed=1))
    next(piece)
    piece.close()
    while len(engine._lanes[0]):
        time.sleep(0.01)
    assert engine._lanes[0].notes < 1.5 * whole


def test_who_comes_after_the_end_is_told_so_at_once(start: Callable[..., Engine]) -> None:
    engine = start(lanes=1)
    engine.load_style("pop")
    engine.stop()
    told: list[str] = []

    def ask() -> None:
        try:
            notes(engine, 1)
        except GenerationError as error:
            told.append(error.code)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(10)
    assert told == ["stopped"]


def test_each_processor_has_a_lane_up_to_four_and_a_gpu_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for processors, lanes in ((1, 1), (2, 2), (64, 4)):
        monkeypatch.setattr("os.sched_getaffinity", lambda _pid, n=processors: set(range(n)))
        assert lanes_for(torch.device("cpu")) == lanes
    assert lanes_for(torch.device("cuda")) == 1


def test_notes_go_on_while_a_long_ask_is_answered(
    start: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()

    class Slow:
        n_bytes = 0

        def load(self) -> None:
            pass

        def run(self, asks: list[int]) -> list[int]:
            assert answered.wait(30)
            return asks

    monkeypatch.setitem(families.FAMILIES, "slow", lambda _device, _weights: Slow())
    engine = start(lanes=1)
    waiting = threading.Thread(target=engine.ask, args=("slow", 1))
    waiting.start()
    assert notes(engine, 1)
    assert waiting.is_alive()
    answered.set()
    waiting.join()


def test_styles_past_the_bound_of_memory_are_put_away_and_come_back_the_same(
    start: Callable[..., Engine],
) -> None:
    engine = start(lanes=2, memory_mb=1)
    first = notes(engine, 3)
    assert engine.stats()["styles_loaded"] == ["pop"]
    for style in ("folk", "chorale"):
        notes(engine, 3, style=style)
    assert "pop" not in engine.stats()["styles_loaded"]  # type: ignore[operator]
    assert notes(engine, 3) == first
    assert "pop" in engine.stats()["styles_loaded"]  # type: ignore[operator]


def test_a_style_that_is_being_written_stays_loaded(start: Callable[..., Engine]) -> None:
    engine = start(lanes=1, memory_mb=1)
    alone = notes(engine, 4, bars=64)
    piece = engine.generate(GenerationRequest(style="pop", bars=64, seed=4))
    next(piece)
    for style in ("folk", "chorale"):
        notes(engine, 3, style=style)
    assert "pop" in engine.stats()["styles_loaded"]  # type: ignore[operator]
    assert [note for part in piece if isinstance(part, Chunk) for note in part.notes] == alone


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows how nice a thread is")
def test_threads_that_compute_are_nicer_than_those_who_answer(start: Callable[..., Engine]) -> None:
    notes(start(lanes=1), 0)
    own = os.getpriority(os.PRIO_PROCESS, 0)
    nice = {
        thread.name: os.getpriority(os.PRIO_PROCESS, thread.native_id or 0) - own
        for thread in threading.enumerate()
        if thread.name in ("lane 0", "desk")
    }
    assert nice == {"lane 0": 5, "desk": 5}
