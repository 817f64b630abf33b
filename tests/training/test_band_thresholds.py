"""Thresholds bring a band's figures to the data's, and touch nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from generator.music.bandroll import BAND, PITCHED
from generator.networks import band_checkpoints
from generator.networks.band_checkpoints import weights_path
from generator.networks.musegan import Generator
from generator.training import band_thresholds
from generator.training.band_bars import Rolls
from generator.training.band_figures import Reference, measure, phrases_of
from generator.training.band_thresholds import calibrate, refine, refine_weights
from tests.tiny_band import TINY

N = 96
MODEL = "hybrid/scratch"
STRINGS = PITCHED.index("strings")


@pytest.fixture(autouse=True)
def one_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(band_thresholds, "SPREADS", (0.3,))


@pytest.fixture
def generator() -> Generator:
    torch.manual_seed(5)
    made = Generator(replace(TINY, arranger="hybrid")).eval()
    made.onset_threshold.fill_(0.55)
    made.sound_threshold.fill_(0.3)
    made.drum_threshold.fill_(0.3)
    return made


@pytest.fixture
def reference(generator: Generator) -> Reference:
    """Data that this very band has played."""
    nothing = Rolls(torch.zeros(1, 4, 4, 16, 84), torch.zeros(1, 4, 16, 9))
    pitched, drums = phrases_of(generator, nothing, n=N, seed=1)
    return Reference.of(Rolls(torch.from_numpy(pitched), torch.from_numpy(drums)), MODEL)


def score(generator: Generator, reference: Reference) -> float:
    return measure(*phrases_of(generator, reference.rolls, n=N, seed=2), reference).score


def bars_at_rest(generator: Generator, reference: Reference) -> float:
    """Percent of the piano's bars."""
    figures = measure(*phrases_of(generator, reference.rolls, n=N, seed=3), reference)
    return float(figures.values["EB"][BAND.index("piano")])


def test_strings_that_play_too_little_are_brought_back(generator: Generator, reference: Reference) -> None:
    drums = generator.drum_threshold.clone()
    generator.onset_threshold[STRINGS] += 0.3
    generator.sound_threshold[STRINGS] += 0.3
    before = score(generator, reference)
    refine(generator, reference, seed=3, n=N)
    assert generator.onset_threshold[STRINGS] < 0.75
    assert score(generator, reference) < before - 0.1
    assert torch.equal(generator.drum_threshold, drums)


def test_a_piano_that_always_plays_rests_as_often_as_in_the_data(
    generator: Generator, reference: Reference
) -> None:
    empty = reference.values["EB"].copy()
    empty[BAND.index("piano")] = 12.5
    reference = replace(reference, values=reference.values | {"EB": empty})
    assert bars_at_rest(generator, reference) == 0.0
    refine(generator, reference, seed=3, n=N)
    assert bars_at_rest(generator, reference) == pytest.approx(12.5, abs=1)


def test_calibration_lets_as_many_cells_sound_as_in_the_data(
    generator: Generator, reference: Reference
) -> None:
    generator.onset_threshold.fill_(2.0)
    calibrate(generator, reference, seed=4, n=N)
    assert generator.onset_threshold.tolist() == pytest.approx([0.55] * 4, abs=0.1)
    assert generator.sound_threshold.tolist() == pytest.approx([0.3] * 4, abs=0.1)  # by what is heard


def test_weights_are_written_again_only_when_their_figures_come_nearer(
    generator: Generator, reference: Reference, tmp_path: Path
) -> None:
    path = weights_path(MODEL, tmp_path)
    band_checkpoints.save(path, generator, {"model": MODEL})
    as_it_was = path.read_bytes()
    refine_weights(MODEL, reference, tmp_path, n=N)
    assert path.read_bytes() == as_it_was
    generator.onset_threshold[STRINGS] += 0.3
    band_checkpoints.save(path, generator, {"model": MODEL})
    before, after = refine_weights(MODEL, reference, tmp_path, n=N)
    kept = band_checkpoints.load(path)
    assert after.score < before.score
    assert kept.generator.onset_threshold[STRINGS] < 0.85
    assert kept.card["thresholds"]["phrases"] == N
    trained, now = generator.state_dict(), kept.generator.state_dict()
    learnt = [name for name in trained if "threshold" not in name and name not in ("fullness", "rest")]
    assert all(torch.equal(now[name], trained[name].half().float()) for name in learnt)
