"""Train MuseGAN: python -m generator.training.train_musegan hybrid/scratch --minutes 20

    bars                          teaches the decoders of bars first, once for all models
    jamming/scratch …             one of the six models; jamming, composer, hybrid by scratch, conditional
    hybrid/scratch --reference    as in the paper: WGAN-GP on soft rolls, from nothing

Stops and goes on: state, losses, measures and pictures of samples lie in var/training/musegan/<model>/. The
checkpoint that measures best is written to generator/weights with its card.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from generator.music.bandroll import BAND
from generator.networks import band_checkpoints
from generator.networks.band_checkpoints import MODELS, weights_path
from generator.networks.checkpoints import WEIGHTS
from generator.networks.musegan import (
    N_BARS,
    Cells,
    Codec,
    Generator,
    Latents,
    MuseGANConfig,
    binarise,
    encode,
    heard,
    random_latents,
    soften,
)
from generator.networks.musegan_critics import Critics, Heard, gradient_penalty, mix
from generator.training.band_bars import SETS, Rolls, learn, load_rolls
from generator.training.band_figures import Reference, draw_phrases, measure, phrases_of
from generator.training.band_thresholds import calibrate, refine_weights
from generator.training.datasets import DatasetError
from generator.training.precision import autocast
from generator.training.revision import revision

TRAINING = Path(os.environ.get("OSTINATO_TRAINING", "var/training")) / "musegan"


@dataclass(frozen=True)
class Recipe:
    """How one model is trained. steps: of the critic of rolls, in all; batch: phrases of rolls a step.

    loss: "hinge" or "wgan-gp". binarised: critics see zeros and ones, with straight-through gradients, else
    probabilities. from_bars: begin with the decoders that `bars` taught and ask the critic of codes too,
    code_steps times a step on code_batch phrases, with noise on the codes (the decoders know noise, and
    a critic that sees none soon has nothing to say). moments: weight of the distance between means of what is
    heard in the batch and in the data (feature matching: Salimans et al., 2016).
    """

    steps: int = 2400
    batch: int = 48
    rate: float = 4e-4
    critic_rate: float = 6e-4
    decoder_rate: float = 1e-4
    loss: str = "hinge"
    critic_steps: int = 1
    binarised: bool = True
    spectral: bool = True
    from_bars: bool = True
    code_steps: int = 4
    code_batch: int = 128
    code_weight: float = 1.0
    code_noise: float = 0.3
    moments: float = 3.0
    average: float = 0.99
    seed: int = 1


FRESH = 0.25
"""Share of the newest batch in the running means of what is heard."""

REFERENCE = Recipe(
    rate=1e-3, critic_rate=1e-3, loss="wgan-gp", critic_steps=5, binarised=False, spectral=False,
    from_bars=False, code_steps=0, moments=0.0,
)  # fmt: skip
"""As in the paper: WGAN-GP, five steps of the critic for each of the generator, probabilities."""

SEEDS = dict(zip(MODELS, (1, 2, 13, 4, 5, 6), strict=True))
RECIPES: dict[str, Recipe] = {model: Recipe(seed=seed) for model, seed in SEEDS.items()}


def config_of(model: str) -> MuseGANConfig:
    """The sizes of one of the six. What plays along is a little narrower: its file stays below 5 MB."""
    arranger, way = model.split("/")
    conditional = way == "conditional"
    return MuseGANConfig(arranger=arranger, conditional=conditional, hidden=240 if conditional else 256)


def random_given(n: int) -> Tensor:
    """(n, M) which roles are given: mostly one, sometimes two or three; never all."""
    count = torch.multinomial(torch.tensor([0.65, 0.2, 0.15]), n, replacement=True) + 1
    rank = torch.rand(n, len(BAND)).argsort(dim=1).argsort(dim=1)
    return (rank < count[:, None]).float()


class Run:
    """One training run: networks, running average, optimisers and counts, saved and taken up again."""

    def __init__(self, model: str, recipe: Recipe, device: torch.device) -> None:
        self.model, self.recipe, self.device = model, recipe, device
        torch.manual_seed(recipe.seed)
        self.config = config_of(model)
        self.generator = Generator(self.config).to(device)
        self.average = Generator(self.config).to(device)
        self.critics = Critics(self.config, spectral=recipe.spectral).to(device)
        decoders = list(self.generator.decoders.parameters())
        inner = [p for name, p in self.generator.named_parameters() if not name.startswith(("dec", "enc"))]
        decoder_rate = recipe.decoder_rate if recipe.from_bars else recipe.rate
        betas = (0.0, 0.9) if recipe.loss == "hinge" else (0.5, 0.9)
        self.optimizer = torch.optim.Adam(
            [{"params": inner, "lr": recipe.rate}, {"params": decoders, "lr": decoder_rate}],
            betas=betas,
            fused=True,
        )
        self.critic_optimizer, self.code_optimizer = (
            torch.optim.Adam(critics.parameters(), lr=recipe.critic_rate, betas=betas, fused=True)
            for critics in (self.critics.rolls, self.critics.codes)
        )
        for group in [g for o in self.optimizers() for g in o.param_groups]:
            group["initial_lr"] = group["lr"]
        self.frozen = recipe.from_bars and recipe.decoder_rate == 0
        for parameter in decoders if self.frozen else []:
            parameter.requires_grad_(False)
        if self.config.conditional:
            self.generator.encoders.requires_grad_(False)
        self.codec: Codec | None = None
        self.means: list[Tensor] = []
        self.step, self.seconds, self.best = 0, 0.0, float("inf")
        self.folder = TRAINING / model.replace("/", "_")
        self.folder.mkdir(parents=True, exist_ok=True)

    def optimizers(self) -> list[torch.optim.Optimizer]:
        """The generator's, the critics' of rolls, the critics' of codes."""
        return [self.optimizer, self.critic_optimizer, self.code_optimizer]

    @property
    def done(self) -> float:
        """Share of the run that is over, 0 to 1."""
        return min(1.0, self.step / self.recipe.steps)

    def begin_with(self, codec: Codec) -> None:
        """Take over what `bars` taught; its encoders stay the measure of codes for the whole run."""
        self.codec = codec
        for network in (self.generator, self.average):
            network.decoders.load_state_dict(codec.decoders.state_dict())
            if self.config.conditional:
                network.encoders.load_state_dict(codec.encoders.state_dict())

    def save(self) -> None:
        """Keep everything that going on needs; a crash in between leaves the last one."""
        state = {
            "recipe": asdict(self.recipe), "generator": self.generator.state_dict(), "average":
            self.average.state_dict(), "critics": self.critics.state_dict(), "optimizers": [o.state_dict()
            for o in self.optimizers()], "step": self.step, "seconds": self.seconds, "best": self.best,
            "codec": self.codec.state_dict() if self.codec else None,
        }  # fmt: skip
        torch.save(state, self.folder / "state.partial")
        (self.folder / "state.partial").replace(self.folder / "state.pt")

    def resume(self) -> bool:
        """Take up the run that was saved, if there is one."""
        path = self.folder / "state.pt"
        if not path.exists():
            return False
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.generator.load_state_dict(state["generator"])
        self.average.load_state_dict(state["average"])
        self.critics.load_state_dict(state["critics"])
        for optimizer, saved in zip(self.optimizers(), state["optimizers"], strict=True):
            rates = [group["initial_lr"] for group in optimizer.param_groups]
            optimizer.load_state_dict(saved)
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["initial_lr"] = rate
        self.step, self.seconds, self.best = state["step"], state["seconds"], state["best"]
        if state["codec"] is not None:
            self.codec = Codec(self.config)
            self.codec.load_state_dict(state["codec"])
        return True

    def set_rates(self) -> None:
        """The rate holds for half of the run and then falls to a twentieth."""
        share = min(1.0, 1 - 0.95 * max(0.0, 2 * self.done - 1))
        for optimizer in self.optimizers():
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * share

    # --- losses --------------------------------------------------------------------------------------------

    def critic_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """Of scores (K, B), summed over the critics."""
        if self.recipe.loss == "hinge":
            return (F.relu(1 - real).mean(dim=1) + F.relu(1 + fake).mean(dim=1)).sum()
        return (fake.mean(dim=1) - real.mean(dim=1)).sum()

    def latents(self, n: int) -> Latents:
        """Random ones, on this device."""
        z = random_latents(n, self.config.latent)
        return Latents(*(x.to(self.device) for x in (z.shared, z.shared_time, z.private, z.private_time)))

    def codes(self, real: list[Tensor], given: Tensor | None) -> list[Tensor]:
        """Codes of new phrases; where roles are given these keep their own."""
        latents = self.latents(real[0].shape[0])
        if given is None:
            return self.generator.codes(latents)
        fake = self.generator.codes(latents, heard(real, given))
        keep = [given[:, role, None, None] for role in range(len(BAND))]
        return [k * r + (1 - k) * f.float() for k, r, f in zip(keep, real, fake, strict=True)]

    def noisy(self, codes: list[Tensor]) -> list[Tensor]:
        """Codes as the critics of codes see them."""
        return [code + self.recipe.code_noise * torch.randn_like(code) for code in codes]

    @property
    def together(self) -> bool:
        """Whether the roles can hear each other, or at least the same given role."""
        return self.config.arranger != "jamming" or self.config.conditional

    def given(self, n: int) -> Tensor | None:
        """Which roles are given, where the model plays along."""
        return random_given(n).to(self.device) if self.config.conditional else None

    def code_step(self, real: list[Tensor]) -> tuple[float, float]:
        """A step of the critics of codes and one of the generator against them."""
        given = self.given(real[0].shape[0])
        with autocast(self.device):
            fake = self.codes(real, given)
            loss = self.critic_loss(
                self.critics.of_codes(self.noisy(real), given),
                self.critics.of_codes(self.noisy([x.detach() for x in fake]), given),
            )
        self.code_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.code_optimizer.step()
        with autocast(self.device):
            against = -self.critics.of_codes(self.noisy(fake), given).mean(dim=1).sum()
        self._step_generator(against)
        return loss.item(), against.item()

    def roll_step(
        self, rolls: Rolls, codes: list[Tensor], target: list[Tensor]
    ) -> tuple[float, float, float]:
        """Steps of the critics of rolls and one of the generator against all critics."""
        recipe = self.recipe
        for _ in range(recipe.critic_steps):
            chosen = torch.randint(len(rolls), (recipe.batch,))
            cells = rolls.cells(chosen)
            real_codes = [code[chosen] for code in codes]
            given = self.given(recipe.batch)
            with autocast(self.device):
                fake_codes = self.codes(real_codes, given)
                fake = self.draw(fake_codes, cells, given)
                still = Cells(fake.onset.detach(), fake.sound.detach(), fake.drums.detach())
                loss = self.critic_loss(
                    self.critics.of_rolls(cells, given), self.critics.of_rolls(still, given)
                )
            if recipe.loss == "wgan-gp":
                loss = loss + 10 * gradient_penalty(self.critics, cells, still, given)
            self.critic_optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.critic_optimizer.step()
        with autocast(self.device):
            listened = Heard(fake)
            against = -self.critics.of_rolls(fake, given, listened).mean(dim=1).sum()
            total = against
            if recipe.code_steps:
                score = self.critics.of_codes(self.noisy(fake_codes), given).mean(dim=1).sum()
                total = total - recipe.code_weight * score
        apart = torch.zeros(())
        if recipe.moments:
            ours = listened.moments(together=self.together)
            apart = self.apart(ours, target)
            total = total + recipe.moments * apart
        self._step_generator(total)
        return loss.item(), against.item(), apart.item()

    def apart(self, ours: list[Tensor], target: list[Tensor]) -> Tensor:
        """How far the means lie from the data's; a batch is small, so those before it count too."""
        before = self.means or [x.detach() for x in ours]
        means = [(1 - FRESH) * old + FRESH * new for old, new in zip(before, ours, strict=True)]
        self.means = [x.detach() for x in means]
        far = [(a - b).square().sum() for a, b in zip(means, target, strict=True)]
        return torch.stack(far).sum() / FRESH  # so that the slope is that of the batch alone

    def draw(self, codes: list[Tensor], real: Cells, given: Tensor | None) -> Cells:
        """The cells of codes, with the given roles as they are."""
        logits = self.generator.draw(codes)
        cells = binarise(logits) if self.recipe.binarised else soften(logits)
        return cells if given is None else mix(real, cells, given)

    def _step_generator(self, loss: Tensor) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()

    def follow(self) -> None:
        """Draw the averaged generator after the trained one, once a step."""
        keep = min(self.recipe.average, (self.step + 1) / (self.step + 10))
        mean: list[Tensor] = list(self.average.parameters())
        new: list[Tensor] = list(self.generator.parameters())
        with torch.no_grad():
            torch._foreach_lerp_(mean, new, 1 - keep)


