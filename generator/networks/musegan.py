"""MuseGAN's generators: latents → four bars of a band.

After Dong, Hsiao, Yang and Yang, "MuseGAN: Multi-track Sequential Generative Adversarial Networks for
Symbolic Music Generation and Accompaniment", AAAI 2018, with onset and hold cells instead of a bare roll and
binary neurons learnt through (Dong and Yang, ISMIR 2018). Every layer is a matrix product.

Axes: B phrases, M roles (in the order of BAND), N bars, T steps a bar, P pitches, L latent, C code of a bar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from generator.music.bandroll import BAND, HELD, KIT, N_PITCHES, STEPS_PER_BAR, STRUCK

N_BARS = 4
DRUMS = BAND.index("drums")
ARRANGERS = ("jamming", "composer", "hybrid")


@dataclass(frozen=True)
class MuseGANConfig:
    """All sizes. arranger: who hears whom; conditional: plays along with given roles.

    latent: numbers in each of the four latents; code, drum_code: in the code of a bar of one role.
    """

    arranger: str = "hybrid"
    conditional: bool = False
    latent: int = 32
    hidden: int = 256
    code: int = 40
    drum_code: int = 24
    decoder_hidden: int = 192
    decoder_step: int = 56
    encoder_hidden: int = 192
    encoder_step: int = 32

    @property
    def codes(self) -> tuple[int, ...]:
        """How long the code of a bar is, by role."""
        return tuple(self.drum_code if role == "drums" else self.code for role in BAND)


@dataclass(frozen=True, slots=True)
class Latents:
    """The four latents of the paper's equation 5, standard normal.

    shared (B, L): z, one for the phrase and all roles. shared_time (B, L): z_t, becomes one for each bar.
    private (B, M, L): z_i, one for each role. private_time (B, M, L): z_i,t, becomes one for each bar.
    """

    shared: Tensor
    shared_time: Tensor
    private: Tensor
    private_time: Tensor


@dataclass(frozen=True, slots=True)
class Cells:
    """A phrase's cells: logits, probabilities or zeros and ones.

    onset, sound (B, M - 1, N, T, P): a note begins; a note begins or goes on. drums (B, N, T, 9).
    """

    onset: Tensor
    sound: Tensor
    drums: Tensor


def normalise(code: Tensor) -> Tensor:
    """A code with mean 0 and variance 1 over its numbers, which is where encoders and generators put it."""
    return F.layer_norm(code, code.shape[-1:])


class BarEncoder(nn.Module):
    """One role's bar → its code. x: (…, T, 2P), or (…, T, 9) for the drums. Returns (…, C)."""

    def __init__(self, config: MuseGANConfig, role: int) -> None:
        super().__init__()
        width = len(KIT) if role == DRUMS else 2 * N_PITCHES
        self.step = nn.Linear(width, config.encoder_step)
        self.bar = nn.Linear(STEPS_PER_BAR * config.encoder_step, config.encoder_hidden)
        self.code = nn.Linear(config.encoder_hidden, config.codes[role])

    def forward(self, x: Tensor) -> Tensor:
        x = F.gelu(self.step(x)).flatten(-2)  # (…, T x step)
        return normalise(self.code(F.gelu(self.bar(x))))


class BarDecoder(nn.Module):
    """The bar generator's last part: a bar's code → logits of its cells.

    A bar is a rhythm on some pitches, so the logits are a sum: what each step says and what the whole bar
    says of each pitch. code: (…, C). Returns (…, T, 2P), or (…, T, 9) for the drums.
    """

    def __init__(self, config: MuseGANConfig, role: int) -> None:
        super().__init__()
        width = len(KIT) if role == DRUMS else 2 * N_PITCHES
        self.width = config.decoder_step
        self.bar = nn.Linear(config.codes[role], config.decoder_hidden)
        self.steps = nn.Linear(config.decoder_hidden, STEPS_PER_BAR * config.decoder_step)
        self.cells = nn.Linear(config.decoder_step, width)
        self.pitches = nn.Linear(config.decoder_hidden, width)

    def forward(self, code: Tensor) -> Tensor:
        bar = F.gelu(self.bar(code))
        steps = F.gelu(self.steps(bar)).unflatten(-1, (STEPS_PER_BAR, self.width))  # (…, T, step)
        cells: Tensor = self.cells(steps) + self.pitches(bar).unsqueeze(-2)
        return cells


