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
N_LANES = LANES // 4
"""Whole numbers of 32 bits in a vector register."""
GROUP = 64
"""Rows of weights that lie together, four inputs of each beside each other."""
UNROLLED = 16
"""Inputs in one turn of the product's loop."""
ZERO = 128
"""How 0 is written as an activation: the processor's instruction multiplies unsigned by signed bytes, so
activations carry this offset, and its share (`sums` of Quantized) is taken away again."""

HAS_VNNI = bool(llvm.get_host_cpu_features().get("avx512vnni"))
"""Whether this processor multiplies and adds 64 bytes in one instruction."""


def padded(n: int, to: int = LANES) -> int:
    return -(-n // to) * to


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
    laid_out = whole.reshape(-1, GROUP, whole.shape[1] // 4, 4).swapaxes(1, 2)
    return np.ascontiguousarray(laid_out), scales, ZERO * whole.sum(1, dtype=np.int32)


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
    """An intrinsic that multiplies GROUP rows of weights by some vectors, with AVX-512 VNNI.

    (weight, vectors, stride of a vector, k, out, stride of out): addresses and bytes; out: (n_vectors, GROUP)
    int32. A lane of a register is a row of weights, so nothing is left to be summed across lanes.
    """
    n_registers = GROUP // N_LANES

    @intrinsic
    def block(_typing: Any, weight: Any, vectors: Any, stride: Any, k: Any, out: Any, out_stride: Any) -> Any:
        def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            weight, vectors, stride, k, out, out_stride = args
            i32, i64 = ir.IntType(32), ir.IntType(64)
            register = ir.VectorType(i32, N_LANES)
            multiply_add = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
                builder.module,
                ir.FunctionType(register, [register] * 3),
                "llvm.x86.avx512.vpdpbusd.512",
            )
            nowhere = ir.Constant(register, ir.Undefined)
            first_lane = ir.Constant(ir.VectorType(i32, N_LANES), [0] * N_LANES)

            def load(address: Any, kind: Any) -> Any:
                value = builder.load(builder.inttoptr(address, kind.as_pointer()))
                value.align = 1
                return value

            def four_everywhere(address: Any) -> Any:
                """Four activations in every lane."""
                one = builder.insert_element(nowhere, load(address, i32), ir.Constant(i32, 0))
                return builder.shuffle_vector(one, nowhere, first_lane)

            def times(value: Any, n: int) -> Any:
                return builder.mul(value, ir.Constant(i64, n))

            columns = [builder.add(vectors, times(stride, n)) for n in range(n_vectors)]
            before, loop = builder.block, builder.append_basic_block("loop")
            after = builder.append_basic_block("after")
            builder.branch(loop)
            builder.position_at_end(loop)
            at = builder.phi(i64)
            at.add_incoming(ir.Constant(i64, 0), before)
            sums = [builder.phi(register) for _ in range(n_registers * n_vectors)]
            for value in sums:
                value.add_incoming(ir.Constant(register, [0] * N_LANES), before)
            new = sums
            for step in range(0, UNROLLED, 4):
                here = builder.add(at, ir.Constant(i64, step))
                row = builder.add(weight, times(here, GROUP))
                weights = [
                    load(builder.add(row, ir.Constant(i64, LANES * r)), register) for r in range(n_registers)
                ]
                activations = [four_everywhere(builder.add(column, here)) for column in columns]
                new = [
                    builder.call(multiply_add, [new[n_registers * c + r], activations[c], weights[r]])
                    for c in range(n_vectors)
                    for r in range(n_registers)
                ]
            for value, added in zip(sums, new, strict=True):
                value.add_incoming(added, loop)
            following = builder.add(at, ir.Constant(i64, UNROLLED))
            at.add_incoming(following, loop)
            builder.cbranch(builder.icmp_signed("<", following, k), loop, after)
            builder.position_at_end(after)
            for c in range(n_vectors):
                line = builder.add(out, times(out_stride, c))
                for r in range(n_registers):
                    place = builder.add(line, ir.Constant(i64, LANES * r))
                    store = builder.store(
                        new[n_registers * c + r], builder.inttoptr(place, register.as_pointer())
                    )
                    store.align = 4
            return context.get_dummy_value()

        return types.void(*[types.intp] * 6), code

    return block


MOST = 6
"""Vectors that are multiplied together: as many as there are registers for."""
_block1, _block2, _block3, _block4, _block5, _block6 = (_block(n) for n in range(1, MOST + 1))


@compiled
def _product_vnni(weight: np.ndarray, vectors: np.ndarray, n: int, out: np.ndarray) -> None:
    k = 4 * weight.shape[1]
    stride, out_stride = vectors.strides[0], out.strides[0]
    for group in range(weight.shape[0]):
        rows = weight.ctypes.data + group * GROUP * k
        column, line = vectors.ctypes.data, out.ctypes.data + 4 * GROUP * group
        left = n
        while left > 0:
            # As few turns as can be, none much smaller than another: small ones take nearly as long.
            turns = (left + MOST - 1) // MOST
            here = (left + turns - 1) // turns
            if here == 6:
                _block6(rows, column, stride, k, line, out_stride)
            elif here == 5:
                _block5(rows, column, stride, k, line, out_stride)
            elif here == 4:
                _block4(rows, column, stride, k, line, out_stride)
            elif here == 3:
                _block3(rows, column, stride, k, line, out_stride)
            elif here == 2:
                _block2(rows, column, stride, k, line, out_stride)
            else:
                _block1(rows, column, stride, k, line, out_stride)
            column, line, left = column + here * stride, line + here * out_stride, left - here


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


product = _product_vnni if HAS_VNNI else _product_plain
"""product(weight, vectors, n, out): out[c, r] = weight[r] · vectors[c] for the first n vectors.

weight: (rows / GROUP, k / 4, GROUP, 4) int8, as quantize_rows lays it out. vectors: (N, K) uint8, the first
k of each are used. out: (N, R) int32, R at least rows.
"""
