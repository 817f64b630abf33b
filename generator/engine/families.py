"""Families of networks that answer whole asks at once, beside the one that is stepped note by note."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")


class Family(Protocol[Ask, Answer]):
    """One family's networks on one device.

    An answer depends on its own ask alone, bit for bit, whoever else is in the batch: it is the same piece
    tomorrow, when somebody else is being served beside it.
    """

    @property
    def n_bytes(self) -> int:
        """What its networks hold in memory, those that it reads later once they are read."""

    def load(self) -> None:
        """Read the weights, once and before the first batch. Raises GenerationError when there are none."""

    def run(self, asks: list[Ask]) -> list[Answer]:
        """Answer a batch, on the engine's thread. Raises GenerationError for an ask that cannot be met."""


MakeFamily = Callable[[torch.device, Path], Family[Any, Any]]


def in_module(path: str) -> MakeFamily:
    """A family by "module:Class", imported when it is first asked for. The class takes (device, weights)."""

    def make(device: torch.device, weights: Path) -> Family[Any, Any]:
        module, _, name = path.partition(":")
        family: Family[Any, Any] = getattr(import_module(module), name)(device, weights)
        return family

    return make


FAMILIES: dict[str, MakeFamily] = {
    "musegan": in_module("generator.engine.band:Band"),
    "vae": in_module("generator.engine.blend:Blend"),
}
"""name → how it is made."""
