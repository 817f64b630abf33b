"""python -m generator.engine.warm: compiles the quick steps, so that no visitor waits for them.

Once for a processor and a version of the code, about twenty seconds; then there is nothing to do.
"""

from __future__ import annotations

import torch

from generator.engine.decoder import Decoder
from generator.engine.int8_writer import Int8Writer
from generator.engine.rows import GenerationRequest, Row
from generator.music.styles import CHORALE
from generator.networks.checkpoints import Checkpoint
from generator.networks.rnn import NoteRNN, RNNConfig
from generator.networks.vae import MusicVAE, VAEConfig


def compile_step() -> None:
    """Write a bar by a network that knows nothing."""
    torch.manual_seed(0)
    network = NoteRNN(RNNConfig(CHORALE.vocabulary, width=32, head=32)).eval()
    writer = Int8Writer(Checkpoint(network, network.config, "", {"style": CHORALE.name}), 1)
    row = Row(GenerationRequest(style=CHORALE.name, bars=1, seed=0), CHORALE, lambda: False, "")
    while not row.finished:
        writer.step([row])


def compile_decoder() -> None:
    """Decode two bars by a network that knows nothing."""
    Decoder(MusicVAE(VAEConfig(("melody",), 2)).eval()).decode(torch.zeros(1, 256))


if __name__ == "__main__":
    compile_step()
    compile_decoder()
