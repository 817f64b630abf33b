"""Fit priors to where training music lies: python -m generator.training.vae_prior melody_16

Writes generator/weights/vae_<name>_prior.safetensors for each network that is named, or for all whose weights
are there. It belongs to those weights alone: trained anew, a network wants its prior anew.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from generator.engine.decoder import Decoder
from generator.engine.kinds import DRAWS
from generator.engine.prior import SampleAsk, begins, leaning, sample, score_of
from generator.music.score import Score
from generator.networks import vae_checkpoints
from generator.networks.checkpoints import WEIGHTS, CheckpointError
from generator.networks.vae import MusicVAE
from generator.networks.vae_priors import Prior, prior_path, save_prior
from generator.training.evaluate_rnn import compare
from generator.training.evaluate_vae import heard, measures_of
from generator.training.revision import revision
from generator.training.sources import DatasetError
from generator.training.train_vae import RECIPES, Recipe
from generator.training.vae_windows import Windows, load_windows, pick, transposed

N_WINDOWS = 4000
KEPT = 0.995
"""Share of the means' variance that the factor keeps."""
N_DRAWS = 40
"""Windows that are drawn to count how much begins in them."""
MOST = 0.5
"""Nats by which a beginning may be made likelier or less likely."""
HALVINGS = 5
SPREADS = (0.7, 0.85, 1.0)
"""By how much the Gaussian is drawn together, as is tried. Between the heaps that the data lies in it puts
latents where no music is, and more of them the further out.
"""


def training_windows(recipe: Recipe, rng: np.random.Generator) -> Windows:
    """Windows as the network was trained on them: of large sets fewer than their share, moved by a few
    semitones each.
    """
    sets = [own.tokens for own in load_windows(recipe.sets, "train", recipe.config).values()]
    chosen = pick([own for own in sets if len(own)], N_WINDOWS, rng)
    return transposed(chosen, recipe.config.tracks, recipe.transpose, rng)


@torch.inference_mode()
def means(network: MusicVAE, windows: Windows) -> Tensor:
    """The middle of the encoder's belief about each window, (W, Z)."""
    rows = [torch.from_numpy(windows[i : i + 64].astype(np.int64)) for i in range(0, len(windows), 64)]
    return torch.cat([network.encode(tokens)[0] for tokens in rows])


def gaussian(latents: Tensor) -> Prior:
    """Mean and correlations of latents (W, Z)."""
    mean = latents.mean(0)
    covariance = torch.cov(latents.T)
    variance, directions = torch.linalg.eigh(covariance)  # rising
    share = variance.flip(0).cumsum(0) / variance.sum()
    rank = min(len(share), int((share < KEPT).sum()) + 1)
    factor = directions[:, -rank:] * variance[-rank:].clamp_min(0).sqrt()
    return Prior(mean, factor.T.contiguous())


def begun(network: MusicVAE, tokens: Tensor, kind: str) -> float:
    """Share of the steps of a kind of track at which something begins. tokens: (W, M, N, T)."""
    which = torch.zeros(int(tokens.max()) + 1, dtype=torch.bool)
    which[begins(kind)] = True
    return float(which[tokens[:, network.tracks_of(kind)]].float().mean())


@torch.inference_mode()
def balanced(decoder: Decoder, prior: Prior, windows: Windows) -> Prior:
    """The prior with as many beginnings in what is drawn from it as in the windows, by halving."""
    network = decoder.network
    z = prior.latents(torch.randn(N_DRAWS, prior.rank, generator=torch.Generator().manual_seed(0)))
    truth = torch.from_numpy(windows.astype(np.int64))
    found: dict[str, float] = {}
    for kind in network.config.kinds:
        wanted = begun(network, truth, kind)
        low, high = -MOST, MOST
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            own = leaning(network, replace(prior, begin={**found, kind: middle}))
            rows = {name: lean.expand(N_DRAWS, -1) for name, lean in own.items()}
            if begun(network, decoder.decode(z, leaning=rows), kind) < wanted:
                low = middle
            else:
                high = middle
        found[kind] = (low + high) / 2
    return replace(prior, begin=found)


def off(decoder: Decoder, kind: str, prior: Prior, music: list[Score]) -> float:
    """How far draws are from music, in percent: mean over the measures."""
    asks = [SampleAsk(kind, decoder.network.config.n_bars, seed) for seed in range(N_DRAWS)]
    with torch.inference_mode():
        made = heard(sample(decoder, asks, prior))
    if len(made) < N_DRAWS // 2:
        return math.inf
    found = compare(made, music, measures_of(decoder.network))
    return float(np.mean([abs(one["off_percent"]) for one in found.values()]))


def best_spread(name: str, decoder: Decoder, prior: Prior) -> tuple[Prior, dict[str, float]]:
    """The prior at the spread whose draws are nearest to the validation pieces; and what each came to."""
    recipe = RECIPES[name]
    assert isinstance(recipe, Recipe)
    kind = next(kind for kind, own in DRAWS.items() if own == name)
    sets = load_windows(recipe.sets, "valid", recipe.config, recipe.config.n_bars)
    valid = pick([own.tokens for own in sets.values() if len(own.tokens)], 400, np.random.default_rng(0))
    music = heard([score_of(torch.from_numpy(own.astype(np.int64)), recipe.config.tracks) for own in valid])
    tried = {}
    for spread in SPREADS:
        own = balanced(decoder, replace(prior, factor=spread * prior.factor), valid)
        tried[spread] = (off(decoder, kind, own, music), own)
    best = min(tried, key=lambda spread: tried[spread][0])
    return tried[best][1], {str(spread): round(value, 2) for spread, (value, _) in tried.items()}


def fit(name: str, weights: Path) -> Path:
    """Fit one network's prior and write it. Raises CheckpointError, DatasetError."""
    recipe = RECIPES[name]
    assert isinstance(recipe, Recipe)
    path = weights / f"vae_{name}.safetensors"
    checkpoint = vae_checkpoints.load(path)
    network = checkpoint.network
    windows = training_windows(recipe, np.random.default_rng(0))
    prior, tried = best_spread(name, Decoder(network), gaussian(means(network, windows)))
    target = prior_path(path)
    card = {
        "windows": len(windows),
        "rank": prior.rank,
        "begin": prior.begin,
        "off_percent_by_spread": tried,
        "code": revision(),
    }
    save_prior(target, prior, checkpoint.sha256, card)
    print(f"{target.name}: {card}", flush=True)
    return target


def main() -> None:
    names = sorted(DRAWS.values())
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[*names, []], help="only these networks")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="where the networks are")
    given = parser.parse_args()
    torch.set_num_threads(1)
    try:
        for name in given.names or names:
            if name in given.names or (given.weights / f"vae_{name}.safetensors").exists():
                fit(name, given.weights)
    except (CheckpointError, DatasetError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
