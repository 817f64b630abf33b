"""Measure the variational networks that ship, on held-out pieces: reconstruction, paths, prior samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from generator.engine.decoder import Decoder
from generator.engine.kinds import DRAWS
from generator.engine.prior import PULL, SPREAD, SampleAsk, sample, score_of
from generator.music import metrics
from generator.music.score import Score, all_notes, bar_edges
from generator.networks import checkpoints, vae_checkpoints
from generator.networks.checkpoints import WEIGHTS, CheckpointError
from generator.networks.vae import MusicVAE
from generator.networks.vae_priors import Prior, load_prior, prior_path
from generator.training import vae_paths
from generator.training.cell_groups import load_groups
from generator.training.evaluate_rnn import GROOVE_POSITIONS, MEASURES, compare
from generator.training.train_cells import ANY_PIECE, onsets_found
from generator.training.train_vae import RECIPES, Recipe, accuracy
from generator.training.vae_windows import load_windows, pick

Figures = dict[str, Any]

NAMES = ("reconstruction", "interpolation", "attributes", "prior", *RECIPES)
"""What `evaluate` can be asked for alone."""
MOST_WINDOWS = 600
"""Held-out windows that a network is measured on; of a larger test set, a random choice."""
N_SAMPLES = 100
N_HELD_OUT = 400

# MusicVAE, tables 2 and 3, free-running at temperature 1: the hierarchical decoder where it is not said to be
# flat, and for two bars the flat one.
PAPER = {
    "melody_2": 0.951, "drums_2": 0.917, "melody_16": 0.812, "drums_16": 0.879,
    "trio_melody": 0.753, "trio_bass": 0.773, "trio_drums": 0.863, "melody_16_flat": 0.620,
}  # fmt: skip


def present(weights: Path) -> dict[str, MusicVAE]:
    """The token networks whose weights are there."""
    names = [name for name, recipe in RECIPES.items() if isinstance(recipe, Recipe)]
    paths = {name: weights / f"vae_{name}.safetensors" for name in names}
    return {name: vae_checkpoints.load(path).network for name, path in paths.items() if path.exists()}


def held_out(name: str, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Windows of the test pieces by set, one after another without overlap, in their natural proportions."""
    recipe = RECIPES[name]
    assert isinstance(recipe, Recipe)
    sets = load_windows(recipe.sets, "test", recipe.config, recipe.config.n_bars)
    total = sum(len(own.tokens) for own in sets.values())
    share = min(1.0, MOST_WINDOWS / max(1, total))
    found = {}
    for set_name, own in sets.items():
        count = min(len(own.tokens), max(1, round(share * len(own.tokens))))
        found[set_name] = own.tokens[rng.permutation(len(own.tokens))[:count]]
    return {set_name: windows for set_name, windows in found.items() if len(windows)}


def reconstruct(name: str, network: MusicVAE) -> Figures:
    """Accuracy at temperature 1, as in the paper, and at the likeliest; of all sets together and of each."""
    sets = held_out(name, np.random.default_rng(0))
    together = np.concatenate(list(sets.values()))
    drawn, likeliest = accuracy(network, together), accuracy(network, together, temperature=0.0)
    tracks = ("melody", "bass", "drums") if len(network.config.tracks) > 1 else ("",)
    found: Figures = {"windows": len(together), "nats_a_token": round(drawn["nats"], 4)}
    for i, track in enumerate(tracks):
        found[track or "all"] = {
            "forced": round(drawn["forced"][i], 4),
            "free": round(drawn["free"][i], 4),
            "likeliest": round(likeliest["free"][i], 4),
            "paper_free": PAPER.get(f"{name}_{track}" if track else name),
        }
    found["free_by_set"] = {
        set_name: {"windows": len(own), "free": [round(v, 4) for v in accuracy(network, own)["free"]]}
        for set_name, own in sets.items()
    }
    found["kl"] = latents(drawn["kl"])
    return found


def latents(kl: list[float]) -> Figures:
    """KL of each dimension in nats, largest first; a unit is active above a tenth of a nat."""
    ordered = sorted(kl, reverse=True)
    return {
        "total": round(sum(kl), 1),
        "active": sum(value > 0.1 for value in kl),
        "of": len(kl),
        "largest": [round(value, 2) for value in ordered[:10]],
    }


