"""Train the note network of a style: python -m generator.training.train chorale

Reads from top to bottom. Stops and goes on: state, losses and samples lie in var/training/<name>/; the best
weights by validation are written to generator/weights/<name>.safetensors with their card.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from generator.music.midi import write_midi
from generator.music.tokens import Form
from generator.networks import checkpoints
from generator.networks.rnn import NoteRNN, RNNConfig
from generator.training import samples
from generator.training.corpora import DATASETS, load_examples, style_of
from generator.training.examples import Batch, Crop, Example, collate
from generator.training.precision import autocast
from generator.training.run import Figures, Schedule, run_from_command_line

ROWS, LONGEST = 16, 1024
"""Validation: pieces side by side, and notes of each at the most."""


@dataclass(frozen=True)
class Recipe:
    """How one network is trained. crop: notes in a row of a batch.

    forget_metre, forget_length: share of the crops whose metre, and of those whose length, is kept from the
    network, so that it can read and write without knowing them. knows_key: tell it the key, and show it all
    in white keys.
    """

    schedule: Schedule
    width: int = 320
    head: int = 256
    n_layers: int = 2
    recurrence: str = "lstm"
    dropout: float = 0.3
    batch: int = 16
    crop: int = 256
    forget_metre: float = 0.2
    forget_length: float = 0.4
    knows_key: bool = True
    transpose: int = 6


def notes(total: float, weight_decay: float = 0.05) -> Schedule:
    """A schedule over so many notes."""
    return Schedule(total, weight_decay=weight_decay)


RECIPES = {
    "chorale": Recipe(notes(9e6, weight_decay=0.1), width=512, head=320, dropout=0.5),
    "folk": Recipe(notes(2.5e7), dropout=0.45, batch=24),
    "pop": Recipe(notes(4.5e7), width=384, head=320, dropout=0.3, crop=384, batch=32),
    "jsb_quarter": Recipe(
        notes(2.4e6), dropout=0.4, batch=8, forget_metre=1.0, forget_length=1.0, knows_key=False, transpose=0
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


class NoteTask:
    """The notes of a style's pieces, read and written by a NoteRNN."""

    unit = "note"

    def __init__(self, name: str, recipe: Recipe, weights: Path, device: torch.device) -> None:
        self.name, self.recipe, self.weights, self.device = name, recipe, weights, device
        self.sides = load_examples(name)
        counts = ", ".join(f"{len(pieces)} {side}" for side, pieces in self.sides.items())
        print(f"{name}: {counts} pieces", flush=True)

    @property
    def schedule(self) -> Schedule:
        return self.recipe.schedule

    def network(self) -> NoteRNN:
        """A new network."""
        recipe = self.recipe
        vocabulary = style_of(self.name).vocabulary
        return NoteRNN(
            RNNConfig(
                vocabulary, recipe.recurrence, recipe.width, recipe.n_layers, recipe.head, recipe.dropout
            )
        )

    def loss(self, network: NoteRNN, rng: np.random.Generator, done: float) -> tuple[Tensor, int, Figures]:
        drawn = crops(self.sides["train"], self.recipe, rng)
        batch = collate(drawn, network.config.vocabulary).to(self.device)
        count = int(batch.notes.sum())
        loss = losses(network, batch).sum() / count
        return loss, count, {"train": float(loss.detach())}

    def validate(self, network: NoteRNN, folder: Path) -> tuple[float, Figures]:
        """Nats a note of the validation pieces, `valid` without being told metre and length."""
        knows = self.recipe.knows_key
        pieces = self.sides["valid"]
        blind = nats_a_note(
            network, pieces, (lambda form: Form(key=form.key)) if knows else lambda form: Form()
        )
        told = nats_a_note(network, pieces, lambda form: form) if knows else blind
        parts = dict(zip(("step", "track", "pitch", "duration", "velocity"), blind.tolist(), strict=True))
        figures = {"valid": float(blind.sum()), "valid_told": float(told.sum())}
        return -sum(figures.values()), figures | {f"valid_{part}": nats for part, nats in parts.items()}

    def keep(self, network: NoteRNN, card: dict[str, Any], folder: Path) -> None:
        path = self.weights / f"{self.name}.safetensors"
        valid = card["validation"]["valid"]
        card |= {"style": self.name, "data": list(DATASETS[self.name]), "recipe": asdict(self.recipe)}
        checkpoints.save(path, network, network.config, card | {"valid_nats_per_note": valid})
        sample = samples.write(path, self.name)
        if sample is not None:
            (folder / f"sample-{card['steps']}.mid").write_bytes(write_midi(sample))


if __name__ == "__main__":
    run_from_command_line(__doc__, RECIPES, NoteTask)
