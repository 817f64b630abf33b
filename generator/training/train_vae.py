"""Train a variational network: python -m generator.training.train_vae melody_2

Reads from top to bottom. Stops and goes on: state, losses, the KL of each dimension and samples lie in
var/training/vae_<name>/; the best weights by free reconstruction of the validation pieces go to
generator/weights/vae_<name>.safetensors.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from generator.music.grid import HOLD
from generator.networks import vae_checkpoints
from generator.networks.checkpoints import WEIGHTS
from generator.networks.vae import MusicVAE, VAEConfig, divergence, free_bits_loss, reparameterize
from generator.training.precision import autocast
from generator.training.train_cells import ANY_PIECE, CellRecipe, CellTask
from generator.training.vae_run import Figures, Run, Schedule, Task, folder_of
from generator.training.vae_samples import write_samples
from generator.training.vae_windows import Windows, load_windows, pick, transposed

VALIDATION_WINDOWS = 512


@dataclass(frozen=True)
class Recipe:
    """How a MusicVAE is trained.

    bits: of the divergence that are free (section 2.1.1). hide: share of tokens that the step after them is
    not shown; garble: share of which it is shown a wrong one, so that the decoder trusts the latent more than
    what it has just drawn. warm: networks whose bars' readers and writers it begins with.
    """

    config: VAEConfig
    sets: tuple[str, ...]
    schedule: Schedule
    batch: int
    bits: float
    hide: float = 0.4
    garble: float = 0.1
    transpose: int = 6
    warm: tuple[str, ...] = ()


TUNES = ("nottingham", "folk", "openewld", "pop909")
DRUMS = ("groove", "multitrack_games", "multitrack_arranged")
BANDS = ("multitrack_games", "multitrack_arranged")
MELODY_16 = VAEConfig(("melody",), 16, latent=512)

RECIPES: dict[str, Recipe | CellRecipe] = {
    "melody_2": Recipe(
        VAEConfig(("melody",), 2), TUNES, Schedule(2.6e5, beta=0.02), 128, bits=48, warm=("melody_16",)
    ),
    "drums_2": Recipe(VAEConfig(("drums",), 2), DRUMS, Schedule(3.4e5, rate=3e-3, beta=0.02), 128, bits=48),
    "melody_16": Recipe(MELODY_16, TUNES, Schedule(8.8e4, beta=0.02), 32, bits=256, warm=("melody_2",)),
    "drums_16": Recipe(
        VAEConfig(("drums",), 16, latent=512),
        DRUMS,
        Schedule(1e5, beta=0.02),
        32,
        bits=256,
        warm=("drums_2",),
    ),
    "trio": Recipe(
        VAEConfig(("melody", "melody", "drums"), 16, latent=512),
        BANDS,
        Schedule(2.9e4, beta=0.02),
        16,
        bits=256,
        warm=("melody_2", "drums_2"),
    ),
    "melody_16_flat": Recipe(
        replace(MELODY_16, flat=True, view=128, writer=512),
        TUNES,
        Schedule(6e4, beta=0.02),
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

    def __init__(self, name: str, recipe: Recipe, weights: Path, device: torch.device) -> None:
        self.name, self.recipe, self.weights, self.device = name, recipe, weights, device
        sides = {side: load_windows(recipe.sets, side, recipe.config) for side in ("train", "valid")}
        self.train = [own.tokens for own in sides["train"].values() if len(own.tokens)]
        held = [own.tokens for own in sides["valid"].values() if len(own.tokens)]
        self.valid = pick(held, VALIDATION_WINDOWS, np.random.default_rng(0))
        sizes = ", ".join(f"{len(own.tokens)} of {name}" for name, own in sides["train"].items())
        print(f"{name}: windows to train on: {sizes}", flush=True)

    def network(self) -> MusicVAE:
        """A new network, with the bars' readers and writers of shorter ones where they are there."""
        torch.manual_seed(self.recipe.schedule.seed)
        network = MusicVAE(self.recipe.config)
        for other in self.recipe.warm:
            path = self.weights / f"vae_{other}.safetensors"
            if path.exists():
                tensors, _ = vae_checkpoints.read_file(path, "vae")
                bars = {k: v for k, v in tensors.items() if k.startswith(("readers.", "writers."))}
                network.load_state_dict(bars, strict=False)
        return network

    def loss(self, network: MusicVAE, rng: np.random.Generator, beta: float) -> tuple[Tensor, int, Figures]:
        recipe = self.recipe
        moved = transposed(pick(self.train, recipe.batch, rng), recipe.config.tracks, recipe.transpose, rng)
        tokens = torch.from_numpy(moved.astype(np.int64)).to(self.device)
        with autocast(self.device):
            mean, log_variance = (x.float() for x in network.encode(tokens))
            z = reparameterize(mean, log_variance)
            nats, _ = reconstruction(network, tokens, z, recipe.hide, recipe.garble)
        kl = divergence(mean, log_variance)
        size = tokens[0].numel()
        loss = (nats + beta * free_bits_loss(kl, recipe.bits)).mean() / size
        figures = {"train": float(nats.detach().mean()) / size, "kl": float(kl.detach().sum(1).mean())}
        return loss, len(tokens), figures

    def validate(self, network: MusicVAE) -> tuple[float, Figures, list[float]]:
        found = accuracy(network, self.valid)
        kl = np.array(found["kl"])
        figures = {"valid": found["nats"], "valid_kl": float(kl.sum()), "active": float((kl > 0.1).sum())}
        for way in ("forced", "free"):
            figures |= {f"{way}_{track}": share for track, share in enumerate(found[way])}
        return float(np.mean(found["free"])), figures, np.sort(kl)[::-1].tolist()

    def keep(self, network: MusicVAE, card: dict[str, Any], step: int) -> None:
        card |= {"data": list(self.recipe.sets), "recipe": asdict(self.recipe)}
        vae_checkpoints.save(self.weights / f"vae_{self.name}.safetensors", network, card)
        write_samples(network, folder_of(self.name), step)


def train(
    name: str, *, minutes: float, every: float, weights: Path, fresh: bool, changes: dict[str, Any]
) -> None:
    """Train until the recipe's windows are seen or the minutes are over."""
    recipe = RECIPES[name]
    recipe = replace(recipe, schedule=replace(recipe.schedule, **changes))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    task: TokenTask | CellTask
    if isinstance(recipe, CellRecipe):
        task = CellTask(name, recipe, weights, device)
    else:
        task = TokenTask(name, recipe, weights, device)
    run = Run(name, task.network(), recipe.schedule, device)
    if fresh:
        (run.folder / "losses.csv").unlink(missing_ok=True)
    else:
        run.resume()
    as_task: Task = task
    run.go_on(as_task, minutes=minutes, every=every)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument(
        "--minutes", type=float, default=math.inf, help="stop after so long; the next call goes on"
    )
    parser.add_argument("--every", type=float, default=2, help="minutes between measurements")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="where the best weights go")
    parser.add_argument("--fresh", action="store_true", help="begin again")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="change the schedule")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    types = {field: type(value) for field, value in asdict(Schedule(0.0)).items()}
    changes = {key: types[key](value) for key, value in (pair.split("=") for pair in given.set)}
    train(
        given.name,
        minutes=given.minutes,
        every=given.every,
        weights=given.weights,
        fresh=given.fresh,
        changes=changes,
    )


if __name__ == "__main__":
    main()
