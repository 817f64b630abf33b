"""The compiled decoder: what PyTorch would have decoded, each window by itself."""

import numpy as np
import pytest
import torch

from generator.engine import blocks
from generator.engine.decoder import Decoder
from generator.networks.vae import MusicVAE, VAEConfig

NETWORKS = {
    "tune": VAEConfig(("melody",), 2),
    "trio": VAEConfig(("melody", "melody", "drums"), 3, latent=20, writer=50, view=10),
    "flat": VAEConfig(("drums",), 2, latent=12, writer=30, view=6, flat=True),
}


def make_network(name: str) -> MusicVAE:
    """One that has learnt nothing, but says one thing and then another, and is sure of it."""
    torch.manual_seed(0)
    network = MusicVAE(NETWORKS[name]).eval()
    with torch.no_grad():
        for part in network.writers.parameters():
            part.mul_(3)
    return network


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("n", [1, 5])
@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_it_decodes_what_pytorch_does(name: str, n: int, temperature: float) -> None:
    network = make_network(name)
    z = torch.randn(n, network.config.latent)
    leaning = {
        kind: torch.randn(n, network.writer(kind).tokens.logit.bias.numel()) for kind in network.config.kinds
    }
    with torch.no_grad():
        expected, tokens = (
            decode(z, temperature=temperature, generator=torch.Generator().manual_seed(3), leaning=leaning)
            for decode in (network.decode, Decoder(network).decode)
        )
    assert torch.equal(tokens, expected)
    assert len(tokens.unique()) > 2


@pytest.mark.parametrize("name", NETWORKS)
def test_a_window_is_the_same_bits_wherever_it_lies_among_others(name: str) -> None:
    decoder = Decoder(MusicVAE(NETWORKS[name]).eval())
    z = torch.randn(21, decoder.network.config.latent)
    together = decoder.decode(z)
    for at in (0, 6, 20):
        assert torch.equal(decoder.decode(z[at : at + 1])[0], together[at])
        assert torch.equal(decoder.decode(z[at:])[0], together[at])


@pytest.mark.parametrize("n", [1, 2, 3, 5, 6, 7, 16])
def test_a_product_of_floats_is_that_of_numpy_and_leaves_alone_what_lies_beside(n: int) -> None:
    rng = np.random.default_rng(n)
    matrix, vectors = (rng.normal(size=shape).astype(np.float32) for shape in ((128, 40), (n, 44)))
    out = np.full((n, 140), 7, np.float32)
    blocks.product(blocks.in_groups(matrix), vectors, n, out)
    assert np.allclose(out[:, :128], vectors[:, :40] @ matrix.T, atol=1e-4)
    assert (out[:, 128:] == 7).all()
