"""What a MusicVAE sounds like so far: draws from its prior, as MIDI files."""

from __future__ import annotations

from pathlib import Path

import torch

from generator.music.grid import TICKS_PER_STEP, tokens_to_drums, tokens_to_melody
from generator.music.midi import write_midi
from generator.music.score import Score, Tempo, Track
from generator.networks.vae import MusicVAE

SOUNDS = (("Melody", "melody", 73), ("Bass", "bass", 33))


def score_of(tokens: torch.Tensor, kinds: tuple[str, ...], bpm: float = 110.0) -> Score:
    """One window of tokens (M, N, T) as a score: the first pitched track is the melody, the next the bass."""
    tracks = []
    for own, kind in zip(tokens.flatten(1).numpy().astype("int16"), kinds, strict=True):
        if kind == "drums":
            tracks.append(Track("Drums", "drums", 0, True, tokens_to_drums(own)))
        else:
            tracks.append(Track(*SOUNDS[len(tracks)], False, tokens_to_melody(own)))
    return Score(tuple(tracks), (Tempo(0, bpm),), length=tokens[0].numel() * TICKS_PER_STEP)


def write_samples(network: MusicVAE, folder: Path, step: int, count: int = 4) -> None:
    """Draws from the prior at temperature 0.5, as sample-<step>-<i>.mid."""
    network.eval()
    generator = torch.Generator().manual_seed(step)
    z = torch.randn(count, network.config.latent, generator=generator)
    for i, tokens in enumerate(network.decode(z, temperature=0.5, generator=generator)):
        (folder / f"sample-{step}-{i}.mid").write_bytes(write_midi(score_of(tokens, network.config.tracks)))
