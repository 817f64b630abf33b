"""Train a MusicVAE: python -m generator.training.train_vae melody_2

Reads from top to bottom. Stops and goes on: state, losses and samples lie in var/training/vae_<name>/; the best
weights by free reconstruction of the validation pieces go to generator/weights/vae_<name>.safetensors.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from generator.music.grid import HOLD
from generator.networks import vae_checkpoints
from generator.networks.checkpoints import WEIGHTS
from generator.networks.vae import (
    MusicVAE,
    VAEConfig,
    divergence,
    free_bits_loss,
    reparameterize,
)
from generator.training.curves import draw_curves
from generator.training.precision import autocast
from generator.training.revision import revision
from generator.training.vae_samples import write_samples
from generator.training.vae_windows import Windows, load_windows, transposed

TRAINING = Path(os.environ.get("OSTINATO_TRAINING", "var/training"))
VALIDATION_WINDOWS = 512


@dataclass(frozen=True)
class Recipe:
    """How one network is trained. windows: how many are seen in all.

    beta, bits: weight of the divergence, and bits of it that are free (section 2.1.1). anneal: share of the
    run over which the weight rises from 0. hide: share of tokens
    before it that a step is not shown; garble: share of which it is shown a wrong one, so that the decoder
    trusts the latent more than what it has just drawn. warm: the network whose bars' readers and writers it
    begins with.
    """

    config: VAEConfig
    sets: tuple[str, ...]
    windows: float
    batch: int
    bits: float
    beta: float = 0.2
    anneal: float = 0.3
    rate: float = 2e-3
    weight_decay: float = 0.01
    hide: float = 0.4
    garble: float = 0.1
    transpose: int = 6
    average: float = 0.998
    warm: tuple[str, ...] = ()
    seed: int = 1


TUNES = ("nottingham", "folk", "openewld", "pop909")
DRUMS = ("groove", "multitrack_games", "multitrack_arranged")
BANDS = ("multitrack_games", "multitrack_arranged")
MELODY_16 = VAEConfig(("melody",), 16, latent=512)

RECIPES = {
    "melody_2": Recipe(VAEConfig(("melody",), 2), TUNES, 8e5, 128, bits=48, rate=3e-3),
    "drums_2": Recipe(VAEConfig(("drums",), 2), DRUMS, 6e5, 128, bits=48, rate=3e-3),
    "melody_16": Recipe(MELODY_16, TUNES, 1.3e5, 32, bits=256, warm=("melody_2",)),
    "drums_16": Recipe(VAEConfig(("drums",), 16, latent=512), DRUMS, 1e5, 48, bits=256, warm=("drums_2",)),
    "trio": Recipe(
        VAEConfig(("melody", "melody", "drums"), 16, latent=512, code=96),
        BANDS,
        5e4,
        16,
        bits=256,
        warm=("melody_2", "drums_2"),
    ),
    "melody_16_flat": Recipe(
        replace(MELODY_16, flat=True, view=128, writer=512), TUNES, 6e4, 48, bits=256, hide=0.0, garble=0.0
    ),
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

    The latent is drawn from the encoder's belief. `forced`: a token is drawn given the true tokens before it;
    `free`: given those drawn before it. Both by track. Also nats a window and KL of each dimension.
    """
    network.eval()
    torch.manual_seed(seed)
    right = {"forced": 0.0, "free": 0.0}
    by_track: dict[str, Tensor] = {name: torch.zeros(windows.shape[1]) for name in right}
    nats, kl = 0.0, torch.zeros(network.config.latent)
    for i in range(0, len(windows), rows):
        tokens = torch.from_numpy(windows[i : i + rows].astype(np.int64))
        mean, log_variance = network.encode(tokens)
        z = reparameterize(mean, log_variance) if temperature else mean
        each, logits = reconstruction(network, tokens, z, 0.0, 0.0)
        forced = torch.full_like(tokens, HOLD)
        for kind, guess in logits.items():
            ids = (
                torch.distributions.Categorical(logits=guess / temperature).sample()
                if temperature
                else guess.argmax(-1)
            )
            forced[:, network.tracks_of(kind)] = ids
        free = network.decode(z, temperature=temperature)
        by_track["forced"] += (forced == tokens).float().mean((2, 3)).sum(0)
        by_track["free"] += (free == tokens).float().mean((2, 3)).sum(0)
        nats += float(each.sum())
        kl += divergence(mean, log_variance).sum(0)
    shares = {name: (total / len(windows)).tolist() for name, total in by_track.items()}
    return {
        **{name: round(float(np.mean(values)), 4) for name, values in shares.items()},
        "by_track": {name: [round(v, 4) for v in values] for name, values in shares.items()},
        "nats": nats / len(windows),
        "kl": (kl / len(windows)).tolist(),
    }


