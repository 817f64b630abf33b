"""Directions in the latent space along which music gets denser, higher or more syncopated, from data.

As in MusicVAE (Roberts et al., ICML 2018, section 5.2.2): the mean latent of the quarter of the training
cells that has most of an attribute, minus that of the quarter that has least. It is run by
python -m generator.training.vae_attributes, and writes generator/weights/vae_attributes.safetensors;
`manage.py evaluate vae` says in how many held-out pieces each one moves its measure the right way.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from generator.music.attributes import MEASURES
from generator.music.cells import BEGINS, STRUCK
from generator.networks import vae_checkpoints
from generator.networks.checkpoints import WEIGHTS
from generator.training.cell_groups import batch_of, load_groups
from generator.training.train_cells import ANY_PIECE

N_GROUPS = 400
"""Groups of bars of each data set that the directions are taken from."""

Floats = NDArray[np.float64]


def density(lanes: NDArray[np.uint8]) -> Floats:
    """Notes that begin in each cell. lanes: (C, T, L). Returns (C,)."""
    return np.asarray(lanes[..., BEGINS].sum((1, 2)) + lanes[..., STRUCK].sum((1, 2)), np.float64)


def height(lanes: NDArray[np.uint8]) -> Floats:
    """Mean key of the notes that begin in each cell; not a number where there is none."""
    counts = lanes[..., BEGINS].sum(1)
    total = counts.sum(1)
    return np.asarray(np.where(total > 0, counts @ np.arange(counts.shape[1]) / np.maximum(1, total), np.nan))


def syncopation(lanes: NDArray[np.uint8]) -> Floats:
    """Share of a cell's onsets that lie off the quarters; not a number where nothing begins."""
    onsets = np.asarray(lanes[..., BEGINS].any(2) | lanes[..., STRUCK].any(2))  # (C, T)
    total = onsets.sum(1)
    off = onsets[:, np.arange(onsets.shape[1]) % 4 != 0].sum(1)
    return np.asarray(np.where(total > 0, off / np.maximum(1, total), np.nan))


CELL_MEASURES: dict[str, Callable[[NDArray[np.uint8]], Floats]] = {
    "denser": density,
    "sparser": density,
    "higher": height,
    "lower": height,
    "more_syncopated": syncopation,
}
"""What each attribute of a cell is measured by; music/attributes.py measures whole pieces."""


@torch.inference_mode()
def directions(weights: Path) -> dict[str, torch.Tensor]:
    """Each attribute's direction, (Z,)."""
    network, _, _ = vae_checkpoints.load_cells(weights / "vae_any_piece.safetensors")
    rng = np.random.default_rng(0)
    latents, cells = [], []
    for name in ANY_PIECE.sets:
        groups = load_groups(name, "train", network.config.n_bars, 4)
        chosen = rng.permutation(len(groups))[:N_GROUPS]
        lanes, place = batch_of(groups, chosen, network.config.n_bars)
        latents.append(network.encode(lanes, place, len(chosen))[0])
        cells.append(lanes.numpy().astype(np.uint8))
    z, lanes_ = torch.cat(latents), np.concatenate(cells)
    found = {}
    for name, measure in CELL_MEASURES.items():
        way = MEASURES[name][1]
        value = measure(lanes_)
        heard = np.isfinite(value) & (density(lanes_) > 0)
        low, high = np.quantile(value[heard], (0.25, 0.75))
        most, least = (
            z[torch.from_numpy(heard & (value >= high))],
            z[torch.from_numpy(heard & (value <= low))],
        )
        found[name] = way * (most.mean(0) - least.mean(0))
    return found


def main() -> None:
    found = {name: vector.to(torch.float16) for name, vector in directions(WEIGHTS).items()}
    save_file(found, WEIGHTS / "vae_attributes.safetensors")


if __name__ == "__main__":
    main()
