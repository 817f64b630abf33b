"""Notes as arrays: tidied, moved, cut."""

import numpy as np
import pytest

from generator.music import notes as n
from generator.music.notes import MusicError, Notes, make_notes


def rows(notes: Notes) -> list[tuple[int, ...]]:
    return [tuple(row) for row in notes.tolist()]


def test_notes_are_in_the_order_of_onset_then_pitch() -> None:
    assert rows(make_notes([(480, 1, 60, 1), (0, 1, 64, 1), (0, 1, 60, 1)])) == [
        (0, 1, 60, 1), (0, 1, 64, 1), (480, 1, 60, 1),
    ]  # fmt: skip


def test_a_note_ends_where_its_pitch_is_struck_again() -> None:
    assert rows(make_notes([(0, 480, 60, 50), (240, 480, 60, 90)])) == [(0, 240, 60, 50), (240, 480, 60, 90)]


def test_of_two_notes_struck_together_on_one_pitch_the_longer_stays() -> None:
    assert rows(make_notes([(0, 240, 60, 90), (0, 480, 60, 50)])) == [(0, 480, 60, 50)]


def test_what_is_tidy_is_known_by_its_being_left_as_it_is() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        rough = np.zeros(rng.integers(0, 6), n.NOTE)
        rough["onset"], rough["duration"] = rng.integers(0, 4, rough.size), rng.integers(1, 4, rough.size)
        rough["pitch"], rough["velocity"] = (
            rng.integers(60, 63, rough.size),
            1 + rng.integers(0, 2, rough.size),
        )
        assert n.is_tidy(n.tidy(rough))
        assert n.is_tidy(rough) == np.array_equal(n.tidy(rough), rough)


def test_other_pitches_may_sound_together() -> None:
    assert len(make_notes([(0, 480, 60, 50), (240, 480, 61, 90)])) == 2


@pytest.mark.parametrize(
    "row", [(-1, 1, 60, 1), (0, 0, 60, 1), (0, 1, 128, 1), (0, 1, 60, 0), (2**31 - 1, 1, 60, 1)]
)
def test_a_number_out_of_range_is_named(row: tuple[int, int, int, int]) -> None:
    with pytest.raises(MusicError):
        make_notes([row])


def test_quantizing_moves_onsets_and_ends_to_the_nearest_step() -> None:
    assert rows(n.quantize(make_notes([(55, 130, 60, 1), (60, 130, 62, 1), (470, 5, 64, 1)]), 120)) == [
        (0, 240, 60, 1), (120, 120, 62, 1), (480, 120, 64, 1),
    ]  # fmt: skip


def test_transposing_out_of_the_range_is_refused() -> None:
    assert n.transpose(make_notes([(0, 1, 120, 1)]), 7)["pitch"].tolist() == [127]
    with pytest.raises(MusicError, match="8 semitones"):
        n.transpose(make_notes([(0, 1, 120, 1)]), 8)


def test_folding_keeps_an_octave_inside_what_would_leave_the_range() -> None:
    both = make_notes([(0, 1, 3, 1), (0, 1, 120, 1)])
    assert n.transpose(both, 8, fold=True)["pitch"].tolist() == [11, 116]
    assert n.transpose(both, -6, fold=True)["pitch"].tolist() == [9, 114]


def test_trimming_keeps_what_begins_inside_and_cuts_it_at_the_end() -> None:
    notes = make_notes([(0, 960, 60, 1), (480, 960, 62, 1), (960, 480, 64, 1)])
    assert rows(n.trim(notes, 480, 960)) == [(0, 480, 62, 1)]


def test_shifting_before_the_beginning_is_refused() -> None:
    assert n.shift(make_notes([(480, 1, 60, 1)]), -480)["onset"].tolist() == [0]
    with pytest.raises(MusicError, match="onset"):
        n.shift(make_notes([(480, 1, 60, 1)]), -481)


def test_rescaling_goes_to_the_nearest_tick() -> None:
    assert n.rescale([0, 1, 2, 3, 1024], old=1024).tolist() == [0, 0, 1, 1, 480]


def test_nothing_stays_nothing() -> None:
    nothing = make_notes()
    assert n.last_end(nothing) == 0
    assert n.merge(nothing, n.transpose(nothing, 5), n.quantize(nothing, 120)).dtype == n.NOTE
    assert np.array_equal(n.tidy(nothing), nothing)
