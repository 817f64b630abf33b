"""Train the note network of a style: python -m generator.training.train chorale

Reads from top to bottom. Stops and goes on: state, losses and samples lie in var/training/<name>/; the best
weights by validation are written to generator/weights/<name>.safetensors with their card.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from generator.music.midi import write_midi
from generator.music.tokens import Form
from generator.networks import checkpoints
from generator.networks.rnn import NoteRNN, RNNConfig
from generator.training import samples
from generator.training.corpora import DATASETS, load_examples, style_of
from generator.training.curves import draw_curves
from generator.training.examples import Batch, Crop, Example, collate
from generator.training.precision import autocast
from generator.training.revision import revision

TRAINING = Path(os.environ.get("OSTINATO_TRAINING", "var/training"))


ROWS, LONGEST = 16, 1024
"""Validation: pieces side by side, and notes of each at the most."""


@dataclass(frozen=True)
class Recipe:
    """How one network is trained. notes: how many are seen in all; crop: notes in a row of a batch.

    forget_metre, forget_length: share of the crops whose metre, and of those whose length, is kept from the
    network, so that it can read and write without knowing them. knows_key: tell it the key, and show it all
    in white keys.
    """

    notes: float
    width: int = 320
    head: int = 256
    n_layers: int = 2
    recurrence: str = "lstm"
    dropout: float = 0.3
    batch: int = 16
    crop: int = 256
    rate: float = 2e-3
    weight_decay: float = 0.05
    forget_metre: float = 0.2
    forget_length: float = 0.4
    knows_key: bool = True
    transpose: int = 6
    average: float = 0.998
    seed: int = 1


RECIPES = {
    "chorale": Recipe(notes=9e6, width=512, head=320, batch=16, dropout=0.5, weight_decay=0.1),
    "folk": Recipe(notes=2.2e6, batch=6),
    "pop": Recipe(notes=1.08e7, width=384, head=320, dropout=0.15, crop=384, batch=8),
    "jsb_quarter": Recipe(
        notes=2.4e6, dropout=0.4, batch=8, forget_metre=1.0, forget_length=1.0, knows_key=False, transpose=0
    ),
}


def losses(network: NoteRNN, batch: Batch) -> Tensor:
    """Nats of each part of the notes (step, track, pitch, duration, velocity), summed over the batch;
    (5,).
    """
    with autocast(batch.notes.device):
        logits = network(batch.before, batch.at, batch.word)
    sums = []
    for part, (guess, truth) in enumerate(zip(logits, batch.word, strict=True)):
        counted = batch.notes | batch.ends if part == 0 else batch.notes
        nats = F.cross_entropy(guess.float().flatten(0, 1), truth.flatten(), reduction="none").view(
            truth.shape
        )
        sums.append((nats * counted).sum())
    return torch.stack(sums)


@torch.inference_mode()
def nats_a_note(network: NoteRNN, pieces: list[Example], told: Callable[[Form], Form]) -> np.ndarray:
    """Nats a note by part, mean over all notes of the pieces; (5,). told: what of a form the network is
    told.
    """
    network.eval()
    device = next(network.parameters()).device
    total = np.zeros(5)
    by_length = sorted(pieces, key=len)  # pieces of like length waste little of a batch
    for i in range(0, len(by_length), ROWS):
        crops = [Crop(p, 0, min(len(p), LONGEST), told(p.form)) for p in by_length[i : i + ROWS]]
        total += losses(network, collate(crops, network.config.vocabulary).to(device)).cpu().numpy()
    return total / sum(min(len(piece.words), LONGEST) for piece in by_length)


def crops(examples: list[Example], recipe: Recipe, rng: np.random.Generator) -> list[Crop]:
    """A batch of random stretches, long pieces more often than short ones."""
    lengths = np.array([len(e) for e in examples])
    weights = np.minimum(lengths, 4 * recipe.crop).astype(float)
    low, high = min(e.low for e in examples), max(e.high for e in examples)
    chosen = []
    for i in rng.choice(len(examples), recipe.batch, p=weights / weights.sum()):
        piece, n = examples[i], int(lengths[i])
        # Beginnings and ends get their share: a start may be drawn before the first note or near the last.
        start = int(
            np.clip(
                rng.integers(-recipe.crop // 4, max(1, n - recipe.crop * 3 // 4)), 0, max(0, n - recipe.crop)
            )
        )
        down, up = max(-recipe.transpose, low - piece.low), min(recipe.transpose, high - piece.high)
        semitones = int(rng.integers(down, up + 1)) if recipe.transpose else 0
        form = piece.form if recipe.knows_key else replace(piece.form, key=-1)
        if rng.random() < recipe.forget_metre:
            form = replace(form, metre=None, upbeat=0)
        if rng.random() < recipe.forget_length:
            form = replace(form, length=0)
        chosen.append(Crop(piece, start, min(n, start + recipe.crop), form, semitones))
    return chosen


class Run:
    """One training run: network, its running average, optimiser and counts, saved and taken up again."""

    def __init__(self, name: str, recipe: Recipe, device: torch.device) -> None:
        self.name, self.recipe, self.device = name, recipe, device
        torch.manual_seed(recipe.seed)
        self.config = RNNConfig(
            style_of(name).vocabulary,
            recipe.recurrence,
            recipe.width,
            recipe.n_layers,
            recipe.head,
            recipe.dropout,
        )
        self.network = NoteRNN(self.config).to(device)
        self.average = NoteRNN(self.config).to(device)
        self.average.load_state_dict(self.network.state_dict())
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=recipe.rate, betas=(0.9, 0.99), weight_decay=recipe.weight_decay
        )
        self.step, self.notes, self.seconds, self.best = 0, 0, 0.0, math.inf
        self.rng = np.random.default_rng(recipe.seed)
        self.folder = TRAINING / name
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def done(self) -> float:
        """Share of the run that is over, 0 to 1."""
        return min(1.0, self.notes / self.recipe.notes)

    def save(self) -> None:
        state = {
            "recipe": asdict(self.recipe), "network": self.network.state_dict(), "average":
            self.average.state_dict(), "optimizer": self.optimizer.state_dict(), "step": self.step, "notes":
            self.notes, "seconds": self.seconds, "best": self.best, "rng": self.rng.bit_generator.state,
        }  # fmt: skip
        torch.save(state, self.folder / "state.partial")
        (self.folder / "state.partial").replace(self.folder / "state.pt")

    def resume(self) -> None:
        """Take up the run that was saved, if one of the same shape was."""
        path = self.folder / "state.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.notes, self.seconds = state["step"], state["notes"], state["seconds"]
        self.best, self.rng.bit_generator.state = state["best"], state["rng"]

    def train_step(self, examples: list[Example]) -> float:
        """One step; returns nats a note."""
        recipe = self.recipe
        for group in self.optimizer.param_groups:
            warm = min(1.0, (self.step + 1) / 100)
            group["lr"] = recipe.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * self.done)))
        self.network.train()
        batch = collate(crops(examples, recipe, self.rng), self.config.vocabulary).to(self.device)
        n = int(batch.notes.sum())
        loss = losses(self.network, batch).sum() / n
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self.notes += n
        keep = min(recipe.average, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            for mean, new in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(new, 1 - keep)
        return float(loss.detach())


def card_of(run: Run, valid: float, sets: tuple[str, ...]) -> dict[str, Any]:
    """Facts of a training run for its model card."""
    return {
        "style": run.name,
        "data": list(sets),
        "steps": run.step,
        "notes": run.notes,
        "seed": run.recipe.seed,
        "device": str(run.device),
        "hours": round(run.seconds / 3600, 2),
        "parameters": sum(p.numel() for p in run.network.parameters()),
        "recipe": asdict(run.recipe),
        "code": revision(),
        "valid_nats_per_note": round(valid, 4),
    }


def train(
    name: str, *, minutes: float, every: float, weights: Path, fresh: bool, changes: dict[str, Any]
) -> None:
    """Train until the recipe's notes are seen or the minutes are over."""
    recipe = replace(RECIPES[name], **changes)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run = Run(name, recipe, device)
    if not fresh:
        run.resume()
    sides = load_examples(name)
    counts = ", ".join(f"{len(pieces)} {side}" for side, pieces in sides.items())
    print(f"{name}: {counts} pieces, from step {run.step} on {device}")
    began = last = time.monotonic()
    seconds_before = run.seconds
    recent: list[float] = []
    with tqdm(total=int(recipe.notes), initial=run.notes, unit="note", unit_scale=True, mininterval=5) as bar:
        while run.done < 1 and time.monotonic() - began < minutes * 60:
            notes = run.notes
            recent.append(run.train_step(sides["train"]))
            bar.update(run.notes - notes)
            run.seconds = seconds_before + time.monotonic() - began
            if time.monotonic() - last > every * 60 or run.done >= 1:
                validate(run, sides["valid"], float(np.mean(recent)), weights, bar)
                last, recent = time.monotonic(), []
    run.save()


