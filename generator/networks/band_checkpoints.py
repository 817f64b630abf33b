"""MuseGAN's weights, config and card, saved and read together as one safetensors file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from generator.networks.checkpoints import WEIGHTS, CheckpointError, sha256
from generator.networks.musegan import Generator, MuseGANConfig

VERSION = 1
"""Of the grid and of what the network is made of; weights of another one cannot be read."""
MODELS = tuple(
    f"{arranger}/{way}"
    for way in ("scratch", "conditional")
    for arranger in ("jamming", "composer", "hybrid")
)


@dataclass(frozen=True)
class BandCheckpoint:
    """A generator ready to run. sha256: of the file; card: facts of its training."""

    generator: Generator
    sha256: str
    card: dict[str, Any]


def weights_path(model: str, folder: Path = WEIGHTS) -> Path:
    """Where the weights of a model ("hybrid/scratch") lie."""
    return folder / f"musegan_{model.replace('/', '_')}.safetensors"


def save(path: Path, generator: Generator, card: dict[str, Any]) -> None:
    """Write the weights in half precision beside their config and card."""
    tensors = {name: x.detach().to(torch.float16).contiguous() for name, x in generator.state_dict().items()}
    about = {"network": "musegan", "version": VERSION, "config": asdict(generator.config), "card": card}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, {"ostinato": json.dumps(about)})
    partial.replace(path)  # a reader never meets half a file


def load(path: Path) -> BandCheckpoint:
    """Read a file that `save` wrote, in float32 on the CPU. Raises CheckpointError when it cannot be read."""
    if not path.exists():
        raise CheckpointError(
            f"there are no weights at {path}; train them with python -m generator.training.train_musegan"
        )
    with safe_open(path, "pt") as file:
        about = json.loads(file.metadata()["ostinato"])
        tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    if about["network"] != "musegan" or about["version"] != VERSION:
        raise CheckpointError(f"{path.name} holds another network or an older MuseGAN; train it again")
    generator = Generator(MuseGANConfig(**about["config"]))
    for name in ("fullness", "rest"):  # files from before there were these: zeros
        tensors.setdefault(name, getattr(generator, name))
    generator.load_state_dict(tensors)
    generator.eval()
    return BandCheckpoint(generator, sha256(path), about["card"])
