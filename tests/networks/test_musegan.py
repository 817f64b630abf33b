"""MuseGAN's networks: shapes, latents that reach only what they should, losses that fall."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from generator.music.bandroll import BAND, PITCHED, STRUCK
from generator.networks import band_checkpoints
from generator.networks.band_checkpoints import MODELS
from generator.networks.checkpoints import CheckpointError
from generator.networks.musegan import (
    ARRANGERS,
    Cells,
    Codec,
    Generator,
    Latents,
    as_rolls,
    binarise,
    random_latents,
    thresholded,
)
from generator.networks.musegan_critics import Critics, Heard, gradient_penalty, mix
from generator.training.band_bars import reconstruction
from generator.training.band_run import config_of
from tests.tiny_band import TINY


def made(arranger: str, *, conditional: bool = False) -> Generator:
    torch.manual_seed(1)
    return Generator(replace(TINY, arranger=arranger, conditional=conditional)).eval()


def phrases(n: int, seed: int = 0) -> Cells:
    """Random zeros and ones."""
    source = torch.Generator().manual_seed(seed)
    onset = (torch.rand(n, 4, 4, 16, 84, generator=source) > 0.97).float()
    held = (torch.rand(n, 4, 4, 16, 84, generator=source) > 0.95).float()
    return Cells(onset, torch.maximum(onset, held), (torch.rand(n, 4, 16, 9, generator=source) > 0.8).float())


def hashes(cells: Cells) -> dict[str, str]:
    """A hash of each role's notes."""
    pitched, drums = as_rolls(cells)
    found = {role: hashlib.sha256(pitched[:, row].tobytes()).hexdigest() for row, role in enumerate(PITCHED)}
    return found | {"drums": hashlib.sha256(drums.tobytes()).hexdigest()}


@pytest.mark.parametrize("model", MODELS)
def test_every_model_draws_four_bars_of_five_roles(model: str) -> None:
    arranger, way = model.split("/")
    generator = made(arranger, conditional=way == "conditional")
    given = generator.hear(phrases(3), torch.eye(5)[:3]) if way == "conditional" else None
    cells = generator.draw(generator.codes(random_latents(3, TINY.latent), given))
    assert cells.onset.shape == cells.sound.shape == (3, 4, 4, 16, 84)
    assert cells.drums.shape == (3, 4, 16, 9)


@pytest.mark.parametrize("model", MODELS)
def test_the_sizes_that_ship_stay_small(model: str) -> None:
    network = Generator(config_of(model))
    assert sum(p.numel() for p in network.parameters()) * 2 <= 5e6  # bytes in half precision


@pytest.mark.parametrize("role", BAND)
@pytest.mark.parametrize("arranger", ["jamming", "hybrid"])
@torch.inference_mode()
def test_a_private_latent_reaches_its_own_role_alone(arranger: str, role: str) -> None:
    generator = made(arranger)
    latents = random_latents(1, TINY.latent, torch.Generator().manual_seed(3))
    before = hashes(generator.draw(generator.codes(latents)))
    for name in ("private", "private_time"):
        moved: Tensor = getattr(latents, name).clone()
        moved[:, BAND.index(role)] += 3
        after = hashes(generator.draw(generator.codes(replace(latents, **{name: moved}))))
        assert {r for r in BAND if after[r] != before[r]} == {role}


@torch.inference_mode()
def test_the_latents_that_change_with_time_make_bars_differ_and_the_fixed_ones_do_not() -> None:
    generator = made("hybrid")
    zero = Latents(*(torch.zeros_like(x) for x in _parts(random_latents(1, TINY.latent))))
    for temporal in [generator.temporal, *generator.temporals]:
        temporal.out.bias.zero_()
        temporal.inner.bias.zero_()
    fixed = replace(zero, shared=torch.randn(1, TINY.latent), private=torch.randn(1, 5, TINY.latent))
    drums = generator.draw(generator.codes(fixed)).drums
    assert all(torch.equal(drums[:, bar], drums[:, 0]) for bar in range(4))
    moving = replace(zero, shared_time=torch.randn(1, TINY.latent))
    drums = generator.draw(generator.codes(moving)).drums
    assert not torch.equal(drums[:, 1], drums[:, 0])


def _parts(latents: Latents) -> list[Tensor]:
    return [latents.shared, latents.shared_time, latents.private, latents.private_time]


@torch.inference_mode()
def test_the_composer_has_no_private_latents() -> None:
    generator = made("composer")
    latents = random_latents(1, TINY.latent)
    other = replace(latents, private=latents.private + 1, private_time=latents.private_time - 1)
    assert hashes(generator.draw(generator.codes(latents))) == hashes(generator.draw(generator.codes(other)))


@torch.inference_mode()
def test_only_given_roles_are_heard() -> None:
    generator = made("hybrid", conditional=True)
    first, second = phrases(1, 0), phrases(1, 1)
    given = torch.tensor([[1.0, 0, 0, 0, 0]])
    bass_of_first = mix(first, second, given)
    assert torch.equal(generator.hear(first, given), generator.hear(bass_of_first, given))
    assert not torch.equal(generator.hear(first, given), generator.hear(second, given))


