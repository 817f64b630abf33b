"""Products of small integers, exact in every order: the arithmetic of the quick recurrent step on a CPU.

Weights are kept as int8 with one scale a row, activations are rounded to int8 with one scale a vector, and
their products are summed as int32. A sum of integers does not depend on the order or the grouping of its
terms, so a row's numbers are the same bits alone, among 63 others, and on every processor.

The scheme is that of Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", CVPR 2018, section 2.1, symmetric for both sides.
"""

from __future__ import annotations

import numpy as np

from generator.engine import blocks
from generator.engine.blocks import GROUP, HAS_VNNI, in_groups, padded
from generator.engine.compiled import compiled

ZERO = 128
"""How 0 is written as an activation: the processor's instruction multiplies unsigned by signed bytes, so
activations carry this offset, and its share (`sums` of Quantized) is taken away again."""


def quantize_rows(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A float matrix as int8. weight: (n, k).

    Returns (n' / GROUP, k' / 4, GROUP, 4) int8, n' a multiple of GROUP and k' of LANES, filled with zeros:
    the registers that a product reads, one after another; (n',) float32 scales; and (n',) int32, what the
    offset of the activations adds to each row's sum.
    """
    n, k = weight.shape
    scale = np.abs(weight).max(1, initial=1e-30).astype(np.float32) / 127
    whole = np.zeros((padded(n, GROUP), padded(k)), np.int8)
    whole[:n, :k] = np.rint(weight / scale[:, None])
    scales = np.zeros(len(whole), np.float32)
    scales[:n] = scale
    return in_groups(whole), scales, ZERO * whole.sum(1, dtype=np.int32)


@compiled
def quantize(x: np.ndarray, out: np.ndarray) -> np.float32:
    """Write x, (n,) float32, to out as bytes around ZERO. Returns the scale; 0 for a vector of zeros."""
    bits = x.view(np.int32)
    most = np.int32(0)
    for i in range(len(bits)):  # floats without their sign are ordered as their bits are
        most = max(most, np.int32(bits[i] & 0x7FFFFFFF))
    one = np.empty(1, np.int32)
    one[0] = most
    peak = one.view(np.float32)[0]
    if peak < np.float32(1e-30):
        out[: len(x)] = ZERO
        return np.float32(0.0)
    turn = np.float32(127.0) / peak
    for i in range(len(x)):
        out[i] = np.uint8(np.int32(x[i] * turn + np.float32(ZERO + 0.5)))
    return peak / np.float32(127.0)


@compiled
def _product_plain(weight: np.ndarray, vectors: np.ndarray, n: int, out: np.ndarray) -> None:
    for group in range(weight.shape[0]):
        for c in range(n):
            sums = out[c, GROUP * group : GROUP * (group + 1)]
            sums[:] = 0
            for i in range(weight.shape[1]):
                for row in range(GROUP):
                    for part in range(4):
                        sums[row] += np.int32(weight[group, i, row, part]) * np.int32(
                            vectors[c, 4 * i + part]
                        )


product = blocks.product if HAS_VNNI else _product_plain
"""product(weight, vectors, n, out): out[c, r] = weight[r] · vectors[c] for the first n vectors.

weight: (rows / GROUP, k / 4, GROUP, 4) int8, as quantize_rows lays it out. vectors: (N, K) uint8, the first
k of each are used. out: (N, R) int32, R at least rows.
"""
