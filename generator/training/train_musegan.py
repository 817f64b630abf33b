"""Train MuseGAN: python -m generator.training.train_musegan hybrid/scratch --minutes 20

    bars                          teaches the decoders of bars first, once for all models
    jamming/scratch …             one of the six models; jamming, composer, hybrid by scratch, conditional
    hybrid/scratch --reference    as in the paper: WGAN-GP on soft rolls, from nothing

Stops and goes on: state, losses, measures and pictures of samples lie in var/training/musegan/<model>/. The
checkpoint that measures best so far is written to generator/weights. When the run ends the thresholds of the
few best are refined, and the one that then measures best stays there.
"""

from __future__ import annotations

import argparse
import copy
import csv
import shutil
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from generator.networks import band_checkpoints
from generator.networks.band_checkpoints import MODELS, weights_path
from generator.networks.checkpoints import WEIGHTS
from generator.networks.musegan import N_BARS, Codec, MuseGANConfig, encode
from generator.networks.musegan_critics import Heard
from generator.training.band_bars import SETS, Rolls, learn, load_rolls
from generator.training.band_figures import Reference, draw_phrases, measure, phrases_of
from generator.training.band_run import DEVICE, TRAINING, Recipe, Run
from generator.training.band_scheme import on_one_scheme
from generator.training.band_thresholds import calibrate, refine_weights
from generator.training.datasets import DatasetError
from generator.training.precision import autocast
from generator.training.revision import revision

REFERENCE = Recipe(
    rate=1e-3, critic_rate=1e-3, loss="wgan-gp", critic_steps=5, binarised=False, spectral=False,
    from_bars=False, code_steps=0, moments=0.0, steps=2400,
)  # fmt: skip
"""As in the paper: WGAN-GP, five steps of the critic for each of the generator, probabilities."""

RECIPES: dict[str, Recipe] = {
    "jamming/scratch": Recipe(
        seed=8, steps=320, batch=96, moments=6.0, harmony=8.0, classes=4.0, scheme=True
    ),
    "composer/scratch": Recipe(seed=2, harmony=8.0, joins=10.0),
    "hybrid/scratch": Recipe(seed=13, harmony=8.0, joins=10.0),
    "jamming/conditional": Recipe(seed=51, batch=128, moments=6.0, alike=True),
    "composer/conditional": Recipe(seed=5),
    "hybrid/conditional": Recipe(seed=6),
}


@torch.inference_mode()
def codes_of(codec: Codec, rolls: Rolls) -> list[Tensor]:
    """The codes of all phrases, each (n, N, C)."""
    parts = []
    for chosen in torch.arange(len(rolls), device=rolls.device).split(256):
        with autocast(rolls.device):
            parts.append(encode(codec.encoders, rolls.cells(chosen)))
    return [torch.cat(part).float() for part in zip(*parts, strict=True)]


@torch.inference_mode()
def moments_of(rolls: Rolls, run: Run, *, n: int = 2000) -> list[Tensor]:
    """What is heard in the data, on average, weighed as in a run."""
    parts = [
        Heard(rolls.cells(chosen)).moments(
            together=run.together,
            harmony=run.recipe.harmony,
            classes=run.recipe.classes,
            joins=run.recipe.joins,
            scheme=run.recipe.scheme,
            loops=False,
        )
        for chosen in torch.randperm(len(rolls), device=rolls.device)[:n].split(250)
    ]
    return [torch.stack(part).mean(dim=0) for part in zip(*parts, strict=True)]


def train(
    model: str, recipe: Recipe, *, minutes: float, every: int, weights: Path, fresh: bool, suffix: str = ""
) -> None:
    """Train until the recipe's steps are done or the minutes are over."""
    began = time.monotonic()
    run = Run(model, recipe, DEVICE)
    if suffix:
        run.folder = run.folder.with_name(run.folder.name + suffix)
        run.folder.mkdir(parents=True, exist_ok=True)
    _, data = load_rolls("train")
    everything = data.to(DEVICE)
    rolls = on_one_scheme(data).to(DEVICE) if recipe.scheme else everything
    if fresh:
        shutil.rmtree(run.folder / "finalists", ignore_errors=True)
    resumed = not fresh and run.resume()
    if recipe.from_bars and not resumed:
        run.begin_with(learn(TRAINING / "bars", run.config, minutes=0, steps=0))
    if run.codec is not None:
        codes = codes_of(run.codec, rolls)
    else:
        codes = [torch.zeros(len(rolls), N_BARS, size, device=DEVICE) for size in run.config.codes]
    if resumed:
        torch.manual_seed(recipe.seed + run.step)
    target = moments_of(everything, run)
    if recipe.scheme:
        target[-1] = moments_of(rolls, run)[-1]  # the places of the scheme's beats
    reference = Reference.of(data, model)
    print(f"{model}: {len(rolls)} phrases, from step {run.step}", flush=True)
    losses: list[tuple[float, ...]] = []
    saved = time.monotonic()
    before = run.seconds
    while run.done < 1 and time.monotonic() - began < 60 * minutes:
        run.set_rates()
        code_losses = (0.0, 0.0)
        for _ in range(recipe.code_steps):
            chosen = torch.randint(len(rolls), (recipe.code_batch,), device=DEVICE)
            code_losses = run.code_step([code[chosen] for code in codes])
        losses.append((*code_losses, *run.roll_step(rolls, codes, target)))
        run.follow()
        run.step += 1
        run.seconds = before + time.monotonic() - began
        if run.step % every == 0 or run.done >= 1:
            look(run, reference, losses, weights if not suffix else None)
            losses = []
        if time.monotonic() - saved > 120:
            saved = time.monotonic()
            run.save()
    run.save()
    if run.done >= 1 and not suffix:
        choose(run, replace(reference, rolls=load_rolls("valid")[1]), weights)


