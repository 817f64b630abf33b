"""Weights, config and vocabulary version, saved and read together as one safetensors file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from generator.music.tokens import VERSION, Vocabulary
from generator.networks.rnn import NoteRNN, RNNConfig

WEIGHTS = Path(__file__).resolve().parent.parent / "weights"
"""The folder of the weights that ship."""


class CheckpointError(Exception):
    """A weight file that is missing, or that this code cannot read."""


@dataclass(frozen=True)
class Checkpoint:
    """A network ready to run. sha256: of the file, the name by which a piece says what made it. card: facts
    of its training (data, steps, seed, device, figures)."""

    network: NoteRNN
    config: RNNConfig
    sha256: str
    card: dict[str, Any]


def sha256(path: Path) -> str:
    """The name by which a piece says what made it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save(path: Path, network: nn.Module, config: RNNConfig, card: dict[str, Any]) -> None:
    """Write the weights in half precision beside their config and card."""
    tensors = {
        name: tensor.detach().to(torch.float16).contiguous() for name, tensor in network.state_dict().items()
    }
    about = {"network": "rnn", "config": asdict(config), "card": card}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, {"ostinato": json.dumps(about)})
    partial.replace(path)  # a reader never meets half a file


def load(path: Path) -> Checkpoint:
    """Read a file that `save` wrote, in float32 on the CPU, for evaluation.

    Raises CheckpointError when it is missing or of another vocabulary version.
    """
    if not path.exists():
        raise CheckpointError(
            f"there are no weights at {path}; train them with python -m generator.training.train"
        )
    with safe_open(path, "pt") as file:
        about = json.loads(file.metadata()["ostinato"])
        tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    config = _config(about["config"])
    if config.vocabulary.version != VERSION:
        raise CheckpointError(
            f"{path.name} was trained with vocabulary {config.vocabulary.version}, "
            f"this code speaks {VERSION}; train it again"
        )
    network = NoteRNN(config)
    network.load_state_dict(tensors)
    network.eval()
    return Checkpoint(network, config, sha256(path), about["card"])


def network_bytes(network: nn.Module) -> int:
    """What a network's weights hold in memory."""
    return sum(t.numel() * t.element_size() for t in (*network.parameters(), *network.buffers()))


def _config(about: dict[str, Any]) -> RNNConfig:
    as_tuples: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in about.pop("vocabulary").items()
    }
    return RNNConfig(vocabulary=Vocabulary(**as_tuples), **about)