def any_piece(weights: Path) -> Figures:
    """Note-level precision, recall and F1 of the network that reads any piece, by set."""
    network, _, _ = vae_checkpoints.load_cells(weights / "vae_any_piece.safetensors")
    found: Figures = {}
    for name in ANY_PIECE.sets:
        groups = load_groups(name, "test", network.config.n_bars, network.config.n_bars)
        chosen = np.random.default_rng(0).permutation(len(groups))[:300]
        figures = onsets_found(network, groups, chosen)
        found[name] = {key: round(value, 4) for key, value in figures.items()}
    return found


DRUM_MEASURES: dict[str, Callable[[Score], float]] = {
    "groove": lambda s: metrics.grooving_similarity(all_notes(s, drums=True), bar_edges(s), GROOVE_POSITIONS),
    "notes_per_bar": lambda s: metrics.notes_per_bar(all_notes(s, drums=True), bar_edges(s)),
}


def measures_of(network: MusicVAE) -> dict[str, Callable[[Score], float]]:
    """By what draws are compared with music: drums alone have no pitch."""
    return MEASURES if "melody" in network.config.kinds else DRUM_MEASURES


def prior(name: str, network: MusicVAE, weights: Path) -> Figures:
    """What people get when they draw a window out of nothing, beside held-out windows of all sets, mixed as
    the network was trained on them: of large sets fewer than their share. Every measure is of a window by
    itself, so in its own key and on one grid.

    Three ways: from the fitted prior with a pull to the scale, as it ships; without the pull; and from the
    normal distribution that the network was measured against, as in the paper.
    """
    kind = next(kind for kind, own in DRAWS.items() if own == name)
    c = network.config
    path = weights / f"vae_{name}.safetensors"
    fitted = load_prior(prior_path(path), checkpoints.sha256(path))
    normal = Prior.normal(c.latent, 1.0)
    asks = [SampleAsk(kind, c.n_bars, seed) for seed in range(N_SAMPLES)]
    rng = np.random.default_rng(1)
    windows = pick(list(held_out(name, rng).values()), N_HELD_OUT, rng)
    human = heard([score_of(torch.from_numpy(own.astype(np.int64)), c.tracks) for own in windows])
    decoder, measures = Decoder(network), measures_of(network)
    found: Figures = {"fitted": fitted is not None, "held_out": len(human)}
    usual = fitted or Prior.normal(c.latent, SPREAD[kind])
    ways = {"made": (usual, PULL), "without_pull": (usual, 0.0), "normal": (normal, 0.0)}
    with torch.inference_mode():
        for way, (own, pull) in ways.items():
            made = heard(sample(decoder, asks, own, pull))
            found[way] = {"silent": N_SAMPLES - len(made), **compare(made, human, measures)}
    return found


def heard(scores: list[Score]) -> list[Score]:
    """Those with more than three notes."""
    return [score for score in scores if sum(track.notes.size for track in score.tracks) > 3]


def evaluate(weights: Path = WEIGHTS, only: str | None = None) -> Iterator[tuple[str, Figures]]:
    """Every section by name, as it is measured. only: of NAMES, one section, or all about one network.

    Raises CheckpointError when there are no weights, DatasetError when a data set is missing.
    """
    networks = present(weights)
    if not networks:
        raise CheckpointError("there are no weights; train them with python -m generator.training.train_vae")
    figures = {
        name: reconstruct(name, network)
        for name, network in networks.items()
        if only in (None, "reconstruction", name)
    }
    if figures:
        yield "reconstruction", summary(figures)
        yield "networks", figures
    if only in (None, "any_piece"):
        yield "any_piece", any_piece(weights)
    if only in (None, "interpolation"):
        yield "interpolation", vae_paths.interpolation(weights)
    if only in (None, "attributes"):
        yield "attributes", vae_paths.attributes(weights)
    drawn = [name for name in networks if name in DRAWS.values() and only in (None, "prior", name)]
    if drawn:
        yield "prior", {name: prior(name, networks[name], weights) for name in drawn}


def summary(figures: Figures) -> Figures:
    """Free-running accuracy by the names that everybody compares."""
    found = {}
    for name, own in figures.items():
        for track in ("all", "melody", "bass", "drums"):
            if track in own:
                found[name if track == "all" else f"{name}_{track}"] = own[track]["free"]
    return found


def table(section: str, figures: Figures) -> str:
    """A section as lines for people."""
    lines = [section]
    for name, value in figures.items():
        lines.append(f"  {name}: {_line(value)}")
    return "\n".join(lines)


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name} {_line(own)}" for name, own in value.items())
    if isinstance(value, list):
        return " ".join(str(own) for own in value)
    return str(value)
