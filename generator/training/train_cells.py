"""How the network that reads any piece in cells is trained and measured."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from generator.networks import vae_checkpoints
from generator.networks.cell_vae import CellVAE, CellVAEConfig, Place
from generator.networks.vae import annealed, divergence, free_bits_loss, reparameterize
from generator.training.cell_groups import Groups, batch_of, joined, load_groups
from generator.training.precision import autocast
from generator.training.run import Figures, Schedule

ALL_SETS = ("jsb", "folk", "nottingham", "openewld", "pop909", "multitrack_games", "multitrack_arranged")


@dataclass(frozen=True)
class CellRecipe:
    """How a CellVAE is trained. batch: groups of bars. bits: of a cell's divergence that are free; beta: the
    weight of the rest.
    """

    config: CellVAEConfig = field(default_factory=CellVAEConfig)
    sets: tuple[str, ...] = ALL_SETS
    schedule: Schedule = field(default_factory=lambda: Schedule(2.5e5))
    batch: int = 64
    bits: float = 8
    beta: float = 0.02
    transpose: int = 6


ANY_PIECE = CellRecipe()


def nats_of(logits: Tensor, lanes: Tensor) -> Tensor:
    """Nats of each cell, (C,). logits, lanes: (C, T, L)."""
    return F.binary_cross_entropy_with_logits(logits.float(), lanes, reduction="none").sum((1, 2))


@torch.inference_mode()
def onsets_found(network: CellVAE, groups: Groups, chosen: np.ndarray, *, threshold: float = 0.0) -> Figures:
    """How many of the onsets of some groups come back, from the middle of the encoder's belief.

    Returns precision, recall, their harmonic mean f1, and the same on what sounds step by step; also nats a
    cell. threshold: the logit above which a lane is on.
    """
    n_bars = network.config.n_bars
    right = made = true = right_sound = made_sound = true_sound = nats = 0.0
    cells = 0
    for i in range(0, len(chosen), 64):
        part = chosen[i : i + 64]
        lanes, place = batch_of(groups, part, n_bars)
        mean, _ = network.encode(lanes, place, len(part))
        logits = network.logits(mean, network.where(place), place.bar, len(part))
        nats += float(nats_of(logits, lanes).sum())
        cells += len(lanes)
        on, truth = logits > threshold, lanes > 0
        onset = torch.ones(network.config.n_lanes, dtype=torch.bool)
        onset[88:176] = False
        hit = (on & truth).sum((0, 1))
        right += float(hit[onset].sum())
        made += float(on.sum((0, 1))[onset].sum())
        true += float(truth.sum((0, 1))[onset].sum())
        right_sound += float(hit[~onset].sum())
        made_sound += float(on.sum((0, 1))[~onset].sum())
        true_sound += float(truth.sum((0, 1))[~onset].sum())
    return {
        "precision": right / max(1.0, made),
        "recall": right / max(1.0, true),
        "f1": 2 * right / max(1.0, made + true),
        "sound_f1": 2 * right_sound / max(1.0, made_sound + true_sound),
        "nats": nats / max(1, cells),
    }


class CellTask:
    """Groups of bars of every data set, in any number of tracks."""

    unit = "window"

    def __init__(self, name: str, recipe: CellRecipe, weights: Path, device: torch.device) -> None:
        self.key, self.name = name, f"vae_{name}"
        self.recipe, self.weights, self.device = recipe, weights, device
        n_bars = recipe.config.n_bars
        sets = {set_name: load_groups(set_name, "train", n_bars) for set_name in recipe.sets}
        self.train, weights_of_groups = joined(list(sets.values()))
        self.drawn = np.cumsum(weights_of_groups)
        self.drawn[-1] = 1.0
        self.valid = {set_name: load_groups(set_name, "valid", n_bars, n_bars) for set_name in recipe.sets}
        print(", ".join(f"{len(own)} groups of {name}" for name, own in sets.items()), flush=True)

    @property
    def schedule(self) -> Schedule:
        return self.recipe.schedule

    def network(self) -> CellVAE:
        """A new network."""
        return CellVAE(self.recipe.config)

    def loss(self, network: CellVAE, rng: np.random.Generator, done: float) -> tuple[Tensor, int, Figures]:
        recipe, count = self.recipe, self.recipe.batch
        chosen = np.searchsorted(self.drawn, rng.random(count))
        semitones = rng.integers(-recipe.transpose, recipe.transpose + 1, count)
        lanes, place = batch_of(self.train, chosen, recipe.config.n_bars, semitones)
        lanes, place = lanes.to(self.device), Place(*(x.to(self.device) for x in place))
        with autocast(self.device):
            mean, log_variance = (x.float() for x in network.encode(lanes, place, count))
            z = reparameterize(mean, log_variance)
            logits = network.logits(z, network.where(place), place.bar, count)
        nats = nats_of(logits, lanes).mean()
        kl = divergence(mean, log_variance)
        loss = nats + annealed(recipe.beta, done) * free_bits_loss(kl, recipe.bits).mean()
        return loss, count, {"train": float(nats.detach()), "kl": float(kl.detach().sum(1).mean())}

    def validate(self, network: CellVAE, folder: Path) -> tuple[float, Figures]:
        """Onsets that come back, by data set; kl.csv has the KL of each dimension."""
        figures: Figures = {}
        kl = torch.zeros(network.config.latent)
        nats = []
        for name, own in self.valid.items():
            chosen = np.random.default_rng(0).permutation(len(own))[:64]
            found = onsets_found(network, own, chosen)
            figures[f"f1_{name}"] = found["f1"]
            nats.append(found["nats"])
            with torch.inference_mode():
                lanes, place = batch_of(own, chosen, network.config.n_bars)
                kl += divergence(*network.encode(lanes, place, len(chosen))).mean(0)
        kl /= len(self.valid)
        score = float(np.mean(list(figures.values())))
        extra = {
            "valid": float(np.mean(nats)),
            "valid_kl": float(kl.sum()),
            "active": float((kl > 0.1).sum()),
        }
        np.savetxt(folder / "kl.csv", kl.sort(descending=True).values.numpy(), "%.4f")
        return score, extra | figures

    def keep(self, network: CellVAE, card: dict[str, Any], folder: Path) -> None:
        card |= {"name": self.key, "data": list(self.recipe.sets), "recipe": asdict(self.recipe)}
        path = self.weights / f"{self.name}.safetensors"
        vae_checkpoints.save_as(path, "cell_vae", network, network.config, card)