def look(run: Run, reference: Reference, losses: list[tuple[float, ...]], weights: Path | None) -> None:
    """Measure the averaged generator, log, draw samples, and keep it when it is the best so far."""
    average = copy.deepcopy(run.average).cpu().eval()
    calibrate(average, reference, seed=run.step)
    pitched, drums = phrases_of(average, reference.rolls, n=512, seed=run.step + 1)
    figures = measure(pitched, drums, reference)
    mean = np.mean(np.array(losses), axis=0)
    named = dict(
        zip(("code_critic", "code_generator", "critic", "generator", "moments"), mean.tolist(), strict=True)
    )
    row = {"step": run.step, "seconds": round(run.seconds), **named, **figures.flat()}
    log = run.folder / "figures.csv"
    new = not log.exists()
    with log.open("a", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        if new:
            writer.writeheader()
        writer.writerow({key: round(value, 4) for key, value in row.items()})
    said = " ".join(f"{name} {value:.2f}" for name, value in named.items())
    print(f"step {run.step} {run.seconds:.0f} s  {said}\n    {figures}", flush=True)
    draw_phrases(pitched, drums, run.folder / f"samples-{run.step:06}.svg")
    if weights is None:
        return
    card = card_of(run, figures.flat())
    run.keep(average, card, figures.score)
    if figures.score < run.best:
        run.best = figures.score
        band_checkpoints.save(weights_path(run.model, weights), average, card)


def choose(run: Run, reference: Reference, weights: Path) -> None:
    """Refine the finalists' thresholds, and let the one that then measures best be the weights that ship."""
    best = None
    for folder in run.finalists():
        _, figures = refine_weights(run.model, reference, folder)
        if best is None or (figures.missed, figures.trouble) < (best.missed, best.trouble):
            best = figures
            shutil.copy(weights_path(run.model, folder), weights_path(run.model, weights))
    print(f"the best with its thresholds refined: {best}", flush=True)


def card_of(run: Run, figures: dict[str, float]) -> dict[str, Any]:
    """Facts of a training run for its model card."""
    return {
        "model": run.model,
        "data": list(SETS),
        "steps": run.step,
        "seed": run.recipe.seed,
        "device": str(run.device),
        "hours": round(run.seconds / 3600, 3),
        "parameters": sum(p.numel() for p in run.generator.parameters()),
        "recipe": asdict(run.recipe),
        "code": revision(),
        "figures": {name: round(value, 4) for name, value in figures.items()},
    }


def main() -> int:
    """The command; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", choices=["bars", *MODELS])
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so long, to go on later")
    parser.add_argument("--every", type=int, default=60, help="steps between two looks at the measures")
    parser.add_argument("--reference", action="store_true", help="as in the paper")
    parser.add_argument("--fresh", action="store_true", help="from the beginning")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="where the best checkpoint goes")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="change the recipe")
    parser.add_argument("--try", dest="suffix", default="", metavar="NAME", help="apart from the real run")
    options = parser.parse_args()
    torch.set_num_threads(1)
    try:
        if options.model == "bars":
            learn(TRAINING / "bars", MuseGANConfig(), minutes=options.minutes, steps=4800, device=DEVICE)
            return 0
        recipe = REFERENCE if options.reference else RECIPES[options.model]
        kinds = {name: type(value) for name, value in asdict(recipe).items()}
        pairs = [pair.split("=", 1) for pair in options.set]
        changes: dict[str, Any] = {
            name: value in ("1", "true", "True") if kinds[name] is bool else kinds[name](value)
            for name, value in pairs
        }
        suffix = options.suffix or ("-reference" if options.reference else "")
        train(
            options.model, replace(recipe, **changes), minutes=options.minutes, every=options.every,
            weights=options.weights, fresh=options.fresh, suffix=suffix,
        )  # fmt: skip
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
