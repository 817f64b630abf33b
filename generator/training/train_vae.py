"""Train a variational network: python -m generator.training.train_vae melody_2

Reads from top to bottom. Stops and goes on: state, losses, the KL of each dimension and samples lie in
var/training/vae_<name>/; the best weights by free reconstruction of the validation pieces go to
generator/weights/vae_<name>.safetensors.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from generator.music.grid import HOLD
from generator.networks import vae_checkpoints
from generator.networks.vae import (
    MusicVAE,
    VAEConfig,
    annealed,
    divergence,
    free_bits_loss,
    reparameterize,
)
from generator.training.precision import autocast
from generator.training.run import Figures, Schedule, run_from_command_line
from generator.training.train_cells import ANY_PIECE, CellRecipe, CellTask
from generator.training.vae_samples import write_samples
from generator.training.vae_windows import Windows, load_windows, pick, remixed, transposed

VALIDATION_WINDOWS = 512


@dataclass(frozen=True)
class Recipe:
    """How a MusicVAE is trained.

    bits: of the divergence that are free (section 2.1.1); beta: the weight of the rest. hide: share of tokens
    that the step after them is not shown; garble: share of which it is shown a wrong one, so that the decoder
    trusts the latent more than what it has just drawn. transpose: by how many semitones at most windows are
    moved. remix: share of a drum's bars that come from another window (see `remixed`). warm: networks whose
    bars' readers and writers it begins with.
    """

    config: VAEConfig
    sets: tuple[str, ...]
    schedule: Schedule
    batch: int
    bits: float
    beta: float = 0.02
    hide: float = 0.4
    garble: float = 0.1
    transpose: int = 6
    remix: float = 0.0
    warm: tuple[str, ...] = ()


TUNES = ("nottingham", "folk", "openewld", "pop909")
DRUMS = ("groove", "multitrack_games", "multitrack_arranged")
BANDS = ("multitrack_games", "multitrack_arranged")
MELODY_16 = VAEConfig(("melody",), 16, latent=512)

RECIPES: dict[str, Recipe | CellRecipe] = {
    "melody_2": Recipe(VAEConfig(("melody",), 2), TUNES, Schedule(8e5), 128, bits=48, warm=("melody_16",)),
    "drums_2": Recipe(VAEConfig(("drums",), 2), DRUMS, Schedule(1.1e6, rate=3e-3), 128, bits=48, remix=0.25),
    "melody_16": Recipe(MELODY_16, TUNES, Schedule(4e4), 32, bits=256, warm=("melody_2",)),
    "drums_16": Recipe(
        VAEConfig(("drums",), 16, latent=512),
        DRUMS,
        Schedule(4e4),
        32,
        bits=256,
        remix=0.25,
        warm=("drums_2",),
    ),
    "trio": Recipe(
        VAEConfig(("melody", "melody", "drums"), 16, latent=1792, code=112),
        BANDS,
        Schedule(1.4e5),
        16,
        bits=256,
        remix=0.25,
        warm=("melody_2", "drums_2"),
    ),
    "melody_16_flat": Recipe(
        replace(MELODY_16, flat=True, view=128, writer=512),
        TUNES,
        Schedule(4e4),
        32,
        bits=256,
        hide=0.0,
        garble=0.0,
    ),
    "any_piece": ANY_PIECE,
}


def reconstruction(
    network: MusicVAE, tokens: Tensor, z: Tensor, hide: float, garble: float
) -> tuple[Tensor, dict[str, Tensor]]:
    """Nats of each row's tokens given their latent and the tokens before them, (B,); and all logits.

    hide, garble: see Recipe.
    """
    hidden = torch.rand(tokens.shape, device=tokens.device) < hide
    wrong = torch.rand(tokens.shape, device=tokens.device) < garble
    seen = torch.where(wrong, tokens.roll(1, 0), tokens)
    logits = network.logits(z, seen, hidden)
    nats = torch.zeros(len(tokens), device=tokens.device)
    for kind, guess in logits.items():
        truth = tokens[:, network.tracks_of(kind)]
        each = F.cross_entropy(guess.float().flatten(0, -2), truth.flatten(), reduction="none")
        nats = nats + each.view(len(tokens), -1).sum(1)
    return nats, logits


@torch.inference_mode()
def accuracy(
    network: MusicVAE, windows: Windows, *, temperature: float = 1.0, seed: int = 0, rows: int = 64
) -> dict[str, Any]:
    """Share of steps whose token is the input's, as in table 2 of the paper. windows: (W, M, N, T).

    The latent is drawn from the encoder's belief; at temperature 0 it is the middle of it. `forced`: a token
    is drawn given the true tokens before it; `free`: given those drawn before it. Both by track. Also nats a
    token, and KL of each dimension.
    """
    network.eval()
    torch.manual_seed(seed)
    n_tracks = windows.shape[1]
    forced_by_track, free_by_track = torch.zeros(n_tracks), torch.zeros(n_tracks)
    nats, kl = 0.0, torch.zeros(network.config.latent)
    for i in range(0, len(windows), rows):
        tokens = torch.from_numpy(windows[i : i + rows].astype(np.int64))
        mean, log_variance = network.encode(tokens)
        z = reparameterize(mean, log_variance) if temperature else mean
        each, logits = reconstruction(network, tokens, z, 0.0, 0.0)
        forced = torch.full_like(tokens, HOLD)
        for kind, guess in logits.items():
            if temperature:
                ids = torch.distributions.Categorical(logits=guess / temperature).sample()
            else:
                ids = guess.argmax(-1)
            forced[:, network.tracks_of(kind)] = ids
        free = network.decode(z, temperature=temperature)
        forced_by_track += (forced == tokens).float().mean((2, 3)).sum(0)
        free_by_track += (free == tokens).float().mean((2, 3)).sum(0)
        nats += float(each.sum())
        kl += divergence(mean, log_variance).sum(0)
    return {
        "forced": (forced_by_track / len(windows)).tolist(),
        "free": (free_by_track / len(windows)).tolist(),
        "nats": nats / windows.size,
        "kl": (kl / len(windows)).tolist(),
    }


class TokenTask:
    """Windows of melodies, drums or trios, read and written by a MusicVAE."""

    unit = "window"

    def __init__(self, name: str, recipe: Recipe, weights: Path, device: torch.device) -> None:
        self.key, self.name = name, f"vae_{name}"
        self.recipe, self.weights, self.device = recipe, weights, device
        sides = {side: load_windows(recipe.sets, side, recipe.config) for side in ("train", "valid")}
        self.train = [own.tokens for own in sides["train"].values() if len(own.tokens)]
        held = [own.tokens for own in sides["valid"].values() if len(own.tokens)]
        self.valid = pick(held, VALIDATION_WINDOWS, np.random.default_rng(0))
        sizes = ", ".join(f"{len(own.tokens)} of {name}" for name, own in sides["train"].items())
        print(f"{name}: windows to train on: {sizes}", flush=True)

    @property
    def schedule(self) -> Schedule:
        return self.recipe.schedule

    def network(self) -> MusicVAE:
        """A new network, with the bars' readers and writers of shorter ones where they are there."""
        network = MusicVAE(self.recipe.config)
        for other in self.recipe.warm:
            path = self.weights / f"vae_{other}.safetensors"
            if path.exists():
                tensors, _ = vae_checkpoints.read_file(path, "vae")
                bars = {k: v for k, v in tensors.items() if k.startswith(("readers.", "writers."))}
                network.load_state_dict(bars, strict=False)
        return network

    def loss(self, network: MusicVAE, rng: np.random.Generator, done: float) -> tuple[Tensor, int, Figures]:
        recipe = self.recipe
        moved = transposed(pick(self.train, recipe.batch, rng), recipe.config.tracks, recipe.transpose, rng)
        moved = remixed(moved, recipe.config.tracks, recipe.remix, rng)
        tokens = torch.from_numpy(moved.astype(np.int64)).to(self.device)
        with autocast(self.device):
            mean, log_variance = (x.float() for x in network.encode(tokens))
            z = reparameterize(mean, log_variance)
            nats, _ = reconstruction(network, tokens, z, recipe.hide, recipe.garble)
        kl = divergence(mean, log_variance)
        size = tokens[0].numel()
        paid = annealed(recipe.beta, done) * free_bits_loss(kl, recipe.bits)
        loss = (nats + paid).mean() / size
        figures = {"train": float(nats.detach().mean()) / size, "kl": float(kl.detach().sum(1).mean())}
        return loss, len(tokens), figures

    def validate(self, network: MusicVAE, folder: Path) -> tuple[float, Figures]:
        """Share of the validation windows' steps that come back; kl.csv has the KL of each dimension."""
        found = accuracy(network, self.valid)
        kl = np.array(found["kl"])
        figures = {"valid": found["nats"], "valid_kl": float(kl.sum()), "active": float((kl > 0.1).sum())}
        for way in ("forced", "free"):
            figures |= {f"{way}_{track}": share for track, share in enumerate(found[way])}
        np.savetxt(folder / "kl.csv", np.sort(kl)[::-1], "%.4f")
        return float(np.mean(found["free"])), figures

    def keep(self, network: MusicVAE, card: dict[str, Any], folder: Path) -> None:
        card |= {"name": self.key, "data": list(self.recipe.sets), "recipe": asdict(self.recipe)}
        vae_checkpoints.save(self.weights / f"{self.name}.safetensors", network, card)
        write_samples(network, folder, card["steps"])


def task_of(
    name: str, recipe: Recipe | CellRecipe, weights: Path, device: torch.device
) -> TokenTask | CellTask:
    """What a recipe's network learns."""
    if isinstance(recipe, CellRecipe):
        return CellTask(name, recipe, weights, device)
    return TokenTask(name, recipe, weights, device)


if __name__ == "__main__":
    run_from_command_line(__doc__, RECIPES, task_of)
