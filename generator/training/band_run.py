"""One training run of a MuseGAN model: its networks and optimisers, its losses, and what it keeps on disk."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from generator.music.bandroll import BAND
from generator.networks import band_checkpoints
from generator.networks.band_checkpoints import weights_path
from generator.networks.musegan import (
    Cells,
    Codec,
    Generator,
    Latents,
    MuseGANConfig,
    binarise,
    heard,
    random_latents,
    soften,
)
from generator.networks.musegan_critics import Critics, Heard, gradient_penalty, mix
from generator.training.band_bars import Rolls
from generator.training.precision import autocast

TRAINING = Path(os.environ.get("OSTINATO_TRAINING", "var/training")) / "musegan"
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


@dataclass(frozen=True)
class Recipe:
    """How one model is trained. steps: of the critic of rolls, in all; batch: phrases of rolls a step.

    loss: "hinge" or "wgan-gp". binarised: critics see zeros and ones, with straight-through gradients, else
    probabilities. from_bars: begin with the decoders that `bars` taught and ask the critic of codes too,
    code_steps times a step on code_batch phrases, with noise on the codes (the decoders know noise, and
    a critic that sees none soon has nothing to say). moments: weight of the distance between means of what is
    heard in the batch and in the data (feature matching: Salimans et al., 2016). alike: in all phrases of a
    batch of rolls the same roles are given, and the means are kept apart for each choice of them: over a
    mixture of choices the means can be right while they are wrong for every single one. scheme: roles that
    cannot hear each other learn from parts that go with one chord scheme (`band_scheme`), and are held to it
    beat by beat and to the means of what is heard between roles too; harmony: weight of their tonal distances
    among these; classes: of the pitch classes that notes begin on, where one scheme does not have those of
    all music; joins: of how far the harmony moves from bar to bar, and where a phrase joins the next.
    """

    steps: int = 480
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
    alike: bool = False
    scheme: bool = False
    harmony: float = 5.0
    classes: float = 10.0
    joins: float = 0.0
    seed: int = 1


N_FINALISTS = 4
"""So many checkpoints of a run have their thresholds refined at its end."""


FRESH = 0.25
"""Share of the newest batch in the running means of what is heard."""


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
        self.means: dict[str, list[Tensor]] = {}
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
        self.codec = codec.to(self.device)
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
            "codec": self.codec.state_dict() if self.codec else None, "means": self.means,
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
        # Another recipe weighs, or even has, other means.
        self.means = state["means"] if state["recipe"] == asdict(self.recipe) else {}
        if state["codec"] is not None:
            self.codec = Codec(self.config).to(self.device)
            self.codec.load_state_dict(state["codec"])
        return True

    def finalists(self) -> list[Path]:
        """The folders of the checkpoints that measured best, best first: their names begin with the score."""
        return sorted((self.folder / "finalists").glob("*"))

    def keep(self, average: Generator, card: dict[str, Any], score: float) -> None:
        """Keep what the run is now among its finalists; the worst beyond N_FINALISTS goes."""
        folder = self.folder / "finalists" / f"{score:07.4f}-{self.step:06}"
        folder.mkdir(parents=True, exist_ok=True)
        band_checkpoints.save(weights_path(self.model, folder), average, card)
        for worse in self.finalists()[N_FINALISTS:]:
            shutil.rmtree(worse)

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
        """Whether the roles can hear each other, or the same given role, or know the same scheme."""
        return self.config.arranger != "jamming" or self.config.conditional or self.recipe.scheme

    def given(self, n: int, *, alike: bool = False) -> Tensor | None:
        """Which roles are given, where the model plays along."""
        if not self.config.conditional:
            return None
        given = random_given(1).expand(n, -1) if alike else random_given(n)
        return given.to(self.device)

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
            chosen = torch.randint(len(rolls), (recipe.batch,), device=self.device)
            cells = rolls.cells(chosen)
            real_codes = [code[chosen] for code in codes]
            given = self.given(recipe.batch, alike=recipe.alike)
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
            ours = listened.moments(
                together=self.together,
                harmony=recipe.harmony,
                classes=recipe.classes,
                joins=recipe.joins,
                scheme=recipe.scheme,
            )
            key = str(given[0].tolist()) if given is not None and recipe.alike else ""
            apart = self.apart(ours, target, key)
            total = total + recipe.moments * apart
        self._step_generator(total)
        return loss.item(), against.item(), apart.item()

    def apart(self, ours: list[Tensor], target: list[Tensor], key: str) -> Tensor:
        """How far the means lie from the data's; a batch is small, so those before it count too, by key."""
        before = self.means.get(key) or [x.detach() for x in ours]
        means = [(1 - FRESH) * old + FRESH * new for old, new in zip(before, ours, strict=True)]
        self.means[key] = [x.detach() for x in means]
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
