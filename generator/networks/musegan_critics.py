"""MuseGAN's critics: how real a phrase is, by its cells, by what is heard in them, and by its codes.

Beside the cells the critic of rolls is shown what a listener hears and the measures measure: pitch classes a
beat with octaves folded, how far apart the roles' harmonies lie, how many notes begin, how long they last,
which bars are empty. Spectral norm (Miyato et al., ICLR 2018) and minibatch standard deviation (Karras et
al., ICLR 2018). Axes as in `musegan`; K critics.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from generator.music.band_metrics import CENTROIDS
from generator.music.bandroll import BAND, KIT, N_PITCHES, STEPS_PER_BAR
from generator.networks.musegan import DRUMS, N_BARS, Cells, MuseGANConfig

N_PITCHED = len(BAND) - 1
PAIRS = tuple(combinations(range(N_PITCHED), 2))
N_HEARD_ROLE = 4 * 12 + 12 + 4 + 4 + 3
"""What is heard of a pitched role in a bar: see `Heard`."""
N_HEARD_DRUMS = STEPS_PER_BAR // 2 + 2


class Heard:
    """What a listener hears in cells; every part can be learnt through.

    chroma (B, 4, N, 4, 12): share of each pitch class a beat; classes (B, 4, N, 12): used in the bar at all;
    begun (B, 4, N, 4): notes that begin a beat; short (B, 4, N): notes of one step in the bar; empty
    (B, 4, N); sounding (B, 4, N): cells that sound; distance (B, 6, N, 4): tonal distance between roles a
    beat, 0 where either is silent, with known (B, 6, N, 4) 1 where neither is.
    """

    def __init__(self, cells: Cells) -> None:
        onset, sound = cells.onset.float(), cells.sound.float()
        b, m, n, t, _ = onset.shape
        folded = sound.reshape(b, m, n, 4, t // 4, 7, 12)
        beat = folded.sum(dim=(4, 5))  # (B, 4, N, 4, 12)
        self.total = beat.sum(dim=-1)
        self.chroma = beat / self.total.clamp(min=1.0).unsqueeze(-1)
        self.classes = folded.amax(dim=(3, 4, 5))
        self.begun = onset.reshape(b, m, n, 4, -1).sum(dim=-1)
        line = onset.flatten(2, 3), sound.flatten(2, 3)  # (B, 4, N x T, P)
        self.struck = line[0]
        self.goes_on = F.pad(line[1][:, :, 1:] * (1 - line[0][:, :, 1:]), (0, 0, 0, 1))
        self.short = (line[0] * (1 - self.goes_on)).reshape(b, m, n, -1).sum(dim=-1)
        self.sounding = self.total.sum(dim=-1)
        self.empty = 1 - self.classes.amax(dim=-1)
        # Steps with more than two pitches; the slope of a clamp stands in for the step's.
        self.thick = (sound.sum(dim=-1) - 2).clamp(0, 1).sum(dim=-1)
        centroids = torch.from_numpy(CENTROIDS).to(sound)
        self.place = place = self.chroma @ centroids  # (B, 4, N, 4, 6)
        a, c = [list(side) for side in zip(*PAIRS, strict=True)]
        self.distance = (place[:, a] - place[:, c]).square().sum(dim=-1).add(1e-6).sqrt()
        self.known = ((self.total[:, a] > 0) & (self.total[:, c] > 0)).float()
        self.drums = cells.drums.float()

    def of_role(self, row: int) -> Tensor:
        """(B, N, N_HEARD_ROLE) of one pitched role."""
        parts = [
            self.chroma[:, row].flatten(2), self.classes[:, row], self.begun[:, row] / 4,
            self.total[:, row] / 8, self.short[:, row, :, None] / 8, self.empty[:, row, :, None] * 2,
            self.thick[:, row, :, None] / 8,
        ]  # fmt: skip
        return torch.cat(parts, dim=-1)

    def of_drums(self) -> Tensor:
        """(B, N, N_HEARD_DRUMS): hits at each pair of sixteenths, off the eighths, and in all."""
        per_step = self.drums.sum(dim=-1)  # (B, N, T)
        pairs = per_step.unflatten(-1, (-1, 2))
        return torch.cat(
            [pairs.sum(-1) / 2, pairs[..., 1].sum(-1, keepdim=True) / 4, per_step.sum(-1, keepdim=True) / 8],
            dim=-1,
        )

    def between(self) -> Tensor:
        """(B, N, 6 x 4) distances between roles, by bar."""
        return (self.distance * self.known).transpose(1, 2).flatten(2)

    def lasting(self, steps: int = 8) -> Tensor:
        """(4, steps - 1) share of each role's notes that last more than 1, 2 … steps - 1 steps."""
        notes = self.struck.sum(dim=(0, 2, 3)).clamp(min=1.0)
        still, shares = self.struck, []
        for _ in range(steps - 1):
            still = F.pad((still * self.goes_on)[:, :, :-1], (0, 0, 1, 0))
            shares.append(still.sum(dim=(0, 2, 3)) / notes)
        return torch.stack(shares, dim=-1)

    def moved(self) -> Tensor:
        """(N,) how far in tonal space the whole band's harmony moves from the last beat of each bar to the
        first of the next, on average over the batch; behind the last bar comes the first, as where phrases
        join.
        """
        weight = self.total.unsqueeze(-1)
        band = (self.chroma * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1.0)  # (B, N, 4, 12)
        place = band @ torch.from_numpy(CENTROIDS).to(band)
        over = place[:, :, -1] - place[:, :, 0].roll(-1, dims=1)
        return over.square().sum(dim=-1).add(1e-6).sqrt().mean(dim=0)

    def places(self) -> Tensor:
        """(4, N, 4, 6) where each role's beats lie in tonal space on average, of those in which it sounds."""
        sounds = (self.total > 0).float().unsqueeze(-1)
        return (self.place * sounds).sum(dim=0) / sounds.sum(dim=0).clamp(min=1.0)

    def moments(
        self,
        *,
        together: bool = True,
        harmony: float = 5.0,
        classes: float = 10.0,
        joins: float = 0.0,
        scheme: bool = False,
        loops: bool = True,
    ) -> list[Tensor]:
        """Means over the batch that tell what the measures measure: each a vector of a few numbers.

        together: those between roles too; roles that have nothing in common cannot meet them. harmony: weight
        of the tonal distances among these; classes: of the pitch classes that notes begin on; joins: of how
        far the harmony moves over bar lines. scheme: where each role's beats lie in tonal space too, last.
        loops: whether a phrase's end leads to its beginning, as in what is generated; else the phrase's own
        bar lines stand for that one.
        """
        notes = self.begun.sum(dim=(0, 2, 3))
        full = (1 - self.empty).sum(dim=(0, 2)).clamp(min=1.0)
        begun = self.struck.unflatten(-1, (7, 12)).sum(dim=(0, 2, 3))  # (4, 12)
        per_piece = self.drums.mean(dim=(0, 1))  # (T, 9)
        parts = [
            self.classes.sum(dim=(0, 2, 3)) / full / 3,
            torch.log(notes.clamp(min=1.0)) - math.log(self.begun[:, 0].numel()),
            3 * self.short.sum(dim=(0, 2)) / notes.clamp(min=1.0),
            3 * self.lasting().flatten(),
            self.sounding.sum(dim=(0, 2)) / notes.clamp(min=1.0) / 3,
            10 * self.empty.mean(dim=(0, 2)),
            self.thick.mean(dim=(0, 2)) / STEPS_PER_BAR,
            2 * per_piece.mean(dim=0),
            2 * per_piece.mean(dim=1),
            2 * self.chroma.mean(dim=(0, 2, 3)).flatten(),
            classes * (begun / begun.sum(dim=-1, keepdim=True).clamp(min=1.0)).flatten(),
        ]
        if not together:
            return parts
        known = self.known.sum(dim=(0, 2, 3)).clamp(min=1.0)
        parts.append(harmony * (self.distance * self.known).sum(dim=(0, 2, 3)) / known)
        if joins:
            moved = self.moved()
            parts.append(joins * (moved if loops else torch.cat([moved[:-1], moved[:-1].mean()[None]])))
        # Which pitch classes two roles play in one beat: (4 x 12, 4 x 12) shares.
        beats = self.chroma.permute(0, 2, 3, 1, 4).flatten(0, 2).flatten(1)
        parts.append(3 * (beats.T @ beats / beats.shape[0]).flatten())
        return [*parts, self.places().flatten()] if scheme else parts


