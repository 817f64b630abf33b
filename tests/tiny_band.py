"""A band that has learnt nothing: all six models, tiny, with thresholds that let some notes through."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import torch

from generator.engine.band import Band
from generator.networks.band_checkpoints import MODELS, BandCheckpoint
from generator.networks.musegan import Generator, MuseGANConfig

WEIGHTS = "b" * 64
TINY = MuseGANConfig(
    latent=6,
    hidden=16,
    code=8,
    drum_code=6,
    decoder_hidden=12,
    decoder_step=6,
    encoder_hidden=12,
    encoder_step=6,
)


@cache
def tiny_band() -> Band:
    """The same networks in every process: they are made from a seed."""
    band = Band(torch.device("cpu"), Path())
    with torch.random.fork_rng():
        torch.manual_seed(5)
        for model in MODELS:
            arranger, way = model.split("/")
            generator = Generator(replace(TINY, arranger=arranger, conditional=way == "conditional")).eval()
            generator.onset_threshold.fill_(0.55)
            generator.sound_threshold.fill_(0.3)
            generator.drum_threshold.fill_(0.3)
            band._loaded[model] = BandCheckpoint(generator, WEIGHTS, {})
    return band
