"""Decoder: a MusicVAE's decoder on a CPU, compiled; each row of music by itself, all of them at once.

It does what MusicVAE.decode does with PyTorch (which training uses, and which it is tested against). Its
products keep the order of their terms whatever the number of rows (generator.engine.blocks), so a row is the
same bits whoever else is being served, and no Python runs between one step and the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from generator.engine.arithmetic import sigmoid, tanh
from generator.engine.blocks import FLOATS, GROUP, in_groups, padded, product
from generator.engine.compiled import compiled
from generator.networks.checkpoints import network_bytes
from generator.networks.vae import MusicVAE, Writer

ROWS_PREPARED = 16
"""Rows that PyTorch prepares together: always so many, since a product's rounding may depend on its size."""
ROWS_WRITTEN = 16
"""Rows that are written together: what they need stays near the processor."""

Leaning = Mapping[str, Tensor]
"""By kind of track (…, n_tokens): what is added to the logits."""


class Weights(NamedTuple):
    """Of a vae.Writer, for the kernel; W is its width, V that of what a step sees of its bar.

    gates: of state and view, (4 W, W + V) as blocks.in_groups lays it out. of_token: (1 + n_tokens, 4 W),
    what is added after none and after each. logits: (n_tokens, W) laid out, with bias (n_tokens,).
    """

    gates: np.ndarray
    of_token: np.ndarray
    logits: np.ndarray
    bias: np.ndarray


