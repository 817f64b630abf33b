"""Measure MuseGAN's six models beside the training data, held-out data and the published table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from generator.music import band_metrics as m
from generator.music import metrics
from generator.music.bandroll import (
    BAND,
    PITCHED,
    STEPS_PER_BAR,
    STRUCK,
    TICKS_PER_BAR,
    TICKS_PER_STEP,
    roll_to_notes,
)
from generator.music.notes import Ints, Notes, notes_from_columns
from generator.networks import band_checkpoints
from generator.networks.band_checkpoints import MODELS, weights_path
from generator.networks.checkpoints import WEIGHTS
from generator.training.band_bars import SETS, Rolls, load_rolls
from generator.training.band_figures import GIVEN, MEASURES, Reference, measure, phrases_of
from generator.training.musegan_paper import OVERLAP, PAPER, QUALIFIED, TRAINING, allowed
from generator.training.phrases import Phrases

N_PHRASES = 2000
N_COMPARED = 1000
"""Phrases whose bars are compared with each other, and with runs of the training data."""
N_COPIED = 50
"""Phrases that are searched for in the training data."""
SEED = 2018

Cells = NDArray[np.uint8]
Figures = dict[str, Any]
COLUMNS = {
    "EB": BAND,
    "UPC": PITCHED,
    "QN": PITCHED,
    "DP": ("drums",),
    "one_step": PITCHED,
    "polyphony": PITCHED,
}
LETTERS = {"bass": "B", "drums": "D", "guitar": "G", "piano": "P", "strings": "S"}
WITH_GIVEN = tuple(pair for pair in m.PAIRS if "P" in pair)


@dataclass(frozen=True)
class Data:
    """What the models are measured against. runs: training phrases, to be asked what is copied."""

    train: tuple[Phrases, Rolls]
    held_out: tuple[Phrases, Rolls]
    threshold: float
    runs: metrics.RunIndex

    @classmethod
    def load(cls) -> Data:
        """Read and measured once for all models."""
        train, held_out = load_rolls("train"), load_rolls("test")
        chosen = spread(len(train[1]), N_COMPARED)
        pitched, drums = taken(train[1], chosen)
        nearest = m.nearest_distances(m.bar_vectors(pitched, drums), bar_groups(train[0].pieces[chosen]))
        runs = metrics.RunIndex([band_notes(p) for p in train[1].pitched.numpy()])
        return cls(train, held_out, float(np.quantile(nearest, 0.01)), runs)


def spread(total: int, n: int) -> NDArray[np.int64]:
    """n of `total` phrases, evenly spread."""
    return np.linspace(0, total - 1, min(n, total)).round().astype(np.int64)


def taken(rolls: Rolls, chosen: NDArray[np.int64]) -> tuple[Cells, Cells]:
    """Some phrases as arrays."""
    where = torch.from_numpy(chosen)
    return rolls.pitched[where].numpy(), rolls.drums[where].numpy()


def bar_groups(owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """The owner of each bar, four a phrase."""
    return np.repeat(owner, 4)


def band_notes(pitched: Cells) -> Notes:
    """The pitched notes of a phrase (4, N, T, 84) on the grid, of all roles together."""
    parts = np.concatenate([roll_to_notes(role) for role in pitched])
    return notes_from_columns(
        parts["onset"] // TICKS_PER_STEP,
        parts["duration"] // TICKS_PER_STEP,
        parts["pitch"],
        parts["velocity"],
    )


def row_of(pitched: Cells, drums: Cells, *, given: str | None = None) -> Figures:
    """Every measure of a set of phrases, in percent and classes, with intervals. given: left out as None."""
    rng = np.random.default_rng(SEED)
    row: Figures = {}
    intervals: Figures = {}
    for name, tally in m.tallies(pitched, drums).items():
        columns = COLUMNS.get(name.removesuffix("_band"), PITCHED if tally.top.shape[1] == 4 else ())
        value, (low, high) = tally.value, tally.interval(rng)
        hidden = [columns[i] == given if columns else False for i in range(len(value))]
        if name.startswith("TD"):
            row[name] = {pair: rounded(x) for pair, x in zip(m.PAIRS, value, strict=True)}
            intervals[name] = {
                pair: [rounded(a), rounded(b)] for pair, a, b in zip(m.PAIRS, low, high, strict=True)
            }
            continue
        row[name] = [None if h else rounded(x) for h, x in zip(hidden, value, strict=True)]
        intervals[name] = [
            None if h else [rounded(a), rounded(b)] for h, a, b in zip(hidden, low, high, strict=True)
        ]
    row |= entropies(pitched, drums)
    return row | {"phrases": int(pitched.shape[0]), "intervals": intervals}


def entropies(pitched: Cells, drums: Cells) -> Figures:
    """H1 and H4 of the pitched notes and the grooving similarity of all roles, mean over phrases."""
    edges: Ints = np.arange(pitched.shape[2] + 1, dtype=np.int64) * TICKS_PER_BAR
    found: dict[str, list[float]] = {"H1": [], "H4": [], "groove": []}
    for cells, hits in zip(pitched[:N_COMPARED], drums[:N_COMPARED], strict=True):
        notes = np.sort(np.concatenate([roll_to_notes(role) for role in cells]), order="onset")
        found["H1"].append(metrics.pitch_class_entropy(notes, edges, 1))
        found["H4"].append(metrics.pitch_class_entropy(notes, edges, 4))
        marks = (cells == STRUCK).any(axis=(0, 3)) | (hits > 0).any(axis=-1)  # (N, T)
        agree = [(marks[a] == marks[b]).mean() for a in range(len(marks)) for b in range(a)]
        found["groove"].append(float(np.mean(agree)))
    return {name: rounded(float(np.nanmean(values)), 4) for name, values in found.items()}


def rounded(x: float, digits: int = 3) -> float | None:
    """For JSON: not-a-number as None."""
    return None if not np.isfinite(x) else round(float(x), digits)


def alike(pitched: Cells, drums: Cells, owner: NDArray[np.int64], threshold: float) -> float:
    """Set self-similarity: percent of bars that have another's bar within the threshold."""
    bars = m.bar_vectors(pitched[:N_COMPARED], drums[:N_COMPARED])
    return m.self_similarity(m.nearest_distances(bars, bar_groups(owner[:N_COMPARED])), threshold)


