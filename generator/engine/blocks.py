"""Products of a matrix and a few vectors, held in the processor's registers.

Of bytes, summed as whole numbers (generator.engine.int8), and of floats (generator.engine.decoder). A lane of
a register is a row of the matrix, so nothing is left to be summed across lanes, and a row's sum is made in
the same order however many vectors there are.
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
"""Bytes in a vector register."""
N_LANES = LANES // 4
"""Numbers of 32 bits in a vector register."""
GROUP = 64
"""Rows of the matrix that lie together, four bytes of each beside each other."""
N_REGISTERS = GROUP // N_LANES
UNROLLED = 16
"""Bytes of a vector in one turn of the product's loop."""
FLOATS = UNROLLED // 4
"""Floats of one."""
_FEATURES = llvm.get_host_cpu_features()
HAS_VNNI = bool(_FEATURES.get("avx512vnni"))
"""Whether this processor multiplies and adds 64 bytes in one instruction."""
MOST = 6 if _FEATURES.get("avx512f") else 1
"""Vectors that are multiplied together: as many as there are registers for."""


def padded(n: int, to: int = LANES) -> int:
    return -(-n // to) * to


def in_groups(matrix: np.ndarray) -> np.ndarray:
    """A matrix as the product reads it, one register after another.

    matrix: (n, k) of bytes or floats, n a multiple of GROUP and k of UNROLLED bytes. Returns
    (n / GROUP, k / p, GROUP, p), p being the inputs in four bytes.
    """
    n_parts = 4 // matrix.itemsize
    laid_out = matrix.reshape(-1, GROUP, matrix.shape[1] // n_parts, n_parts).swapaxes(1, 2)
    return np.ascontiguousarray(laid_out)


def _times(builder: Any, value: Any, n: int) -> Any:
    return builder.mul(value, ir.Constant(ir.IntType(64), n))


def _load(builder: Any, address: Any, kind: Any) -> Any:
    value = builder.load(builder.inttoptr(address, kind.as_pointer()))
    value.align = 1
    return value


def _block(n_vectors: int) -> Any:
    """An intrinsic that multiplies GROUP rows by some vectors.

    (matrix, rows, vectors, stride of a vector, k, out, stride of out): the matrix for its type alone, then
    addresses and bytes; out: (n_vectors, GROUP) int32 or float32.
    """

    @intrinsic
    def block(
        _typing: Any, matrix: Any, rows: Any, vectors: Any, stride: Any, k: Any, out: Any, out_stride: Any
    ) -> Any:
        of_floats = matrix.dtype == types.float32

        def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            _, rows, vectors, stride, k, out, out_stride = args
            i32, i64 = ir.IntType(32), ir.IntType(64)
            number = ir.FloatType() if of_floats else i32
            register = ir.VectorType(number, N_LANES)
            multiply_add = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
                builder.module,
                ir.FunctionType(register, [register] * 3),
                "llvm.fmuladd.v16f32" if of_floats else "llvm.x86.avx512.vpdpbusd.512",
            )
            nowhere = ir.Constant(register, ir.Undefined)
            first_lane = ir.Constant(ir.VectorType(i32, N_LANES), [0] * N_LANES)

            def everywhere(address: Any) -> Any:
                """Four bytes of a vector in every lane."""
                one = builder.insert_element(nowhere, _load(builder, address, number), ir.Constant(i32, 0))
                return builder.shuffle_vector(one, nowhere, first_lane)

            def added(sums: Any, inputs: Any, weights: Any) -> Any:
                order = [inputs, weights, sums] if of_floats else [sums, inputs, weights]
                return builder.call(multiply_add, order)

            columns = [builder.add(vectors, _times(builder, stride, n)) for n in range(n_vectors)]
            before, loop = builder.block, builder.append_basic_block("loop")
            after = builder.append_basic_block("after")
            builder.branch(loop)
            builder.position_at_end(loop)
            at = builder.phi(i64)
            at.add_incoming(ir.Constant(i64, 0), before)
            sums = [builder.phi(register) for _ in range(N_REGISTERS * n_vectors)]
            for value in sums:
                value.add_incoming(ir.Constant(register, [0] * N_LANES), before)
            new = sums
            for step in range(0, UNROLLED, 4):
                here = builder.add(at, ir.Constant(i64, step))
                line = builder.add(rows, _times(builder, here, GROUP))
                weights = [
                    _load(builder, builder.add(line, ir.Constant(i64, LANES * r)), register)
                    for r in range(N_REGISTERS)
                ]
                inputs = [everywhere(builder.add(column, here)) for column in columns]
                new = [
                    added(new[N_REGISTERS * c + r], inputs[c], weights[r])
                    for c in range(n_vectors)
                    for r in range(N_REGISTERS)
                ]
            for value, sum_ in zip(sums, new, strict=True):
                value.add_incoming(sum_, loop)
            following = builder.add(at, ir.Constant(i64, UNROLLED))
            at.add_incoming(following, loop)
            builder.cbranch(builder.icmp_signed("<", following, k), loop, after)
            builder.position_at_end(after)
            for c in range(n_vectors):
                line = builder.add(out, _times(builder, out_stride, c))
                for r in range(N_REGISTERS):
                    place = builder.add(line, ir.Constant(i64, LANES * r))
                    store = builder.store(
                        new[N_REGISTERS * c + r], builder.inttoptr(place, register.as_pointer())
                    )
                    store.align = 4
            return context.get_dummy_value()

        return types.void(matrix, *[types.intp] * 6), code

    return block


_block1, _block2, _block3, _block4, _block5, _block6 = (_block(n) for n in range(1, 7))


@compiled
def product(matrix: np.ndarray, vectors: np.ndarray, n: int, out: np.ndarray) -> None:
    """out[c, r] = row r · vectors[c] for the first n vectors.

    matrix: as in_groups lays it out, of int8 (where HAS_VNNI; vectors are uint8 and out is int32 then) or of
    float32, as vectors and out are then. vectors: (N, K), at least as long as a row. out: (N, R), R at least
    the rows.
    """
    k = 4 * matrix.shape[1]
    stride, out_stride = vectors.strides[0], out.strides[0]
    for group in range(matrix.shape[0]):
        rows = matrix.ctypes.data + group * GROUP * k
        column, line = vectors.ctypes.data, out.ctypes.data + 4 * GROUP * group
        left = n
        while left > 0:
            # As few turns as can be, none much smaller than another: small ones take nearly as long.
            turns = (left + MOST - 1) // MOST
            here = (left + turns - 1) // turns
            if here == 6:
                _block6(matrix, rows, column, stride, k, line, out_stride)
            elif here == 5:
                _block5(matrix, rows, column, stride, k, line, out_stride)
            elif here == 4:
                _block4(matrix, rows, column, stride, k, line, out_stride)
            elif here == 3:
                _block3(matrix, rows, column, stride, k, line, out_stride)
            elif here == 2:
                _block2(matrix, rows, column, stride, k, line, out_stride)
            else:
                _block1(matrix, rows, column, stride, k, line, out_stride)
            column, line, left = column + here * stride, line + here * out_stride, left - here
