"""Measure the note networks that ship: likelihoods on the standard test split, and pieces beside held-out
ones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from generator.engine.rows import GenerationRequest, SamplingParams
from generator.engine.writer import AnyWriter, writer_for
from generator.music import metrics
from generator.music.key import KEYS
from generator.music.notes import Notes, make_notes, notes_from_columns
from generator.music.score import Metre, Score, Track, all_notes, bar_edges, n_bars
from generator.music.styles import STYLES, Style
from generator.music.tokens import Form, read
from generator.networks import checkpoints
from generator.networks.baseline import load as load_baseline
from generator.networks.rnn import NoteRNN
from generator.training import baseline
from generator.training.corpora import load_examples, load_words
from generator.training.examples import Example, collate, whole
from generator.training.samples import write_many
from generator.training.train import RECIPES

N_PIECES = 200
N_BARS = 8
ROWS = 16
LONG_RUN = 16
"""A run of more notes than this that a piece shares with a training piece counts as copied."""

GROOVE_POSITIONS = 16

Figures = dict[str, Any]


SHARE = 0.03
"""How likely a piece is held to turn to another key or metre before each note; chosen by validation."""


@dataclass(frozen=True)
class Belief:
    """What a piece's form may be before it is heard.

    forms: with the log of how likely each is beforehand, in all 1; the piece may turn from one to another.
    cost: nats that were paid for these forms and no others.
    """

    forms: list[tuple[float, Form]]
    cost: float = 0.0


def nothing_known(piece: Example) -> Belief:
    """The network is told nothing."""
    return Belief([(0.0, Form())])


def any_key_and_metre(train: list[Example]) -> Callable[[Example], Belief]:
    """The network is told a key and a metre, but nobody knows which.

    A piece has a home key, one of all alike, and moves between it and its three nearest relatives; metres are
    as likely as they are in training. Only the home key that the piece seems to have is asked: leaving the
    others out of the mean can but make the figure worse, by what naming one of them costs at the most.
    """
    counts = Counter((piece.form.metre, piece.form.upbeat) for piece in train)
    total = sum(counts.values())

    def belief(piece: Example) -> Belief:
        home = max(piece.form.key, 0)
        major, tonic = home < 12, home % 12
        relative = (tonic - 3) % 12 + 12 if major else (tonic + 3) % 12
        near = {home, relative, home // 12 * 12 + (tonic + 7) % 12, home // 12 * 12 + (tonic + 5) % 12}
        forms = [
            (math.log(count / total / len(near)), Form(metre, upbeat, 0, key))
            for (metre, upbeat), count in counts.items()
            for key in sorted(near)
        ]
        return Belief(forms, math.log(len(KEYS)))

    return belief


def fixed_share(nats: np.ndarray, log_prior: np.ndarray, share: float) -> float:
    """Nats of a sequence under several readers, when it is not known who reads it best, nor for how long.

    nats: (n_readers, n) what each reader pays for each note; log_prior: (n_readers,). Before every note but
    the first, a share of the belief in each reader goes back to the prior (Herbster & Warmuth, "Tracking the
    Best Expert", 1998, section 4). A likelihood like any other: what is believed of a note depends on those
    before it alone.
    """
    belief, paid = log_prior, 0.0
    for each in nats.T:
        together = belief - each
        likelihood = np.logaddexp.reduce(together)
        paid -= likelihood
        belief = np.logaddexp(math.log1p(-share) + together - likelihood, math.log(share) + log_prior)
    return float(paid)


@torch.inference_mode()
def nats_of(network: NoteRNN, piece: Example, belief: Belief) -> float:
    """Nats of a whole piece, by what is believed of its form.

    What is paid after the last note is only that no other starts within the piece: published figures do not
    pay for the end of a piece.
    """
    network.eval()
    vocabulary = network.config.vocabulary
    readers = []
    for i in range(0, len(belief.forms), ROWS):
        batch = collate([whole(piece, form) for _, form in belief.forms[i : i + ROWS]], vocabulary)
        logits = network(batch.before, batch.at, batch.word)
        nats = torch.zeros(batch.notes.shape)
        for guess, truth in zip(logits, batch.word, strict=True):
            each = F.cross_entropy(guess.flatten(0, 1), truth.flatten(), reduction="none").view(truth.shape)
            nats += each * batch.notes
        after = torch.log_softmax(logits[0][:, -1], -1)
        steps = torch.arange(vocabulary.n_steps)
        nothing_more = (steps >= piece.length - int(piece.onset[-1])) | (steps == vocabulary.end)
        nats[:, -1] = -after[:, nothing_more].logsumexp(1)
        readers.append(nats.double().numpy())
    prior = np.array([log_p for log_p, _ in belief.forms])
    return belief.cost + fixed_share(np.concatenate(readers), prior, SHARE)


def jsb(name: str, weights: Path, *, tokens_a_step: int) -> tuple[float, float]:
    """Nats a token (or a frame, one token a step) on the JSB test split: mean over all, and over pieces."""
    network = checkpoints.load(weights / f"{name}.safetensors").network
    sides = load_examples(name, ("train", "test"))
    belief = any_key_and_metre(sides["train"]) if RECIPES[name].knows_key else nothing_known
    nats = np.array([nats_of(network, piece, belief(piece)) for piece in sides["test"]])
    tokens = tokens_a_step * np.array([piece.length for piece in sides["test"]])
    return float(nats.sum() / tokens.sum()), float((nats / tokens).mean())


MEASURES: dict[str, Callable[[Score], float]] = {
    "H1": lambda s: metrics.pitch_class_entropy(all_notes(s), bar_edges(s), 1),
    "H4": lambda s: metrics.pitch_class_entropy(all_notes(s), bar_edges(s), 4),
    "groove": lambda s: metrics.grooving_similarity(all_notes(s), bar_edges(s), GROOVE_POSITIONS),
    "notes_per_bar": lambda s: metrics.notes_per_bar(all_notes(s), bar_edges(s)),
    "polyphony": lambda s: metrics.polyphony(all_notes(s)),
    "scale_consistency": lambda s: metrics.scale_consistency(all_notes(s)),
}


def excerpt(piece: Example, style: Style, bars: int) -> Score | None:
    """The first full bars of a piece as the network reads it.

    None when it is shorter, its metre is not known, or one of the style's tracks is silent in them.
    """
    if piece.form.metre is None:
        return None
    bar = piece.form.bar(style.vocabulary.steps_per_quarter)
    start = piece.form.upbeat
    if piece.length < start + bars * bar:
        return None
    stop, ticks = start + bars * bar, style.ticks_per_step
    tracks: list[list[tuple[int, int, int, int]]] = [[] for _ in style.voices]
    for track, onset, duration, pitch, velocity in read(piece.words, style.vocabulary):
        if start <= onset < stop:
            end = min(onset + duration, stop)
            tracks[track].append(((onset - start) * ticks, (end - onset) * ticks, pitch, velocity))
    if not all(tracks):
        return None
    return Score(
        tuple(
            Track(v.name, v.role, v.program, False, make_notes(t))
            for v, t in zip(style.voices, tracks, strict=True)
        ),
        metres=(Metre(0, *piece.form.metre),),
        length=(stop - start) * ticks,
    )


def in_steps(notes: Notes, style: Style) -> Notes:
    """All notes of a piece on the style's grid, so that runs of two pieces can be compared."""
    ticks = style.ticks_per_step
    return notes_from_columns(
        notes["onset"] // ticks, notes["duration"] // ticks, notes["pitch"], notes["velocity"]
    )


def training_runs(style: Style) -> metrics.RunIndex:
    """The training pieces, to be asked what a new piece shares with them."""
    columns = []
    for words in load_words(style.name, "train"):
        onset = np.cumsum(words["step"])
        order = np.lexsort((words["pitch"], onset))
        columns.append(
            notes_from_columns(
                onset[order], words["duration"][order], words["pitch"][order], np.full(len(words), 64)
            )
        )
    return metrics.RunIndex(columns)


def compare(
    made: list[Score], human: list[Score], measures: Mapping[str, Callable[[Score], float]] = MEASURES
) -> Figures:
    """Mean of every measure over each side, the 95 % interval of ours by bootstrap, and how far apart they
    are.
    """
    rng = np.random.default_rng(0)
    found: Figures = {}
    for name, measure in measures.items():
        ours, theirs = (np.array([measure(score) for score in side]) for side in (made, human))
        ours, theirs = ours[np.isfinite(ours)], theirs[np.isfinite(theirs)]
        draws = rng.choice(ours, (1000, len(ours))).mean(1)
        found[name] = {
            "made": round(float(ours.mean()), 4),
            "interval": [round(float(x), 4) for x in np.quantile(draws, (0.025, 0.975))],
            "human": round(float(theirs.mean()), 4),
            "off_percent": round(100 * float(ours.mean() / theirs.mean() - 1), 1),
        }
    return found


def copied(made: list[Score], style: Style, runs: metrics.RunIndex) -> Figures:
    """Longest runs that pieces share with training ones."""
    longest = np.array([runs.longest(in_steps(all_notes(score), style)).n_notes for score in made])
    return {
        "median": float(np.median(longest)),
        "p99": float(np.quantile(longest, 0.99)),
        "share_over_16": round(float((longest > LONG_RUN).mean()), 4),
    }


def write_like(human: list[Score], style: Style, writer: AnyWriter, sampling: SamplingParams) -> list[Score]:
    """As many pieces as are asked for, in the metres of the human ones, in turn; seeds 0, 1, 2 …"""
    requests = []
    for seed in range(N_PIECES):
        metre = human[seed % len(human)].metres[0]
        pair = (metre.numerator, metre.denominator)
        requests.append(
            GenerationRequest(
                style=style.name,
                bars=N_BARS,
                seed=seed,
                sampling=sampling,
                metre=pair if pair in style.metres else None,
            )
        )
    return write_many(writer, requests)


def style_figures(name: str, weights: Path, sampling: SamplingParams) -> Figures:
    """A style's pieces beside held-out ones of the same number of bars."""
    style = STYLES[name]
    checkpoint = checkpoints.load(weights / f"{name}.safetensors")
    test = load_examples(name, ("test",))["test"]
    human = [score for piece in test if (score := excerpt(piece, style, N_BARS)) is not None]
    made = write_like(human, style, writer_for(checkpoint, N_PIECES, torch.device("cpu")), sampling)
    runs = training_runs(style)
    return {
        "weights": checkpoint.sha256,
        "pieces": len(made),
        "human_pieces": len(human),
        "bars": N_BARS,
        "measures": compare(made, human),
        "copied": copied(made, style, runs),
        "copied_human": copied(human, style, runs),
        "ends_in_time": round(float(np.mean([n_bars(s) == N_BARS for s in made])), 4),
    }


def baseline_figures(weights: Path) -> Figures:
    """The plain baseline's pieces beside the chorales that it, too, was trained on."""
    path = weights / "baseline.safetensors"
    network, style = load_baseline(path)[0], STYLES["chorale"]
    test = load_examples("chorale", ("test",))["test"]
    human = [score for piece in test if (score := excerpt(piece, style, N_BARS)) is not None]
    made = [baseline.write(network, seed, N_BARS) for seed in range(N_PIECES)]
    runs = training_runs(style)
    return {
        "weights": checkpoints.sha256(path),
        "pieces": len(made),
        "human_pieces": len(human),
        "bars": N_BARS,
        "measures": compare(made, human),
        "copied": copied(made, style, runs),
        "copied_human": copied(human, style, runs),
    }


NAMES = ("jsb_quarter", *STYLES, "baseline")
"""What `evaluate` can be asked for alone."""


def evaluate(weights: Path = checkpoints.WEIGHTS, only: str | None = None) -> Iterator[tuple[str, str, Any]]:
    """(network, name of the figure, figure), one after another as they are measured. only: one of NAMES.

    Raises CheckpointError when weights are missing, DatasetError when a data set is.
    """
    # One thread: with two, a busy neighbour makes every small product wait for it.
    torch.set_num_threads(1)
    if only in (None, "jsb_quarter"):
        frame, piece = jsb("jsb_quarter", weights, tokens_a_step=1)
        yield "jsb_quarter", "jsb_quarter_nats_per_frame", round(frame, 4)
        yield "jsb_quarter", "jsb_quarter_nats_per_frame_mean_over_pieces", round(piece, 4)
    if only in (None, "chorale"):
        token, piece = jsb("chorale", weights, tokens_a_step=4)
        yield "chorale", "jsb_16th_nats_per_token", round(token, 4)
        yield "chorale", "jsb_16th_nats_per_token_mean_over_pieces", round(piece, 4)
    for name in STYLES:
        if only in (None, name):
            yield name, name, style_figures(name, weights, SamplingParams())
    if only in (None, "baseline"):
        yield "baseline", "baseline", baseline_figures(weights)


def table(name: str, figure: Any) -> str:
    """A figure as lines for people."""
    if not isinstance(figure, dict):
        return f"{name:48} {figure}"
    n, n_human, bars = figure["pieces"], figure["human_pieces"], figure["bars"]
    lines = [f"{name}: {n} pieces of {bars} bars beside {n_human} held-out ones"]
    lines.append(f"  {'':20}{'made':>10}{'95 % of the mean':>20}{'held out':>12}{'apart':>9}")
    for measure, found in figure["measures"].items():
        low, high = found["interval"]
        lines.append(
            f"  {measure:20}{found['made']:>10.3f}{f'{low:.3f} to {high:.3f}':>20}{found['human']:>12.3f}"
            f"{found['off_percent']:>+8.1f}%"
        )
    for side in ("copied", "copied_human"):
        runs = figure[side]
        lines.append(
            f"  {side}: longest run shared with training, median {runs['median']:.0f}, "
            f"99 % {runs['p99']:.0f}; {100 * runs['share_over_16']:.1f} % over {LONG_RUN} notes"
        )
    lines.append(f"  weights {figure['weights'][:16]}")
    return "\n".join(lines)
