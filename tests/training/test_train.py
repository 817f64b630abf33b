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
from generator.training import run
from generator.training import train as training
from generator.training.examples import Example, example
from generator.training.run import Schedule
from generator.training.sources import DatasetError
from generator.training.train import RECIPES, NoteTask, Recipe

TINY = Recipe(Schedule(4000, rate=1e-2), width=16, head=16, n_layers=1, batch=2, crop=32)
CPU = torch.device("cpu")


def scale(start: int) -> Example:
    """Sixteen quarters up and down a C major scale in the soprano."""
    steps = np.array([0, 2, 4, 5, 7, 9, 11, 12, 12, 11, 9, 7, 5, 4, 2, 0])
    n = len(steps)
    words = spell(
        np.arange(n) * 4, np.full(n, 4), start + steps, np.full(n, 84), np.zeros(n, int), CHORALE.vocabulary
    )
    return example(words, CHORALE.vocabulary, Form((4, 4), 0, 4 * n, 0), 4 * n)


def two_scales() -> list[Example]:
    """All there is to learn from."""
    return [scale(60), scale(62)]


@pytest.fixture(autouse=True)
def scales(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sides = {side: two_scales() for side in ("train", "valid", "test")}
    monkeypatch.setattr(training, "load_examples", lambda name: sides)
    monkeypatch.setattr(run, "TRAINING", tmp_path / "runs")


def task(tmp_path: Path, recipe: Recipe = TINY) -> NoteTask:
    return NoteTask("chorale", recipe, tmp_path / "weights", CPU)


def losses_of(tmp_path: Path) -> list[list[str]]:
    return [line.split(",") for line in (tmp_path / "runs/chorale/losses.csv").read_text().splitlines()[1:]]


def test_a_run_writes_weights_a_card_curves_and_a_sample(tmp_path: Path) -> None:
    run.train(task(tmp_path), CPU, minutes=5, every=100, fresh=False)
    checkpoint = checkpoints.load(tmp_path / "weights/chorale.safetensors")
    assert checkpoint.card["data"] == ["jsb"]
    assert checkpoint.card["notes"] >= 4000
    folder = tmp_path / "runs/chorale"
    assert list(folder.glob("sample-*.mid"))
    assert float(losses_of(tmp_path)[-1][4]) < 6.0  # an untrained network is at 14


def test_a_run_that_was_stopped_ends_as_one_that_was_not(tmp_path: Path) -> None:
    chorales = task(tmp_path, replace(TINY, dropout=0.0))
    run.train(chorales, CPU, minutes=5, every=100, fresh=False)
    [unbroken] = losses_of(tmp_path)
    shutil.rmtree(tmp_path / "runs")
    stopped = run.Run(chorales, CPU)
    for _ in range(3):
        stopped.learn()
    stopped.save()
    run.train(chorales, CPU, minutes=5, every=100, fresh=False)
    [resumed] = losses_of(tmp_path)
    step, notes, valid = 0, 1, 4
    assert [resumed[i] for i in (step, notes, valid)] == [unbroken[i] for i in (step, notes, valid)]


def test_a_recipe_is_changed_by_name_in_its_own_fields_and_its_schedule() -> None:
    recipe = run.changed(RECIPES["folk"], ["rate=0.001", "batch=3", "recurrence=gated_linear"])
    assert recipe.schedule.rate == 0.001
    assert (recipe.batch, recipe.recurrence) == (3, "gated_linear")
    assert recipe.schedule.total == RECIPES["folk"].schedule.total
    with pytest.raises(ValueError, match="'tempo'"):
        run.changed(recipe, ["tempo=90"])
    with pytest.raises(ValueError, match="many"):
        run.changed(recipe, ["batch=many"])


def test_a_switch_of_a_recipe_is_turned_by_its_word() -> None:
    assert not run.changed(RECIPES["folk"], ["knows_key=False"]).knows_key
    assert run.changed(RECIPES["jsb_quarter"], ["knows_key=True"]).knows_key
    with pytest.raises(ValueError, match="neither True nor False"):
        run.changed(RECIPES["folk"], ["knows_key=no"])


def test_without_its_data_set_the_command_says_so_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(*_: object) -> run.Task:
        raise DatasetError("give it first: manage.py dataset jsb")

    monkeypatch.setattr("sys.argv", ["train", "chorale"])
    with pytest.raises(SystemExit, match="give it first"):
        run.run_from_command_line("", RECIPES, make)
