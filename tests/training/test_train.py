"""A training run learns, stops, and goes on where it stopped."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from generator.music.styles import CHORALE
from generator.music.tokens import Form, spell
from generator.networks import checkpoints
from generator.training import train as training
from generator.training.examples import Example, example

TINY = {"width": 16, "head": 16, "n_layers": 1, "batch": 2, "crop": 32, "notes": 4000.0, "rate": 1e-2}


def scale(start: int) -> Example:
    """Sixteen quarters up and down a C major scale in the soprano."""
    steps = np.array([0, 2, 4, 5, 7, 9, 11, 12, 12, 11, 9, 7, 5, 4, 2, 0])
    n = len(steps)
    words = spell(
        np.arange(n) * 4, np.full(n, 4), start + steps, np.full(n, 84), np.zeros(n, int), CHORALE.vocabulary
    )
    return example(words, CHORALE.vocabulary, Form((4, 4), 0, 4 * n, 0), 4 * n)


@pytest.fixture(autouse=True)
def scales(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sides = {side: [scale(60), scale(62)] for side in ("train", "valid", "test")}
    monkeypatch.setattr(training, "load_examples", lambda name: sides)
    monkeypatch.setattr(training, "TRAINING", tmp_path / "runs")


def run(tmp_path: Path, *, minutes: float, **changes: float) -> None:
    training.train(
        "chorale",
        minutes=minutes,
        every=100,
        weights=tmp_path / "weights",
        fresh=False,
        changes=TINY | changes,
    )


def losses_of(tmp_path: Path) -> list[list[str]]:
    return [line.split(",") for line in (tmp_path / "runs/chorale/losses.csv").read_text().splitlines()[1:]]


def test_a_run_writes_weights_a_card_curves_and_a_sample(tmp_path: Path) -> None:
    run(tmp_path, minutes=5)
    checkpoint = checkpoints.load(tmp_path / "weights/chorale.safetensors")
    assert checkpoint.card["data"] == ["jsb"]
    assert checkpoint.card["notes"] >= 4000
    folder = tmp_path / "runs/chorale"
    assert list(folder.glob("sample-*.mid"))
    assert float(losses_of(tmp_path)[-1][4]) < 6.0  # an untrained network is at 14


def test_a_run_that_was_stopped_ends_as_one_that_was_not(tmp_path: Path) -> None:
    run(tmp_path, minutes=5, dropout=0.0)
    [unbroken] = losses_of(tmp_path)
    shutil.rmtree(tmp_path / "runs")
    recipe = replace(training.RECIPES["chorale"], **TINY | {"dropout": 0.0})
    stopped = training.Run("chorale", recipe, torch.device("cpu"))
    for _ in range(3):
        stopped.train_step(training.load_examples("chorale")["train"])
    stopped.save()
    run(tmp_path, minutes=5, dropout=0.0)
    [resumed] = losses_of(tmp_path)
    step, notes, valid = 0, 1, 4
    assert [resumed[i] for i in (step, notes, valid)] == [unbroken[i] for i in (step, notes, valid)]