def pick(sets: list[Windows], count: int, rng: np.random.Generator) -> Windows:
    """Windows drawn at random: a set of four times the size gives twice as many, so that none is drowned."""
    weights = np.sqrt([len(windows) for windows in sets])
    chosen = rng.multinomial(count, weights / weights.sum())
    return np.concatenate([w[rng.integers(0, len(w), k)] for w, k in zip(sets, chosen, strict=True) if k])


class Run:
    """One training run: network, its running average, optimiser and counts, saved and taken up again."""

    def __init__(self, name: str, recipe: Recipe, device: torch.device, weights: Path) -> None:
        self.name, self.recipe, self.device, self.weights = name, recipe, device, weights
        torch.manual_seed(recipe.seed)
        self.network = MusicVAE(recipe.config).to(device)
        for other in recipe.warm:
            self._take_bars(other)
        self.average = MusicVAE(recipe.config).to(device)
        self.average.load_state_dict(self.network.state_dict())
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(),
            lr=recipe.rate,
            betas=(0.9, 0.99),
            weight_decay=recipe.weight_decay,
            fused=True,
        )
        self.step, self.windows, self.seconds, self.best = 0, 0, 0.0, 0.0
        self.rng = np.random.default_rng(recipe.seed)
        self.folder = TRAINING / f"vae_{name}"
        self.folder.mkdir(parents=True, exist_ok=True)

    def _take_bars(self, other: str) -> None:
        """Begin with the readers and writers of bars that a shorter network has learnt, where it is there."""
        path = self.weights / f"vae_{other}.safetensors"
        if not path.exists():
            return
        tensors, _ = vae_checkpoints.read_file(path, "vae")
        bars = {key: value for key, value in tensors.items() if key.startswith(("readers.", "writers."))}
        self.network.load_state_dict(bars, strict=False)

    @property
    def done(self) -> float:
        """Share of the run that is over, 0 to 1."""
        return min(1.0, self.windows / self.recipe.windows)

    def save(self) -> None:
        state = {
            "network": self.network.state_dict(), "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(), "step": self.step, "windows": self.windows,
            "seconds": self.seconds, "best": self.best, "rng": self.rng.bit_generator.state,
        }  # fmt: skip
        torch.save(state, self.folder / "state.partial")
        (self.folder / "state.partial").replace(self.folder / "state.pt")

    def resume(self) -> None:
        """Take up the run that was saved, if one was."""
        path = self.folder / "state.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.windows, self.seconds = state["step"], state["windows"], state["seconds"]
        self.best, self.rng.bit_generator.state = state["best"], state["rng"]

    def train_step(self, windows: list[Windows]) -> tuple[float, float]:
        """One step; returns nats a token, and KL in nats a window."""
        recipe = self.recipe
        for group in self.optimizer.param_groups:
            warm = min(1.0, (self.step + 1) / 100)
            group["lr"] = recipe.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * self.done)))
        self.network.train()
        moved = transposed(
            pick(windows, recipe.batch, self.rng), recipe.config.tracks, recipe.transpose, self.rng
        )
        tokens = torch.from_numpy(moved.astype(np.int64)).to(self.device)
        with autocast(self.device):
            mean, log_variance = self.network.encode(tokens)
            mean, log_variance = mean.float(), log_variance.float()
            z = reparameterize(mean, log_variance)
            nats, _ = reconstruction(self.network, tokens, z, recipe.hide, recipe.garble)
        kl = divergence(mean, log_variance)
        beta = recipe.beta * min(1.0, self.done / recipe.anneal)
        loss = (nats + beta * free_bits_loss(kl, recipe.bits)).mean() / tokens[0].numel()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self.windows += len(tokens)
        keep = min(recipe.average, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), 1 - keep)
        return float(nats.detach().mean()) / tokens[0].numel(), float(kl.detach().sum(1).mean())

    def card(self, figures: dict[str, Any]) -> dict[str, Any]:
        """Facts of this run for its model card."""
        return {
            "name": self.name,
            "data": list(self.recipe.sets),
            "steps": self.step,
            "windows": self.windows,
            "seed": self.recipe.seed,
            "device": str(self.device),
            "hours": round(self.seconds / 3600, 2),
            "parameters": sum(p.numel() for p in self.network.parameters()),
            "recipe": asdict(self.recipe),
            "code": revision(),
            "valid_free": figures["free"],
            "valid_forced": figures["forced"],
        }

    def validate(self, valid: Windows, train_nats: float, train_kl: float, bar: tqdm[Any]) -> None:
        """Measure, keep the best, save the run, draw its curves, write samples."""
        figures = accuracy(self.average, valid)
        kl = np.array(figures["kl"])
        valid_nats = figures["nats"] / valid[0].size
        bar.write(
            f"step {self.step} {self.seconds / 60:.1f} min  nats a token: train {train_nats:.4f} valid "
            f"{valid_nats:.4f}  KL {kl.sum():.1f} ({(kl > 0.1).sum()} active, train {train_kl:.1f})  "
            f"forced {figures['by_track']['forced']}  free {figures['by_track']['free']}"
        )
        log = self.folder / "losses.csv"
        row = {
            "step": self.step, "windows": self.windows, "seconds": round(self.seconds), "train": train_nats,
            "valid": valid_nats, "kl": kl.sum(), "forced": figures["forced"], "free": figures["free"],
        }  # fmt: skip
        new = not log.exists()
        with log.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if new:
                writer.writeheader()
            writer.writerow(row)
        (self.folder / "kl.csv").write_text("\n".join(f"{v:.4f}" for v in np.sort(kl)[::-1]))
        draw_curves(log, self.folder / "losses.svg", ("train", "valid"), "windows")
        if figures["free"] > self.best:
            self.best = figures["free"]
            vae_checkpoints.save(
                self.weights / f"vae_{self.name}.safetensors", self.average, self.card(figures)
            )
            write_samples(self.average, self.folder, self.step)
        self.save()


