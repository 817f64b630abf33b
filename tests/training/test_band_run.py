"""A training run of a band keeps what it needs, goes on where it stood, and ships what measures best."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from generator.networks.band_checkpoints import weights_path
from generator.networks.musegan import Codec
from generator.training import band_run, train_musegan
from generator.training.band_bars import Rolls
from generator.training.band_figures import Figures, Reference
from generator.training.band_run import N_FINALISTS, Recipe, Run
from generator.training.train_musegan import choose, codes_of, moments_of
from tests.tiny_band import TINY

CPU = torch.device("cpu")
MODEL = "jamming/conditional"
QUICK = Recipe(steps=4, batch=6, code_batch=8, code_steps=1, alike=True)


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(band_run, "TRAINING", tmp_path)
    monkeypatch.setattr(
        band_run, "config_of", lambda model: replace(TINY, arranger="jamming", conditional=True)
    )


@pytest.fixture
def rolls() -> Rolls:
    torch.manual_seed(3)
    pitched = 2 * (torch.rand(24, 4, 4, 16, 84) < 0.02).to(torch.uint8)
    return Rolls(pitched, (torch.rand(24, 4, 16, 9) < 0.1).to(torch.uint8))


def trained(run: Run, rolls: Rolls, steps: int) -> None:
    assert run.codec is not None
    codes = codes_of(run.codec, rolls)
    torch.manual_seed(99)
    target = moments_of(rolls, run, n=24)
    for _ in range(steps):
        torch.manual_seed(100 + run.step)
        run.code_step(codes)
        run.roll_step(rolls, codes, target)
        run.follow()
        run.step += 1


def begun(recipe: Recipe = QUICK) -> Run:
    run = Run(MODEL, recipe, CPU)
    run.begin_with(Codec(run.config))
    return run


def test_a_run_that_was_stopped_goes_on_where_it_stood(rolls: Rolls) -> None:
    recipe = replace(QUICK, alike=False)  # so that the means before count for whichever role is given
    at_once = begun(recipe)
    trained(at_once, rolls, 2)
    at_once.save()
    trained(at_once, rolls, 2)
    later = Run(MODEL, recipe, CPU)
    assert later.resume()
    assert later.step == 2
    trained(later, rolls, 2)
    for name, value in at_once.average.state_dict().items():
        assert torch.equal(later.average.state_dict()[name], value), name


def test_a_run_goes_on_with_another_recipe_whose_means_are_others(rolls: Rolls) -> None:
    recipe = replace(QUICK, alike=False)
    first = begun(recipe)
    trained(first, rolls, 1)
    first.save()
    later = Run(MODEL, replace(recipe, joins=5.0), CPU)
    assert later.resume()
    trained(later, rolls, 1)
    assert later.step == 2


def test_a_batch_that_is_alike_has_the_same_roles_given_in_all_its_phrases() -> None:
    torch.manual_seed(1)
    run = begun()
    batches = [run.given(6, alike=True) for _ in range(20)]
    assert all(given is not None and (given == given[0]).all() for given in batches)
    assert len({tuple(given[0].tolist()) for given in batches if given is not None}) > 3


def test_means_are_held_to_the_data_for_each_choice_of_given_roles() -> None:
    """Too high with one choice and too low with another is wrong twice, not right on average."""
    run, target = begun(), [torch.zeros(1)]
    high, low = [torch.ones(1)], [-torch.ones(1)]
    apart = [float(run.apart(ours, target, key)) for ours, key in ((high, "piano"), (low, "bass")) * 8]
    assert apart == pytest.approx([apart[0]] * 16)
    mixed = [float(run.apart(ours, target, "")) for ours in (high, low) * 8]
    assert mixed[-1] < apart[0] / 2


def test_only_the_best_few_of_a_run_are_kept(rolls: Rolls) -> None:
    run = begun()
    for step, score in enumerate((3.0, 1.0, 2.0, 10.5, 0.5, 4.0)):
        run.step = step
        run.keep(run.average, {}, score)
    assert [float(folder.name.split("-")[0]) for folder in run.finalists()] == [0.5, 1.0, 2.0, 3.0]
    assert len(run.finalists()) == N_FINALISTS


def test_of_the_finalists_that_which_measures_best_after_refinement_ships(
    rolls: Rolls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun()
    for step, score in enumerate((0.5, 0.9)):
        run.step = step
        run.keep(run.average, {"step": step}, score)
    reference = Reference.of(rolls, MODEL)

    def second_is_better(model: str, reference: Reference, folder: Path) -> tuple[Figures, Figures]:
        figures = figures_with(missed=0 if folder.name.endswith("000001") else 5)
        return figures, figures

    monkeypatch.setattr(train_musegan, "refine_weights", second_is_better)
    choose(run, reference, tmp_path)
    kept = weights_path(MODEL, run.finalists()[1]).read_bytes()
    assert weights_path(MODEL, tmp_path).read_bytes() == kept


def figures_with(missed: int) -> Figures:
    ratios = {"EB": np.array([2.0] * missed + [0.1] * (5 - missed))}
    return Figures(ratios, ratios, {"EB": np.zeros(5)})
