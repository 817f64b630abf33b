"""Drawing ids from logits."""

import numpy as np

from generator.engine.sampling import WORDS_A_BLOCK, Chances
from tests.engine.writing import draw

LOGITS = np.log(np.array([[0.5, 0.3, 0.15, 0.05]]))
ALL = np.ones((1, 4), bool)
ONE = np.ones(1)


def drawn(uniform: float, *, top_p: float = 1.0, temperature: float = 1.0, allowed: np.ndarray = ALL) -> int:
    return int(draw(LOGITS, allowed, temperature * ONE, top_p * ONE, np.array([uniform]))[0])


def test_ids_fill_the_unit_interval_from_the_likeliest_down() -> None:
    assert [drawn(u) for u in (0.0, 0.49, 0.51, 0.79, 0.81, 0.96)] == [0, 0, 1, 1, 2, 3]


def test_top_p_keeps_the_likeliest_ids_that_fill_it() -> None:
    assert {drawn(u, top_p=0.6) for u in np.linspace(0, 0.999, 50)} == {0, 1}
    assert {drawn(u, top_p=0.05) for u in np.linspace(0, 0.999, 50)} == {0}


def test_a_low_temperature_leaves_the_likeliest_id_alone() -> None:
    assert {drawn(u, temperature=0.02) for u in np.linspace(0, 0.999, 50)} == {0}


def test_an_id_that_is_not_allowed_is_never_drawn() -> None:
    allowed = np.array([[False, True, False, True]])
    assert {drawn(u, allowed=allowed) for u in np.linspace(0, 0.9999, 200)} == {1, 3}


def test_a_row_draws_the_same_alone_and_among_others() -> None:
    rng = np.random.default_rng(0)
    logits, uniform = rng.normal(size=(64, 130)), rng.random(64)
    temperature, top_p = rng.uniform(0.5, 1.5, 64), rng.uniform(0.5, 1.0, 64)
    allowed = rng.random((64, 130)) < 0.7
    together = draw(logits, allowed, temperature, top_p, uniform)
    for i in range(64):
        row = slice(i, i + 1)
        assert draw(logits[row], allowed[row], temperature[row], top_p[row], uniform[row])[0] == together[i]


def test_a_notes_chances_do_not_depend_on_what_was_asked_before() -> None:
    in_order, alone = Chances(7), Chances(7)
    for number in range(600):
        last = in_order.of_notes(number, 1)
    assert np.array_equal(alone.of_notes(599, 1), last)
    assert not np.array_equal(Chances(8).of_notes(599, 1), last)


def test_chances_of_some_notes_are_those_of_each() -> None:
    first = WORDS_A_BLOCK - 3
    together = Chances(7).of_notes(first, 8)
    assert np.array_equal(together, np.concatenate([Chances(7).of_notes(first + i, 1) for i in range(8)]))
