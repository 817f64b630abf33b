"""Draws from the prior of a MusicVAE: a tune, a phrase or a beat out of nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from generator.engine.decoder import Decoder, Leaning
from generator.music.grid import NOTE_OFF, TICKS_PER_STEP, tokens_to_drums, tokens_to_melody
from generator.music.key import SCALES, estimate_key, key_number, to_white_keys
from generator.music.score import Score, Tempo, Track, all_notes, bar_edges, cut, transpose
from generator.networks.vae import N_TOKENS, MusicVAE
from generator.networks.vae_priors import Prior

SPREAD = {"tune": 0.6, "phrase": 1.0, "groove": 1.0, "beat": 1.0, "trio": 1.0}
"""How far from the middle is drawn where no prior was fitted to a network's data."""
PULL = 3.0
"""Nats by which a note of the scale is liked better than another. A network says each bar by itself what it
finds likely, and where its latent lies between two keys it says some of both; `manage.py evaluate vae` tells
how much more consistent draws are with it.
"""
N_PITCHES = NOTE_OFF
LIKENESS = 0.9
"""Of one window to the first, where a piece is longer than the network's: correlation of their latents."""
SOUNDS = (("Melody", "melody", 73), ("Bass", "bass", 33))
BPM = 110.0


@dataclass(frozen=True)
class SampleAsk:
    """Something new. kind: of kinds.DRAWS. temperature: of the decoder; 0 takes the likeliest at each step.

    key: of the kinds that have one, what it is moved to; null leaves it.
    """

    kind: str
    bars: int
    seed: int
    temperature: float = 0.0
    tempo: float | None = None
    key: str | None = None


def sample(decoder: Decoder, asks: Sequence[SampleAsk], prior: Prior, pull: float = PULL) -> list[Score]:
    """Answers to asks of one kind. Those that take the likeliest at each step are decoded together; each of
    the others draws from its own dice.

    Each is drawn twice: as the network likes, and then with a pull to the scale that most of its first window
    was in, so that a longer draw begins as a shorter one.
    """
    network = decoder.network
    dice = [torch.Generator().manual_seed(ask.seed) for ask in asks]
    z = [latents(network, ask, own, prior) for ask, own in zip(asks, dice, strict=True)]
    plain = leaning(network, prior)
    tokens = decoded(decoder, asks, dice, z, [plain] * len(asks))
    if pull and "melody" in network.config.kinds:
        pulled = [leaning(network, prior, scale_of(network, own[:1]), pull) for own in tokens]
        tokens = decoded(decoder, asks, dice, z, pulled)
    return [written(network, ask, own) for ask, own in zip(asks, tokens, strict=True)]


def decoded(
    decoder: Decoder,
    asks: Sequence[SampleAsk],
    dice: Sequence[torch.Generator],
    z: Sequence[Tensor],
    leanings: Sequence[Leaning],
) -> list[Tensor]:
    """The tokens of each ask, (W, M, N, T). leanings: of each ask, by kind (n_tokens,)."""
    rows = [
        {kind: own.expand(len(latent), -1) for kind, own in lean.items()}
        for latent, lean in zip(z, leanings, strict=True)
    ]
    likeliest = [n for n, ask in enumerate(asks) if ask.temperature <= 0]
    tokens: dict[int, Tensor] = {}
    if likeliest:
        all_rows = {kind: torch.cat([rows[n][kind] for n in likeliest]) for kind in rows[likeliest[0]]}
        together = decoder.decode(torch.cat([z[n] for n in likeliest]), leaning=all_rows)
        tokens = dict(zip(likeliest, together.split([len(z[n]) for n in likeliest]), strict=True))
    for n, ask in enumerate(asks):
        if n not in tokens:
            tokens[n] = decoder.decode(z[n], temperature=ask.temperature, generator=dice[n], leaning=rows[n])
    return [tokens[n] for n in range(len(asks))]


def leaning(
    network: MusicVAE, prior: Prior, scale: frozenset[int] | None = None, pull: float = 0.0
) -> dict[str, Tensor]:
    """What tokens are liked better for, by kind of track (n_tokens,). scale: pitch classes; other notes are
    liked less by `pull`.
    """
    found = {}
    for kind in network.config.kinds:
        own = torch.zeros(N_TOKENS[kind])
        own[begins(kind)] = prior.begin.get(kind, 0.0)
        if scale is not None and kind == "melody":
            out = [pitch for pitch in range(N_PITCHES) if pitch % 12 not in scale]
            own[out] -= pull
        found[kind] = own
    return found


def begins(kind: str) -> slice:
    """The tokens of a kind that begin something: pitches, or any combination of drums."""
    return slice(0, N_PITCHES) if kind == "melody" else slice(1, None)


def scale_of(network: MusicVAE, tokens: Tensor) -> frozenset[int] | None:
    """The pitch classes of the major scale (or its minor) that most of what is drawn lies in; None where
    nothing is. tokens: (W, M, N, T).
    """
    pitched = tokens[:, network.tracks_of("melody")].flatten()
    counts = torch.bincount(pitched[pitched < N_PITCHES] % 12, minlength=12)
    if not int(counts.sum()):
        return None
    scales = [[(tonic + step) % 12 for step in SCALES["major"]] for tonic in range(12)]
    inside = [int(counts[scale].sum()) for scale in scales]
    return frozenset(scales[inside.index(max(inside))])


def latents(network: MusicVAE, ask: SampleAsk, generator: torch.Generator, prior: Prior) -> Tensor:
    """As many windows as the bars need, each near the first. Returns (W, Z)."""
    n_windows = -(-ask.bars // network.config.n_bars)
    first = torch.randn(1, prior.rank, generator=generator)
    others = torch.randn(n_windows - 1, prior.rank, generator=generator)
    # Each is a draw from the prior again: the variances of the two parts add up to one.
    near = LIKENESS * first + math.sqrt(1 - LIKENESS**2) * others
    return prior.latents(torch.cat([first, near]))


def written(network: MusicVAE, ask: SampleAsk, tokens: Tensor) -> Score:
    """Tokens (W, M, N, T) as a score, cut to the bars."""
    whole = score_of(tokens.transpose(0, 1).flatten(1, 2), network.config.tracks, ask.tempo or BPM)
    score = cut(whole, 0, int(bar_edges(whole)[ask.bars]))
    return in_key(score, ask.key) if ask.key else score


def in_key(score: Score, key: str) -> Score:
    """Moved by the shortest way to a key, or to its relative where the score is in the other mode."""
    heard = estimate_key(all_notes(score))
    if heard is None:
        return score
    steps = to_white_keys(key_number(heard)) - to_white_keys(key_number(key))
    return transpose(score, (steps + 6) % 12 - 6, fold=True)


def score_of(tokens: Tensor, kinds: Sequence[str], bpm: float = BPM) -> Score:
    """Tokens (M, N, T) as a score: the first pitched track is the melody, the next the bass."""
    tracks = []
    for own, kind in zip(tokens.flatten(1).numpy().astype("int16"), kinds, strict=True):
        if kind == "drums":
            tracks.append(Track("Drums", "drums", 0, True, tokens_to_drums(own)))
        else:
            tracks.append(Track(*SOUNDS[len(tracks)], False, tokens_to_melody(own)))
    return Score(tuple(tracks), (Tempo(0, bpm),), length=tokens[0].numel() * TICKS_PER_STEP)