def copied(pitched: Cells, runs: metrics.RunIndex, n: int = N_COPIED) -> Figures:
    """The longest run of notes that each phrase shares with the training data."""
    longest = np.array([runs.longest(band_notes(phrase)).n_notes for phrase in pitched[:n]])
    return {"median": float(np.median(longest)), "p99": float(np.quantile(longest, 0.99))}


def harmony_with_given(row: Figures, held_out: tuple[Cells, Cells]) -> Figures:
    """True TD to the given piano: the model's, real pairs', random ones', the share of the gap closed."""
    pitched, _ = held_out
    shuffled = pitched.copy()
    piano = PITCHED.index(BAND[GIVEN])
    shuffled[:, piano] = np.roll(pitched[:, piano], len(pitched) // 2 + 1, axis=0)
    figures = {}
    real, random = (
        dict(zip(m.PAIRS, m.tonal_distances(m.chroma(m.beat_sums(p > 0))).value, strict=True))
        for p in (pitched, shuffled)
    )
    for pair in WITH_GIVEN:
        gap = random[pair] - real[pair]
        figures[pair] = {
            "model": row["TD"][pair],
            "real": rounded(real[pair]),
            "random": rounded(random[pair]),
            "gap_closed": rounded((random[pair] - row["TD"][pair]) / gap),
        }
    return figures


def model_figures(model: str, data: Data, weights: Path, training: Figures) -> Figures:
    """One model's row: measures, distances to the training row beside the paper's, whether the bar is met."""
    checkpoint = band_checkpoints.load(weights_path(model, weights))
    conditional = checkpoint.generator.config.conditional
    rolls = data.held_out[1]
    pitched, drums = phrases_of(checkpoint.generator, rolls, n=N_PHRASES, seed=SEED)
    row = row_of(pitched, drums, given=BAND[GIVEN] if conditional else None)
    reference = Reference.of(data.train[1], model, 6000)
    figures = measure(pitched, drums, reference)
    for name in ("length_overlap", "pitch_class_overlap"):
        row[name] = [
            None if np.isnan(ratio) else rounded(x)
            for x, ratio in zip(figures.values[name], figures.ratios[name], strict=True)
        ]
    row["drum_overlap"] = rounded(
        float(m.overlap(m.drum_histogram(drums), m.drum_histogram(data.train[1].drums[::4].numpy()))[0])
    )
    row["self_similarity"] = rounded(alike(pitched, drums, np.arange(len(pitched)), data.threshold))
    row["longest_run"] = copied(pitched, data.runs)
    row["bar"] = bar(model, row, training)
    row["met"] = f"{sum(x['met'] for x in flat(row['bar']))} of {len(flat(row['bar']))}"
    if conditional:
        half = spread(len(rolls), N_PHRASES)
        row["given"] = BAND[GIVEN]
        row["harmony_with_given"] = harmony_with_given(row, taken(rolls, half))
        row["by_set"] = {}
        for name in SETS:
            part = rolls_of(*data.held_out, name)
            if len(part):
                of_set = phrases_of(checkpoint.generator, part, n=max(256, len(part)), seed=SEED)
                row["by_set"][name] = row_of(*of_set, given=BAND[GIVEN])
    return row | {
        "weights": checkpoint.sha256,
        "seed": SEED,
        "steps": checkpoint.card["steps"],
        "parameters": checkpoint.card["parameters"],
    }


def flat(nested: Mapping[str, list[Figures | None]]) -> list[Figures]:
    """All cells of a bar that have a figure."""
    return [cell for cells in nested.values() for cell in cells if cell is not None]


def bar(model: str, row: Figures, training: Figures) -> dict[str, list[Figures | None]]:
    """For every cell: how far it is from the training row, how far it may be, the paper's distance there
    (relative to its own training row), and whether the bar is met.
    """
    found: dict[str, list[Figures | None]] = {}
    for name in MEASURES:
        ours, theirs = (list(x.values()) if isinstance(x, dict) else x for x in (row[name], training[name]))
        cells: list[Figures | None] = []
        for i, (x, y) in enumerate(zip(ours, theirs, strict=True)):
            limit = allowed(model, name, i, y)
            if x is None or np.isnan(limit):
                cells.append(None)
                continue
            published = PAPER[model][name][i] if name in TRAINING else None
            met = abs(x - y) <= limit + 1e-9 and (name != "QN" or x >= QUALIFIED)
            cells.append(
                {
                    "apart": rounded(abs(x - y)),
                    "allowed": rounded(limit),
                    "paper_share": None
                    if published is None
                    else rounded(abs(published - TRAINING[name][i]) / TRAINING[name][i]),
                    "met": bool(met),
                }
            )
        found[name] = cells
    for name in ("length_overlap", "pitch_class_overlap"):
        found[name] = [
            None if x is None else {"value": x, "allowed": OVERLAP, "met": bool(x >= OVERLAP)}
            for x in row[name]
        ]
    similar, held_out = row["self_similarity"], training["held_out_self_similarity"]
    found["self_similarity"] = [
        {"value": similar, "allowed": rounded(2 * held_out), "met": bool(similar <= 2 * held_out)}
    ]
    return found


def rolls_of(phrases: Phrases, rolls: Rolls, name: str) -> Rolls:
    """The rolls of one set."""
    chosen = torch.from_numpy(np.flatnonzero(phrases.sources == phrases.names.index(name)))
    return Rolls(rolls.pitched[chosen], rolls.drums[chosen])


def evaluate(weights: Path = WEIGHTS, only: str | None = None) -> Iterator[tuple[str, Figures]]:
    """(name of the row, its figures): the data's rows first, then each model. only: one of MODELS.

    Raises CheckpointError when weights are missing, DatasetError when a data set is.
    """
    torch.set_num_threads(1)
    data = Data.load()
    rows: dict[str, Figures] = {}
    for side, (phrases, rolls) in (("training", data.train), ("held_out", data.held_out)):
        pitched, drums = rolls.pitched.numpy(), rolls.drums.numpy()
        rows[side] = row_of(*taken(rolls, spread(len(rolls), 6000)))
        chosen = spread(len(rolls), N_COMPARED)
        rows[side]["self_similarity"] = rounded(
            alike(pitched[chosen], drums[chosen], phrases.pieces[chosen], data.threshold)
        )
        for name in SETS:
            part = rolls_of(phrases, rolls, name)
            if len(part):
                rows[f"{side}/{name}"] = row_of(*taken(part, spread(len(part), 3000)))
    rows["held_out"]["longest_run"] = copied(
        taken(data.held_out[1], spread(len(data.held_out[1]), N_COPIED))[0], data.runs
    )
    rows["training"]["held_out_self_similarity"] = rows["held_out"]["self_similarity"]
    yield from rows.items()
    for model in MODELS:
        if only in (None, model):
            yield model, model_figures(model, data, weights, rows["training"])


def as_json(found: Mapping[str, Figures]) -> Figures:
    """All rows as one object: training, held_out, each by set, models, and the published table."""
    return {
        "training": found["training"],
        "held_out": found["held_out"],
        "sets": {name: figures for name, figures in found.items() if "multitrack" in name},
        "models": {name: found[name] for name in MODELS if name in found},
        "paper": {"training": TRAINING, "models": PAPER},
        "grid": {"steps_per_bar": STEPS_PER_BAR, "bars": 4},
    }


def table(name: str, row: Figures) -> str:
    """A row as lines for people: values, and where a bar stands, a mark at each that misses it."""
    what = f"{row['phrases']} phrases"
    if "met" in row:
        what += f", {row['met']} figures meet the bar (! misses it)"
    lines = [f"{name}: {what}"]
    marks = row.get("bar", {})
    for key in [*MEASURES, "length_overlap", "pitch_class_overlap"]:
        if key not in row:
            continue
        values = row[key]
        named = values.items() if isinstance(values, dict) else zip(
            [LETTERS[c] for c in COLUMNS.get(key, PITCHED)], values, strict=True
        )  # fmt: skip
        cells = marks.get(key) or [None] * len(values)
        said = [
            f"{column} {'-' if x is None else x}{'!' if cell is not None and not cell['met'] else ''}"
            for (column, x), cell in zip(named, cells, strict=True)
        ]
        lines.append(f"  {key:20}" + "  ".join(f"{word:>12}" for word in said))
    for key in ("UPC_band", "TD_band", "polyphony"):
        values = row[key].values() if isinstance(row[key], dict) else row[key]
        lines.append(f"  {key:20}" + "  ".join(f"{'-' if x is None else x:>12}" for x in values))
    lines.append(f"  H1 {row['H1']}  H4 {row['H4']}  groove {row['groove']}")
    if "self_similarity" in row:
        lines.append(f"  bars that have a twin in another phrase: {row['self_similarity']} %")
    if "longest_run" in row:
        runs = row["longest_run"]
        lines.append(
            f"  longest run shared with training: median {runs['median']:.0f}, 99 % {runs['p99']:.0f} notes"
        )
    for pair, figures in row.get("harmony_with_given", {}).items():
        lines.append(
            f"  TD {pair} {figures['model']}, real pairs {figures['real']}, random ones {figures['random']}: "
            f"{100 * figures['gap_closed']:.0f} % of the gap closed"
        )
    if "weights" in row:
        lines.append(f"  seed {row['seed']}, weights {row['weights'][:16]}, {row['steps']} steps")
    return "\n".join(lines)


def paper_table(found: Mapping[str, Figures]) -> str:
    """The published distances beside ours, as shares of each one's own training row."""
    lines = ["distance to the own training row, percent: the paper's / ours"]
    for model in MODELS:
        if model not in found:
            continue
        for key in TRAINING:
            published, cells = PAPER[model][key], found[model]["bar"][key]
            theirs = list(found["training"][key].values()) if key == "TD" else found["training"][key]
            said = []
            for x, base, cell, own in zip(published, TRAINING[key], cells, theirs, strict=True):
                if x is None or cell is None:
                    said.append("-")
                    continue
                ours = 100 * cell["apart"] / own if own else 0.0
                said.append(f"{100 * abs(x - base) / base:.0f}/{ours:.0f}{'' if cell['met'] else '!'}")
            lines.append(f"  {model:22}{key:5}" + "  ".join(f"{word:>9}" for word in said))
    return "\n".join(lines)
