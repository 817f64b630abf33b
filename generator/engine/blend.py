"""The VAE family of the engine: encode, decode, sample, vary, and walk from one piece to another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor

from generator.engine.aligned import align
from generator.engine.decoder import Decoder
from generator.engine.errors import GenerationError
from generator.engine.kinds import DRAWS
from generator.engine.path import (
    Renderer,
    changed,
    cut_evenly,
    decoded_keys,
    distances,
    events_of,
    keys_of,
    sets_of,
)
from generator.engine.prior import SPREAD, SampleAsk, sample
from generator.engine.square import square_sets, square_shares
from generator.music.cells import BEGINS, STRUCK, Reading
from generator.music.notes import MusicError
from generator.music.score import Score
from generator.networks.cell_vae import CellVAE, Place
from generator.networks.checkpoints import CheckpointError, network_bytes
from generator.networks.vae_checkpoints import load, load_cells
from generator.networks.vae_priors import Prior, load_prior, prior_path

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
    """A piece like this one. amount: 0 the piece itself, 1 as far as its own neighbours are. attributes: how
    far to push each of kinds.ATTRIBUTES, in deviations of the data; 1 or 2 can be heard.
    """

    piece: Score
    amount: float
    seed: int
    attributes: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """The answer to VaryAsk and SampleAsk. weights: the SHA-256 of the network that made it."""

    score: Score
    weights: str


Ask = PathAsk | VaryAsk | SampleAsk


@dataclass(frozen=True)
class Source:
    """What new music of one kind is drawn from. weights: the SHA-256 of the network's file."""

    decoder: Decoder
    prior: Prior
    weights: str