def train(
    name: str, *, minutes: float, every: float, weights: Path, fresh: bool, changes: dict[str, Any]
) -> None:
    """Train until the recipe's windows are seen or the minutes are over."""
    recipe = replace(RECIPES[name], **changes)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run = Run(name, recipe, device, weights)
    if not fresh:
        run.resume()
    sides = {side: load_windows(recipe.sets, side, recipe.config) for side in ("train", "valid")}
    train_windows = [windows.tokens for windows in sides["train"].values() if len(windows.tokens)]
    held = [windows.tokens for windows in sides["valid"].values() if len(windows.tokens)]
    valid = pick(held, VALIDATION_WINDOWS, np.random.default_rng(0))
    sizes = ", ".join(f"{len(windows.tokens)} of {set_name}" for set_name, windows in sides["train"].items())
    print(f"{name}: windows to train on: {sizes}; from step {run.step} on {device}", flush=True)
    began = last = time.monotonic()
    before = run.seconds
    recent: list[tuple[float, float]] = []
    with tqdm(total=int(recipe.windows), initial=run.windows, unit="window", mininterval=10) as bar:
        while run.done < 1 and time.monotonic() - began < minutes * 60:
            recent.append(run.train_step(train_windows))
            bar.update(recipe.batch)
            run.seconds = before + time.monotonic() - began
            over = run.done >= 1 or time.monotonic() - began >= minutes * 60
            if time.monotonic() - last > every * 60 or over:
                run.validate(valid, *np.mean(recent, 0), bar)
                last, recent = time.monotonic(), []
    run.save()


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
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="change the recipe")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    types = {field: type(getattr(RECIPES[given.name], field)) for field in asdict(RECIPES[given.name])}
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
