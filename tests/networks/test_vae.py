"""MusicVAE and the network of cells in miniature: shapes, a falling loss, two ways of writing that agree."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from generator.networks.cell_vae import CellVAE, CellVAEConfig, Place
from generator.networks.vae import MusicVAE, VAEConfig, divergence, free_bits_loss

TRIO = VAEConfig(
    ("melody", "melody", "drums"), 3, latent=12, token=6, view=5, reader=7, writer=9, across=6, conductor=8,
    bar=10, code=6,
)  # fmt: skip
FLAT = VAEConfig(("melody",), 3, latent=12, token=6, view=5, reader=7, writer=9, bar=10, code=6, flat=True)


def windows(config: VAEConfig, rows: int = 4) -> torch.Tensor:
    torch.manual_seed(0)
    most = torch.tensor([512 if kind == "drums" else 130 for kind in config.tracks])
    shape = (rows, len(config.tracks), config.n_bars, config.n_steps)
    return (torch.rand(shape) * most[None, :, None, None]).long()


@pytest.mark.parametrize("config", [TRIO, FLAT])
def test_tokens_go_in_and_tokens_come_out(config: VAEConfig) -> None:
    network, tokens = MusicVAE(config).eval(), windows(config)
    mean, log_variance = network.encode(tokens)
    assert mean.shape == log_variance.shape == (4, 12)
    assert network.decode(mean).shape == tokens.shape


@pytest.mark.parametrize("config", [TRIO, FLAT])
def test_step_by_step_it_writes_what_it_believes_all_at_once(config: VAEConfig) -> None:
    network = MusicVAE(config).eval()
    z = torch.randn(3, 12)
    written = network.decode(z)
    logits = network.logits(z, written, torch.zeros_like(written, dtype=torch.bool))
    for kind, guess in logits.items():
        assert torch.equal(guess.argmax(-1), written[:, network.tracks_of(kind)])


def test_a_draw_repeats_with_its_seed() -> None:
    network, z = MusicVAE(TRIO).eval(), torch.randn(2, 12)
    first, again = (
        network.decode(z, temperature=1.0, generator=torch.Generator().manual_seed(5)) for _ in range(2)
    )
    assert torch.equal(first, again)


def test_it_begins_with_a_latent_that_gives_each_bar_its_code_back() -> None:
    network = MusicVAE(replace(TRIO, latent=18, code=6)).eval()
    assert network.conductor is not None
    code = torch.randn(5, 3 * 6)
    z = F.linear(code, network.encoder.mean.weight)
    torch.testing.assert_close(F.linear(z, network.conductor.view.weight), 3 * code)
    # A bar's code reaches its own share of the latent and no other.
    code[:, 6:] += 1
    moved = F.linear(code, network.encoder.mean.weight) - z
    assert torch.equal(moved[:, :6], torch.zeros(5, 6))
    assert bool((moved[:, 6:].norm(dim=1) > 1).all())


def test_it_learns_four_windows_by_heart() -> None:
    network, tokens = MusicVAE(TRIO), windows(TRIO)
    optimizer = torch.optim.Adam(network.parameters(), 0.02)
    seen, hidden = tokens, torch.ones_like(tokens, dtype=torch.bool)
    nats = []
    for _ in range(40):
        logits = network.logits(network.encode(tokens)[0], seen, hidden)
        loss = sum(
            (F.cross_entropy(guess.flatten(0, -2), tokens[:, network.tracks_of(kind)].flatten()))
            for kind, guess in logits.items()
        )
        assert isinstance(loss, torch.Tensor)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        nats.append(loss.item())
    assert nats[-1] < 0.6 * nats[0]


def test_the_flat_decoder_writes_one_track() -> None:
    with pytest.raises(ValueError, match="one track"):
        MusicVAE(VAEConfig(("melody", "drums"), 2, flat=True))


def test_the_divergence_of_the_prior_itself_is_nothing_and_bits_are_free() -> None:
    assert divergence(torch.zeros(2, 3), torch.zeros(2, 3)).tolist() == [[0.0] * 3] * 2
    kl = torch.tensor([[1.0, 1.0], [0.1, 0.2]])
    assert free_bits_loss(kl, 1.0).tolist() == pytest.approx([2 - 0.6931, 0.0], abs=1e-3)


def test_cells_go_in_and_lanes_come_out_whoever_else_is_there() -> None:
    torch.manual_seed(2)
    network = CellVAE(CellVAEConfig(latent=5, step=4, hidden=12, context=6, n_bars=2)).eval()
    place = Place(torch.tensor([1, 2, 1, 2]), torch.tensor([16, 16, 12, 12]), torch.tensor([0, 0, 1, 1]))
    lanes = (torch.rand(4, 16, 185) < 0.1).float()
    mean, _ = network.encode(lanes, place, 1)
    logits = network.logits(mean, network.where(place), place.bar, 1)
    assert mean.shape == (4, 5)
    assert logits.shape == (4, 16, 185)
    twice = Place(place.role.repeat(2), place.steps.repeat(2), torch.cat([place.bar, place.bar + 2]))
    both, _ = network.encode(torch.cat([lanes, 1 - lanes]), twice, 2)
    assert torch.allclose(both[:4], mean, atol=1e-5)