def validate(run: Run, valid: list[Example], train_loss: float, weights: Path, bar: tqdm[Any]) -> None:
    """Measure, keep the best, save the run, draw its curves, write a sample."""
    key_only = (lambda form: Form(key=form.key)) if run.recipe.knows_key else (lambda form: Form())
    blind = nats_a_note(run.average, valid, key_only)
    told = nats_a_note(run.average, valid, lambda form: form) if run.recipe.knows_key else blind
    bar.write(
        f"step {run.step}  train {train_loss:.4f}  valid {blind.sum():.4f} {np.round(blind, 3)}  "
        f"with metre and length {told.sum():.4f}"
    )
    log = run.folder / "losses.csv"
    new = not log.exists()
    with log.open("a", newline="") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(["step", "notes", "seconds", "train", "valid", "valid_told"])
        writer.writerow([run.step, run.notes, round(run.seconds), train_loss, blind.sum(), told.sum()])
    draw_curves(log, run.folder / "losses.svg")
    score = float(blind.sum() + told.sum())
    if score < run.best:
        run.best = score
        sets = DATASETS[run.name]
        checkpoints.save(
            weights / f"{run.name}.safetensors",
            run.average,
            run.config,
            card_of(run, float(blind.sum()), sets),
        )
        sample = samples.write(weights / f"{run.name}.safetensors", run.name)
        if sample is not None:
            (run.folder / f"sample-{run.step}.mid").write_bytes(write_midi(sample))
    run.save()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument(
        "--minutes", type=float, default=math.inf, help="stop after so long; the next call goes on"
    )
    parser.add_argument("--every", type=float, default=3, help="minutes between measurements")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--weights", type=Path, default=checkpoints.WEIGHTS, help="where the best weights go")
    parser.add_argument("--fresh", action="store_true", help="begin again")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="change the recipe")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    types = {field: type(value) for field, value in asdict(RECIPES[given.name]).items()}
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
