"""Measure blends of held-out pieces: how even a path is, how likely the music on it, what attributes do."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from generator.engine.aligned import align
from generator.engine.blend import Blend, PathAsk, VaryAsk
from generator.music import notes as n
from generator.music.attributes import MEASURES as OF_ATTRIBUTES
from generator.music.score import Score, Track, bar_edges, cut
from generator.music.styles import STYLES, score_to_words
from generator.music.tokens import Form, TokenError
from generator.networks import checkpoints
from generator.networks.checkpoints import CheckpointError
from generator.networks.rnn import NoteRNN
from generator.training.datasets import load
from generator.training.examples import example
from generator.training.train import nats_a_note

N_PAIRS = 50
N_LIKELIHOOD_PAIRS = 20
PATH_BARS = 16
PATH_SETS = ("jsb", "folk", "nottingham", "pop909", "multitrack_games", "multitrack_arranged")

Figures = dict[str, Any]


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
    plain = [family.run([VaryAsk(score, 0.0, 0)])[0].score for score in pool]
    found: Figures = {"pieces": len(pool)}
    for name, (measure, way) in OF_ATTRIBUTES.items():
        right = 0
        for score, before in zip(pool, plain, strict=True):
            after = family.run([VaryAsk(score, 0.0, 0, {name: 1.0})])[0].score
            right += way * (measure(after) - measure(before)) > 0
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
    """Evenness of the slider on pairs of held-out pieces of all sets, and how long a path takes.

    endpoint_error: notes at the ends of all paths that the pieces themselves do not have, or lack.
    """
    family = blending(weights)
    rng = np.random.default_rng(0)
    pool = [score for name in PATH_SETS for score in excerpts(name, 17, rng)]
    order = rng.permutation(len(pool))
    pairs = list(zip(order[:N_PAIRS], order[N_PAIRS : 2 * N_PAIRS], strict=False))
    evenness, backwards, amiss, seconds, redrawn = [], 0, 0, [], []
    for i, j in pairs:
        began = time.perf_counter()
        way = family.run([PathAsk((pool[i], pool[j]))])[0]
        seconds.append(time.perf_counter() - began)
        ends, _ = align([pool[i], pool[j]], ["A", "B"])
        amiss += unlike(way.points[0], ends[0].score) + unlike(way.points[-1], ends[1].score)
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
        "endpoint_error": amiss,
        "seconds_median": round(float(np.median(seconds)), 3),
        "seconds_worst": round(max(seconds), 3),
        "redrawn_mean": round(float(np.mean(redrawn)), 4),
        "likelihood": likelihood(family, weights),
    }


def unlike(one: Score, other: Score) -> int:
    """How many notes only one of two scores of the same tracks has."""
    found = 0
    for a, b in zip(one.tracks, other.tracks, strict=True):
        found += len(set(a.notes.tolist()) ^ set(b.notes.tolist()))
    return found


def likelihood(family: Blend, weights: Path) -> Figures:
    """Nats a note that the folk tunes' own network pays along paths between folk tunes, beside tunes whose
    notes are mixed at random. sag: how much more the middle costs than the mean of the ends.

    By pairs: `one_metre`, as in the paper (section 5.2), whose music is all in 4/4; and `any`, as they come.
    """
    tunes = excerpts("folk", 4 * N_LIKELIHOOD_PAIRS, np.random.default_rng(1))
    by_metre: dict[tuple[int, int], list[Score]] = defaultdict(list)
    for tune in tunes:
        if len(tune.metres) == 1:
            by_metre[tune.metres[0].numerator, tune.metres[0].denominator].append(tune)
    alike = [pair for own in by_metre.values() for pair in zip(own[::2], own[1::2], strict=False)]
    pairs = {"one_metre": alike, "any": list(zip(tunes[::2], tunes[1::2], strict=True))}
    network = checkpoints.load(weights / "folk.safetensors").network
    return {name: likelihood_of(family, network, own[:N_LIKELIHOOD_PAIRS]) for name, own in pairs.items()}


def likelihood_of(family: Blend, judge: NoteRNN, pairs: Sequence[tuple[Score, Score]]) -> Figures:
    """What the judge pays, mean over pairs, at five places on the path and on the mixture."""
    style = STYLES["folk"]
    rng = np.random.default_rng(1)
    at = (0, 8, 16, 24, 32)
    paid: dict[str, list[list[float]]] = {"path": [], "mixed": []}

    def cost(score: Score) -> float:
        words = score_to_words(score, style)
        length = -(-score.length // style.ticks_per_step)
        piece = example(words, style.vocabulary, Form(), length, ends=False)
        return float(nats_a_note(judge, [piece], lambda form: form).sum())

    for a, b in pairs:
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
