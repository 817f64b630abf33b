"""Whole-number products, and functions that come out the same everywhere."""

import numpy as np
import pytest
import torch

from generator.engine import arithmetic, blocks, int8
from tests.engine.writing import draw as draw_rows

RNG = np.random.default_rng(1)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7, 16])
@pytest.mark.parametrize("by", [int8.product, int8._product_plain])
def test_a_product_is_exact_whatever_instruction_makes_it(by, n: int) -> None:  # type: ignore[no-untyped-def]
    weight = RNG.integers(-127, 128, (100, 128))
    weight[:, 0] = 127  # so that every row's scale is 1
    laid_out, scales, _ = int8.quantize_rows(weight.astype(np.float32))
    assert (scales[:100] == 1).all()
    vectors = RNG.integers(1, 256, (n, 192)).astype(np.uint8)
    out = np.full((n, 140), 7, np.int32)
    by(laid_out, vectors, n, out)
    assert np.array_equal(out[:, :100], vectors[:, :128].astype(np.int64) @ weight.T)
    assert not out[:, 100:128].any()
    assert (out[:, 128:] == 7).all()  # what lies beside it is not touched


def test_a_float_product_survives_rounding_to_bytes() -> None:
    weight, x = RNG.normal(size=(10, 100)).astype(np.float32), RNG.normal(size=100).astype(np.float32)
    whole, scales, sums = int8.quantize_rows(weight)
    assert whole.shape == (1, 32, blocks.GROUP, 4)
    vectors = np.full((1, 128), int8.ZERO, np.uint8)
    scale = int8.quantize(x, vectors[0])
    out = np.zeros((1, blocks.GROUP), np.int32)
    int8.product(whole, vectors, 1, out)
    assert np.allclose(((out[0] - sums) * scales * scale)[:10], weight @ x, atol=0.25)
    assert not ((out[0] - sums)[10:]).any()


def test_a_vector_of_zeros_is_zeros() -> None:
    out = np.zeros(64, np.uint8)
    assert int8.quantize(np.zeros(50, np.float32), out) == 0
    assert (out[:50] == int8.ZERO).all()


def test_functions_agree_with_torchs() -> None:
    for value in np.linspace(-12, 12, 2001, dtype=np.float32):
        x = torch.tensor(value, dtype=torch.float64)
        assert arithmetic.tanh(value) == pytest.approx(float(x.tanh()), abs=5e-7)
        assert arithmetic.sigmoid(value) == pytest.approx(float(x.sigmoid()), abs=5e-7)
        assert arithmetic.gelu(value) == pytest.approx(float(torch.nn.functional.gelu(x)), abs=2e-6)


def test_exp_is_exp_of_what_is_not_above_zero() -> None:
    for x in (0.0, -1e-9, -0.3, -0.35, -1.0, -20.0, -700.0):
        assert arithmetic.exp(x) == pytest.approx(np.exp(x), rel=1e-13)
    assert arithmetic.exp(-1000.0) < 1e-300


@pytest.mark.parametrize("top_p", [0.3, 0.95, 1.0])
def test_one_row_is_drawn_as_a_batch_of_rows_is(top_p: float) -> None:
    n = 60
    room, order = np.zeros(n), np.zeros(n, np.int64)
    for _ in range(500):
        logits = np.round(RNG.normal(size=n, scale=2), 1).astype(np.float32)  # rounded: some are equal
        allowed = RNG.random(n) < 0.5
        allowed[RNG.integers(n)] = True
        temperature, uniform = RNG.uniform(0.2, 2), RNG.random()
        expected = draw_rows(
            logits[None], allowed[None], np.array([temperature]), np.array([top_p]), np.array([uniform])
        )
        assert arithmetic.draw(logits, allowed, n, temperature, top_p, uniform, room, order) == expected[0]


def test_a_row_that_may_do_nothing_takes_the_likeliest() -> None:
    logits = np.array([0.1, 0.9, 0.3], np.float32)
    nothing = np.zeros(3, bool)
    assert arithmetic.draw(logits, nothing, 3, 1.0, 1.0, 0.5, np.zeros(3), np.zeros(3, np.int64)) == 1
