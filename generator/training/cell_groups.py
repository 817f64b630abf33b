"""Pieces of all data sets → groups of bars in cells, for the network that reads any piece."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.music.cells import BEGINS, LANES, N_KEYS, N_STEPS, SOUNDS, read_score
from generator.music.score import Score
from generator.networks.cell_vae import Place
from generator.training.datasets import load

MOST_TRACKS = 6


@dataclass(frozen=True)
class Groups:
    """Cells of a data set, kept as bits, and where each group of bars begins.

    bits: (C, …) uint8, np.packbits of (T, L). role, steps: (C,). Cells of a piece lie bar after bar, and in a
    bar track after track. start, tracks: (G,) first cell of each group, and how many tracks it has.
    """

    bits: NDArray[np.uint8]
    role: NDArray[np.int64]
    steps: NDArray[np.int64]
    start: NDArray[np.int64]
    tracks: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start)


def load_groups(name: str, side: str, n_bars: int, hop: int = 1) -> Groups:
    """Groups of n_bars bars, one every `hop` bars, of one side of a data set. Silent ones are left out.

    Raises DatasetError, with the command to give, when the set has not been taken in.
    """
    bits, role, steps = [], [], []
    start: list[int] = []
    tracks: list[int] = []
    at = 0
    for piece in getattr(load(name), side):
        heard = sorted((t for t in piece.score.tracks if t.notes.size), key=lambda t: -t.notes.size)
        heard = [t for t in piece.score.tracks if any(t is kept for kept in heard[:MOST_TRACKS])]
        score = Score(tuple(heard), piece.score.tempos, piece.score.metres, piece.score.length)
        reading = read_score(score, piece.bar_edges)
        n, m = reading.lanes.shape[:2]
        if n < n_bars or not m:
            continue
        filled = np.asarray(reading.lanes.any(axis=(1, 2, 3)))
        for bar in range(0, n - n_bars + 1, hop):
            if filled[bar : bar + n_bars].sum() * 2 >= n_bars:
                start.append(at + bar * m)
                tracks.append(m)
        bits.append(np.packbits(reading.lanes.reshape(n * m, -1), axis=1))
        role.append(np.tile(reading.roles, n))
        steps.append(np.repeat(reading.steps, m))
        at += n * m
    none = np.zeros((0, -(-N_STEPS * LANES // 8)), np.uint8)
    empty = np.zeros(0, np.int64)
    return Groups(
        np.concatenate([none, *bits]),
        np.concatenate([empty, *role]),
        np.concatenate([empty, *steps]),
        np.array(start, np.int64),
        np.array(tracks, np.int64),
    )


def joined(sets: list[Groups]) -> tuple[Groups, NDArray[np.float64]]:
    """Several sets as one, and how often each group is to be drawn: a set of four times the size gives twice
    as many, so that none is drowned.
    """
    first = np.cumsum([0, *(len(own.role) for own in sets)])
    start = np.concatenate([own.start + at for own, at in zip(sets, first, strict=False)])
    weight = np.concatenate([np.full(len(own), len(own) ** -0.5) for own in sets if len(own)])
    whole = Groups(
        np.concatenate([own.bits for own in sets]),
        np.concatenate([own.role for own in sets]),
        np.concatenate([own.steps for own in sets]),
        start,
        np.concatenate([own.tracks for own in sets]),
    )
    return whole, weight / weight.sum()


def batch_of(
    groups: Groups, chosen: NDArray[np.int64], n_bars: int, semitones: NDArray[np.int64] | None = None
) -> tuple[Tensor, Place]:
    """Groups side by side: lanes (C, T, L) float32, and where the cells stand.

    semitones: (G,) by which each group is moved; keys that would leave the piano are lost.
    """
    rows = [np.arange(groups.start[g], groups.start[g] + n_bars * groups.tracks[g]) for g in chosen]
    cells = np.concatenate(rows)
    lanes = np.unpackbits(groups.bits[cells], axis=1, count=N_STEPS * LANES).reshape(-1, N_STEPS, LANES)
    owner = np.repeat(np.arange(len(chosen)), [len(row) for row in rows])
    bar = np.concatenate(
        [np.repeat(np.arange(n_bars), groups.tracks[g]) + i * n_bars for i, g in enumerate(chosen)]
    )
    if semitones is not None:
        for shift in np.unique(semitones[semitones != 0]):
            own = np.flatnonzero(semitones[owner] == shift)
            lanes[own] = _moved(lanes[own], int(shift))
    place = Place(*(torch.from_numpy(x) for x in (groups.role[cells], groups.steps[cells], bar)))
    return torch.from_numpy(lanes).float(), place


def _moved(lanes: NDArray[np.uint8], semitones: int) -> NDArray[np.uint8]:
    """Keys moved up or down; drums stay."""
    moved = lanes.copy()
    for part in (BEGINS, SOUNDS):
        keys = np.zeros_like(lanes[..., part])
        if semitones > 0:
            keys[..., semitones:] = lanes[..., part][..., : N_KEYS - semitones]
        else:
            keys[..., :semitones] = lanes[..., part][..., -semitones:]
        moved[..., part] = keys
    return moved
