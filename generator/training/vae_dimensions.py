"""What the most active dimensions of a latent do: measured, and drawn as small piano rolls.

A dimension is moved from two deviations under its mean to two over it, all others held, and what is decoded
is looked at: how many notes, how high, how syncopated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from generator.engine.blend import as_many
from generator.engine.prior import score_of
from generator.music.attributes import mean_pitch, notes_a_bar, off_beat_share
from generator.music.cells import N_KEYS, N_STEPS, cells_to_notes
from generator.music.grid import TICKS_PER_STEP
from generator.music.score import ROLES, Score, Track
from generator.networks import vae_checkpoints
from generator.networks.vae import MusicVAE, divergence
from generator.training.cell_groups import batch_of, load_groups
from generator.training.evaluate_vae import held_out

SHOWN = 10
PLACES = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""Deviations at which a dimension is looked at."""
N_BASES = 16
"""Held-out pieces of music over which a dimension's effect is averaged."""
EFFECTS: dict[str, Callable[[Score], float]] = {
    "notes_a_bar": notes_a_bar,
    "mean_pitch": mean_pitch,
    "off_beat_share": off_beat_share,
}


@dataclass(frozen=True)
class Dimension:
    """number: in the latent. kl: nats. rolls: of one held-out piece, at PLACES. effects: by how much each
    measure rises from the first place to the last, mean over held-out pieces.
    """

    number: int
    kl: float
    rolls: tuple[Score, ...]
    effects: dict[str, float]


Decode = Callable[[Tensor], list[Score]]
"""Many latents of one piece at once, (K, …, Z)."""


def dimensions(
    kl: Tensor, means: Tensor, bases: Sequence[Tensor], decode: Sequence[Decode]
) -> list[Dimension]:
    """The most active dimensions. kl: (Z,). means: (…, Z) of held-out music. bases: latents (…, Z), each with
    what decodes it.
    """
    middle, deviation = means.flatten(0, -2).mean(0), means.flatten(0, -2).std(0)
    numbers = kl.argsort(descending=True)[:SHOWN].tolist()
    walks: list[list[Score]] = []  # of each base: SHOWN times PLACES
    for base, write in zip(bases, decode, strict=True):
        moved = []
        for number in numbers:
            for place in PLACES:
                z = base.clone()
                z[..., number] = middle[number] + place * deviation[number]
                moved.append(z)
        walks.append(write(torch.stack(moved)))
    found = []
    for i, number in enumerate(numbers):
        own = [walk[i * len(PLACES) : (i + 1) * len(PLACES)] for walk in walks]
        effects = {}
        for name, measure in EFFECTS.items():
            rises = np.array([measure(walk[-1]) - measure(walk[0]) for walk in own])
            rises = rises[np.isfinite(rises)]
            # Plus nothing: what is rounded to nothing has no sign.
            effects[name] = round(float(rises.mean()), 2) + 0.0 if rises.size else 0.0
        found.append(Dimension(number, round(float(kl[number]), 2), tuple(own[0]), effects))
    return found


@torch.inference_mode()
def of_tokens(name: str, network: MusicVAE) -> tuple[list[float], list[Dimension]]:
    """KL of every dimension, largest first, and the most active ones, of a MusicVAE."""
    rng = np.random.default_rng(0)
    windows = rng.permutation(np.concatenate(list(held_out(name, rng).values())))[:300]
    mean, log_variance = network.encode(torch.from_numpy(windows.astype(np.int64)))
    kl = divergence(mean, log_variance).mean(0)

    def write(z: Tensor) -> list[Score]:
        return [score_of(tokens, network.config.tracks) for tokens in network.decode(z)]

    own = dimensions(kl, mean, list(mean[:N_BASES]), [write] * N_BASES)
    return sorted(kl.tolist(), reverse=True), own


@torch.inference_mode()
def of_cells(weights: Path) -> tuple[list[float], list[Dimension]]:
    """The same of the network that reads any piece: a dimension is moved in all cells of four bars."""
    network, _, _ = vae_checkpoints.load_cells(weights / "vae_any_piece.safetensors")
    n_bars = network.config.n_bars
    groups = load_groups("jsb", "test", n_bars, n_bars)
    chosen = np.random.default_rng(0).permutation(len(groups))[:N_BASES]
    parts = [batch_of(groups, chosen[i : i + 1], n_bars) for i in range(len(chosen))]
    latents = [network.encode(lanes, place, 1) for lanes, place in parts]
    mean, log_variance = (torch.cat(own) for own in zip(*latents, strict=True))
    kl = divergence(mean, log_variance).mean(0)

    def writer(number: int) -> Decode:
        place = parts[number][1]
        tracks = int(groups.tracks[chosen[number]])
        steps = place.steps.view(n_bars, tracks)[:, 0].numpy()
        counts = np.zeros(tracks)
        where = network.where(place)

        def write_one(z: Tensor) -> Score:
            logits = network.logits(z, where, place.bar, 1).numpy()
            on = as_many(logits.reshape(n_bars, tracks, N_STEPS, -1), counts).astype(np.uint8)
            loud = np.full(n_bars, 80.0)
            roles = [ROLES[int(role)] for role in place.role[:tracks]]
            own = [
                Track(role.title(), role, 0, role == "drums", cells_to_notes(on[:, m], steps, loud))
                for m, role in enumerate(roles)
            ]
            return Score(tuple(own), length=int(steps.sum()) * TICKS_PER_STEP)

        return lambda every: [write_one(z) for z in every]

    bases = [own for own, _ in latents]
    own = dimensions(kl, mean, bases, [writer(i) for i in range(len(bases))])
    return sorted(kl.tolist(), reverse=True), own


