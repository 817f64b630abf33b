"""Weights and config of the variational networks, saved and read together as one safetensors file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from generator.networks.checkpoints import CheckpointError, sha256
from generator.networks.vae import MusicVAE, VAEConfig


@dataclass(frozen=True)
class Checkpoint:
    """A network ready to run. sha256: of the file. card: facts of its training."""

    network: MusicVAE
    sha256: str
    card: dict[str, Any]


def save_as(path: Path, family: str, network: nn.Module, config: Any, card: dict[str, Any]) -> None:
    """Write the weights in half precision beside their config and card. family: "vae" or "band_vae"."""
    tensors = {name: t.detach().to(torch.float16).contiguous() for name, t in network.state_dict().items()}
    about = {"network": family, "config": asdict(config), "card": card}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, {"ostinato": json.dumps(about)})
    partial.replace(path)  # a reader never meets half a file


def read_file(path: Path, family: str) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Tensors in float32, and what was written about them.

    Raises CheckpointError when the file is missing or is another family's.
    """
    if not path.exists():
        raise CheckpointError(
            f"there are no weights at {path}; train them with python -m generator.training.train_vae"
        )
    with safe_open(path, "pt") as file:
        about = json.loads(file.metadata()["ostinato"])
        tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    if about["network"] != family:
        raise CheckpointError(f"{path.name} holds a network of the kind {about['network']}, not {family}")
    return tensors, about


def as_tuples(config: dict[str, Any]) -> dict[str, Any]:
    """JSON's lists as the tuples that they were."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in config.items()}


def save(path: Path, network: MusicVAE, card: dict[str, Any]) -> None:
    """Write a MusicVAE."""
    save_as(path, "vae", network, network.config, card)


def load(path: Path) -> Checkpoint:
    """Read a MusicVAE that `save` wrote, in float32 on the CPU. Raises CheckpointError."""
    tensors, about = read_file(path, "vae")
    network = MusicVAE(VAEConfig(**as_tuples(about["config"])))
    network.load_state_dict(tensors)
    network.eval()
    return Checkpoint(network, sha256(path), about["card"])
