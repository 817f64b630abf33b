"""Above which logits cells are notes and bars rest: set so that the figures come nearest to the data's.

    python -m generator.training.band_thresholds hybrid/scratch --seeds 7 8 9

sets those of the weights that ship anew, which `train_musegan` does too when a run ends. Nothing else of a
network is touched; phrases are judged beside the training side, on seeds that `manage.py evaluate` does not
use, and what plays along hears validation phrases, as `evaluate` gives it held-out ones.
"""

from __future__ import annotations

import argparse
import copy
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from generator.music.band_metrics import PAIRS
from generator.music.bandroll import BAND, PITCHED
from generator.networks import band_checkpoints
from generator.networks.band_checkpoints import MODELS, weights_path
from generator.networks.checkpoints import WEIGHTS, CheckpointError
from generator.networks.musegan import (
    DRUMS,
    Cells,
    Generator,
    as_rolls,
    begun,
    pitched_rolls,
    thresholded,
)
from generator.training.band_bars import load_rolls
from generator.training.band_figures import (
    FAR,
    GIVEN,
    Figures,
    Part,
    Reference,
    chunks_of,
    figures_of,
    measure,
)
from generator.training.sources import DatasetError

FARTHEST = 2.5
"""Thresholds lie at most this many logits from 0: they correct a network, they don't replace it."""
FULLEST = 0.8
"""How far a role's fullness lies from 0 at most."""
SPREADS = (0.8, 0.4, 0.2, 0.1, 0.05, 0.025)
"""How far trials lie from the best so far, in logits; half as much in fullness."""
N_TRIALS = 24
"""Trials of a role with each spread."""
N_JUDGED = 1024
"""Phrases that each trial is judged by."""
SEED, JUDGE = 7, 1_000_007
"""Where a search begins, and what its outcome is judged by."""
AT_RISK = 0.02
"""A figure that misses less often than this is left alone."""


def calibrate(generator: Generator, reference: Reference, *, seed: int, n: int = 384) -> None:
    """Set the thresholds so that as many cells begin and sound, and as many bars rest, as in the data, role
    by role.

    A role's threshold counts only phrases in which the network plays it.
    """
    for old in (*_pitched_buffers(generator), generator.drum_threshold):
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
        begins = threshold(onset[mine, row], reference.rates["onset"][row])
        generator.onset_threshold[row] = begins
        generator.sound_threshold[row] = _holding(
            onset[mine, row, None] > begins, sound[mine, row, None], reference.rates["sound"][row]
        )
        generator.rest[row] = rest_of(onset[mine, row] - begins, reference.empty(row))
    for piece, rate in enumerate(reference.rates["drums"]):
        generator.drum_threshold[piece] = threshold(drums[ours[:, DRUMS]][..., piece], float(rate))


def _holding(begins: Tensor, sound: Tensor, rate: float) -> float:
    """Above which logits (B, 1, N, T, P) cells go on, so that a share of all are heard; what was never begun
    is not.
    """
    low, high = -FARTHEST, FARTHEST
    for _ in range(10):
        middle = (low + high) / 2
        heard = begun(begins, begins | (sound > middle)).float().mean()
        low, high = (middle, high) if heard > rate else (low, middle)
    return (low + high) / 2


def _pitched_buffers(generator: Generator) -> tuple[Tensor, ...]:
    """What is set for each pitched role, in the order that `thresholded` takes them."""
    return generator.onset_threshold, generator.sound_threshold, generator.fullness, generator.rest


def rest_of(onset: Tensor, share: float) -> float:
    """Below which a share of the bars have their surest beginning; 0 where as many are empty anyway.

    onset: (B, N, T, P) logits of one role, above 0 a note.
    """
    return max(0.0, float(onset.amax(dim=(-2, -1)).quantile(share)))


@dataclass
class _Trial:
    """Logits of phrases, drawn once without thresholds, and what each role measures at its own.

    at: (4, 4), a role's thresholds of onset and sound, its fullness and its rest.
    """

    logits: Cells
    at: Tensor
    parts: list[Part]

    @classmethod
    def of(cls, generator: Generator, reference: Reference, seed: int, n: int) -> _Trial:
        """n phrases with the generator's own thresholds."""
        at = torch.stack(_pitched_buffers(generator), dim=1)
        bare = copy.deepcopy(generator)
        for threshold in _pitched_buffers(bare):
            threshold.zero_()
        source = torch.Generator().manual_seed(seed)
        chosen = torch.randint(len(reference.rolls), (n,), generator=source)
        parts = [cells for cells, _ in chunks_of(bare, reference.rolls, chosen, seed, GIVEN)]
        logits = Cells(
            *(torch.cat([getattr(part, name) for part in parts]) for name in ("onset", "sound", "drums"))
        )
        trial = cls(logits, at, [])
        trial.parts = [trial.part(row, at[row]) for row in range(len(PITCHED))]
        return trial

    def part(self, row: int, at: Tensor) -> Part:
        """What a role measures at other thresholds."""
        role = slice(row, row + 1)
        onset, sound = thresholded(self.logits.onset[:, role], self.logits.sound[:, role], *at[:, None])
        return Part.of(pitched_rolls(onset, sound))

    def figures(self, parts: list[Part], reference: Reference) -> Figures:
        """Of the band whose roles measure so."""
        return figures_of(parts, (self.logits.drums > 0).numpy().astype(np.uint8), reference)