def test_straight_through_neurons_say_zero_or_one_and_can_be_learnt_through() -> None:
    sizes = ((2, 4, 2, 16, 84), (2, 4, 2, 16, 84), (2, 2, 16, 9))
    logits = Cells(*(torch.randn(size, requires_grad=True) for size in sizes))
    cells = binarise(logits)
    assert set(cells.drums.round(decimals=6).unique().tolist()) <= {0.0, 1.0}
    assert (cells.sound >= cells.onset).all()
    cells.drums.sum().backward()
    slope = logits.drums.grad
    assert slope is not None
    assert slope.min() > 0


def test_critics_hear_what_is_played_and_nothing_else() -> None:
    """A cell that goes on where nothing began is silent when it is played, so it is silent for them too."""
    source = torch.Generator().manual_seed(3)
    logits = Cells(
        torch.randn(5, 4, 4, 16, 84, generator=source) - 2,
        torch.randn(5, 4, 4, 16, 84, generator=source) + 1,
        torch.randn(5, 4, 16, 9, generator=source),
    )
    heard, (played, _) = binarise(logits), as_rolls(logits)
    assert ((heard.sound > 0.5).numpy() == (played > 0)).all()
    assert ((heard.onset > 0.5).numpy() == (played == STRUCK)).all()


def test_what_is_heard_agrees_with_the_measures() -> None:
    from generator.music import band_metrics as m

    cells = phrases(6)
    pitched = (cells.sound + cells.onset).numpy().astype(np.uint8)
    heard = Heard(cells)
    distance = (heard.distance * heard.known).sum(dim=(0, 2, 3)) / heard.known.sum(dim=(0, 2, 3))
    theirs = m.tonal_distances(m.chroma(m.beat_sums(pitched > 0))).value
    order = ("B-G", "B-P", "B-S", "G-P", "G-S", "P-S")
    named = dict(zip([p.replace("S-P", "P-S") for p in m.PAIRS], theirs, strict=True))
    assert distance.numpy() == pytest.approx([named[pair] for pair in order], abs=2e-3)
    assert heard.short.sum(dim=(0, 2)).numpy() == pytest.approx(
        m.one_step_notes(m.note_lengths(pitched)).top.sum(axis=0) / 100
    )


@pytest.mark.parametrize("arranger", ARRANGERS)
@pytest.mark.parametrize("conditional", [False, True])
def test_critics_score_each_phrase(arranger: str, conditional: bool) -> None:
    critics = Critics(replace(TINY, arranger=arranger, conditional=conditional))
    given = torch.eye(5)[[2, 3]] if conditional else None
    codes = [torch.randn(2, 4, size) for size in TINY.codes]
    n_critics = 5 if arranger == "jamming" else 1
    assert critics.of_rolls(phrases(2), given).shape == (n_critics, 2)
    assert critics.of_codes(codes, given).shape == (n_critics, 2)


def test_a_jamming_critic_hears_no_other_role() -> None:
    torch.manual_seed(0)
    critics = Critics(replace(TINY, arranger="jamming")).eval()
    first, second = phrases(2, 0), phrases(2, 1)
    only_bass = torch.tensor([[1.0, 0, 0, 0, 0]] * 2)
    scores = [critics.of_rolls(cells) for cells in (first, mix(first, second, only_bass))]
    assert torch.equal(scores[0][0], scores[1][0])
    assert not torch.equal(scores[0][2], scores[1][2])


def test_the_penalty_of_wgan_gp_pulls_slopes_to_one() -> None:
    torch.manual_seed(0)
    critics = Critics(replace(TINY, arranger="hybrid"), spectral=False)
    optimizer = torch.optim.Adam(critics.parameters(), lr=1e-3)
    real, fake = phrases(4, 0), phrases(4, 1)
    losses = []
    for _ in range(25):
        loss = gradient_penalty(critics, real, fake)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert np.mean(losses[-5:]) < losses[0] / 2