def minibatch_std(x: Tensor) -> Tensor:
    """(B, 1) how much the batch varies, the same for all: a batch of one phrase over and over shows."""
    spread = x.float().std(dim=0).mean()
    return spread.expand(x.shape[0], 1).to(x.dtype)


class RollCritic(nn.Module):
    """One critic of rolls: how real the roles that it hears are together; higher is more real.

    roles: those it hears. Returns (B,).
    """

    def __init__(self, roles: Sequence[int], *, spectral: bool = True, conditional: bool = False) -> None:
        super().__init__()

        def linear(a: int, b: int) -> nn.Module:
            return spectral_norm(nn.Linear(a, b)) if spectral else nn.Linear(a, b)

        self.roles, self.conditional = tuple(roles), conditional
        self.steps = nn.ModuleList(
            linear(len(KIT) if role == DRUMS else 2 * N_PITCHES, 32) for role in self.roles
        )
        self.bars = nn.ModuleList(linear(STEPS_PER_BAR * 32, 64) for _ in self.roles)
        self.hears = nn.ModuleList(
            linear(N_HEARD_DRUMS if role == DRUMS else N_HEARD_ROLE, 48) for role in self.roles
        )
        self.together = linear(len(PAIRS) * 4, 48)
        width = N_BARS * (len(self.roles) * 112 + 48 * (len(self.roles) > 1)) + len(BAND) * conditional
        self.phrase = linear(width, 256)
        self.second = linear(257, 128)
        self.out = linear(128, 1)

    def forward(self, cells: Cells, heard: Heard, given: Tensor | None = None) -> Tensor:
        parts = []
        for role, step, bar, hears in zip(self.roles, self.steps, self.bars, self.hears, strict=True):
            if role == DRUMS:
                x, said = cells.drums, heard.of_drums()
            else:
                row = role - (role > DRUMS)
                x = torch.cat([cells.onset[:, row], cells.sound[:, row]], dim=-1)
                said = heard.of_role(row)
            x = F.leaky_relu(step(x), 0.2).flatten(2)  # (B, N, T x 32)
            parts += [F.leaky_relu(bar(x), 0.2), F.leaky_relu(hears(said), 0.2)]
        if len(self.roles) > 1:
            parts.append(F.leaky_relu(self.together(heard.between()), 0.2))
        x = torch.cat(parts, dim=-1).flatten(1)
        if self.conditional and given is not None:
            x = torch.cat([x, given.to(x.dtype)], dim=-1)
        x = F.leaky_relu(self.phrase(x), 0.2)
        x = F.leaky_relu(self.second(torch.cat([x, minibatch_std(x)], dim=-1)), 0.2)
        score: Tensor = self.out(x).squeeze(-1)
        return score


