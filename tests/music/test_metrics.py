"""Measures on music small enough to count by hand."""

import numpy as np
import pytest

from generator.music import metrics as m
from generator.music.notes import Notes, make_notes, transpose

BAR = 1920
FOUR_BARS = np.arange(0, 5 * BAR, BAR)


def line(*pitches: int, step: int = 480) -> Notes:
    return make_notes((i * step, step, pitch, 90) for i, pitch in enumerate(pitches))


def test_one_pitch_class_has_no_entropy() -> None:
    assert m.pitch_class_entropy(line(60, 72, 48, 60), FOUR_BARS[:2], 1) == 0.0


def test_four_pitch_classes_equally_often_are_two_bits() -> None:
    assert m.pitch_class_entropy(line(60, 62, 64, 65), FOUR_BARS[:2], 1) == pytest.approx(2.0)


def test_all_twelve_pitch_classes_are_the_most_there_is() -> None:
    every = line(*range(60, 72), step=160)
    assert m.pitch_class_entropy(every, FOUR_BARS[:2], 1) == pytest.approx(np.log2(12))


def test_entropy_of_windows_is_their_mean_and_skips_silence() -> None:
    # Bar 1: C only (0 bits), bar 2: C and G (1 bit), bar 3: silence, bar 4: C only (0 bits).
    notes = make_notes([(0, 10, 60, 1), (1920, 10, 60, 1), (2400, 10, 67, 1), (5760, 10, 60, 1)])
    assert m.pitch_class_entropy(notes, FOUR_BARS, 1) == pytest.approx(1 / 3)


def test_four_bar_windows_slide_by_one_bar() -> None:
    edges = np.arange(0, 6 * BAR, BAR)  # five bars: two windows
    notes = make_notes([(0, 10, 60, 1), (1920, 10, 67, 1)])
    # First window: C and G (1 bit). Second: G alone (0 bits).
    assert m.pitch_class_entropy(notes, edges, 4) == pytest.approx(0.5)


def test_equal_bars_groove_perfectly() -> None:
    notes = make_notes((bar * BAR + beat * 480, 100, 60, 1) for bar in range(4) for beat in range(4))
    assert m.grooving_similarity(notes, FOUR_BARS, 16) == 1.0


def test_grooving_similarity_is_the_mean_over_all_pairs_of_bars() -> None:
    # Three bars with onsets on {1}, {1, 3}, {2} of 4: they differ in 1, 2 and 3 of 4 places.
    notes = make_notes([(0, 9, 60, 1), (1920, 9, 60, 1), (2880, 9, 60, 1), (4320, 9, 60, 1)])
    assert m.grooving_similarity(notes, FOUR_BARS[:4], 4) == pytest.approx(1 - (1 + 2 + 3) / 4 / 3)


def test_an_onset_just_before_the_bar_line_belongs_to_the_next_bar() -> None:
    marks = m.onset_marks(make_notes([(1915, 100, 60, 1)]), FOUR_BARS, 16)
    assert np.argwhere(marks).tolist() == [[1, 0]]


def test_notes_per_bar_counts_empty_bars_too() -> None:
    assert m.notes_per_bar(line(60, 62, 64, 65, 67, 69), FOUR_BARS) == 1.5


def test_polyphony_is_the_mean_while_something_sounds() -> None:
    # One note for 480 ticks, two for 480, silence for 960.
    notes = make_notes([(0, 960, 60, 1), (480, 480, 64, 1)])
    assert m.polyphony(notes) == pytest.approx(1.5)
    assert m.polyphony_rate(notes, 1920, more_than=0) == pytest.approx(0.5)
    assert m.polyphony_rate(notes, 1920, more_than=1) == pytest.approx(0.25)


def test_pitch_range_in_semitones() -> None:
    assert m.pitch_range(line(60, 72, 65)) == 12


def test_one_wrong_note_in_eight_leaves_seven_eighths_in_the_scale() -> None:
    assert m.scale_consistency(line(60, 62, 64, 65, 67, 69, 71, 66)) == pytest.approx(7 / 8)