class Decoder:
    """The decoder of a network whose weights do not change any more. Called from any thread."""

    def __init__(self, network: MusicVAE) -> None:
        self.network = network
        with torch.no_grad():
            self._weights = {kind: _pack(network.writer(kind)) for kind in network.config.kinds}

    @property
    def n_bytes(self) -> int:
        """What it and its network hold in memory."""
        packed = sum(part.nbytes for own in self._weights.values() for part in own)
        return network_bytes(self.network) + packed

    @torch.no_grad()
    def decode(
        self,
        z: Tensor,
        *,
        temperature: float = 0.0,
        generator: torch.Generator | None = None,
        leaning: Leaning | None = None,
    ) -> Tensor:
        """Tokens drawn freely from latents, as MusicVAE.decode: z (B, Z), returns (B, M, N, T) int64.

        At temperature 0 each window is the same whatever else is decoded with it; else all draw from one
        generator.
        """
        c = self.network.config
        tokens = torch.empty((len(z), len(c.tracks), c.n_bars, c.n_steps), dtype=torch.int64)
        for kind, (views, skip, h, cell) in self._prepared(z).items():
            weights = self._weights[kind]
            bias = torch.from_numpy(weights.bias).expand(len(z), -1)
            if leaning is not None and kind in leaning:
                bias = bias + leaning[kind]
            n_rows, n_steps = views.shape[:2]
            noise = _noise(temperature, (n_rows, n_steps, bias.shape[1]), generator)
            drawn = np.empty((n_rows, n_steps), np.int64)
            _write(
                weights, views, skip, h, cell, bias.repeat_interleave(n_rows // len(z), 0).numpy(),
                1 / temperature if temperature > 0 else 1.0, noise, drawn,
            )  # fmt: skip
            own = self.network.tracks_of(kind)
            tokens[:, own] = torch.from_numpy(drawn).view(len(z), len(own), c.n_bars, c.n_steps)
        return tokens

    def _prepared(self, z: Tensor) -> dict[str, tuple[np.ndarray, ...]]:
        """By kind: what each step of each row sees (R, T, V) and what is added to its output (R, T, W), and h
        and c at the start (R, W).
        """
        size = max(1, ROWS_PREPARED // self.network.config.n_bars)
        parts: dict[str, list[tuple[Tensor, ...]]] = {kind: [] for kind in self._weights}
        for block in F.pad(z, (0, 0, 0, -len(z) % size)).split(size):
            for kind, row in self.network.rows(block).items():
                writer = self.network.writer(kind)
                views, h, cell = writer.begin(row)
                parts[kind].append((views, writer.skip(views), h, cell))
        found = {}
        for kind, blocks in parts.items():
            n_rows = len(z) * len(blocks[0][0]) // size
            found[kind] = tuple(torch.cat(own)[:n_rows].numpy() for own in zip(*blocks, strict=True))
        return found


def _pack(writer: Writer) -> Weights:
    of_state, of_view, of_token, logits = writer.weights()
    bias = writer.bias()
    return Weights(
        _laid_out(torch.cat([of_state, of_view], 1)),
        torch.cat([bias[None], of_token + bias]).numpy(),
        _laid_out(logits),
        writer.tokens.logit.bias.numpy(),
    )


def _laid_out(matrix: Tensor) -> np.ndarray:
    n, k = matrix.shape
    return in_groups(F.pad(matrix, (0, padded(k, FLOATS) - k, 0, padded(n, GROUP) - n)).numpy())


def _noise(temperature: float, shape: tuple[int, int, int], generator: torch.Generator | None) -> np.ndarray:
    """What vae.draw takes away from the logits (R, T, n_tokens) so that the largest is a draw; none at
    temperature 0.
    """
    n_rows, n_steps, n_tokens = shape
    if temperature <= 0:
        return np.empty((0, 0, 0), np.float32)
    steps = [torch.empty(n_rows, n_tokens).exponential_(generator=generator).log_() for _ in range(n_steps)]
    return torch.stack(steps, 1).numpy()


@compiled
def _write(
    net: Weights,
    views: np.ndarray,
    skip: np.ndarray,
    h: np.ndarray,
    cell: np.ndarray,
    bias: np.ndarray,
    turn: float,
    noise: np.ndarray,
    out: np.ndarray,
) -> None:
    """Writer.write for R rows of T steps, into out (R, T). bias: (R, n_tokens). turn: of the logits, before
    noise (R, T, n_tokens) is taken away, or nothing where it is empty.
    """
    n_rows, n_steps, width = skip.shape
    n_view, n_tokens = views.shape[2], bias.shape[1]
    # Filled up with zeros to what the products read.
    told = np.zeros((ROWS_WRITTEN, net.gates.shape[1]), np.float32)
    shown = np.zeros((ROWS_WRITTEN, net.logits.shape[1]), np.float32)
    sums = np.empty((ROWS_WRITTEN, GROUP * net.gates.shape[0]), np.float32)
    logits = np.empty((ROWS_WRITTEN, GROUP * net.logits.shape[0]), np.float32)
    cells = np.empty((ROWS_WRITTEN, width), np.float32)
    for first in range(0, n_rows, ROWS_WRITTEN):
        n = min(ROWS_WRITTEN, n_rows - first)
        for i in range(n):
            told[i, :width] = h[first + i]
            cells[i] = cell[first + i]
        for t in range(n_steps):
            for i in range(n):
                told[i, width : width + n_view] = views[first + i, t]
            product(net.gates, told, n, sums)
            for i in range(n):
                _advance(sums[i], net.of_token[out[first + i, t - 1] + 1 if t else 0], cells[i], told[i])
                seen, state, past = shown[i], told[i], skip[first + i, t]
                for j in range(width):
                    x = state[j] + past[j]
                    seen[j] = x * sigmoid(x)
            product(net.logits, shown, n, logits)
            for i in range(n):
                row, own = first + i, logits[i]
                for j in range(n_tokens):
                    own[j] += bias[row, j]
                if len(noise):
                    for j in range(n_tokens):
                        own[j] = own[j] * np.float32(turn) - noise[row, t, j]
                out[row, t] = own[:n_tokens].argmax()


@compiled
def _advance(gates: np.ndarray, of_token: np.ndarray, cell: np.ndarray, state: np.ndarray) -> None:
    """A step of one row's LSTM. Loops of few arrays each: of more the compiler makes no vectors."""
    width = len(cell)
    for j in range(4 * width):
        gates[j] += of_token[j]
    for j in range(width):
        cell[j] = sigmoid(gates[width + j]) * cell[j] + sigmoid(gates[j]) * tanh(gates[2 * width + j])
    for j in range(width):
        state[j] = sigmoid(gates[3 * width + j]) * tanh(cell[j])
