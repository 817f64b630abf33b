"""What a MusicVAE sounds like so far: draws from its prior, as MIDI files."""

from __future__ import annotations

from pathlib import Path

import torch

from generator.engine.prior import score_of
from generator.music.midi import write_midi
from generator.networks.vae import MusicVAE


def write_samples(network: MusicVAE, folder: Path, step: int, count: int = 4) -> None:
    """Draws from the prior at temperature 0.5, as sample-<step>-<i>.mid."""
    network.eval()
    generator = torch.Generator().manual_seed(step)
    z = torch.randn(count, network.config.latent, generator=generator)
    for i, tokens in enumerate(network.decode(z, temperature=0.5, generator=generator)):
        (folder / f"sample-{step}-{i}.mid").write_bytes(write_midi(score_of(tokens, network.config.tracks)))
