"""A variational network learns to redraw its windows, and its weights are kept."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from generator.networks import vae_checkpoints
from generator.networks.vae import VAEConfig, annealed
from generator.training import run, train_vae
from generator.training.run import Schedule
from generator.training.train_vae import Recipe, TokenTask
from generator.training.vae_windows import Window

CPU = torch.device("cpu")
CONFIG = VAEConfig(
    ("drums",), 2, latent=8, token=8, view=8, reader=8, writer=16, across=8, conductor=8, bar=16
)
TINY = Recipe(CONFIG, ("beats",), Schedule(2400, rate=1e-2), batch=8, bits=48)


def two_beats() -> Window:
    """Kick on one and snare on three, or the other way about, in every bar."""
    beats = np.zeros((2, 1, 2, 16), np.int16)
    beats[0, :, :, 0], beats[0, :, :, 8] = 1, 2
    beats[1, :, :, 0], beats[1, :, :, 8] = 2, 1
    return Window(beats, np.arange(2))


@pytest.fixture(autouse=True)
def beats(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(train_vae, "load_windows", lambda sets, side, config: {"beats": two_beats()})
    monkeypatch.setattr(run, "TRAINING", tmp_path / "runs")


def test_a_run_learns_to_redraw_two_beats(tmp_path: Path) -> None:
    task = TokenTask("drums_2", TINY, tmp_path / "weights", CPU)
    run.train(task, CPU, minutes=5, every=100, fresh=False)
    folder = tmp_path / "runs/vae_drums_2"
    with (folder / "losses.csv").open() as file:
        [row] = csv.DictReader(file)
    assert int(row["windows"]) >= 2400
    assert float(row["free_0"]) > 0.9  # all rests would be 0.875
    assert len((folder / "kl.csv").read_text().split()) == CONFIG.latent
    checkpoint = vae_checkpoints.load(tmp_path / "weights/vae_drums_2.safetensors")
    assert checkpoint.card["name"] == "drums_2"
    assert checkpoint.card["data"] == ["beats"]


def test_a_longer_network_begins_with_the_bars_of_a_shorter_one(tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    short = replace(TINY, schedule=Schedule(80))
    run.train(TokenTask("drums_2", short, weights, CPU), CPU, minutes=5, every=100, fresh=False)
    longer = replace(TINY, config=replace(CONFIG, n_bars=4), warm=("drums_2",))
    begun = TokenTask("drums_16", longer, weights, CPU).network()
    shorter = vae_checkpoints.load(weights / "vae_drums_2.safetensors").network
    for name in ("writers.drums.recur.weight_hh_l0", "readers.drums.out.weight"):
        assert torch.equal(begun.state_dict()[name], shorter.state_dict()[name])


def test_the_weight_of_the_divergence_rises_over_the_first_three_tenths() -> None:
    assert [annealed(0.02, done) for done in (0.0, 0.15, 0.3, 1.0)] == [0.0, 0.01, 0.02, 0.02]
