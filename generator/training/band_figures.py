"""How near a generator's phrases come to the data: for choosing checkpoints and setting thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.music import band_metrics as m
from generator.music.bandroll import BAND, PITCHED, STRUCK
from generator.networks.musegan import DRUMS, Cells, Generator, Latents, as_rolls, random_latents
from generator.networks.musegan_critics import mix
from generator.training.band_bars import Rolls
from generator.training.musegan_paper import OVERLAP, allowed

GIVEN = BAND.index("piano")
"""The role that is given where a conditional model is measured, as in the paper."""
MEASURES = ("EB", "UPC", "QN", "DP", "TD", "one_step")
CHUNK = 64
FARTHEST = 2.5
"""Thresholds lie at most this many logits from 0: they correct a network, they don't replace it."""

Rates = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Reference:
    """What the data measure. rates: share of cells, by role or piece of the kit."""

    model: str
    values: dict[str, NDArray[np.float64]]
    lengths: NDArray[np.float64]
    classes: NDArray[np.float64]
    rates: Rates
    rolls: Rolls

    @classmethod
    def of(cls, rolls: Rolls, model: str, n: int = 3000) -> Reference:
        """Measured on n phrases of the data, spread over all of it."""
        chosen = torch.arange(0, len(rolls), max(1, len(rolls) // n))
        pitched, drums = rolls.pitched[chosen].numpy(), rolls.drums[chosen].numpy()
        tallies = m.tallies(pitched, drums)
        rates = {
            "onset": (pitched == STRUCK).mean(axis=(0, 2, 3, 4)),
            "sound": (pitched > 0).mean(axis=(0, 2, 3, 4)),
            "drums": drums.mean(axis=(0, 1, 2)),
        }
        return cls(
            model,
            {name: tallies[name].value for name in MEASURES},
            m.length_histogram(m.note_lengths(pitched)),
            m.pitch_class_histogram(pitched),
            rates,
            rolls,
        )


@dataclass(frozen=True)
class Figures:
    """Distances as shares of what the bar allows (1 just meets it), by measure and column."""

    values: dict[str, NDArray[np.float64]]
    ratios: dict[str, NDArray[np.float64]]

    @property
    def score(self) -> float:
        """Lower is better: the mean distance to the bar, and the share of figures that miss it."""
        every = np.concatenate(list(self.ratios.values()))
        every = np.nan_to_num(every[~np.isnan(every)], posinf=4.0)
        return float(np.minimum(every, 4).mean() + 2 * (every > 1).mean())

    @property
    def missed(self) -> int:
        """How many figures miss the bar."""
        return int(sum((ratio > 1).sum() for ratio in self.ratios.values()))

    def flat(self) -> dict[str, float]:
        """Every value by name, for a log."""
        named = {"score": self.score, "missed": float(self.missed)}
        for measure, values in self.values.items():
            named |= {f"{measure}_{i}": float(value) for i, value in enumerate(values)}
        return named

    def __str__(self) -> str:
        rows = [
            f"{name} {np.round(self.values[name], 2)} x{np.round(ratio, 1)}"
            for name, ratio in self.ratios.items()
        ]
        return f"score {self.score:.3f}, {self.missed} missed\n    " + "\n    ".join(rows)


@torch.inference_mode()
def generate_logits(
    generator: Generator, latents: Latents, real: Cells | None, given: Tensor | None
) -> Cells:
    """The logits of phrases; the given roles' are those of what was played (far above or below 0)."""
    codes = generator.codes(latents, None if given is None or real is None else generator.hear(real, given))
    cells = generator.draw(codes)
    if given is None or real is None:
        return cells
    certain = Cells(*(20 * (x - 0.5) for x in (real.onset, real.sound, real.drums)))
    return mix(certain, cells, given)


def chunks_of(
    generator: Generator, rolls: Rolls, chosen: Tensor, seed: int, role: int | None
) -> list[tuple[Cells, Tensor | None]]:
    """Logits of len(chosen) phrases in chunks; a conditional generator is given `role` of the chosen phrases,
    None for any one role."""
    source = torch.Generator().manual_seed(seed)
    out: list[tuple[Cells, Tensor | None]] = []
    for part in chosen.split(CHUNK):
        latents = random_latents(len(part), generator.config.latent, source)
        if not generator.config.conditional:
            out.append((generate_logits(generator, latents, None, None), None))
            continue
        given = torch.zeros(len(part), len(BAND))
        which = torch.randint(len(BAND), (len(part),), generator=source)
        given[torch.arange(len(part)), which if role is None else role] = 1
        out.append((generate_logits(generator, latents, rolls.cells(part), given), given))
    return out


def phrases_of(
    generator: Generator, rolls: Rolls, *, n: int, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """n phrases; a conditional generator plays along with the piano of the rolls, taken in turn."""
    source = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(rolls), generator=source).repeat(-(-n // len(rolls)))[:n]
    parts = [as_rolls(cells) for cells, _ in chunks_of(generator, rolls, chosen, seed, GIVEN)]
    return np.concatenate([a for a, _ in parts]), np.concatenate([b for _, b in parts])


def calibrate(generator: Generator, reference: Reference, *, seed: int, n: int = 384) -> None:
    """Set the thresholds so that as many cells begin and sound as in the data, role by role.

    A role's threshold counts only phrases in which the network plays it.
    """
    for old in (generator.onset_threshold, generator.sound_threshold, generator.drum_threshold):
        old.zero_()
    source = torch.Generator().manual_seed(seed)
    chosen = torch.randint(len(reference.rolls), (n,), generator=source)
    parts = chunks_of(generator, reference.rolls, chosen, seed, None)
    played = [torch.zeros(len(c.drums), len(BAND)) if given is None else given for c, given in parts]
    ours = torch.cat(played) == 0

    def threshold(logits: Tensor, rate: float) -> float:
        flat = logits.flatten().float()
        kept = max(1, round(rate * flat.numel()))
        value = float(flat.kthvalue(max(1, flat.numel() - kept)).values)
        return min(FARTHEST, max(-FARTHEST, value))

    onset, sound = torch.cat([c.onset for c, _ in parts]), torch.cat([c.sound for c, _ in parts])
    drums = torch.cat([c.drums for c, _ in parts])
    for row, role in enumerate(PITCHED):
        mine = ours[:, BAND.index(role)]
        generator.onset_threshold[row] = threshold(onset[mine, row], reference.rates["onset"][row])
        generator.sound_threshold[row] = threshold(sound[mine, row], reference.rates["sound"][row])
    for piece, rate in enumerate(reference.rates["drums"]):
        generator.drum_threshold[piece] = threshold(drums[ours[:, DRUMS]][..., piece], float(rate))


def measure(pitched: NDArray[np.uint8], drums: NDArray[np.uint8], reference: Reference) -> Figures:
    """The figures of generated phrases and how they stand to the bar; what was given is left out."""
    tallies = m.tallies(pitched, drums)
    given = GIVEN if reference.model.endswith("conditional") else None
    values, ratios = {}, {}
    for name in MEASURES:
        value, training = tallies[name].value, reference.values[name]
        limits = np.array([allowed(reference.model, name, i, float(x)) for i, x in enumerate(training)])
        if name == "one_step" and given is not None:
            limits[PITCHED.index(BAND[given])] = np.nan
        # Nothing to measure is as far off as can be.
        apart = np.where(np.isnan(value), np.inf, np.abs(value - training))
        values[name] = value
        ratios[name] = np.where(np.isnan(limits), np.nan, apart / np.maximum(limits, 1e-9))
    histograms = (
        ("length_overlap", m.length_histogram(m.note_lengths(pitched)), reference.lengths),
        ("pitch_class_overlap", m.pitch_class_histogram(pitched), reference.classes),
    )
    for name, ours, theirs in histograms:
        values[name] = m.overlap(ours, theirs)
        ratios[name] = (1 - values[name]) / (1 - OVERLAP)
        if given is not None:
            ratios[name][PITCHED.index(BAND[given])] = np.nan
    return Figures(values, ratios)


COLOURS = {
    "bass": "#d9822b",
    "guitar": "#3a9a5b",
    "piano": "#2a7ab0",
    "strings": "#9a5bb0",
    "drums": "#888888",
}


def draw_phrases(
    pitched: NDArray[np.uint8], drums: NDArray[np.uint8], path: Path, *, columns: int = 2, rows: int = 3
) -> None:
    """A picture (SVG) of the first phrases: roles one below the other, onsets dark."""
    wide, high = 4 * 64 + 12, 4 * 92 + 46
    size = f"{wide * columns} {high * rows}"
    marks = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}"><rect width="100%" height="100%"/>'
    ]
    for number in range(min(columns * rows, pitched.shape[0])):
        left, top = wide * (number % columns), high * (number // columns)
        for row, role in enumerate(PITCHED):
            table = pitched[number, row].reshape(-1, pitched.shape[-1])
            for step, pitch in zip(*np.nonzero(table), strict=True):
                faint = 1.0 if table[step, pitch] == STRUCK else 0.55
                y = top + 92 * row + 84 - pitch
                marks.append(
                    f'<rect x="{left + 4 * step}" y="{y}" width="4" height="1" fill="{COLOURS[role]}" '
                    f'opacity="{faint}"/>'
                )
        for step, piece in zip(*np.nonzero(drums[number].reshape(-1, drums.shape[-1])), strict=True):
            y = top + 92 * 4 + 36 - 4 * piece
            marks.append(f'<rect x="{left + 4 * step}" y="{y}" width="3" height="3" fill="#aaaaaa"/>')
    path.write_text("\n".join([*marks, "</svg>"]))
