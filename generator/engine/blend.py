"""The VAE family of the engine: encode, decode, sample, vary, and walk from one piece to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor

from generator.engine.aligned import Aligned, align
from generator.engine.errors import GenerationError
from generator.engine.path import (
    Renderer,
    cut_evenly,
    decoded_keys,
    distances,
    events_of,
    keys_of,
    sets_of,
)
from generator.music.cells import BEGINS, STRUCK, Reading, cells_to_notes
from generator.music.grid import TICKS_PER_STEP
from generator.music.notes import MusicError
from generator.music.score import Score, Tempo, Track, tempo_at
from generator.networks.cell_vae import CellVAE, Place
from generator.networks.checkpoints import CheckpointError
from generator.networks.vae_checkpoints import load_cells

ATTRIBUTES = ("denser", "sparser", "higher", "lower", "more_syncopated")
DECODED = 33
"""Points that are decoded on a path; its steps are then made even."""
LEAST_LIKELY = -4.0
"""The logit below which nothing is written, however few notes there are: odds of one to fifty."""
NAMES = ("A", "B", "C", "D")


@dataclass(frozen=True)
class Latents:
    """A piece as the network knows it: mean and deviation of the latent of each cell, (C, Z), bar after bar
    and in a bar track after track, and where the cells stand.
    """

    mean: Tensor
    deviation: Tensor
    where: Tensor
    bar: Tensor
    n_groups: int
    shape: tuple[int, int]


@dataclass(frozen=True)
class PathAsk:
    """Walk from one piece to another, or over the square between four (A B over C D).

    points: on the way, ends included; of a square, on each side. straight: along a line instead of the
    sphere.
    """

    pieces: tuple[Score, ...]
    points: int = DECODED
    straight: bool = False


@dataclass(frozen=True)
class Way:
    """The answer: points in order (of a square, row by row). redrawn: of each piece, the share of its notes
    that the network redraws. distance: of each point from the first, 0 to 1. changes: what was cut, repeated
    or mapped, in sentences.
    """

    points: tuple[Score, ...]
    shares: tuple[tuple[float, ...], ...]
    redrawn: tuple[float, ...]
    distance: tuple[float, ...]
    changes: tuple[str, ...]
    weights: str


@dataclass(frozen=True)
class VaryAsk:
    """A piece like this one. amount: 0 the piece as the network redraws it, 1 as far as its own neighbours
    are. attributes: how far to push each of ATTRIBUTES, in deviations of the data; 1 or 2 can be heard.
    """

    piece: Score
    amount: float
    seed: int
    attributes: dict[str, float] = field(default_factory=dict)


Ask = PathAsk | VaryAsk


class Blend:
    """Answers asks one after another, so that no answer depends on who else asks."""

    def __init__(self, device: torch.device, weights: Path) -> None:
        self.device, self.folder = device, weights

    def load(self) -> None:
        """Read the weights. Raises GenerationError when there are none."""
        try:
            network, self.weights, _ = load_cells(self.folder / "vae_any_piece.safetensors")
        except CheckpointError as error:
            sentence = "The network that blends is not installed here."
            raise GenerationError("weights_missing", sentence) from error
        self.network: CellVAE = network.to(self.device)
        directions = self.folder / "vae_attributes.safetensors"
        self.directions: dict[str, Tensor] = load_file(directions) if directions.exists() else {}

    def run(self, asks: list[Ask]) -> list[Any]:
        """Answers in the order of the asks. Raises GenerationError for one that cannot be met."""
        with torch.inference_mode():
            return [self._answer(ask) for ask in asks]

    def _answer(self, ask: Ask) -> Any:
        try:
            if isinstance(ask, VaryAsk):
                return self.vary(ask)
            return self.walk(ask) if len(ask.pieces) == 2 else self.square(ask)
        except MusicError as error:
            raise GenerationError("not_to_be_read", f"This piece cannot be blended: {error}.") from error

    # --- latents ---------------------------------------------------------------------------------

    def encode(self, reading: Reading) -> Latents:
        """The latents of a piece in cells, all its bars in groups that the conductor knows."""
        n_bars, n_tracks = reading.lanes.shape[:2]
        size = self.network.config.n_bars
        n_groups = -(-n_bars // size)
        place = Place(
            torch.from_numpy(np.tile(reading.roles, n_bars)),
            torch.from_numpy(np.repeat(reading.steps, n_tracks)),
            torch.from_numpy(np.repeat(np.arange(n_bars), n_tracks)),
        )
        lanes = torch.from_numpy(reading.lanes.reshape(n_bars * n_tracks, *reading.lanes.shape[2:])).float()
        mean, log_variance = self.network.encode(lanes, place, n_groups)
        deviation = (0.5 * log_variance).exp()
        return Latents(mean, deviation, self.network.where(place), place.bar, n_groups, (n_bars, n_tracks))

    def decode(
        self,
        z: Tensor,
        like: Latents,
        where: Tensor | None = None,
        counts: NDArray[np.float64] | None = None,
    ) -> NDArray[np.bool_]:
        """Which lanes are on: (C, Z) → (N, M, T, L). where: see CellVAE; else as in `like`.

        counts: (M,) how many notes each track is to have about; else what is more likely on than off.
        """
        told = like.where if where is None else where
        logits = self.network.logits(z, told, like.bar, like.n_groups)
        lanes: NDArray[np.float32] = logits.numpy().reshape(*like.shape, *logits.shape[1:])
        return lanes > 0 if counts is None else as_many(lanes, counts)

    # --- asks ------------------------------------------------------------------------------------

    def walk(self, ask: PathAsk) -> Way:
        """The path between two pieces."""
        (first, last), changes = align(list(ask.pieces), list(NAMES[:2]))
        a, b = self.encode(first.reading), self.encode(last.reading)
        ends = (first.score, last.score)
        count_a, count_b = (np.array([track.notes.size for track in score.tracks]) for score in ends)
        shares = torch.linspace(0, 1, DECODED)
        way = []
        for share in shares:
            z = (torch.lerp if ask.straight else slerp_rows)(a.mean, b.mean, float(share))
            where = torch.lerp(a.where, b.where, float(share))
            counts = (1 - float(share)) * count_a + float(share) * count_b
            way.append(decoded_keys(self.decode(z, a, where, counts)))
        start, goal = set(keys_of(first)), set(keys_of(last))
        points = [set(point) for point in way]
        events = events_of(start, goal, points)
        sets = sets_of(start, events, cut_evenly(events, ask.points))
        renderer = Renderer(first, last, way)
        on_the_way = [i / (ask.points - 1) for i in range(ask.points)]
        scores = [renderer.score(keys, share) for keys, share in zip(sets, on_the_way, strict=True)]
        return Way(
            tuple(scores),
            tuple((1 - share, share) for share in on_the_way),
            (_kept(start, points[0]), _kept(goal, points[-1])),
            tuple(distances(sets).round(4).tolist()),
            changes,
            self.weights,
        )

    def square(self, ask: PathAsk) -> Way:
        """The square between four pieces; its corners are the pieces themselves."""
        corners, changes = align(list(ask.pieces), list(NAMES))
        coded = [self.encode(corner.reading) for corner in corners]
        side = np.linspace(0, 1, ask.points)
        mix = torch.lerp if ask.straight else slerp_rows
        scores, shares = [], []
        for y in side:
            for x in side:
                share = ((1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y)
                shares.append(tuple(round(float(s), 4) for s in share))
                if max(share) == 1.0:
                    scores.append(corners[int(np.argmax(share))].score)
                    continue
                top = mix(coded[0].mean, coded[1].mean, float(x))
                z = mix(top, mix(coded[2].mean, coded[3].mean, float(x)), float(y))
                where = sum((s * c.where for s, c in zip(share, coded, strict=True)), torch.zeros(()))
                near = corners[int(np.argmax(share))]
                scores.append(self._drawn(self.decode(z, coded[0], where), near, corners, share))
        redrawn = []
        for corner, latents in zip(corners, coded, strict=True):
            redrawn.append(_kept(set(keys_of(corner)), set(decoded_keys(self.decode(latents.mean, latents)))))
        return Way(tuple(scores), tuple(shares), tuple(redrawn), (), changes, self.weights)

    def vary(self, ask: VaryAsk) -> Score:
        """A piece near another.

        Attributes move along directions in the latent space (MusicVAE, section 5.2.2): those of denser music
        add notes, so the number of notes is the network's own to choose here.
        """
        (piece,), _ = align([ask.piece], ["A"])
        latents = self.encode(piece.reading)
        noise = torch.randn(latents.mean.shape, generator=torch.Generator().manual_seed(ask.seed))
        z = latents.mean + ask.amount * noise * (latents.deviation + 0.5 * ask.amount)
        for name, strength in ask.attributes.items():
            z = z + strength * self._direction(name, latents)
        return self._drawn(self.decode(z, latents), piece, [piece], (1.0,))

    def _direction(self, name: str, latents: Latents) -> Tensor:
        if name not in self.directions:
            raise GenerationError("attribute_unknown", f"This network knows no attribute called {name}.")
        return self.directions[name].float()

    def _drawn(
        self, on: NDArray[np.bool_], near: Aligned, corners: Sequence[Aligned], share: Sequence[float]
    ) -> Score:
        """What was decoded as a score, in the metre and with the sounds of the nearest corner."""
        steps = near.reading.steps
        logs = [s * np.log(tempo_at(corner.score, 0)) for s, corner in zip(share, corners, strict=True)]
        tempo = float(np.exp(sum(logs)))
        loud = np.array([c.reading.velocity for c in corners])  # (corners, N, M)
        weight = np.array(share)[:, None, None] * (loud > 0)
        velocity = (loud * weight).sum(0) / np.maximum(1e-9, weight.sum(0))
        velocity = np.where(weight.sum(0) > 0, velocity, 80.0)
        tracks = []
        for m, model in enumerate(near.score.tracks):
            own = model
            if not model.notes.size:
                own = max((c.score.tracks[m] for c in corners), key=lambda track: track.notes.size)
            notes = cells_to_notes(on[:, m].astype(np.uint8), steps, velocity[:, m])
            tracks.append(Track(own.name, own.role, own.program, own.is_drum, notes))
        length = int(steps.sum()) * TICKS_PER_STEP
        metres = tuple(metre for metre in near.score.metres if metre.tick < length)
        return Score(tuple(tracks), (Tempo(0, tempo),), metres, length)


def as_many(lanes: NDArray[np.float32], counts: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The likeliest beginnings of each track, about as many as are wanted.

    Between two pieces the network is of two minds: most notes are likelier off than on, and what is likely
    alone would leave the middle of a path thin. lanes: (N, M, T, L) logits. counts: (M,).
    """
    on = lanes > 0
    for m, count in enumerate(np.rint(counts).astype(int).tolist()):
        loudest = [float(lanes[:, m, :, part].max()) for part in (BEGINS, STRUCK)]
        part = STRUCK if loudest[1] > loudest[0] else BEGINS
        own = lanes[:, m, :, part]
        if count > np.count_nonzero(on[:, m, :, part]):
            level = float(np.partition(own.ravel(), -count)[-count])
            on[:, m, :, part] = own >= min(0.0, max(LEAST_LIKELY, level))
    return on


def slerp_rows(a: Tensor, b: Tensor, share: float) -> Tensor:
    """Row by row the point on the great circle from a to b (White, 2016), lengths interpolated. (C, Z)
    each.
    """
    long_a, long_b = (x.norm(dim=1, keepdim=True).clamp_min(1e-6) for x in (a, b))
    one, other = a / long_a, b / long_b
    cosine = (one * other).sum(1, keepdim=True).clamp(-1, 1)
    angle = torch.acos(cosine).clamp_min(1e-4)
    way = (torch.sin((1 - share) * angle) * one + torch.sin(share * angle) * other) / torch.sin(angle)
    # Where two point one way there is no circle: the line is the same.
    way = torch.where(angle < 1e-3, F.normalize(torch.lerp(one, other, share), dim=1), way)
    return way * torch.lerp(long_a, long_b, share)


def _kept(own: set[Any], redrawn: set[Any]) -> float:
    """Share of a piece's notes that are redrawn, 0 to 1."""
    return round(len(own & redrawn) / max(1, len(own)), 4)
