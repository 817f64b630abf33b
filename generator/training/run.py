"""One training run, whatever is learnt: it stops and goes on, measures, and keeps the best.

State, losses and samples lie in var/training/<name>/, or below the folder that OSTINATO_TRAINING names.
"""

from __future__ import annotations

import argparse
import copy
import csv
import math
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from generator.networks.checkpoints import WEIGHTS
from generator.training.curves import LINES, draw_curves
from generator.training.revision import revision
from generator.training.sources import DatasetError

TRAINING = Path(os.environ.get("OSTINATO_TRAINING", "var/training"))

Figures = dict[str, float]


@dataclass(frozen=True)
class Schedule:
    """How a run goes. total: how many notes or windows are seen in all. rate: of learning, at its height.
    average: how slowly the weights that are kept follow the trained ones.
    """

    total: float
    rate: float = 2e-3
    weight_decay: float = 0.01
    average: float = 0.998
    seed: int = 1


class Recipe(Protocol):
    """How one network is made and trained: a frozen dataclass."""

    @property
    def schedule(self) -> Schedule: ...


SomeRecipe = TypeVar("SomeRecipe", bound=Recipe)


class Task(Protocol):
    """What is learnt: one network on its data. name: of the run. unit: what is counted, a "note" or
    "window".
    """

    name: str
    unit: str

    @property
    def schedule(self) -> Schedule: ...

    def network(self) -> nn.Module:
        """A new network."""
        ...

    def loss(self, network: Any, rng: np.random.Generator, done: float) -> tuple[Tensor, int, Figures]:
        """The loss of one batch, how many units were in it, and figures to log, `train` among them.

        done: the share of the run that is over, 0 to 1.
        """
        ...

    def validate(self, network: Any, folder: Path) -> tuple[float, Figures]:
        """How good it is (more is better), and figures to log, `valid` among them."""
        ...

    def keep(self, network: Any, card: dict[str, Any], folder: Path) -> None:
        """Write the weights that ship, with what the card has to say more, and samples into the folder."""
        ...