def refine(generator: Generator, reference: Reference, *, seed: int, n: int = N_JUDGED) -> Figures:
    """Try other thresholds for the pitched roles whose figures may miss the bar, and keep the best: as many
    cells as in the data need not mean as many empty bars or pitch classes.

    Returns the figures with the thresholds that it leaves.
    """
    trial = _Trial.of(generator, reference, seed, n)
    best = trial.figures(trial.parts, reference)
    source = torch.Generator().manual_seed(seed)
    given = {PITCHED.index(BAND[GIVEN])} if generator.config.conditional else set()
    for row in {*range(len(PITCHED))} - given:
        best = _better(trial, row, trial.at[row, :3], reference, best)
    for spread in tqdm(SPREADS, desc="thresholds", unit="spread"):
        for row in sorted(_at_risk(best) - given):
            for _ in range(N_TRIALS):
                step = spread * torch.randn(3, generator=source) * torch.tensor([1.0, 1.0, 0.5])
                best = _better(trial, row, trial.at[row, :3] + step, reference, best)
    for buffer, values in zip(_pitched_buffers(generator), trial.at.unbind(dim=1), strict=True):
        buffer.copy_(values)
    return best


def _better(trial: _Trial, row: int, at: Tensor, reference: Reference, best: Figures) -> Figures:
    """The figures with a role's thresholds and fullness there, and the rest that goes with them, when these
    are better, else those so far.
    """
    if float(at[:2].abs().max()) > FARTHEST or abs(float(at[2])) > FULLEST:
        return best
    rest = rest_of(trial.logits.onset[:, row] - at[0], reference.empty(row))
    at = torch.cat([at, torch.tensor([rest])])
    parts = [*trial.parts[:row], trial.part(row, at), *trial.parts[row + 1 :]]
    figures = trial.figures(parts, reference)
    if figures.trouble >= best.trouble:
        return best
    trial.at[row], trial.parts = at, parts
    return figures


def _at_risk(figures: Figures) -> set[int]:
    """The pitched roles, by their places in PITCHED, of which a figure may miss the bar and can be mended."""
    rows: set[int] = set()
    for name, risk in figures.risks.items():
        for column in np.flatnonzero((risk > AT_RISK) & (figures.ratios[name] < FAR)).tolist():
            if name == "TD":
                rows |= {"BGPS".index(letter) for letter in PAIRS[column].split("-")}
            elif name != "EB":
                rows.add(column)
            elif BAND[column] in PITCHED:
                rows.add(PITCHED.index(BAND[column]))
    return rows


def refine_weights(
    model: str, reference: Reference, weights: Path, *, seeds: Sequence[int] = (SEED,), n: int = N_JUDGED
) -> tuple[Figures, Figures]:
    """Refine the thresholds of a weight file, once from each seed; it is written again only when the best of
    them brings its figures nearer.

    Returns the figures before and after.
    """
    path = weights_path(model, weights)
    checkpoint = band_checkpoints.load(path)
    # Other phrases than those that thresholds are chosen by.
    chosen = torch.randint(len(reference.rolls), (n,), generator=torch.Generator().manual_seed(JUDGE))

    def judged(generator: Generator) -> Figures:
        parts = [as_rolls(c) for c, _ in chunks_of(generator, reference.rolls, chosen, JUDGE, GIVEN)]
        return measure(
            np.concatenate([a for a, _ in parts]), np.concatenate([b for _, b in parts]), reference
        )

    before = best = judged(checkpoint.generator)
    for seed in seeds:
        generator = copy.deepcopy(checkpoint.generator)
        refine(generator, reference, seed=seed, n=n)
        after = judged(generator)
        print(f"seed {seed}: {after.missed} missed, {after.trouble:.2f} expected to", flush=True)
        if (after.missed, after.trouble) < (best.missed, best.trouble):
            best = after
            card = checkpoint.card | {"thresholds": {"seed": seed, "phrases": n}}
            band_checkpoints.save(path, generator, card)
    return before, best


def main() -> int:
    """The command; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", choices=[*MODELS, []], help="all of them when none is named")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[SEED], help="to search from each of them")
    given = parser.parse_args()
    torch.set_num_threads(1)
    try:
        (_, rolls), (_, validation) = load_rolls("train"), load_rolls("valid")
        for model in given.models or MODELS:
            reference = replace(Reference.of(rolls, model, 6000), rolls=validation)
            before, after = refine_weights(model, reference, given.weights, seeds=given.seeds)
            print(f"{model}: before, {before}\n    after, {after}", flush=True)
    except (CheckpointError, DatasetError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