def test_three_of_four_bars_empty() -> None:
    assert m.empty_bar_rate(line(60), FOUR_BARS) == 0.75


def test_a_bar_into_which_a_note_is_held_is_not_empty() -> None:
    assert m.empty_bar_rate(make_notes([(0, BAR + 1, 60, 1)]), FOUR_BARS) == 0.5


def test_a_note_that_ends_on_the_bar_line_does_not_fill_the_next_bar() -> None:
    assert m.empty_bar_rate(make_notes([(0, BAR, 60, 1)]), FOUR_BARS) == 0.75


def test_one_pitch_class_in_three_octaves_counts_once() -> None:
    assert m.pitch_classes_per_bar(line(48, 60, 72), FOUR_BARS) == 1.0


def test_seven_semitones_in_a_row_are_seven_pitch_classes() -> None:
    assert m.pitch_classes_per_bar(line(*range(60, 67), step=240), FOUR_BARS) == 7.0


def test_measures_of_nothing_are_not_a_number() -> None:
    nothing = make_notes()
    assert np.isnan(m.pitch_class_entropy(nothing, FOUR_BARS, 1))
    assert np.isnan(m.polyphony(nothing))
    assert np.isnan(m.scale_consistency(nothing))
    assert np.isnan(m.pitch_classes_per_bar(nothing, FOUR_BARS))
    assert m.empty_bar_rate(nothing, FOUR_BARS) == 1.0


def random_piece(seed: int, n: int = 60) -> Notes:
    rng = np.random.default_rng(seed)
    onsets, durations = np.cumsum(rng.integers(1, 9, n)) * 60, rng.integers(1, 5, n) * 60
    return make_notes(zip(onsets, durations, rng.integers(40, 90, n), [90] * n, strict=True))


def longest_by_hand(a: Notes, b: Notes) -> int:
    best = 0
    for i in range(a.size):
        for j in range(b.size):
            k = 0
            while i + k < a.size and j + k < b.size and a["duration"][i + k] == b["duration"][j + k]:
                if k and (
                    int(a["pitch"][i + k]) - int(a["pitch"][i]) != int(b["pitch"][j + k]) - int(b["pitch"][j])
                    or a["onset"][i + k] - a["onset"][i] != b["onset"][j + k] - b["onset"][j]
                ):
                    break
                k += 1
            best = max(best, k)
    return best


def test_a_copied_run_is_found_in_any_key_and_at_any_time() -> None:
    pieces = [random_piece(seed) for seed in range(20)]
    stolen = transpose(pieces[7][20:40], 3)
    stolen["onset"] += 60000
    asked = np.concatenate([random_piece(99, 10), stolen])
    found = m.RunIndex(pieces).longest(asked)
    assert (found.n_notes, found.start, found.piece, found.piece_start) == (20, 10, 7, 20)


def test_a_run_does_not_go_on_into_the_next_piece() -> None:
    whole = line(60, 62, 64, 65, 67, 69, 71, 72, 74, 76)
    halves = [whole[:5], line(69, 71, 72, 74, 76)]
    assert m.RunIndex(halves).longest(whole).n_notes == 5
    assert m.RunIndex([whole[:7], whole[7:]]).longest(whole).n_notes == 7


def test_a_changed_duration_ends_the_run() -> None:
    tune = line(*range(60, 80))
    changed = tune.copy()
    changed["duration"][12] = 240
    assert m.RunIndex([tune]).longest(changed).n_notes == 12


@pytest.mark.parametrize("seed", range(8))
def test_the_index_agrees_with_looking_at_every_pair(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Few values, so that runs of every length are shared.
    pieces = [line(*rng.integers(60, 63, 40)) for _ in range(3)]
    asked = line(*rng.integers(60, 63, 40))
    found = m.RunIndex(pieces).longest(asked)
    assert found.n_notes == max(longest_by_hand(asked, piece) for piece in pieces)


def test_nothing_is_shared_with_an_empty_corpus() -> None:
    assert m.RunIndex([]).longest(line(60, 62)).n_notes == 0
    assert m.RunIndex([line(60)]).longest(make_notes()).n_notes == 0
