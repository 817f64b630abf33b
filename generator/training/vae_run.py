"""One training run of a variational network, whatever it reads: it stops and goes on, measures and keeps the
best.
"""

from __future__ import annotations

import copy
import csv
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from generator.training.curves import draw_curves
from generator.training.revision import revision

TRAINING = Path(os.environ.get("OSTINATO_TRAINING", "var/training"))

Figures = dict[str, float]


@dataclass(frozen=True)
class Schedule:
    """How a run goes. windows: how many are seen in all. beta: weight of the divergence, which rises from 0
    over the share `anneal` of the run. average: how slowly the weights that are kept follow the trained ones.
    """

    windows: float
    rate: float = 2e-3
    weight_decay: float = 0.01
    average: float = 0.998
    beta: float = 0.2
    anneal: float = 0.3
    seed: int = 1


class Task(Protocol):
    """What is learnt: one kind of network on its data."""

    def loss(self, network: Any, rng: np.random.Generator, beta: float) -> tuple[Tensor, int, Figures]:
        """The loss of one batch, how many windows were in it, and figures: `train` nats and `kl`."""
        ...

    def validate(self, network: Any) -> tuple[float, Figures, list[float]]:
        """How good it is (more is better), figures to log, and the KL of each dimension."""
        ...

    def keep(self, network: Any, card: dict[str, Any], step: int) -> None:
        """Write the weights that ship, and samples."""
        ...


def folder_of(name: str) -> Path:
    """Where a run keeps its state, made if need be."""
    folder = TRAINING / f"vae_{name}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Run:
    """Network, its running average, optimiser and counts, saved and taken up again."""

    def __init__(self, name: str, network: nn.Module, schedule: Schedule, device: torch.device) -> None:
        self.name, self.schedule, self.device = name, schedule, device
        self.network = network.to(device)
        self.average = copy.deepcopy(self.network)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(),
            lr=schedule.rate,
            betas=(0.9, 0.99),
            weight_decay=schedule.weight_decay,
            fused=True,
        )
        self.step, self.windows, self.seconds, self.best = 0, 0, 0.0, 0.0
        self.rng = np.random.default_rng(schedule.seed)
        self.folder = folder_of(name)

    @property
    def done(self) -> float:
        """Share of the run that is over, 0 to 1."""
        return min(1.0, self.windows / self.schedule.windows)

    @property
    def beta(self) -> float:
        """The weight of the divergence by now."""
        return self.schedule.beta * min(1.0, self.done / self.schedule.anneal)

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

    def learn(self, task: Task) -> Figures:
        """One step."""
        schedule = self.schedule
        for group in self.optimizer.param_groups:
            warm = min(1.0, (self.step + 1) / 100)
            group["lr"] = schedule.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * self.done)))
        self.network.train()
        loss, count, figures = task.loss(self.network, self.rng, self.beta)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self.windows += count
        keep = min(schedule.average, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            mine: list[Tensor] = list(self.average.parameters())
            theirs: list[Tensor] = list(self.network.parameters())
            torch._foreach_lerp_(mine, theirs, 1 - keep)
        return figures

    def card(self, figures: Figures) -> dict[str, Any]:
        """Facts of this run for its model card."""
        return {
            "name": self.name,
            "steps": self.step,
            "windows": self.windows,
            "seed": self.schedule.seed,
            "device": str(self.device),
            "hours": round(self.seconds / 3600, 2),
            "parameters": sum(p.numel() for p in self.network.parameters()),
            "code": revision(),
            "validation": {name: round(value, 4) for name, value in figures.items()},
        }

    def measure(self, task: Task, recent: list[Figures], bar: tqdm[Any]) -> None:
        """Validate, keep the best, save the run, draw its curves."""
        seen = {name: float(np.mean([f[name] for f in recent])) for name in recent[0]} if recent else {}
        self.average.eval()
        score, figures, kl = task.validate(self.average)
        row = {"step": self.step, "windows": self.windows, "seconds": round(self.seconds), **seen, **figures}
        bar.write("  ".join(f"{name} {value:.4g}" for name, value in row.items()))
        log = self.folder / "losses.csv"
        new = not log.exists()
        with log.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if new:
                writer.writeheader()
            writer.writerow(row)
        draw_curves(log, self.folder / "losses.svg", ("train", "valid"), "windows")
        (self.folder / "kl.csv").write_text("\n".join(f"{value:.4f}" for value in kl))
        if score > self.best:
            self.best = score
            task.keep(self.average, self.card(figures), self.step)
        self.save()

    def go_on(self, task: Task, *, minutes: float, every: float) -> None:
        """Train until all windows are seen or the minutes are over. every: minutes between measurements."""
        began = last = time.monotonic()
        before = self.seconds
        recent: list[Figures] = []
        total = int(self.schedule.windows)
        with tqdm(total=total, initial=self.windows, unit="window", mininterval=10) as bar:
            over = self.done >= 1
            while not over:
                seen = self.windows
                recent.append(self.learn(task))
                bar.update(self.windows - seen)
                now = time.monotonic()
                self.seconds = before + now - began
                over = self.done >= 1 or now - began >= minutes * 60
                if now - last > every * 60 or over:
                    self.measure(task, recent, bar)
                    last, recent = time.monotonic(), []
