"""MuseGAN's measures on rolls made by hand, and the documented wrong answers of the released code."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.music import band_metrics as m
from generator.music.bandroll import HELD, STRUCK

STEPS = 96
Fold = Callable[[NDArray[np.bool_]], NDArray[np.float64]]


def roll(*notes: tuple[int, int, int], bars: int = 1, steps: int = STEPS) -> np.ndarray:
    """(1, 4, bars, steps, 84), all in the first role; notes are (step, length, row)."""
    line = np.zeros((bars * steps, 84), np.uint8)
    for start, length, row in notes:
        line[start : start + length, row] = HELD
        line[start, row] = STRUCK
    cells = np.zeros((1, 4, bars, steps, 84), np.uint8)
    cells[0, 0] = line.reshape(bars, steps, 84)
    return cells


def classes(cells: np.ndarray, fold: Fold = m.chroma) -> float:
    return float(m.used_classes(fold(m._bars(cells > 0)) > 0).value[0])


def test_one_pitch_class_in_three_octaves_is_one_class() -> None:
    assert classes(roll((0, 3, 24), (0, 3, 36), (0, 3, 48))) == 1


def test_the_error_of_a_share_is_that_of_a_proportion() -> None:
    tally = m.Tally(np.array([[1.0], [0.0], [0.0], [1.0]]), np.ones((4, 1)))
    assert tally.error[0] == pytest.approx(np.sqrt(0.5 * 0.5 / 4))


def test_a_chromatic_run_of_seven_has_seven_classes() -> None:
    assert classes(roll(*((6 * i, 3, 28 + i) for i in range(7)))) == 7


def test_the_released_code_counts_bands_instead() -> None:
    assert classes(roll((0, 3, 24), (0, 3, 36), (0, 3, 48)), m.chroma_bands) == 3
    assert classes(roll(*((6 * i, 3, 28 + i) for i in range(7))), m.chroma_bands) == 1


@pytest.mark.parametrize(("length", "percent"), [(1, 0), (2, 0), (3, 100), (8, 100)])
def test_a_qualified_note_lasts_three_steps(length: int, percent: float) -> None:
    cells = roll(*((12 * i, length, 30) for i in range(8)))
    assert m.qualified_notes(m.note_lengths(cells), STEPS).value[0] == percent


def test_the_released_code_calls_notes_of_one_step_qualified() -> None:
    cells = roll(*((12 * i, 1, 30) for i in range(8)))
    assert m.qualified_notes_flat(cells > 0).value[0] == 100


def test_on_sixteenths_every_note_is_qualified_so_single_steps_are_counted() -> None:
    cells = roll((0, 1, 30), (4, 1, 30), (8, 4, 30), (12, 4, 33), steps=16)
    lengths = m.note_lengths(cells)
    assert m.qualified_notes(lengths, 16).value[0] == 100
    assert m.one_step_notes(lengths).value[0] == 50


def test_three_of_four_empty_bars() -> None:
    cells = roll((0, 6, 30), bars=4)
    assert m.empty_bars(cells > 0).value[0] == 75
    drums = np.zeros((1, 4, STEPS, 9), np.uint8)
    drums[0, 0, 0, 0] = 1
    tallies = m.tallies(cells, drums)
    assert tallies["EB"].value.tolist() == [75, 75, 100, 100, 100]
    assert tallies["EB_band"].value.tolist() == [25, 25, 0, 0, 0]


@pytest.mark.parametrize(
    ("other", "distance"),
    [({12}, 0.0), ({7}, 1.737), ({4}, 1.936), ({1}, 2.546), ({6}, 2.828), ({0, 4, 7}, 1.029)],
)
def test_tonal_distance_from_c(other: set[int], distance: float) -> None:
    cells = np.zeros((1, 4, 1, 16, 84), np.uint8)
    cells[0, 0, 0, :, 24] = STRUCK
    for row in other:
        cells[0, 1, 0, :, 24 + row] = STRUCK
    found = m.tonal_distances(m.chroma(m.beat_sums(cells > 0)))
    assert found.value[0] == pytest.approx(distance, abs=5e-4)
    assert np.isnan(found.value[1:]).all()  # the other roles are silent


def test_a_silent_beat_drops_the_whole_bar_in_the_released_code_only() -> None:
    cells = np.zeros((1, 4, 1, 16, 84), np.uint8)
    cells[0, :2, 0, :4, 24] = STRUCK
    chroma = m.chroma(m.beat_sums(cells > 0))
    assert m.tonal_distances(chroma).value[0] == 0
    assert np.isnan(m.tonal_distances(chroma, whole_bars=True).value[0])


def test_drum_notes_in_patterns() -> None:
    drums = np.zeros((1, 1, STEPS, 9), np.uint8)
    drums[0, 0, [0, 12, 18, 19], 0] = 1  # two eighths, a sixteenth, and one beside
    assert m.drum_patterns(drums).value[0] == 75
    assert m.drum_patterns_weighted(drums).value[0] == pytest.approx(100 * 3.3 / 4)


def test_polyphony_counts_more_than_two_pitches() -> None:
    cells = roll((0, 8, 30), (0, 8, 34), (0, 4, 37), steps=16)
    assert m.polyphony(cells > 0).value[0] == 25


def test_an_interval_holds_the_value() -> None:
    rng = np.random.default_rng(1)
    tally = m.Tally(rng.random((200, 1)), np.ones((200, 1)))
    low, high = tally.interval(rng)
    assert low[0] < tally.value[0] < high[0]
    assert high[0] - low[0] < 0.2


def test_overlap_of_histograms() -> None:
    assert m.overlap(np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]))[0] == 0.5


def test_a_collapsed_set_has_twins_and_a_varied_one_has_none() -> None:
    rng = np.random.default_rng(0)
    varied = (rng.random((8, 4, 4, 16, 84)) > 0.95).astype(np.uint8)
    drums = np.zeros((8, 4, 16, 9), np.uint8)
    owner = np.repeat(np.arange(8), 4)

    def twins(pitched: np.ndarray) -> float:
        return m.self_similarity(m.nearest_distances(m.bar_vectors(pitched, drums), owner), 0.01)

    assert twins(varied) == 0
    assert twins(np.repeat(varied[:1], 8, axis=0)) == 100