class CodeCritic(nn.Module):
    """One critic of codes: whether these are codes of bars that were played, together. Returns (B,).

    Small and without rolls, so it can be asked many times for each time that the rolls are drawn.
    """

    def __init__(self, width: int, hidden: int = 512, *, spectral: bool = True) -> None:
        super().__init__()

        def linear(a: int, b: int) -> nn.Module:
            return spectral_norm(nn.Linear(a, b)) if spectral else nn.Linear(a, b)

        self.first = linear(width, hidden)
        self.second = linear(hidden, hidden)
        self.third = linear(hidden + 1, hidden // 2)
        self.out = linear(hidden // 2, 1)

    def forward(self, codes: Tensor) -> Tensor:
        x = F.leaky_relu(self.first(codes.flatten(1)), 0.2)
        x = F.leaky_relu(self.second(x), 0.2)
        x = F.leaky_relu(self.third(torch.cat([x, minibatch_std(x)], dim=-1)), 0.2)
        score: Tensor = self.out(x).squeeze(-1)
        return score


class Critics(nn.Module):
    """All critics of one model: jamming has one a role, composer and hybrid have one in all.

    A jamming critic hears its own role; beside it, when the model plays along, the given roles.
    Every method returns (K, B).
    """

    def __init__(self, config: MuseGANConfig, *, spectral: bool = True) -> None:
        super().__init__()
        everyone = tuple(range(len(BAND)))
        self.jamming, self.conditional = config.arranger == "jamming", config.conditional
        alone = self.jamming and not config.conditional
        groups = [(role,) for role in everyone] if alone else [everyone] * (5 if self.jamming else 1)
        self.groups = groups
        extra = len(BAND) if config.conditional else 0
        self.rolls = nn.ModuleList(
            RollCritic(group, spectral=spectral, conditional=config.conditional) for group in groups
        )
        self.codes = nn.ModuleList(
            CodeCritic(
                N_BARS * (sum(config.codes[role] for role in group) + extra),
                256 if self.jamming else 512,
                spectral=spectral,
            )
            for group in groups
        )

    def of_rolls(self, cells: Cells, given: Tensor | None = None, heard: Heard | None = None) -> Tensor:
        """Scores of rolls. given: (B, M), 1 where a role is given; heard: in the cells, if that is known."""
        if not self.jamming or given is None:
            heard = heard or Heard(cells)
            return torch.stack([critic(cells, heard, given) for critic in self.rolls])
        scores = []
        for role, critic in enumerate(self.rolls):
            seen = only(cells, with_role(given, role))
            scores.append(critic(seen, Heard(seen), given))
        return torch.stack(scores)

    def of_codes(self, codes: list[Tensor], given: Tensor | None = None) -> Tensor:
        """Scores of codes, each (B, N, C)."""
        scores = []
        for number, (group, critic) in enumerate(zip(self.groups, self.codes, strict=True)):
            parts = [codes[role] for role in group]
            if given is not None:
                shown = with_role(given, number) if self.jamming else torch.ones_like(given)
                parts = [part * shown[:, role, None, None] for role, part in enumerate(parts)]
                parts.append(given[:, None].expand(-1, N_BARS, -1))
            scores.append(critic(torch.cat(parts, dim=-1)))
        return torch.stack(scores)


def with_role(given: Tensor, role: int) -> Tensor:
    """The given roles and one more."""
    shown = given.clone()
    shown[:, role] = 1
    return shown


def only(cells: Cells, shown: Tensor) -> Cells:
    """The cells of some roles, the others silent. shown: (B, M)."""
    pitched = shown[:, [role for role in range(len(BAND)) if role != DRUMS]][:, :, None, None, None]
    return Cells(
        cells.onset * pitched, cells.sound * pitched, cells.drums * shown[:, DRUMS, None, None, None]
    )


def mix(first: Cells, second: Cells, chosen: Tensor) -> Cells:
    """The first's cells where chosen (B, M) is 1, the second's elsewhere."""
    a, b = only(first, chosen), only(second, 1 - chosen)
    return Cells(a.onset + b.onset, a.sound + b.sound, a.drums + b.drums)


def gradient_penalty(critics: Critics, real: Cells, fake: Cells, given: Tensor | None = None) -> Tensor:
    """WGAN-GP's penalty, (|gradient| - 1)² between real and fake rolls (Gulrajani et al., 2017)."""
    share = torch.rand(real.onset.shape[0], device=real.onset.device)

    def between(a: Tensor, b: Tensor) -> Tensor:
        weight = share.reshape(-1, *[1] * (a.dim() - 1))
        return (weight * a + (1 - weight) * b).detach().requires_grad_()

    cells = Cells(
        between(real.onset, fake.onset), between(real.sound, fake.sound), between(real.drums, fake.drums)
    )
    scores = critics.of_rolls(cells, given).float().sum()
    slopes = torch.autograd.grad(scores, (cells.onset, cells.sound, cells.drums), create_graph=True)
    norm = torch.stack([slope.flatten(1).square().sum(1) for slope in slopes]).sum(0).add(1e-12).sqrt()
    return (norm - 1).square().mean()
