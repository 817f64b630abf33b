"""A NoteRNN's weights as the quick step reads them: whole numbers for the products, tables for the rest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from torch import nn

from generator.engine.int8 import quantize_rows
from generator.music.tokens import MAX_BARS_LEFT, N_PITCHES
from generator.networks.recurrent import LSTM
from generator.networks.rnn import N_KEYS, N_METRES, NoteRNN

# Products after those of the layers, which are 2 * layer (of its input) and 2 * layer + 1 (of its state).
TO_STEP_AND_AT, STEP, TRACK, TO_PITCH, PITCH, TO_DURATION, DURATION, TO_VELOCITY, VELOCITY = range(9)
# Columns of Packed.products.
WEIGHT, ROWS, INPUTS, SCALE, OUTPUTS = range(5)
# Parts of the table of what was before a note, and of the table of what is known at its onset.
(IN_STEP, IN_TRACK, IN_PITCH, IN_DURATION, IN_VELOCITY, IN_POSITION, IN_BARS_LEFT, IN_METRE, IN_KEY,
 IN_REMAINING) = range(10)  # fmt: skip
AT_STEP, AT_POSITION, AT_BARS_LEFT, AT_METRE, AT_KEY, AT_REMAINING, AT_LAST_PITCH, AT_SOUNDING = range(8)
OF_TRACK, OF_VOICE_PITCH, OF_PITCH, OF_DURATION = range(4)


class Packed(NamedTuple):
    """All that a step reads, in a few arrays.

    weight: all products' int8 one after another; scale, sums, bias: for each of their rows.
    products: (n, 5) where each lies: first byte, rows, inputs (both padded), first row, rows without padding.
    before, at, of: embedding tables joined one under another, float32; …_from: the first row of each.
    n_layers, width, head: sizes of the network.
    """

    weight: np.ndarray
    scale: np.ndarray
    sums: np.ndarray
    bias: np.ndarray
    products: np.ndarray
    before: np.ndarray
    before_from: np.ndarray
    at: np.ndarray
    at_from: np.ndarray
    of: np.ndarray
    of_from: np.ndarray
    n_layers: int
    width: int
    head: int


class Words(NamedTuple):
    """A style's vocabulary in numbers. single: (n_tracks,) bool; enters: (n_tracks,) int64, -1 for never."""

    n_steps: int
    n_tracks: int
    n_durations: int
    n_velocities: int
    single: np.ndarray
    enters: np.ndarray


def bytes_a_note(packed: Packed) -> int:
    """What one note of one row must read from memory: every weight once, and its rows of the tables."""
    n_before, n_at = len(packed.before_from) + 4, len(packed.at_from) + 20
    tables = 4 * (n_before * packed.width + (n_at + len(packed.of_from)) * packed.head)
    return packed.weight.nbytes + 12 * len(packed.scale) + tables


def pack(network: NoteRNN) -> Packed:
    """The network's weights, the products' rounded to int8. Its body must be an LSTM."""
    body = network.body
    if not isinstance(body, LSTM):
        raise TypeError("only an LSTM has a quick step")
    matrices: list[tuple[np.ndarray, np.ndarray]] = []
    for layer in body.layers:
        assert isinstance(layer, nn.LSTM)
        w_in, w_state, b_in, b_state = (p.detach().cpu().float().numpy() for p in layer.all_weights[0])
        matrices += [(w_in, b_in + b_state), (w_state, np.zeros_like(b_in))]
    step, at = _linear(network.to_step), _linear(network.to_at)
    matrices.append((np.concatenate([step[0], at[0]]), np.concatenate([step[1], at[1]])))
    matrices += [
        _linear(m)
        for m in (
            network.step, network.track, network.to_pitch, network.pitch, network.to_duration,
            network.duration, network.to_velocity, network.velocity,
        )
    ]  # fmt: skip
    weights, scales, sums, biases, products = [], [], [], [], []
    byte = row = 0
    for weight, bias in matrices:
        whole, scale, total = quantize_rows(weight)
        products.append((byte, len(scale), whole.size // len(scale), row, len(weight)))
        byte += whole.size
        row += len(scale)
        weights.append(whole.ravel())
        scales.append(scale)
        sums.append(total)
        biases.append(np.pad(bias.astype(np.float32), (0, len(scale) - len(bias))))
    n = network
    before = (n.in_step, n.in_track, n.in_pitch, n.in_duration, n.in_velocity, n.in_position, n.in_bars_left,
              n.in_metre, n.in_key, n.in_remaining)  # fmt: skip
    onset = (n.at_step, n.at_position, n.at_bars_left, n.at_metre, n.at_key, n.at_remaining, n.at_last_pitch,
             n.at_sounding)  # fmt: skip
    of = (n.of_track, n.of_voice_pitch, n.of_pitch, n.of_duration)
    return Packed(
        _aligned(np.concatenate(weights)),
        np.concatenate(scales),
        np.concatenate(sums),
        np.concatenate(biases),
        np.array(products, np.int64),
        *_joined(before),
        *_joined(onset),
        *_joined(of),
        n_layers=len(body.layers),
        width=network.config.width,
        head=network.config.head,
    )


def _linear(module: nn.Linear) -> tuple[np.ndarray, np.ndarray]:
    return tuple(p.detach().cpu().float().numpy() for p in (module.weight, module.bias))  # type: ignore[return-value]


def _joined(tables: tuple[nn.Embedding | nn.EmbeddingBag, ...]) -> tuple[np.ndarray, np.ndarray]:
    parts = [table.weight.detach().cpu().float().numpy() for table in tables]
    starts = np.cumsum([0, *map(len, parts)])[:-1]
    return np.ascontiguousarray(np.concatenate(parts)), starts.astype(np.int64)


def _aligned(values: np.ndarray) -> np.ndarray:
    """The same bytes beginning at a multiple of 64, so that no vector lies across two cache lines."""
    room = np.empty(values.size + 64, np.int8)
    start = -room.ctypes.data % 64
    room[start : start + values.size] = values
    return room[start : start + values.size]


__all__ = ["MAX_BARS_LEFT", "N_KEYS", "N_METRES", "N_PITCHES", "Packed", "Words", "bytes_a_note", "pack"]
