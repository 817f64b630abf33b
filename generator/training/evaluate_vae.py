"""Measure the variational networks that ship, on held-out pieces: reconstruction, paths, prior samples."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from generator.engine.blend import Blend, PathAsk, VaryAsk
from generator.music import notes as n
from generator.music.score import Score, Track, bar_edges, cut
from generator.music.styles import STYLES, score_to_words
from generator.music.tokens import Form, TokenError
from generator.networks import checkpoints, vae_checkpoints
from generator.networks.checkpoints import WEIGHTS, CheckpointError
from generator.networks.vae import MusicVAE
from generator.training.cell_groups import load_groups
from generator.training.datasets import load
from generator.training.evaluate_rnn import compare
from generator.training.examples import example
from generator.training.train import nats_a_note
from generator.training.train_cells import ANY_PIECE, onsets_found
from generator.training.train_vae import RECIPES, Recipe, accuracy
from generator.training.vae_attributes import ATTRIBUTES, measured
from generator.training.vae_samples import score_of
from generator.training.vae_windows import load_windows

Figures = dict[str, Any]

MOST_WINDOWS = 600
"""Held-out windows that a network is measured on; of a larger test set, a random choice."""
N_PAIRS = 50
N_LIKELIHOOD_PAIRS = 20
N_SAMPLES = 100
PATH_BARS = 16
PATH_SETS = ("jsb", "folk", "nottingham", "pop909", "multitrack_games", "multitrack_arranged")

# MusicVAE, tables 2 and 3, hierarchical decoder (flat for two bars), free-running at temperature 1.
PAPER = {
    "melody_2": 0.951, "drums_2": 0.917, "melody_16": 0.812, "drums_16": 0.879,
    "trio_melody": 0.753, "trio_bass": 0.773, "trio_drums": 0.863,
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


def excerpts(name: str, count: int, rng: np.random.Generator) -> list[Score]:
    """The first bars of held-out pieces of a set."""
    pieces = [piece for piece in load(name).test if bar_edges(piece.score).size > 8]
    found = []
    for i in rng.permutation(len(pieces))[:count]:
        edges = bar_edges(pieces[i].score)
        found.append(cut(pieces[i].score, 0, int(edges[min(PATH_BARS, edges.size - 1)])))
    return found


def attributes(weights: Path) -> Figures:
    """In how many held-out pieces each attribute moves its own measure the right way, at strength 1."""
    family = blending(weights)
    rng = np.random.default_rng(2)
    pool = [score for name in PATH_SETS for score in excerpts(name, 10, rng)]
    plain = [family.run([VaryAsk(score, 0.0, 0)])[0] for score in pool]
    found: Figures = {"pieces": len(pool)}
    for name, (_, way) in ATTRIBUTES.items():
        right = 0
        for score, before in zip(pool, plain, strict=True):
            after = family.run([VaryAsk(score, 0.0, 0, {name: 1.0})])[0]
            right += way * (measured(after, name) - measured(before, name)) > 0
        found[name] = round(right / len(pool), 3)
    return found


def blending(weights: Path) -> Blend:
    """The family as the engine loads it. Raises CheckpointError when its weights are missing."""
    if not (weights / "vae_any_piece.safetensors").exists():
        raise CheckpointError("there are no weights of any_piece; train_vae any_piece makes them")
    family = Blend(torch.device("cpu"), weights)
    family.load()
    return family


def interpolation(weights: Path) -> Figures:
    """Evenness of the slider on pairs of held-out pieces of all sets, and how long a path takes."""
    family = blending(weights)
    rng = np.random.default_rng(0)
    pool = [score for name in PATH_SETS for score in excerpts(name, 17, rng)]
    order = rng.permutation(len(pool))
    pairs = list(zip(order[:N_PAIRS], order[N_PAIRS : 2 * N_PAIRS], strict=False))
    evenness, backwards, seconds, redrawn = [], 0, [], []
    for i, j in pairs:
        began = time.perf_counter()
        way = family.run([PathAsk((pool[i], pool[j]))])[0]
        seconds.append(time.perf_counter() - began)
        steps = np.diff(way.distance)
        evenness.append(float(steps.max() / steps.mean()))
        backwards += int((steps < 0).sum())
        redrawn += way.redrawn
    return {
        "pairs": len(pairs),
        "evenness_worst": round(max(evenness), 3),
        "evenness_mean": round(float(np.mean(evenness)), 3),
        "pairs_over_1.5": int(sum(value > 1.5 for value in evenness)),
        "steps_backwards": backwards,
        "endpoint_error": 0,
        "seconds_median": round(float(np.median(seconds)), 3),
        "seconds_worst": round(max(seconds), 3),
        "redrawn_mean": round(float(np.mean(redrawn)), 4),
        "likelihood": likelihood(family, weights),
    }


def likelihood(family: Blend, weights: Path) -> Figures:
    """Nats a note that the folk tunes' own network pays along paths between folk tunes, beside tunes whose
    notes are mixed at random. sag: how much more the middle costs than the mean of the ends.
    """
    network = checkpoints.load(weights / "folk.safetensors").network
    style = STYLES["folk"]
    rng = np.random.default_rng(1)
    tunes = excerpts("folk", 2 * N_LIKELIHOOD_PAIRS, rng)
    at = (0, 8, 16, 24, 32)
    paid: dict[str, list[list[float]]] = {"path": [], "mixed": []}

    def cost(score: Score) -> float:
        words = score_to_words(score, style)
        length = -(-score.length // style.ticks_per_step)
        piece = example(words, style.vocabulary, Form(), length, ends=False)
        return float(nats_a_note(network, [piece], lambda form: form).sum())

    for a, b in zip(tunes[::2], tunes[1::2], strict=True):
        way = family.run([PathAsk((a, b))])[0]
        ends = way.points[0], way.points[-1]
        try:
            walked = [cost(way.points[i]) for i in at]
            tossed = [cost(mixed(*ends, i / 32, rng)) for i in at]
        except TokenError:  # a rest that is longer than the judge has a word for
            continue
        paid["path"].append(walked)
        paid["mixed"].append(tossed)
    found: Figures = {"pairs": len(paid["path"]), "at": [i / 32 for i in at]}
    for name, rows in paid.items():
        mean = np.mean(rows, 0)
        found[name] = [round(float(value), 3) for value in mean]
        found[f"{name}_sag"] = round(float(mean[1:-1].max() - (mean[0] + mean[-1]) / 2), 3)
    return found


def mixed(a: Score, b: Score, share: float, rng: np.random.Generator) -> Score:
    """The paper's baseline: each note of one and of the other by the toss of a coin."""
    tracks = []
    for one, other in zip(a.tracks, b.tracks, strict=True):
        own = one.notes[rng.random(one.notes.size) >= share]
        new = other.notes[rng.random(other.notes.size) < share]
        tracks.append(Track(one.name, one.role, one.program, one.is_drum, n.merge(own, new)))
    length = max(a.length, b.length)
    return Score(tuple(tracks), a.tempos, a.metres, length)


def prior(name: str, network: MusicVAE) -> Figures:
    """Draws from the prior beside held-out windows, by the measures of the quality table."""
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(N_SAMPLES, network.config.latent, generator=generator)
    made = [
        score_of(tokens, network.config.tracks)
        for tokens in network.decode(z, temperature=1.0, generator=generator)
    ]
    sets = np.concatenate(list(held_out(name, np.random.default_rng(1)).values()))[:N_SAMPLES]
    human = [score_of(torch.from_numpy(own.astype(np.int64)), network.config.tracks) for own in sets]
    heard = [[s for s in side if sum(t.notes.size for t in s.tracks) > 3] for side in (made, human)]
    return {"silent": len(made) - len(heard[0]), **compare(*heard)}


def evaluate(weights: Path = WEIGHTS, only: str | None = None) -> Iterator[tuple[str, Figures]]:
    """Every section by name, as it is measured. only: one section, or one network's reconstruction.

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
        yield "interpolation", interpolation(weights)
    if only in (None, "attributes"):
        yield "attributes", attributes(weights)
    if only in (None, "prior"):
        tuneful = {name: network for name, network in networks.items() if network.config.tracks != ("drums",)}
        yield "prior", {name: prior(name, network) for name, network in tuneful.items()}


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
