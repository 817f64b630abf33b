"""Draws from the prior: as long as was asked, in the key that was asked, the same again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from generator.engine.decoder import Decoder
from generator.engine.prior import SampleAsk, in_key, leaning, sample, scale_of
from generator.music.key import estimate_key
from generator.music.notes import make_notes
from generator.music.score import Score, Track, all_notes, n_bars
from generator.networks.vae import MusicVAE, VAEConfig
from generator.networks.vae_priors import Prior, load_prior, save_prior
from generator.training.vae_prior import balanced, begun, gaussian


@pytest.fixture
def network() -> MusicVAE:
    torch.manual_seed(0)
    config = VAEConfig(
        ("melody",), 2, latent=6, token=4, view=4, reader=4, writer=6, across=4, conductor=4, bar=6, code=4
    )
    return MusicVAE(config).eval()


PRIOR = Prior.normal(6, 1.0)


def one(network: MusicVAE, ask: SampleAsk) -> Score:
    return sample(Decoder(network), [ask], PRIOR)[0]


@pytest.mark.parametrize("bars", [1, 2, 5])
def test_a_draw_has_as_many_bars_as_asked(network: MusicVAE, bars: int) -> None:
    assert n_bars(one(network, SampleAsk("tune", bars, seed=1))) == bars


def test_a_longer_draw_begins_as_the_shorter(network: MusicVAE) -> None:
    short, long = (one(network, SampleAsk("tune", bars, seed=1)).tracks[0].notes for bars in (2, 6))
    within = long[long["onset"] < 2 * 1920]
    assert short["onset"].tolist() == within["onset"].tolist()
    assert short["pitch"].tolist() == within["pitch"].tolist()


def test_a_draw_is_the_same_alone_and_among_others(network: MusicVAE) -> None:
    asks = [
        SampleAsk("tune", bars, seed, temperature)
        for seed, (bars, temperature) in enumerate(
            [(2, 0), (7, 0), (3, 1.0), (1, 0), (16, 0), (2, 0.5), (5, 0)]
        )
    ]
    for together, ask in zip(sample(Decoder(network), asks, PRIOR), asks, strict=True):
        alone = one(network, ask).tracks[0].notes
        assert together.tracks[0].notes.tolist() == alone.tolist()
        assert alone.size


@pytest.mark.parametrize("key", ["C major", "F# major", "Eb major", "B major"])
def test_a_scale_is_moved_to_the_key_by_at_most_half_an_octave(key: str) -> None:
    pitches = (62, 64, 66, 67, 69, 71, 73, 74, 66, 69, 62)
    notes = make_notes((480 * i, 480, pitch, 80) for i, pitch in enumerate(pitches))
    moved = in_key(Score((Track("Melody", "melody", 73, False, notes),), length=11 * 480), key)
    assert estimate_key(all_notes(moved)) == key
    assert abs(int(moved.tracks[0].notes["pitch"][0]) - 62) <= 6


def test_a_hard_pull_leaves_no_note_outside_the_scale_of_the_first_window(network: MusicVAE) -> None:
    asks = [SampleAsk("tune", 6, seed, temperature=1.0) for seed in range(4)]
    free, held = (sample(Decoder(network), asks, PRIOR, pull) for pull in (0.0, 100.0))
    scales = [{int(pitch) % 12 for pitch in all_notes(score)["pitch"]} for score in held]
    assert all(len(scale) <= 7 for scale in scales)
    assert any(len({int(pitch) % 12 for pitch in all_notes(score)["pitch"]}) > 7 for score in free)


def test_the_scale_of_a_window_is_the_one_that_most_of_its_notes_lie_in(network: MusicVAE) -> None:
    tokens = torch.full((1, 1, 2, 16), 129)
    assert scale_of(network, tokens) is None
    tokens[0, 0, 0, :8] = torch.tensor([62, 64, 66, 67, 69, 71, 73, 61])  # D major, its leading note twice
    assert scale_of(network, tokens) == frozenset({1, 2, 4, 6, 7, 9, 11})


def test_latents_are_drawn_as_those_of_the_data_lie() -> None:
    torch.manual_seed(0)
    mixed = torch.tensor([[2.0, 0.0, 1.0], [0.0, 0.5, 0.0]])
    prior = gaussian(torch.randn(4000, 2) @ mixed + torch.tensor([1.0, -2.0, 0.0]))
    drawn = prior.latents(torch.randn(4000, prior.rank))
    assert prior.rank == 2
    assert drawn.mean(0).tolist() == pytest.approx([1, -2, 0], abs=0.15)
    assert torch.cov(drawn.T).flatten().tolist() == pytest.approx(
        (mixed.T @ mixed).flatten().tolist(), abs=0.3
    )


def test_as_much_begins_in_draws_as_in_the_data(network: MusicVAE) -> None:
    windows = np.full((8, 1, 2, 16), 129, np.int16)
    windows[..., ::4] = 60  # a note a quarter
    prior = balanced(Decoder(network), PRIOR, windows)
    z = prior.latents(torch.randn(64, 6, generator=torch.Generator().manual_seed(0)))
    with torch.inference_mode():
        own = {kind: lean.expand(64, -1) for kind, lean in leaning(network, prior).items()}
        plain, mended = (begun(network, network.decode(z, leaning=lean), "melody") for lean in (None, own))
    assert abs(mended - 0.25) < abs(plain - 0.25)


def test_a_prior_belongs_to_its_weights_alone(tmp_path: Path) -> None:
    path = tmp_path / "vae_tune_prior.safetensors"
    assert load_prior(path, "a") is None
    save_prior(path, Prior(torch.ones(3), torch.eye(3)[:2], {"melody": 0.25}), "a", {})
    found = load_prior(path, "a")
    assert found is not None
    assert (found.mean.tolist(), found.rank, found.begin) == ([1, 1, 1], 2, {"melody": 0.25})
    assert load_prior(path, "b") is None
