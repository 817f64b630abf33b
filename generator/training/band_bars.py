"""What MuseGAN's training reads: phrases as cells, and the codes of bars that its generators aim at.

The decoders of bars are taught first, by drawing bars again from noisy codes: a generator that comes near a
code then draws a clean bar. `learn` does that, once for all six models.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import trange

from generator.music.bandroll import STRUCK
from generator.networks.musegan import Cells, Codec, MuseGANConfig, decode, encode
from generator.training.phrases import Phrases, load_phrases
from generator.training.precision import autocast

SETS = ("multitrack_arranged", "multitrack_games")
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Rolls:
    """Unpacked phrases. pitched (n, 4, N, T, 84), drums (n, N, T, 9), both uint8."""

    pitched: Tensor
    drums: Tensor

    def __len__(self) -> int:
        return int(self.pitched.shape[0])

    @property
    def device(self) -> torch.device:
        """Where the phrases lie."""
        return self.pitched.device

    def to(self, device: torch.device) -> Rolls:
        """The same phrases there."""
        return Rolls(self.pitched.to(device), self.drums.to(device))

    def cells(self, chosen: Tensor) -> Cells:
        """Some phrases as zeros and ones."""
        pitched = self.pitched[chosen]
        return Cells((pitched == STRUCK).float(), (pitched > 0).float(), self.drums[chosen].float())


def load_rolls(side: str, sets: tuple[str, ...] = SETS, root: Path | None = None) -> tuple[Phrases, Rolls]:
    """All phrases of a side in which the whole band plays."""
    phrases = load_phrases(sets, side, root).whole_band()
    pitched, drums = phrases.rolls(np.arange(len(phrases)))
    return phrases, Rolls(torch.from_numpy(pitched), torch.from_numpy(drums))


def reconstruction(codec: Codec, cells: Cells, noise: float) -> Tensor:
    """Nats a bar of drawing phrases again from their codes with noise on them."""
    with autocast(cells.onset.device):
        codes = encode(codec.encoders, cells)
        noisy = [code + noise * torch.randn_like(code) for code in codes]
        logits = decode(codec.decoders, noisy)
    n_bars = cells.drums.shape[0] * cells.drums.shape[1]
    pairs = ((logits.onset, cells.onset), (logits.sound, cells.sound), (logits.drums, cells.drums))
    losses = [F.binary_cross_entropy_with_logits(a.float(), b, reduction="sum") for a, b in pairs]
    return torch.stack(losses).sum() / n_bars


def redrawn(codec: Codec, cells: Cells) -> list[float]:
    """F1 of the notes' beginnings, of what sounds, and of the drums, drawn again without noise."""
    with torch.inference_mode(), autocast(cells.onset.device):
        logits = decode(codec.decoders, encode(codec.encoders, cells))
    out = []
    for a, b in ((logits.onset, cells.onset), (logits.sound, cells.sound), (logits.drums, cells.drums)):
        guess, truth = a > 0, b > 0
        out.append(float(2 * (guess & truth).sum() / (guess.sum() + truth.sum()).clamp(min=1)))
    return out


def learn(
    folder: Path, config: MuseGANConfig, *, minutes: float, steps: int, device: torch.device = CPU,
    batch: int = 64, noise: float = 0.25,
) -> Codec:  # fmt: skip
    """Teach encoders and decoders of bars, or go on where it stood; keeps them in folder/state.pt."""
    torch.manual_seed(1)
    codec = Codec(config).to(device)
    optimizer = torch.optim.AdamW(codec.parameters(), lr=2e-3, betas=(0.9, 0.98), weight_decay=0.01)
    step = 0
    path = folder / "state.pt"
    if path.exists():
        state = torch.load(path, map_location=device, weights_only=True)
        codec.load_state_dict(state["codec"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    if step >= steps:
        return codec
    rolls, held_out = (load_rolls(side)[1].to(device) for side in ("train", "valid"))
    folder.mkdir(parents=True, exist_ok=True)
    began = saved = time.monotonic()
    with trange(step, steps, mininterval=10) as bar:
        for step in bar:
            for group in optimizer.param_groups:
                group["lr"] = 2e-3 * min(1.0, (step + 1) / 100) * (1 - 0.97 * step / steps)
            cells = rolls.cells(torch.randint(len(rolls), (batch,), device=device))
            loss = reconstruction(codec, cells, noise * min(1.0, step / 500))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(codec.parameters(), 5.0)
            optimizer.step()
            over = time.monotonic() - began > 60 * minutes or step + 1 == steps
            if step % 250 == 249 or over:
                scores = [
                    np.round(
                        redrawn(
                            codec, side.cells(torch.arange(0, len(side), len(side) // 200, device=device))
                        ),
                        3,
                    )
                    for side in (rolls, held_out)
                ]
                bar.write(
                    f"step {step + 1}  {loss.item():.2f} nats a bar  train {scores[0]} valid {scores[1]}"
                )
            if over or time.monotonic() - saved > 120:
                saved = time.monotonic()
                torch.save(
                    {"codec": codec.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1},
                    path.with_suffix(".partial"),
                )
                path.with_suffix(".partial").replace(path)
            if over:
                break
    return codec
