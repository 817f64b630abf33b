"""The peers are what they are said to be."""

from math import prod

import pytest
import torch

from bench.peers import __main__ as peers
from bench.peers.checkpoints import Shapes, basic_rnn, mel_2bar_small, trio_4bar
from bench.peers.musegan import LATENT, PublishedGenerator


@pytest.mark.parametrize(
    ("shapes", "megabytes", "bytes_each"),
    [(basic_rnn(), 13.0, 4), (mel_2bar_small(), 17.7, 4), (trio_4bar(), 17.6, 1)],
)
def test_a_checkpoint_has_as_many_weights_as_the_published_file(
    shapes: Shapes, megabytes: float, bytes_each: int
) -> None:
    assert round(sum(map(prod, shapes.values())) * bytes_each / 1e6, 1) == megabytes


def test_the_published_generator_draws_four_bars_of_five_tracks() -> None:
    with torch.inference_mode():
        assert PublishedGenerator().eval()(torch.zeros(2, LATENT)).shape == (2, 5, 4, 48, 84)


def test_what_counts_is_the_ratio_of_the_medians_after_a_round_for_nothing() -> None:
    ours, theirs = iter([1.0, 10.0, 30.0, 20.0]), iter([1.0, 2.0, 8.0, 4.0])
    *rates, ratio = peers.in_turns(
        "it", "peer_it", "steps/s", 4.0, lambda: next(ours), lambda: next(theirs), 3
    )
    assert [figure.runs for figure in rates] == [(10.0, 30.0, 20.0), (2.0, 8.0, 4.0)]
    assert (ratio.runs, ratio.kept, ratio.key) == ((5.0,), True, "peer_it")
