"""What is measured of the variational networks, on tiny ones that have learnt nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from generator.networks import vae_checkpoints
from generator.networks.checkpoints import WEIGHTS, sha256
from generator.networks.vae import MusicVAE, VAEConfig
from generator.networks.vae_priors import Prior, prior_path, save_prior
from generator.training import evaluate_vae
from generator.training.train_vae import RECIPES, Recipe
from generator.training.vae_cards import write_cards

CARD = {"code": "abc", "windows": 10, "steps": 1, "seed": 1, "device": "cpu", "hours": 0.1, "parameters": 100}
NAMES = ("melody_2", "drums_2", "melody_16", "drums_16", "trio", "melody_16_flat")


def config_of(name: str) -> VAEConfig:
    """As the recipe has it, with few numbers in each layer."""
    recipe = RECIPES[name]
    assert isinstance(recipe, Recipe)
    return replace(
        recipe.config, latent=6, token=4, view=4, reader=4, writer=6, across=4, conductor=4, bar=6, code=4
    )


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all networks, and four windows of each as held-out music."""
    torch.manual_seed(0)
    for name in NAMES:
        network = MusicVAE(config_of(name))
        vae_checkpoints.save(tmp_path / f"vae_{name}.safetensors", network, {**CARD, "data": ["nottingham"]})

    def windows(name: str, rng: np.random.Generator) -> dict[str, np.ndarray]:
        c = config_of(name)
        own = np.full((4, len(c.tracks), c.n_bars, c.n_steps), 129, np.int16)
        own[..., ::4] = rng.integers(48, 72, own[..., ::4].shape)
        drums = [i for i, kind in enumerate(c.tracks) if kind == "drums"]
        own[:, drums] = np.where(own[:, drums] == 129, 0, own[:, drums] % 8 + 1)
        return {"nottingham": own}

    monkeypatch.setattr(evaluate_vae, "held_out", windows)
    monkeypatch.setattr(evaluate_vae, "N_SAMPLES", 3)
    return tmp_path


def test_reconstruction_names_every_network_whose_weights_are_there(weights: Path) -> None:
    found = dict(evaluate_vae.evaluate(weights, only="reconstruction"))
    assert set(found["reconstruction"]) == {
        "melody_2", "drums_2", "melody_16", "drums_16", "trio_melody", "trio_bass", "trio_drums",
        "melody_16_flat",
    }  # fmt: skip
    assert all(0 <= share <= 1 for share in found["reconstruction"].values())
    assert found["networks"]["melody_16_flat"]["all"]["paper_free"] == 0.62
    assert found["networks"]["drums_16"]["all"]["paper_free"] == 0.879


def test_draws_of_every_kind_are_compared_and_the_flat_baseline_draws_nothing(weights: Path) -> None:
    path = weights / "vae_drums_16.safetensors"
    sha256 = vae_checkpoints.load(path).sha256
    save_prior(prior_path(path), Prior(torch.zeros(6), torch.eye(6), {"drums": 0.5}), sha256, {})
    found = dict(evaluate_vae.evaluate(weights, only="prior"))["prior"]
    assert set(found) == {"melody_2", "drums_2", "melody_16", "drums_16", "trio"}
    assert [name for name in found if found[name]["fitted"]] == ["drums_16"]
    assert {"H1", "groove"} <= set(found["trio"]["made"])
    assert "H1" not in found["drums_16"]["made"]
    assert found["drums_16"]["made"]["groove"]["human"] > 0.5


def test_each_network_gets_its_card_and_a_fitted_prior_is_named_in_it(weights: Path) -> None:
    path = weights / "vae_trio.safetensors"
    sha256 = vae_checkpoints.load(path).sha256
    card = {"rank": 6, "windows": 4000}
    save_prior(prior_path(path), Prior(torch.zeros(6), torch.eye(6)), sha256, card)
    found = dict(evaluate_vae.evaluate(weights, only="reconstruction"))
    written = {card.stem for card in write_cards(weights, found)}
    assert written == {f"vae_{name}" for name in NAMES}
    assert "flat decoder" in (weights / "vae_melody_16_flat.md").read_text()
    assert "vae_trio_prior.safetensors" in (weights / "vae_trio.md").read_text()
    assert "prior" not in (weights / "vae_drums_16.md").read_text()


def test_a_card_of_a_network_that_was_not_measured_stays_as_it_is(weights: Path) -> None:
    other = weights / "vae_drums_2.md"
    other.write_text("measured before\n")
    found = dict(evaluate_vae.evaluate(weights, only="melody_16"))
    assert [card.stem for card in write_cards(weights, found)] == ["vae_melody_16"]
    assert other.read_text() == "measured before\n"
    assert '"prior"' in (weights / "vae_melody_16.md").read_text()


def test_the_cards_that_ship_name_all_that_their_networks_learnt_from() -> None:
    paths = [path for path in WEIGHTS.glob("vae_*.safetensors") if path.with_suffix(".md").exists()]
    assert len(paths) > 6
    for path in paths:
        with safe_open(path, "pt") as file:
            learnt = json.loads(file.metadata()["ostinato"])["card"]["data"]
        card = path.with_suffix(".md").read_text()
        assert [name for name in learnt if f"- **{name}**:" not in card] == []
        assert sha256(path) in card
