"""What the engine promises, on a GPU; elsewhere there is nothing to try."""

from pathlib import Path

import pytest
import torch

from generator.engine.engine import Engine
from generator.engine.graphs import Graphed
from generator.engine.rows import WordRow
from generator.engine.writer import Writer
from generator.music.styles import STYLES
from generator.networks import checkpoints
from tests.engine.writing import make_row, write

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")

GPU = torch.device("cuda")
N_SEEDS = 1000
N_SEATS = 64


@pytest.fixture(scope="module", params=["chorale", "folk", "pop"])
def writer(request: pytest.FixtureRequest) -> Writer:
    path: Path = checkpoints.WEIGHTS / f"{request.param}.safetensors"
    return Writer(checkpoints.load(path), N_SEATS, GPU)


def style_of(writer: Writer) -> str:
    return str(writer.checkpoint.card["style"])


def test_the_step_is_one_graph(writer: Writer) -> None:
    assert isinstance(writer._advance, Graphed)


def test_a_thousand_seeds_are_the_same_pieces_alone_and_among_63_others(writer: Writer) -> None:
    style = style_of(writer)
    first_seed = list(STYLES).index(style) * N_SEEDS
    together: dict[int, list[WordRow]] = {}
    for first in range(first_seed, first_seed + N_SEEDS, N_SEATS):
        seeds = range(first, min(first + N_SEATS, first_seed + N_SEEDS))
        rows = [make_row(style, seed, bars=1) for seed in seeds]
        together |= dict(zip(seeds, write(writer, rows), strict=True))
    # Some quite alone, and all again in other seats, in other company.
    for seed in range(first_seed, first_seed + 20):
        assert write(writer, [make_row(style, seed, bars=1)])[0] == together[seed]
    backwards = list(together)[::-1]
    for first in range(0, N_SEEDS, N_SEATS - 1):
        some = backwards[first : first + N_SEATS - 1]
        writer.step([other := make_row(style, 10**6, bars=8)])  # takes the first seat
        rows = [make_row(style, seed, bars=1) for seed in some]
        assert write(writer, [*rows, other])[: len(rows)] == [together[seed] for seed in some]


def test_an_engine_finds_it(tmp_path: Path) -> None:
    engine = Engine()
    assert engine.device.type == "cuda"
    assert isinstance(engine.load_style("chorale"), Writer)
