"""Products of small integers, exact in every order: the arithmetic of the quick recurrent step on a CPU.

Weights are kept as int8 with one scale a row, activations are rounded to int8 with one scale a vector, and
their products are summed as int32. A sum of integers does not depend on the order or the grouping of its
terms, so a row's numbers are the same bits alone, among 63 others, and on every processor.

The scheme is that of Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", CVPR 2018, section 2.1, symmetric for both sides.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from generator.engine.compiled import compiled

LANES = 64
"""Bytes in a vector register: vectors are padded to a multiple of it."""
ZERO = 128
"""How 0 is written as an activation: the processor's instruction multiplies unsigned by signed bytes, so
activations carry this offset, and its share (`sums` of Quantized) is taken away again."""

HAS_VNNI = bool(llvm.get_host_cpu_features().get("avx512vnni"))
"""Whether this processor multiplies and adds 64 bytes in one instruction."""


def padded(n: int, to: int = LANES) -> int:
    return -(-n // to) * to


def quantize_rows(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A float matrix as int8. weight: (n, k).

    Returns (n', k') int8, n' a multiple of 4 and k' of LANES, filled with zeros; (n',) float32 scales; and
    (n',) int32, what the offset of the activations adds to each row's sum.
    """
    n, k = weight.shape
    scale = np.abs(weight).max(1, initial=1e-30).astype(np.float32) / 127
    whole = np.zeros((padded(n, 4), padded(k)), np.int8)
    whole[:n, :k] = np.rint(weight / scale[:, None])
    scales = np.zeros(len(whole), np.float32)
    scales[:n] = scale
    return whole, scales, ZERO * whole.sum(1, dtype=np.int32)


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


def _block(n_vectors: int) -> Any:
    """An intrinsic that multiplies 4 rows of weights by some vectors, with AVX-512 VNNI.

    (weight, vectors, stride of a vector, k, out, stride of out): addresses and bytes; out: (n_vectors, 4)
    int32.
    """

    @intrinsic
    def block(_typing: Any, weight: Any, vectors: Any, stride: Any, k: Any, out: Any, out_stride: Any) -> Any:
        def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            weight, vectors, stride, k, out, out_stride = args
            i32, i64 = ir.IntType(32), ir.IntType(64)
            register = ir.VectorType(i32, 16)
            function: Any = cgutils.get_or_insert_function
            multiply_add = function(
                builder.module,
                ir.FunctionType(register, [register] * 3),
                "llvm.x86.avx512.vpdpbusd.512",
            )
            total = function(
                builder.module, ir.FunctionType(i32, [register]), "llvm.vector.reduce.add.v16i32"
            )

            def load(address: Any) -> Any:
                value = builder.load(builder.inttoptr(address, register.as_pointer()))
                value.align = 1
                return value

            def times(value: Any, n: int) -> Any:
                return builder.mul(value, ir.Constant(i64, n))

            rows = [builder.add(weight, times(k, n)) for n in range(4)]
            columns = [builder.add(vectors, times(stride, n)) for n in range(n_vectors)]
            before, loop = builder.block, builder.append_basic_block("loop")
            after = builder.append_basic_block("after")
            builder.branch(loop)
            builder.position_at_end(loop)
            at = builder.phi(i64)
            at.add_incoming(ir.Constant(i64, 0), before)
            sums = [builder.phi(register) for _ in range(4 * n_vectors)]
            for value in sums:
                value.add_incoming(ir.Constant(register, [0] * 16), before)
            weights = [load(builder.add(row, at)) for row in rows]
            activations = [load(builder.add(column, at)) for column in columns]
            new = [
                builder.call(multiply_add, [sums[4 * c + r], activations[c], weights[r]])
                for c in range(n_vectors)
                for r in range(4)
            ]
            for value, added in zip(sums, new, strict=True):
                value.add_incoming(added, loop)
            following = builder.add(at, ir.Constant(i64, LANES))
            at.add_incoming(following, loop)
            builder.cbranch(builder.icmp_signed("<", following, k), loop, after)
            builder.position_at_end(after)
            for c in range(n_vectors):
                for r in range(4):
                    place = builder.add(builder.add(out, times(out_stride, c)), ir.Constant(i64, 4 * r))
                    store = builder.store(
                        builder.call(total, [new[4 * c + r]]), builder.inttoptr(place, i32.as_pointer())
                    )
                    store.align = 4
            return context.get_dummy_value()

        return types.void(*[types.intp] * 6), code

    return block


_block1, _block2, _block4 = _block(1), _block(2), _block(4)


@compiled
def _product_vnni(weight: np.ndarray, vectors: np.ndarray, n: int, out: np.ndarray) -> None:
    k = weight.shape[1]
    stride, out_stride = vectors.strides[0], out.strides[0]
    for row in range(0, weight.shape[0], 4):
        rows = weight.ctypes.data + row * k
        c = 0
        while c + 4 <= n:
            _block4(
                rows, vectors.ctypes.data + c * stride, stride, k,
                out.ctypes.data + c * out_stride + 4 * row, out_stride,
            )  # fmt: skip
            c += 4
        if c + 2 <= n:
            _block2(
                rows, vectors.ctypes.data + c * stride, stride, k,
                out.ctypes.data + c * out_stride + 4 * row, out_stride,
            )  # fmt: skip
            c += 2
        if c < n:
            _block1(
                rows, vectors.ctypes.data + c * stride, stride, k,
                out.ctypes.data + c * out_stride + 4 * row, out_stride,
            )  # fmt: skip


@compiled
def _product_plain(weight: np.ndarray, vectors: np.ndarray, n: int, out: np.ndarray) -> None:
    k = weight.shape[1]
    for row in range(weight.shape[0]):
        for c in range(n):
            total = np.int32(0)
            for i in range(k):
                total += np.int32(weight[row, i]) * np.int32(vectors[c, i])
            out[c, row] = total


product = _product_vnni if HAS_VNNI else _product_plain
"""product(weight, vectors, n, out): out[c, r] = weight[r] · vectors[c] for the first n vectors.

weight: (rows, k) int8, rows a multiple of 4, k of LANES. vectors: (N, K) uint8, the first k of each are used.
out: (N, R) int32.
"""