@torch.inference_mode()
def codes_of(codec: Codec, rolls: Rolls) -> list[Tensor]:
    """The codes of all phrases, each (n, N, C)."""
    parts = []
    for chosen in torch.arange(len(rolls)).split(256):
        with autocast(torch.device("cpu")):
            parts.append(encode(codec.encoders, rolls.cells(chosen)))
    return [torch.cat(part).float() for part in zip(*parts, strict=True)]


@torch.inference_mode()
def moments_of(rolls: Rolls, *, together: bool, n: int = 2000) -> list[Tensor]:
    """What is heard in the data, on average."""
    parts = [
        Heard(rolls.cells(chosen)).moments(together=together)
        for chosen in torch.randperm(len(rolls))[:n].split(250)
    ]
    return [torch.stack(part).mean(dim=0) for part in zip(*parts, strict=True)]


def train(
    model: str, recipe: Recipe, *, minutes: float, every: int, weights: Path, fresh: bool, suffix: str = ""
) -> None:
    """Train until the recipe's steps are done or the minutes are over."""
    began = time.monotonic()
    device = torch.device("cpu")
    run = Run(model, recipe, device)
    if suffix:
        run.folder = run.folder.with_name(run.folder.name + suffix)
        run.folder.mkdir(parents=True, exist_ok=True)
    _, rolls = load_rolls("train")
    resumed = not fresh and run.resume()
    if recipe.from_bars and not resumed:
        run.begin_with(learn(TRAINING / "bars", run.config, minutes=0, steps=0))
    if run.codec is not None:
        codes = codes_of(run.codec, rolls)
    else:
        codes = [torch.zeros(len(rolls), N_BARS, size) for size in run.config.codes]
    if resumed:
        torch.manual_seed(recipe.seed + run.step)
    target = moments_of(rolls, together=run.together)
    reference = Reference.of(rolls, model)
    print(f"{model}: {len(rolls)} phrases, from step {run.step}", flush=True)
    losses: list[tuple[float, ...]] = []
    saved = time.monotonic()
    before = run.seconds
    while run.done < 1 and time.monotonic() - began < 60 * minutes:
        run.set_rates()
        code_losses = (0.0, 0.0)
        for _ in range(recipe.code_steps):
            chosen = torch.randint(len(rolls), (recipe.code_batch,))
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
        _, figures = refine_weights(model, reference, weights)
        print(f"with its thresholds refined: {figures}", flush=True)


def look(run: Run, reference: Reference, losses: list[tuple[float, ...]], weights: Path | None) -> None:
    """Measure the averaged generator, log, draw samples, and keep it when it is the best so far."""
    run.average.eval()
    calibrate(run.average, reference, seed=run.step)
    pitched, drums = phrases_of(run.average, reference.rolls, n=512, seed=run.step + 1)
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
    if figures.score < run.best:
        run.best = figures.score
        if weights is not None:
            path = weights_path(run.model, weights)
            band_checkpoints.save(path, run.average, card_of(run, figures.flat()))


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
    parser.add_argument("--every", type=int, default=250, help="steps between two looks at the measures")
    parser.add_argument("--reference", action="store_true", help="as in the paper")
    parser.add_argument("--fresh", action="store_true", help="from the beginning")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="where the best checkpoint goes")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="change the recipe")
    parser.add_argument("--try", dest="suffix", default="", metavar="NAME", help="apart from the real run")
    options = parser.parse_args()
    torch.set_num_threads(1)
    try:
        if options.model == "bars":
            learn(TRAINING / "bars", MuseGANConfig(), minutes=options.minutes, steps=4800)
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