def test_bars_are_learnt() -> None:
    torch.manual_seed(0)
    codec, cells = Codec(TINY), phrases(2)
    optimizer = torch.optim.Adam(codec.parameters(), lr=1e-2)
    losses = []
    for _ in range(30):
        loss = reconstruction(codec, cells, noise=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


def test_weights_come_back_from_their_file(tmp_path: Path) -> None:
    generator = made("hybrid", conditional=True)
    generator.drum_threshold[2] = 0.5
    path = tmp_path / "musegan.safetensors"
    band_checkpoints.save(path, generator, {"steps": 3})
    found = band_checkpoints.load(path)
    assert found.card == {"steps": 3}
    assert found.generator.config == generator.config
    assert found.generator.drum_threshold[2] == 0.5
    for name, value in generator.state_dict().items():
        assert torch.equal(found.generator.state_dict()[name], value.half().float())


@pytest.mark.parametrize("name", ["fullness", "rest"])
def test_weights_from_before_there_was_fullness_or_rest_play_as_they_did(tmp_path: Path, name: str) -> None:
    generator = made("hybrid")
    path = tmp_path / "musegan.safetensors"
    del generator._buffers[name]
    band_checkpoints.save(path, generator, {})
    assert getattr(band_checkpoints.load(path).generator, name).tolist() == [0, 0, 0, 0]


def test_fullness_leaves_the_empty_bars_and_fills_or_thins_the_others() -> None:
    onset = torch.full((1, 4, 2, 16, 84), -3.0)
    onset[:, :, 0, 0, :4] = torch.tensor([2.0, 0.4, -0.4, -2.0])  # a bar that plays
    onset[:, :, 1, 0, 0] = -0.1  # one that nearly does
    none, fuller, thinner = torch.zeros(4), torch.full((4,), 0.5), torch.full((4,), -0.5)
    played = [
        (thresholded(onset, onset, none, none, fullness, none)[0] > 0).sum(dim=(-2, -1))[0, 0].tolist()
        for fullness in (none, fuller, thinner)
    ]
    assert played == [[2, 0], [3, 0], [1, 0]]


@pytest.mark.parametrize("fullness", [-0.5, 0.0, 0.5])
def test_a_role_rests_where_it_is_least_sure_and_plays_the_other_bars_as_before(fullness: float) -> None:
    onset = torch.full((1, 4, 2, 16, 84), -3.0)
    onset[:, :, 0, 0, :2] = torch.tensor([2.0, 1.6])  # a bar of which the network is sure
    onset[:, :, 1, 0, :2] = torch.tensor([0.9, 0.7])  # and one of which it is less so
    none, full, rest = torch.zeros(4), torch.full((4,), fullness), torch.tensor([1.0, 0.0, 0.0, 0.0])
    as_it_was, _ = thresholded(onset, onset, none, none, full, none)
    begins, sounds = thresholded(onset, onset, none, none, full, rest)
    assert (as_it_was[0, 0, 1] > 0).any()
    assert not (begins[0, 0, 1] > 0).any()
    assert not (sounds[0, 0, 1] > 0).any()
    assert torch.equal(begins[0, 0, 0], as_it_was[0, 0, 0])
    assert torch.equal(begins[:, 1:], as_it_was[:, 1:])


def test_weights_that_are_missing_say_how_to_train_them(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="train_musegan"):
        band_checkpoints.load(tmp_path / "none.safetensors")


def on_chords(*chords: tuple[int, ...]) -> Cells:
    """A phrase whose four pitched roles play a chord a bar, a note each beat."""
    onset = torch.zeros(1, 4, 4, 16, 84)
    for bar, chord in enumerate(chords):
        for pitch in chord:
            onset[:, :, bar, ::4, 24 + pitch] = 1
    return Cells(onset, onset, torch.zeros(1, 4, 16, 9))


def test_harmony_moves_as_far_over_a_bar_line_as_its_chords_lie_apart_and_over_the_join_too() -> None:
    c, f, g = (0, 4, 7), (5, 9, 0), (7, 11, 2)
    moved = Heard(on_chords(c, f, f, g)).moved()
    assert moved[1] < 0.01
    assert moved[0] == pytest.approx(float(moved[3]))  # C to F and G to C: a fifth each
    assert moved[2] > moved[0]
    assert Heard(on_chords(c, f, g, c)).moved()[3] < 0.01


def test_a_phrase_of_the_data_is_not_held_to_lead_to_its_beginning() -> None:
    heard = Heard(on_chords((0, 4, 7), (5, 9, 0), (5, 9, 0), (6, 10, 1)))
    generated, real = (heard.moments(joins=2.0, loops=loops)[-2] for loops in (True, False))
    assert generated[:3].tolist() == pytest.approx(real[:3].tolist())
    assert generated[3] == pytest.approx(2 * float(heard.moved()[3]))
    assert real[3] == pytest.approx(float(real[:3].mean()))


def test_the_places_of_a_scheme_are_those_of_its_chords_whoever_rests() -> None:
    """So a role that is held to them plays the scheme's chords, and its end leads where the scheme's does."""
    c, f, g = (0, 4, 7), (5, 9, 0), (7, 11, 2)
    scheme = Heard(on_chords(c, f, g, c)).places()
    assert torch.allclose(scheme[:, 0], scheme[:, 3])
    assert (scheme[:, 0] - scheme[:, 1]).norm(dim=-1).min() > 0.5
    onset = on_chords(c, f, g, c).onset.repeat(2, 1, 1, 1, 1)
    onset[1, 1, 2] = 0
    both = Heard(Cells(onset, onset, torch.zeros(2, 4, 16, 9)))
    assert torch.allclose(both.places(), scheme)
    assert torch.equal(both.moments(scheme=True)[-1], both.places().flatten())


def test_pitch_classes_are_weighed_by_the_notes_that_begin_as_the_measure_does() -> None:
    from generator.music import band_metrics as m

    cells = phrases(4)
    rolls = np.where(cells.onset.numpy() > 0, STRUCK, 0)
    theirs = 10 * m.pitch_class_histogram(rolls).ravel()
    assert any(len(x) == 48 and np.allclose(x, theirs, atol=1e-4) for x in Heard(cells).moments())