class Run:
    """A task's network, its running average, optimiser and counts, saved and taken up again."""

    def __init__(self, task: Task, device: torch.device) -> None:
        self.task, self.schedule, self.device = task, task.schedule, device
        torch.manual_seed(self.schedule.seed)
        self.network = task.network().to(device)
        self.average = copy.deepcopy(self.network)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(),
            lr=self.schedule.rate,
            betas=(0.9, 0.99),
            weight_decay=self.schedule.weight_decay,
            fused=True,
        )
        self.step, self.seen, self.seconds, self.best = 0, 0, 0.0, -math.inf
        self.rng = np.random.default_rng(self.schedule.seed)
        self.folder = TRAINING / task.name
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def done(self) -> float:
        """Share of the run that is over, 0 to 1."""
        return min(1.0, self.seen / self.schedule.total)

    def save(self) -> None:
        state = {
            "network": self.network.state_dict(), "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(), "step": self.step, "seen": self.seen,
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
        self.step, self.seen, self.seconds = state["step"], state["seen"], state["seconds"]
        self.best, self.rng.bit_generator.state = state["best"], state["rng"]

    def learn(self) -> Figures:
        """One step."""
        schedule = self.schedule
        for group in self.optimizer.param_groups:
            warm = min(1.0, (self.step + 1) / 100)
            group["lr"] = schedule.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * self.done)))
        self.network.train()
        loss, count, figures = self.task.loss(self.network, self.rng, self.done)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self.seen += count
        keep = min(schedule.average, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            mine: list[Tensor] = list(self.average.parameters())
            theirs: list[Tensor] = list(self.network.parameters())
            torch._foreach_lerp_(mine, theirs, 1 - keep)
        return figures

    def card(self, figures: Figures) -> dict[str, Any]:
        """Facts of this run for its model card."""
        return {
            "name": self.task.name,
            "steps": self.step,
            f"{self.task.unit}s": self.seen,
            "seed": self.schedule.seed,
            "device": str(self.device),
            "hours": round(self.seconds / 3600, 2),
            "parameters": sum(p.numel() for p in self.network.parameters()),
            "code": revision(),
            "validation": {name: round(value, 4) for name, value in figures.items()},
        }

    def measure(self, recent: list[Figures], bar: tqdm[Any]) -> None:
        """Validate, keep the best, save the run, draw its curves."""
        lately = {name: float(np.mean([f[name] for f in recent])) for name in recent[0]} if recent else {}
        self.average.eval()
        score, figures = self.task.validate(self.average, self.folder)
        counted = f"{self.task.unit}s"
        row = {"step": self.step, counted: self.seen, "seconds": round(self.seconds), **lately, **figures}
        bar.write("  ".join(f"{name} {value:.4g}" for name, value in row.items()))
        log = self.folder / "losses.csv"
        new = not log.exists()
        with log.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if new:
                writer.writeheader()
            writer.writerow(row)
        draw_curves(log, self.folder / "losses.svg", [name for name in LINES if name in row], counted)
        if score > self.best:
            self.best = score
            self.task.keep(self.average, self.card(figures), self.folder)
        self.save()

    def go_on(self, *, minutes: float, every: float) -> None:
        """Train until all is seen or the minutes are over. every: minutes between measurements."""
        began = last = time.monotonic()
        before = self.seconds
        recent: list[Figures] = []
        total, unit = int(self.schedule.total), self.task.unit
        with tqdm(total=total, initial=self.seen, unit=unit, unit_scale=True, mininterval=10) as bar:
            over = self.done >= 1
            while not over:
                seen = self.seen
                recent.append(self.learn())
                bar.update(self.seen - seen)
                now = time.monotonic()
                self.seconds = before + now - began
                over = self.done >= 1 or now - began >= minutes * 60
                if now - last > every * 60 or over:
                    self.measure(recent, bar)
                    last, recent = time.monotonic(), []


def train(task: Task, device: torch.device, *, minutes: float, every: float, fresh: bool) -> None:
    """Go on with a task's run, or begin it again, until all is seen or the minutes are over."""
    run = Run(task, device)
    if fresh:
        (run.folder / "losses.csv").unlink(missing_ok=True)
    else:
        run.resume()
    run.go_on(minutes=minutes, every=every)


def changed(recipe: SomeRecipe, changes: Sequence[str]) -> SomeRecipe:
    """A recipe with fields of its own or of its schedule set anew, each change as "name=value".

    Raises ValueError for a name that neither has, or a value that is none of its kind.
    """
    new: Any = recipe
    for change in changes:
        name, _, value = change.partition("=")
        own, of_schedule = getattr(new, name, None), getattr(new.schedule, name, None)
        if isinstance(own, int | float | str):
            new = replace(new, **{name: _like(own, value)})
        elif isinstance(of_schedule, int | float | str):
            new = replace(new, schedule=replace(new.schedule, **{name: _like(of_schedule, value)}))
        else:
            raise ValueError(f"there is no number or word {name!r} to set in this recipe")
    changed_recipe: SomeRecipe = new
    return changed_recipe


def _like(own: int | float | str, value: str) -> int | float | str:
    """What was written for a field, as what the field holds. Raises ValueError when it is none."""
    if not isinstance(own, bool):
        return type(own)(value)
    if value not in ("True", "False"):
        raise ValueError(f"{value!r} is neither True nor False")
    return value == "True"


def run_from_command_line(
    description: str | None,
    recipes: Mapping[str, SomeRecipe],
    make: Callable[[str, SomeRecipe, Path, torch.device], Task],
) -> None:
    """The command of a module that has recipes: read its words and train. make: (name, recipe, folder of
    weights, device) → task. Exits with a sentence when a data set has not been taken in.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", choices=recipes)
    parser.add_argument(
        "--minutes", type=float, default=math.inf, help="stop after so long; the next call goes on"
    )
    parser.add_argument("--every", type=float, default=3, help="minutes between measurements")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="where the best weights go")
    parser.add_argument("--fresh", action="store_true", help="begin again")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="change the recipe")
    given = parser.parse_args()
    try:
        recipe = changed(recipes[given.name], given.set)
    except ValueError as error:
        parser.error(str(error))
    torch.set_num_threads(given.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        task = make(given.name, recipe, given.weights, device)
    except DatasetError as error:
        sys.exit(str(error))
    train(task, device, minutes=given.minutes, every=given.every, fresh=given.fresh)