class Temporal(nn.Module):
    """The temporal generator: one latent → one for each bar. z: (B, L). Returns (B, N, L)."""

    def __init__(self, config: MuseGANConfig) -> None:
        super().__init__()
        self.latent = config.latent
        self.inner = nn.Linear(config.latent, config.hidden // 2)
        self.out = nn.Linear(config.hidden // 2, N_BARS * config.latent)

    def forward(self, z: Tensor) -> Tensor:
        return self.out(F.gelu(self.inner(z))).unflatten(-1, (N_BARS, self.latent))


class BarGenerator(nn.Module):
    """Latents of a bar (and the codes of what is given) → the bar's code, for one role or for all at once."""

    def __init__(self, width: int, hidden: int, code: int) -> None:
        super().__init__()
        self.first = nn.Linear(width, hidden)
        self.second = nn.Linear(hidden, hidden)
        self.norm = nn.LayerNorm(hidden)
        self.code = nn.Linear(hidden, code)

    def forward(self, x: Tensor) -> Tensor:
        x = F.gelu(self.first(x))
        x = x + F.gelu(self.second(self.norm(x)))
        code: Tensor = self.code(x)
        return code


class Codec(nn.Module):
    """Encoders and decoders of every role's bars: what the decoders learn from before they meet a critic."""

    def __init__(self, config: MuseGANConfig) -> None:
        super().__init__()
        self.encoders = nn.ModuleList(BarEncoder(config, role) for role in range(len(BAND)))
        self.decoders = nn.ModuleList(BarDecoder(config, role) for role in range(len(BAND)))


class Generator(nn.Module):
    """Latents → the codes of four bars of five roles → cells.

    jamming: a bar generator a role, with private latents alone. composer: one bar generator for all roles,
    with the shared latents. hybrid: a bar generator a role, with both. A conditional one also hears the codes
    of the given roles' bar, and which they are.
    """

    def __init__(self, config: MuseGANConfig) -> None:
        super().__init__()
        self.onset_threshold: Tensor
        self.sound_threshold: Tensor
        self.drum_threshold: Tensor
        self.fullness: Tensor
        self.rest: Tensor
        self.config = config
        n_roles, codes = len(BAND), config.codes
        self.hears_all = config.arranger != "jamming"
        self.has_private = config.arranger != "composer"
        heard = sum(codes) + n_roles if config.conditional else 0
        width = 2 * config.latent * (self.hears_all + self.has_private) + heard
        if self.hears_all:
            self.temporal = Temporal(config)
        if self.has_private:
            self.temporals = nn.ModuleList(Temporal(config) for _ in BAND)
            self.bars = nn.ModuleList(BarGenerator(width, config.hidden, code) for code in codes)
        else:
            self.bars = nn.ModuleList([BarGenerator(width, 2 * config.hidden, sum(codes))])
        self.decoders = nn.ModuleList(BarDecoder(config, role) for role in range(n_roles))
        if config.conditional:
            self.encoders = nn.ModuleList(BarEncoder(config, role) for role in range(n_roles))
        # Logits above these are notes: set after training so that as many cells sound as in the data.
        self.register_buffer("onset_threshold", torch.zeros(n_roles - 1))
        self.register_buffer("sound_threshold", torch.zeros(n_roles - 1))
        self.register_buffer("drum_threshold", torch.zeros(len(KIT)))
        # The surer a bar's surest beginning, the lower (above 0) or higher its others: so which bars
        # rest is one thing, and how full the others are another.
        self.register_buffer("fullness", torch.zeros(n_roles - 1))
        # A bar whose surest beginning lies below this rests, 0 or more: a network that always finds
        # something to play then rests where it is least sure.
        self.register_buffer("rest", torch.zeros(n_roles - 1))

    def codes(self, latents: Latents, given: Tensor | None = None) -> list[Tensor]:
        """Five codes (B, N, C) from the latents.

        given: (B, N, sum of C + M) from `hear`, for a conditional generator.
        """
        common = [] if given is None else [given]
        if self.hears_all:
            common = [_every_bar(latents.shared), self.temporal(latents.shared_time), *common]
        if not self.has_private:
            together = self.bars[0](torch.cat(common, dim=-1))
            return [normalise(code) for code in together.split(self.config.codes, dim=-1)]
        out = []
        for role, (temporal, bar) in enumerate(zip(self.temporals, self.bars, strict=True)):
            private = [_every_bar(latents.private[:, role]), temporal(latents.private_time[:, role])]
            out.append(normalise(bar(torch.cat([*common, *private], dim=-1))))
        return out

    def hear(self, cells: Cells, given: Tensor) -> Tensor:
        """What a conditional generator hears: (B, N, sum of C + M), zeros where a role is not given.

        cells: of the whole phrase; given: (B, M) 1 where a role is given.
        """
        return heard(encode(self.encoders, cells), given)

    def draw(self, codes: list[Tensor]) -> Cells:
        """The codes' cells, as logits; above 0 is a note."""
        cells = decode(self.decoders, codes)
        onset, sound = thresholded(
            cells.onset, cells.sound, self.onset_threshold, self.sound_threshold, self.fullness, self.rest
        )
        return Cells(onset, sound, cells.drums - self.drum_threshold)


def thresholded(
    onset: Tensor,
    sound: Tensor,
    onset_threshold: Tensor,
    sound_threshold: Tensor,
    fullness: Tensor,
    rest: Tensor,
) -> tuple[Tensor, Tensor]:
    """Logits (B, M - 1, N, T, P) of pitched roles, above 0 a note, after what each role's thresholds,
    fullness and rest (M - 1,) make of them.

    A bar whose surest beginning lies below its role's rest is lowered by as much, so that nothing begins in
    it; whatever the fullness, which is above -1.
    """

    def by_role(x: Tensor) -> Tensor:
        return x[:, None, None, None]

    onset = onset - by_role(onset_threshold)
    surest = onset.amax(dim=(-2, -1), keepdim=True)  # (B, M - 1, N, 1, 1)
    lowered = by_role(rest) * (surest < by_role(rest))
    raised = by_role(fullness) * (surest - lowered) - lowered
    return onset + raised, sound - by_role(sound_threshold) + raised


def heard(codes: list[Tensor], given: Tensor) -> Tensor:
    """(B, N, sum of C + M): the codes of the given roles, zeros for the others, and which are given."""
    masked = [code * given[:, role, None, None] for role, code in enumerate(codes)]
    return torch.cat([*masked, _every_bar(given)], dim=-1)


def encode(encoders: nn.ModuleList, cells: Cells) -> list[Tensor]:
    """Zeros and ones of a phrase → five codes (B, N, C)."""
    out = []
    for role, encoder in enumerate(encoders):
        if role == DRUMS:
            out.append(encoder(cells.drums))
        else:
            row = role - (role > DRUMS)
            out.append(encoder(torch.cat([cells.onset[:, row], cells.sound[:, row]], dim=-1)))
    return out


def decode(decoders: nn.ModuleList, codes: list[Tensor]) -> Cells:
    """Five codes (B, N, C) → logits of the cells."""
    logits = [decoder(code) for decoder, code in zip(decoders, codes, strict=True)]
    drums = logits.pop(DRUMS)
    pitched = torch.stack(logits, dim=1)  # (B, M - 1, N, T, 2P)
    return Cells(pitched[..., :N_PITCHES], pitched[..., N_PITCHES:], drums)


def _every_bar(z: Tensor) -> Tensor:
    """(B, L) → (B, N, L)."""
    return z.unsqueeze(1).expand(-1, N_BARS, -1)


def binarise(logits: Cells) -> Cells:
    """Zeros and ones, with the gradient of the probabilities: deterministic binary neurons with the
    straight-through estimator (Dong and Yang, ISMIR 2018). A step at which a note begins sounds, and a cell
    goes on only where something sounded before it: no critic may hear what nobody will.
    """
    onset, hold, drums = (_straight_through(x) for x in (logits.onset, logits.sound, logits.drums))
    sound = torch.maximum(onset, hold)
    return Cells(onset, sound * begun(onset.detach() > 0.5, sound.detach() > 0.5), drums)


def soften(logits: Cells) -> Cells:
    """Probabilities, for the paper's own training, which binarises only afterwards."""
    onset, sound, drums = (torch.sigmoid(x.float()) for x in (logits.onset, logits.sound, logits.drums))
    return Cells(onset, torch.maximum(onset, sound), drums)


def _straight_through(logits: Tensor) -> Tensor:
    probability = torch.sigmoid(logits.float())
    return (probability > 0.5).float() + probability - probability.detach()


def begun(onset: Tensor, sound: Tensor) -> Tensor:
    """(B, K, N, T, P) bool: where what sounds, bool as well, was begun and has sounded ever since."""
    begins, sounds = onset.flatten(2, 3), sound.flatten(2, 3)
    step = torch.arange(1, begins.shape[2] + 1, dtype=torch.int32, device=onset.device)[:, None]
    struck, silent = (torch.cummax(x * step, dim=2).values for x in (begins, ~sounds))
    return (struck > silent).reshape(onset.shape)


def random_latents(n: int, latent: int, generator: torch.Generator | None = None) -> Latents:
    """n phrases' latents, standard normal."""
    sizes = ((n, latent), (n, latent), (n, len(BAND), latent), (n, len(BAND), latent))
    return Latents(*(torch.randn(size, generator=generator) for size in sizes))


def as_rolls(cells: Cells) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Logits, above 0 a note, → rolls (B, 4, N, T, 84) of SILENT, HELD, STRUCK and drums (B, N, T, 9).

    A cell goes on only where something sounded before it.
    """
    return pitched_rolls(cells.onset, cells.sound), (cells.drums > 0).numpy().astype(np.uint8)


def pitched_rolls(onset: Tensor, sound: Tensor) -> NDArray[np.uint8]:
    """Those of the pitched roles, or of any of them: (B, K, N, T, P) → rolls of the same shape."""
    b, k, n, t, p = onset.shape
    begins, goes_on = ((x > 0).numpy().reshape(b, k, n * t, p) for x in (onset, sound))
    out = np.zeros((b, k, n * t, p), np.uint8)
    before = np.zeros((b, k, p), bool)
    for step in range(n * t):
        before = begins[:, :, step] | (goes_on[:, :, step] & before)
        out[:, :, step] = np.where(begins[:, :, step], STRUCK, before * HELD)
    return out.reshape(b, k, n, t, p)