class Blend:
    """Answers asks one after another, and those for something new a kind at a time; no answer depends on who
    else asks.
    """

    def __init__(self, device: torch.device, weights: Path) -> None:
        self.device, self.folder = device, weights
        self.sources: dict[str, Source] = {}

    @property
    def n_bytes(self) -> int:
        return network_bytes(self.network) + sum(own.decoder.n_bytes for own in list(self.sources.values()))

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
            drawn = self._drawn_together([ask for ask in asks if isinstance(ask, SampleAsk)])
            return [drawn.pop(0) if isinstance(ask, SampleAsk) else self._answer(ask) for ask in asks]

    def _drawn_together(self, asks: list[SampleAsk]) -> list[Made]:
        """Answers to these asks, in their order."""
        made: dict[int, Made] = {}
        for kind in {ask.kind for ask in asks}:
            numbers = [n for n, ask in enumerate(asks) if ask.kind == kind]
            answers = self.draw(kind, [asks[n] for n in numbers])
            made.update(zip(numbers, answers, strict=True))
        return [made[n] for n in range(len(asks))]

    def _answer(self, ask: PathAsk | VaryAsk) -> Any:
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
        way = []
        for share in torch.linspace(0, 1, DECODED).tolist():
            z = (torch.lerp if ask.straight else slerp_rows)(a.mean, b.mean, share)
            where = torch.lerp(a.where, b.where, share)
            counts = (1 - share) * count_a + share * count_b
            way.append(decoded_keys(self.decode(z, a, where, counts)))
        start, goal = set(keys_of(first)), set(keys_of(last))
        points = [set(point) for point in way]
        events = events_of(start, goal, points)
        sets = sets_of(start, events, cut_evenly(events, ask.points))
        renderer = Renderer((first, last), way)
        shares = [(1 - i / (ask.points - 1), i / (ask.points - 1)) for i in range(ask.points)]
        scores = [renderer.score(keys, share) for keys, share in zip(sets, shares, strict=True)]
        return Way(
            tuple(scores),
            tuple(shares),
            (_kept(start, points[0]), _kept(goal, points[-1])),
            tuple(distances(sets).round(4).tolist()),
            changes,
            self.weights,
        )

    def square(self, ask: PathAsk) -> Way:
        """The square between four pieces; its corners are the pieces themselves."""
        corners, changes = align(list(ask.pieces), list(NAMES))
        coded = [self.encode(corner.reading) for corner in corners]
        mix = torch.lerp if ask.straight else slerp_rows
        shares = square_shares(ask.points)
        counts = np.array([[track.notes.size for track in corner.score.tracks] for corner in corners])
        dreamt = []
        for n, share in enumerate(shares):
            y, x = (place / (ask.points - 1) for place in divmod(n, ask.points))
            top = mix(coded[0].mean, coded[1].mean, x)
            z = mix(top, mix(coded[2].mean, coded[3].mean, x), y)
            where = sum((s * c.where for s, c in zip(share.tolist(), coded, strict=True)), torch.zeros(()))
            dreamt.append(decoded_keys(self.decode(z, coded[0], where, share @ counts)))
        own = [set(keys_of(corner)) for corner in corners]
        sets = square_sets(own, [set(point) for point in dreamt], ask.points)
        renderer = Renderer(corners, dreamt)
        places = [tuple(share) for share in shares.tolist()]
        at_corners = (0, ask.points - 1, -ask.points, -1)
        return Way(
            tuple(renderer.score(keys, place) for keys, place in zip(sets, places, strict=True)),
            tuple(tuple(round(s, 4) for s in place) for place in places),
            tuple(_kept(keys, set(dreamt[n])) for keys, n in zip(own, at_corners, strict=True)),
            (),
            changes,
            self.weights,
        )

    def draw(self, kind: str, asks: list[SampleAsk]) -> list[Made]:
        """Something new of one kind for each, from the prior."""
        if kind not in self.sources:
            self.sources[kind] = self._read_source(kind)
        source = self.sources[kind]
        return [Made(score, source.weights) for score in sample(source.decoder, asks, source.prior)]

    def _read_source(self, kind: str) -> Source:
        path = self.folder / f"vae_{DRAWS[kind]}.safetensors"
        try:
            found = load(path)
        except CheckpointError as error:
            sentence = f"The network that draws a {kind} is not installed here."
            raise GenerationError("weights_missing", sentence) from error
        fitted = load_prior(prior_path(path), found.sha256)
        prior = fitted or Prior.normal(found.network.config.latent, SPREAD[kind])
        return Source(Decoder(found.network), prior, found.sha256)

    def vary(self, ask: VaryAsk) -> Made:
        """A piece near another: what a step in the latent space changes, changed in the piece itself.

        Attributes move along directions in the latent space (MusicVAE, section 5.2.2): those of denser music
        add notes, so the number of notes is the network's own to choose here.
        """
        if ask.amount == 0 and not any(ask.attributes.values()):
            return Made(ask.piece, self.weights)
        (piece,), _ = align([ask.piece], ["A"])
        latents = self.encode(piece.reading)
        noise = torch.randn(latents.mean.shape, generator=torch.Generator().manual_seed(ask.seed))
        z = latents.mean + ask.amount * noise * (latents.deviation + 0.5 * ask.amount)
        for name, strength in ask.attributes.items():
            z = z + strength * self._direction(name, latents)
        before, after = (decoded_keys(self.decode(at, latents)) for at in (latents.mean, z))
        keys = changed(set(keys_of(piece)), set(before), set(after))
        # Between a piece and itself lies the piece: its notes keep their timing and loudness.
        varied = Renderer((piece, piece), [after]).score(keys, (0.5, 0.5))
        return Made(replace(varied, tempos=piece.score.tempos), self.weights)

    def _direction(self, name: str, latents: Latents) -> Tensor:
        if name not in self.directions:
            raise GenerationError("attribute_unknown", f"This network knows no attribute called {name}.")
        return self.directions[name].float()


def as_many(lanes: NDArray[np.float32], counts: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The likeliest beginnings of each track, about as many as are wanted.

    Between two pieces the network is of two minds: most notes are likelier off than on, and what is likely
    alone would leave the middle of a path thin. lanes: (N, M, T, L) logits. counts: (M,).
    Returns (N, M, T, L).
    """
    on = lanes > 0
    for m, count in enumerate(np.rint(counts).astype(int).tolist()):
        loudest = [float(lanes[:, m, :, part].max()) for part in (BEGINS, STRUCK)]
        part = STRUCK if loudest[1] > loudest[0] else BEGINS
        own = lanes[:, m, :, part]
        count = min(count, own.size)  # a track may have several notes where the network has place for one
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