def as_figures(kl: Sequence[float], found: Sequence[Dimension]) -> dict[str, Any]:
    """For JSON: KL of every dimension, and what the most active ones do."""
    return {
        "kl": [round(value, 3) for value in kl],
        "active": sum(value > 0.1 for value in kl),
        "most_active": [{"dimension": one.number, "kl": one.kl, **one.effects} for one in found],
    }


# --- drawn -------------------------------------------------------------------------------------------

ROLL, HIGH, GAP, LEFT, TOP, BARS, TALLEST = 132, 44, 8, 210, 112, 80, 50
COLOURS = ("#0072b2", "#b4540a", "#00806a", "#a0487a", "#6a665e")


def picture(title: str, kl: Sequence[float], found: Sequence[Dimension]) -> str:
    """An SVG: the KL of all dimensions as bars, and a row of rolls for each of the most active."""
    width = LEFT + len(PLACES) * (ROLL + GAP) + GAP
    height = TOP + len(found) * (HIGH + GAP) + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{title}" font-family="sans-serif" font-size="11" fill="#1c1b19">',
        f'<rect width="{width}" height="{height}" fill="#faf7f1"/>',
        f'<text x="{GAP}" y="18" font-size="14">{title}</text>',
        f'<text x="{GAP}" y="{BARS}">KL of each dimension, nats:</text>',
        *_bars(kl, width),
    ]
    for i, place in enumerate(PLACES):
        x = LEFT + i * (ROLL + GAP)
        parts.append(f'<text x="{x}" y="{TOP - 6}">{place:+.0f} deviations</text>')
    for row, one in enumerate(found):
        y = TOP + row * (HIGH + GAP)
        effects = one.effects
        parts += [
            f'<text x="{GAP}" y="{y + 12}" font-weight="bold">dimension {one.number}, {one.kl:.2f} nats'
            "</text>",
            f'<text x="{GAP}" y="{y + 26}">notes a bar {_signed(effects["notes_a_bar"], 1)}, pitch '
            f"{_signed(effects['mean_pitch'], 1)}</text>",
            f'<text x="{GAP}" y="{y + 40}">off the beat '
            f"{_signed(100 * effects['off_beat_share'], 0)} %</text>",
        ]
        parts += _rolls(one.rolls, y)
    return "\n".join([*parts, "</svg>", ""])


def _signed(value: float, digits: int) -> str:
    """With its sign; nothing is +0, never -0."""
    return f"{round(value, digits) + 0.0:+.{digits}f}"


def _bars(kl: Sequence[float], width: int) -> list[str]:
    step = (width - LEFT - 2 * GAP) / len(kl)
    heights = [TALLEST * value / max(*kl, 0.1) for value in kl]
    return [
        f'<rect x="{LEFT + i * step:.1f}" y="{BARS - high:.1f}" width="{max(0.6, step - 0.4):.1f}" '
        f'height="{high:.1f}" fill="#b4540a"/>'
        for i, high in enumerate(heights)
        if high >= 0.1
    ]


def _rolls(rolls: Sequence[Score], y: int) -> list[str]:
    """A row of rolls of the same height and length."""
    pitches = [track.notes["pitch"] for roll in rolls for track in roll.tracks if track.notes.size]
    low = min((int(own.min()) for own in pitches), default=0)
    high = max((int(own.max()) for own in pitches), default=N_KEYS)
    length = max(max(roll.length for roll in rolls), 1)
    lane, tick = HIGH / (high - low + 1), ROLL / length
    parts = []
    for i, roll in enumerate(rolls):
        x = LEFT + i * (ROLL + GAP)
        parts.append(f'<rect x="{x}" y="{y}" width="{ROLL}" height="{HIGH}" fill="#fff" stroke="#ddd6c8"/>')
        for m, track in enumerate(roll.tracks):
            lines = [
                f"M{x + tick * onset:.1f} {y + (high - pitch + 0.5) * lane:.1f}"
                f"h{max(1.0, tick * duration - 0.6):.1f}"
                for onset, duration, pitch, _ in track.notes.tolist()
            ]
            stroke = (
                f'stroke="{COLOURS[m % len(COLOURS)]}" stroke-width="{min(2.4, max(1.2, 0.8 * lane)):.1f}"'
            )
            parts.append(f'<path d="{"".join(lines)}" {stroke}/>')
    return parts


def evaluate(weights: Path, networks: dict[str, MusicVAE], pictures: Path | None) -> dict[str, Any]:
    """Figures by network; pictures: a folder that the drawings go to, made where it is not there."""
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {}
    for name in ("melody_2", "any_piece", "drums_2", "melody_16"):
        if name not in networks and name != "any_piece":
            continue
        kl, own = of_cells(weights) if name == "any_piece" else of_tokens(name, networks[name])
        found[name] = as_figures(kl, own)
        if pictures is not None:
            title = f"{name}: the ten most active of {len(kl)} dimensions"
            (pictures / f"vae_{name}.svg").write_text(picture(title, kl, own))
    return found
