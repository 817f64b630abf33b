"""How near a generator's phrases come to the data: for choosing checkpoints and thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.music import band_metrics as m
from generator.music.bandroll import BAND, PITCHED, STRUCK
from generator.networks.musegan import Cells, Generator, Latents, as_rolls, random_latents
from generator.networks.musegan_critics import mix
from generator.training.band_bars import Rolls
from generator.training.musegan_paper import OVERLAP, allowed

GIVEN = BAND.index("piano")
"""The role that is given where a conditional model is measured, as in the paper."""
MEASURES = ("EB", "UPC", "QN", "DP", "TD", "one_step")
CHUNK = 64
UNLIKE = 0.04
"""How much other phrases' figures differ beside what their number explains, as a share of what is allowed."""
NEAR = 0.05
"""What it counts that all figures come nearer, beside that fewer miss."""
FAR = 3.0
"""From so many times what is allowed on, a figure counts no more the farther off it is."""

Floats = NDArray[np.float64]
Rates = dict[str, Floats]


@dataclass(frozen=True)
class Part:
    """What a pitched role measures by itself: tallies of one column, histograms of its notes' lengths (1, 17)
    and pitch classes (1, 12), and where its beats lie in tonal space (n, 1, N, 4, 6).
    """

    tallies: dict[str, m.Tally]
    lengths: Floats
    classes: Floats
    places: Floats

    @classmethod
    def of(cls, roll: NDArray[np.uint8]) -> Part:
        """roll: (n, 1, N, T, 84) of SILENT, HELD, STRUCK."""
        sounding = roll > 0
        lengths = m.note_lengths(roll)
        tallies = {
            "EB": m.empty_bars(sounding),
            "UPC": m.used_classes(m.chroma(np.asarray(sounding.any(axis=3))) > 0),
            "QN": m.qualified_notes(lengths, roll.shape[3]),
            "one_step": m.one_step_notes(lengths),
        }
        places = m.tonal_centroid(m.chroma(m.beat_sums(sounding)))
        return cls(tallies, m.length_histogram(lengths), m.pitch_class_histogram(roll), places)

    @classmethod
    def each(cls, pitched: NDArray[np.uint8]) -> list[Part]:
        """Of all roles, (n, 4, N, T, 84)."""
        return [cls.of(pitched[:, row : row + 1]) for row in range(pitched.shape[1])]


def tallies_of(parts: list[Part], drums: NDArray[np.uint8]) -> dict[str, m.Tally]:
    """MEASURES of a band from those of its parts, as `band_metrics.tallies` has them."""

    def joined(name: str) -> m.Tally:
        columns = [part.tallies[name] for part in parts]
        return m.Tally(*(np.concatenate([getattr(t, x) for t in columns], axis=1) for x in ("top", "bottom")))

    return {
        "EB": m.with_drums(joined("EB"), m.empty_bars(drums[:, None] > 0)),
        "UPC": joined("UPC"),
        "QN": joined("QN"),
        "DP": m.drum_patterns(drums),
        "TD": m.place_distances(np.concatenate([part.places for part in parts], axis=1)),
        "one_step": joined("one_step"),
    }


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
        chosen = torch.from_numpy(np.linspace(0, len(rolls) - 1, min(n, len(rolls))).round().astype(np.int64))
        pitched, drums = rolls.pitched[chosen].numpy(), rolls.drums[chosen].numpy()
        parts = Part.each(pitched)
        tallies = tallies_of(parts, drums)
        rates = {
            "onset": (pitched == STRUCK).mean(axis=(0, 2, 3, 4)),
            "sound": (pitched > 0).mean(axis=(0, 2, 3, 4)),
            "drums": drums.mean(axis=(0, 1, 2)),
        }
        return cls(
            model,
            {name: tallies[name].value for name in MEASURES},
            np.concatenate([part.lengths for part in parts]),
            np.concatenate([part.classes for part in parts]),
            rates,
            rolls,
        )

    def empty(self, row: int) -> float:
        """Share of a pitched role's bars that are empty, by its place in PITCHED."""
        return float(self.values["EB"][BAND.index(PITCHED[row])]) / 100


@dataclass(frozen=True)
class Figures:
    """Distances as shares of what the bar allows (1 just meets it) and their standard errors, by measure and
    column; not-a-number where there is no bar.
    """

    values: dict[str, Floats]
    ratios: dict[str, Floats]
    errors: dict[str, Floats]

    @property
    def score(self) -> float:
        """Lower is better: the mean distance to the bar, and the share of figures that miss it."""
        every = np.concatenate(list(self.ratios.values()))
        every = np.nan_to_num(every[~np.isnan(every)], posinf=4.0)
        return float(np.minimum(every, 4).mean() + 2 * (every > 1).mean())

    @property
    def risks(self) -> dict[str, Floats]:
        """How likely each misses the bar on as many other phrases, 0 to 1."""
        found = {}
        for name, ratio in self.ratios.items():
            spread = np.hypot(np.sqrt(2) * np.nan_to_num(self.errors[name]), UNLIKE)
            found[name] = torch.special.ndtr(torch.from_numpy((ratio - 1) / spread)).numpy()
        return found

    @property
    def trouble(self) -> float:
        """Lower is better: how many figures are expected to miss the bar; a little, how far all are off."""
        every = np.concatenate(list(self.ratios.values()))
        far = np.minimum(every[~np.isnan(every)], FAR)
        return float(sum(np.nansum(x) for x in self.risks.values()) + NEAR * far.mean())

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


def measure(pitched: NDArray[np.uint8], drums: NDArray[np.uint8], reference: Reference) -> Figures:
    """The figures of generated phrases and how they stand to the bar; what was given is left out."""
    return figures_of(Part.each(pitched), drums, reference)


def figures_of(parts: list[Part], drums: NDArray[np.uint8], reference: Reference) -> Figures:
    """The same from what its pitched roles measure each."""
    given = PITCHED.index(BAND[GIVEN]) if reference.model.endswith("conditional") else None
    values, ratios, errors = {}, {}, {}
    for name, tally in tallies_of(parts, drums).items():
        value, training = tally.value, reference.values[name]
        limits = np.array([allowed(reference.model, name, i, float(x)) for i, x in enumerate(training)])
        if name == "one_step" and given is not None:
            limits[given] = np.nan
        # Nothing to measure is as far off as can be.
        apart = np.where(np.isnan(value), np.inf, np.abs(value - training))
        values[name] = value
        ratios[name], errors[name] = (
            np.where(np.isnan(limits), np.nan, x / np.maximum(limits, 1e-9)) for x in (apart, tally.error)
        )
    histograms = (
        ("length_overlap", [part.lengths for part in parts], reference.lengths),
        ("pitch_class_overlap", [part.classes for part in parts], reference.classes),
    )
    for name, ours, theirs in histograms:
        values[name] = m.overlap(np.concatenate(ours), theirs)
        ratios[name], errors[name] = (1 - values[name]) / (1 - OVERLAP), np.zeros(len(PITCHED))
        if given is not None:
            ratios[name][given] = np.nan
    return Figures(values, ratios, errors)


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
