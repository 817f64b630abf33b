"""Two scores, note by note."""

from __future__ import annotations

from dataclasses import replace

from generator.music.compare import compare, pitch_name
from generator.music.notes import make_notes
from generator.music.score import Score, Track
from tests.conftest import small_score


def of(*tracks: list[tuple[int, int, int, int]]) -> Score:
    parts = tuple(Track(f"T{n}", notes=make_notes(rows)) for n, rows in enumerate(tracks))
    return Score(parts, length=4 * 1920)


def test_a_score_is_identical_to_itself() -> None:
    found = compare(small_score(2), small_score(2))
    assert (found.is_identical, found.n_same, found.n_notes, found.differences) == (True, 8, 8, ())


def test_each_note_that_differs_is_told_with_its_bar() -> None:
    first = of([(0, 480, 60, 80), (1920, 480, 64, 80), (3840, 480, 67, 80)])
    second = of([(0, 480, 60, 80), (1920, 480, 63, 80), (3840, 240, 67, 80)])
    found = compare(first, second)
    assert (found.n_notes, found.n_same, found.n_added, found.is_identical) == (3, 1, 2, False)
    told = [(one.is_missing, one.bar, one.pitch, one.duration) for one in found.differences]
    assert told == [(False, 2, 63, 480), (True, 2, 64, 480), (True, 3, 67, 480), (False, 3, 67, 240)]


def test_the_same_note_in_another_track_is_another_note() -> None:
    found = compare(of([(0, 480, 60, 80)], []), of([], [(0, 480, 60, 80)]))
    assert (found.n_same, found.n_added) == (0, 1)
    assert [one.track for one in found.differences] == ["T0", "T1"]


def test_a_track_that_one_has_alone_counts() -> None:
    one = of([(0, 480, 60, 80)])
    two = of([(0, 480, 60, 80)], [(480, 480, 70, 80)])
    assert compare(one, two).n_added == 1
    assert compare(two, one).n_same == 1
    assert not compare(two, one).is_identical


def test_a_note_in_a_score_that_is_longer_is_placed_by_the_longer_one() -> None:
    long = replace(of([(0, 480, 60, 80), (5760, 480, 61, 80)]))
    found = compare(Score((), length=1920), long)
    assert [one.bar for one in found.differences] == [1, 4]


def test_only_the_first_differences_are_told() -> None:
    found = compare(
        of([]), of([(480 * n, 480, 60, 80) for n in range(16)] + [(480 * n, 480, 72, 80) for n in range(16)])
    )
    assert (found.n_added, len(found.differences)) == (32, 20)


def test_pitches_have_names() -> None:
    assert [pitch_name(pitch) for pitch in (60, 69, 61, 0)] == ["C4", "A4", "C♯4", "C-1"]
