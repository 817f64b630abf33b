"""How unlike neighbouring bars are, on bars made by hand."""

import numpy as np
import pytest

from generator.music.joins import SILENT, join_distance
from generator.music.notes import Notes, make_notes


def bar(*pitches: int) -> Notes:
    return make_notes((i * 480, 480, pitch, 90) for i, pitch in enumerate(pitches))


def test_a_bar_that_comes_again_joins_without_a_seam() -> None:
    assert join_distance(bar(60, 64, 67), bar(60, 64, 67), is_drum=False) == 0


def test_an_octave_higher_is_one_apart_and_twice_as_many_notes_is_too() -> None:
    assert join_distance(bar(60, 64), bar(72, 76), is_drum=False) == pytest.approx(1)
    assert join_distance(bar(60), bar(60, 60), is_drum=False) == pytest.approx(1)


def test_a_neighbouring_key_lies_nearer_than_the_farthest() -> None:
    from_c = [
        join_distance(bar(60, 64, 67), bar(*chord), is_drum=False) for chord in ((59, 62, 67), (61, 66, 70))
    ]
    assert from_c[0] < from_c[1]


def test_drums_are_told_apart_by_what_is_struck() -> None:
    assert join_distance(bar(36, 38), bar(38, 36), is_drum=True) == 0
    assert join_distance(bar(36, 38), bar(36, 42), is_drum=True) == pytest.approx(2 / 3)


def test_silence_beside_notes_is_a_seam_and_beside_silence_none() -> None:
    none: Notes = bar()
    assert join_distance(bar(60), none, is_drum=False) == SILENT
    assert join_distance(none, none, is_drum=True) == 0
    assert np.isfinite(join_distance(none, bar(60), is_drum=True))
