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

from generator.networks.cell_vae import CellVAE, CellVAEConfig
from generator.networks.checkpoints import CheckpointError, sha256
from generator.networks.vae import MusicVAE, VAEConfig

SCALE = ".scale"
SMALLEST_MATRIX = 4096
"""Numbers that a matrix must have to be kept in eight bits."""


@dataclass(frozen=True)
class Checkpoint:
    """A network ready to run. sha256: of the file. card: facts of its training."""

    network: MusicVAE
    sha256: str
    card: dict[str, Any]


def save_as(path: Path, family: str, network: nn.Module, config: Any, card: dict[str, Any]) -> None:
    """Write the weights beside their config and card: matrices in eight bits with a scale a row, the rest in
    half precision. family: "vae" or "cell_vae".
    """
    tensors: dict[str, torch.Tensor] = {}
    for name, tensor in network.state_dict().items():
        weights = tensor.detach().float()
        if weights.ndim == 2 and weights.numel() >= SMALLEST_MATRIX:
            scale = weights.abs().amax(1, keepdim=True).clamp_min(1e-4) / 127
            scale = scale.to(torch.float16)
            tensors[name] = (weights / scale.float()).round().clamp(-127, 127).to(torch.int8)
            tensors[name + SCALE] = scale
        else:
            tensors[name] = weights.to(torch.float16).contiguous()
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
        raw = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    if about["network"] != family:
        raise CheckpointError(f"{path.name} holds a network of the kind {about['network']}, not {family}")
    scales = {name: raw.pop(name + SCALE) for name in list(raw) if name + SCALE in raw}
    return {name: tensor * scales.get(name, 1) for name, tensor in raw.items()}, about


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


def load_cells(path: Path) -> tuple[CellVAE, str, dict[str, Any]]:
    """Read a CellVAE: the network in float32 on the CPU, the file's SHA-256, its card.

    Raises CheckpointError.
    """
    tensors, about = read_file(path, "cell_vae")
    network = CellVAE(CellVAEConfig(**about["config"]))
    network.load_state_dict(tensors)
    network.eval()
    return network, sha256(path), about["card"]
