"""Recurrent bodies: a whole sequence at once for training, one step at a time for writing music.

Both have forward(x: (B, T, width)) → (B, T, width), start(B) → state and step(x: (B, width), state) → (B,
width), which changes the state in place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

N_TAPS = 4
"""Notes that the short convolution in front of a recurrence sees."""

State = list[Tensor]


class TimeDropout(nn.Module):
    """Dropout with one mask for all time steps of a row (Gal & Ghahramani, 2016, section 4). x: (B, T, n)."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.p:
            return x
        return x * x.new_empty(x.shape[0], 1, x.shape[2]).bernoulli_(1 - self.p).div_(1 - self.p)


class _LinearScan(torch.autograd.Function):
    """h[t] = a[t] * h[t - 1] + b[t] from h = 0, elementwise. a, b: (T, B, width) float32."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        h = torch.empty_like(b)
        h[0] = b[0]
        for t in range(1, len(a)):
            torch.addcmul(b[t], a[t], h[t - 1], out=h[t])
        ctx.save_for_backward(a, h)
        return h

    @staticmethod
    def backward(ctx: FunctionCtx, *grads: Tensor) -> tuple[Tensor, Tensor]:
        a, h = ctx.saved_tensors  # type: ignore[attr-defined]
        g = grads[0].clone()
        for t in range(len(a) - 2, -1, -1):
            g[t].addcmul_(a[t + 1], g[t + 1])
        grad_a = torch.zeros_like(a)
        torch.mul(g[1:], h[:-1], out=grad_a[1:])
        return grad_a, g


class GatedLinearBlock(nn.Module):
    """One residual block: a gated linear recurrence, then a gated feed-forward layer.

    After the RG-LRU of De et al., "Griffin: Mixing Gated Linear Recurrences with Local Attention", 2024,
    section 2.4. What a step forgets depends on its input alone, so a whole sequence needs no matrix product
    inside the time loop.
    """

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(width)
        self.into = nn.Linear(width, 2 * width)
        self.taps = nn.Parameter(torch.randn(N_TAPS, width) * 0.3)
        self.gates = nn.Linear(width, 2 * width)
        # Memories of a few notes to some hundreds: a = exp(-softplus(forget)) at a half-open gate.
        self.forget = nn.Parameter(torch.empty(width).uniform_(-5.0, 1.0))
        self.out = nn.Linear(width, width)
        self.norm2 = nn.RMSNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(2 * width, width)
        self.drop = TimeDropout(dropout)

    def _recur(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """(a, b) of h' = a h + b, float32."""
        r, i = self.gates(u).float().sigmoid().chunk(2, -1)
        log_a = -2.0 * F.softplus(self.forget) * r
        return log_a.exp(), (-torch.expm1(2 * log_a)).clamp_min(1e-6).sqrt() * i * u.float()

    def _feed(self, x: Tensor) -> Tensor:
        gate, up = self.up(self.norm2(x)).chunk(2, -1)
        return x + self.drop(self.down(F.gelu(gate, approximate="tanh") * up))

    def forward(self, x: Tensor) -> Tensor:
        u, gate = self.into(self.norm(x)).chunk(2, -1)
        padded = F.pad(u, (0, 0, N_TAPS - 1, 0))  # (B, T + taps - 1, width)
        n = x.shape[1]
        u = torch.stack([padded[:, k : k + n] * self.taps[k] for k in range(N_TAPS)]).sum(0)
        a, b = self._recur(u)
        h = _LinearScan.apply(  # type: ignore[no-untyped-call]
            a.transpose(0, 1).contiguous(), b.transpose(0, 1).contiguous()
        )
        x = x + self.drop(self.out(h.transpose(0, 1) * F.gelu(gate, approximate="tanh")))
        return self._feed(x)

    def start(self, n_rows: int) -> State:
        width, like = self.out.in_features, self.out.weight
        return [like.new_zeros(n_rows, N_TAPS - 1, width), like.new_zeros(n_rows, width)]

    def step(self, x: Tensor, state: State) -> Tensor:
        recent, h = state
        u, gate = self.into(self.norm(x)).chunk(2, -1)
        window = torch.cat([recent, u.unsqueeze(1)], 1)  # (B, taps, width)
        recent.copy_(window[:, 1:])
        a, b = self._recur((window * self.taps).sum(1))
        h.mul_(a).add_(b)
        x = x + self.out(h * F.gelu(gate, approximate="tanh"))
        return self._feed(x)


class GatedLinear(nn.Module):
    """A stack of gated linear blocks."""

    def __init__(self, width: int, n_layers: int, dropout: float) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(GatedLinearBlock(width, dropout) for _ in range(n_layers))
        self.norm = nn.RMSNorm(width)

    def _blocks(self) -> Iterable[GatedLinearBlock]:
        return cast(Iterable[GatedLinearBlock], self.blocks)

    def forward(self, x: Tensor) -> Tensor:
        for block in self._blocks():
            x = block(x)
        return self.norm(x)

    def start(self, n_rows: int) -> State:
        return [part for block in self._blocks() for part in block.start(n_rows)]

    def step(self, x: Tensor, state: State) -> Tensor:
        for i, block in enumerate(self._blocks()):
            x = block.step(x, state[2 * i : 2 * i + 2])
        return self.norm(x)


class LSTM(nn.Module):
    """A stack of LSTM layers (Hochreiter & Schmidhuber 1997, with forget gates): the reference."""

    def __init__(self, width: int, n_layers: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.LSTM(width, width, batch_first=True) for _ in range(n_layers))
        self.drop = TimeDropout(dropout)

    def _layers(self) -> Iterable[nn.LSTM]:
        return cast(Iterable[nn.LSTM], self.layers)

    def forward(self, x: Tensor) -> Tensor:
        for i, layer in enumerate(self._layers()):
            x = layer(self.drop(x) if i else x)[0]
        return x

    def start(self, n_rows: int) -> State:
        return [
            layer.all_weights[0][0].new_zeros(n_rows, layer.hidden_size)
            for layer in self._layers()
            for _ in range(2)
        ]

    def step(self, x: Tensor, state: State) -> Tensor:
        """Plain matrix products: nn.LSTM called for one step is several times slower."""
        for i, layer in enumerate(self._layers()):
            h, c = state[2 * i], state[2 * i + 1]
            w_ih, w_hh, b_ih, b_hh = layer.all_weights[0]
            gates = F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh)
            into, forget, new, out = gates.chunk(4, -1)
            c.mul_(forget.sigmoid()).add_(into.sigmoid() * new.tanh())
            x = out.sigmoid() * c.tanh()
            h.copy_(x)
        return x


RECURRENCES = {"gated_linear": GatedLinear, "lstm": LSTM}
