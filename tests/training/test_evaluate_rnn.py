"""The likelihood that `manage.py evaluate rnn` prints is one: it adds up, and foresees nothing."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from generator.music.key import KEYS
from generator.music.styles import CHORALE
from generator.music.tokens import Form, spell
from generator.training.evaluate_rnn import any_key_and_metre, fixed_share
from generator.training.examples import Example, example

EVEN = np.log([0.5, 0.5])


def chorale(key: int, metre: tuple[int, int] = (4, 4)) -> Example:
    words = spell(
        np.array([0]), np.array([4]), np.array([60]), np.array([84]), np.array([0]), CHORALE.vocabulary
    )
    return example(words, CHORALE.vocabulary, Form(metre, 0, 16, key), 16)


def test_one_reader_pays_for_every_note_what_it_says() -> None:
    assert fixed_share(np.array([[1.0, 2.0, 0.5]]), np.array([0.0]), 0.03) == pytest.approx(3.5)


def test_without_a_share_it_is_the_mean_over_the_readers() -> None:
    nats = np.array([[1.0, 2.0], [0.5, 0.1]])
    assert fixed_share(nats, EVEN, 1e-15) == pytest.approx(
        -math.log(0.5 * math.exp(-3.0) + 0.5 * math.exp(-0.6))
    )


def test_a_piece_that_turns_costs_less_when_turns_are_expected() -> None:
    turns = np.array([[0.1] * 20 + [3.0] * 20, [3.0] * 20 + [0.1] * 20])
    assert fixed_share(turns, EVEN, 0.03) < fixed_share(turns, EVEN, 1e-15) - 20


def test_the_likelihoods_of_all_sequences_add_up_to_one() -> None:
    says_heads = np.array([0.9, 0.2])  # two readers of a coin, four throws
    total = 0.0
    for throws in itertools.product([True, False], repeat=4):
        nats = np.array([[-math.log(p if heads else 1 - p) for heads in throws] for p in says_heads])
        total += math.exp(-fixed_share(nats, EVEN, 0.1))
    assert total == pytest.approx(1.0)


def test_what_is_believed_of_a_piece_adds_up_to_one_and_pays_for_its_home_key() -> None:
    belief = any_key_and_metre([chorale(0), chorale(0), chorale(3, (3, 4))])(chorale(0))
    assert sum(math.exp(log_p) for log_p, _ in belief.forms) == pytest.approx(1.0)
    assert belief.cost == pytest.approx(math.log(len(KEYS)))
    keys = {KEYS[form.key] for _, form in belief.forms}
    assert keys == {"C major", "G major", "F major", "A minor"}
