"""Any piece ⇄ latents, one for each track in each bar, coordinated by a conductor.

The latent of multitrack measures follows Simon, Roberts, Raffel, Engel, Hawthorne, Eck, "Learning a Latent
Space of Multitrack Measures" (2018): one bar at a time, any instruments. What is read and written is the
bar's roll rather than a list of events, so that nothing is drawn twice and all cells of all points of a path
are decoded at once, as plain matrix products; the conductor of MusicVAE (Roberts et al., ICML 2018, section
3.2), here in both directions, tells each cell what the other tracks and the neighbouring bars are about to
play.

Axes: C cells of any number of pieces one after another, T steps of a bar, L lanes (see music/cells.py), Z
latent, G groups of bars, N bars of a group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from generator.music.cells import LANES, N_STEPS
from generator.music.score import ROLES


@dataclass(frozen=True)
class CellVAEConfig:
    """Sizes of a CellVAE. step: width of a step's embedding; hidden: of a cell; context: of a bar's."""

    latent: int = 96
    step: int = 64
    hidden: int = 512
    context: int = 192
    n_bars: int = 4
    n_lanes: int = LANES
    n_steps: int = N_STEPS
    n_roles: int = len(ROLES)


class Place(NamedTuple):
    """Where cells stand: (C,) int64 each.

    role: number of the track's role. steps: steps of its bar that are in use. bar: number of its bar among
    all bars of all groups, so that cells with the same number sound together; group g has the bars g N to g N
    + N.
    """

    role: Tensor
    steps: Tensor
    bar: Tensor


class Block(nn.Module):
    """A residual layer. x: (C, width)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, width)
        self.down = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.down(F.silu(self.up(self.norm(x))))


class Context(nn.Module):
    """What each bar of each group holds in all its tracks together, read in both directions.

    cells: (C, hidden). Returns (C, 2 context).
    """

    def __init__(self, c: CellVAEConfig) -> None:
        super().__init__()
        self.n_bars = c.n_bars
        self.into = nn.Linear(c.hidden, c.context)
        self.recur = nn.LSTM(c.context, c.context, batch_first=True, bidirectional=True)

    def forward(self, cells: Tensor, bar: Tensor, n_groups: int) -> Tensor:
        own = self.into(cells)
        bars = own.new_zeros(n_groups * self.n_bars, own.shape[1]).index_add(0, bar, own)
        count = own.new_zeros(len(bars)).index_add(0, bar, own.new_ones(len(own)))
        bars = F.silu(bars / count.clamp_min(1).sqrt()[:, None])
        across = self.recur(bars.unflatten(0, (n_groups, self.n_bars)))[0].flatten(0, 1)
        return across[bar]


class CellVAE(nn.Module):
    """Encoder and decoder of cells."""

    def __init__(self, config: CellVAEConfig) -> None:
        super().__init__()
        self.config = c = config
        self.role = nn.Embedding(c.n_roles, c.hidden)
        self.metre = nn.Embedding(c.n_steps + 1, c.hidden)
        self.read_step = nn.Linear(c.n_lanes, c.step)
        self.read_bar = nn.Linear(c.n_steps * c.step, c.hidden)
        self.read = nn.Sequential(Block(c.hidden), Block(c.hidden))
        self.read_context = Context(c)
        self.mean = nn.Linear(c.hidden + 2 * c.context, c.latent)
        self.log_variance = nn.Linear(c.hidden + 2 * c.context, c.latent)
        self.write_latent = nn.Linear(c.latent, c.hidden)
        self.write_context = Context(c)
        self.conduct = nn.Linear(2 * c.context, c.hidden)
        self.write = nn.Sequential(Block(c.hidden), Block(c.hidden))
        self.write_bar = nn.Linear(c.hidden, c.n_steps * c.step)
        self.write_step = nn.Linear(c.step, c.n_lanes)
        # Begin nearly without noise, and with all lanes silent.
        nn.init.zeros_(self.log_variance.weight)
        nn.init.constant_(self.log_variance.bias, -3.0)
        nn.init.constant_(self.write_step.bias, -4.0)

    def encode(self, lanes: Tensor, place: Place, n_groups: int) -> tuple[Tensor, Tensor]:
        """lanes: (C, T, L) of 0 and 1. Returns mean and log variance of the latents, (C, Z) each."""
        steps = F.silu(self.read_step(lanes)).flatten(1)  # (C, T step)
        cells = self.read(self.read_bar(steps) + self.where(place))
        both = torch.cat([cells, self.read_context(cells, place.bar, n_groups)], 1)
        return self.mean(both), self.log_variance(both).clamp(-12, 4)

    def where(self, place: Place) -> Tensor:
        """What a cell is told of its track and its bar; (C, hidden). May be mixed between two places."""
        told: Tensor = self.role(place.role) + self.metre(place.steps)
        return told

    def logits(self, z: Tensor, where: Tensor, bar: Tensor, n_groups: int) -> Tensor:
        """z: (C, Z). where: (C, hidden). bar: (C,), see Place. Returns (C, T, L): above 0 where a lane is
        more likely on than off.
        """
        c = self.config
        cells = self.write_latent(z) + where
        cells = self.write(cells + self.conduct(self.write_context(cells, bar, n_groups)))
        steps = F.silu(self.write_bar(cells)).unflatten(1, (c.n_steps, c.step))
        logits: Tensor = self.write_step(steps)
        return logits
