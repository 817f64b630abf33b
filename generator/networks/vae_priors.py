"""Where the latents of real music lie: what new music is drawn from.

A network that was trained for reconstruction does not spread its training music evenly over the normal
distribution that it was measured against; what is drawn from there lies where no music does. So a second
stage describes where it does (Dai and Wipf, "Diagnosing and Enhancing VAE Models", ICLR 2019), here as one
Gaussian of the encoder's means with all its correlations. It is written by
python -m generator.training.vae_prior beside the network that it belongs to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

BEGIN = "begin."


@dataclass(frozen=True)
class Prior:
    """mean: (Z,). factor: (R, Z): R normal numbers times it, plus the mean, are a latent. begin: by kind of
    track, what is added to the logits of every token that begins something, so that as much is drawn as the
    data has.
    """

    mean: Tensor
    factor: Tensor
    begin: dict[str, float] = field(default_factory=dict)

    @staticmethod
    def normal(latent: int, spread: float) -> Prior:
        """What the network was measured against, drawn together by `spread`."""
        return Prior(torch.zeros(latent), spread * torch.eye(latent))

    @property
    def rank(self) -> int:
        return len(self.factor)

    def latents(self, noise: Tensor) -> Tensor:
        """noise: (W, R) of the standard normal distribution. Returns (W, Z)."""
        return self.mean + noise @ self.factor


def prior_path(weights: Path) -> Path:
    """Where the prior of the network in a weight file is kept."""
    return weights.with_name(f"{weights.stem}_prior.safetensors")


def save_prior(path: Path, prior: Prior, network: str, card: dict[str, Any]) -> None:
    """Write a prior in half precision. network: the SHA-256 of the weight file that it belongs to."""
    tensors = {"mean": prior.mean.half(), "factor": prior.factor.half().contiguous()}
    tensors |= {BEGIN + kind: torch.tensor([value]) for kind, value in prior.begin.items()}
    save_file(tensors, path, {"ostinato": json.dumps({"network": network, "card": card})})


def load_prior(path: Path, network: str) -> Prior | None:
    """The prior of the network with this SHA-256; None where there is none, or where it is another's."""
    if not path.exists():
        return None
    with safe_open(path, "pt") as file:
        if json.loads(file.metadata()["ostinato"])["network"] != network:
            return None
        tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    begin = {
        name.removeprefix(BEGIN): round(float(value), 4)
        for name, value in tensors.items()
        if name.startswith(BEGIN)
    }
    return Prior(tensors["mean"], tensors["factor"], begin)
