"""The arithmetic of the bench, by hand."""

import pytest

from bench.figures import Figure, number, percentile, table
from bench.load import Crowd


def test_the_95th_percentile_of_twenty_runs_is_the_second_slowest() -> None:
    assert percentile([float(run) for run in range(1, 21)], 95) == 19.0


def test_a_promise_is_broken_by_the_percentile_it_names() -> None:
    runs = (100.0,) * 18 + (400.0, 900.0)
    assert Figure("first note", "ms", runs, promise=(95, 300.0)).kept is False
    assert Figure("first note", "ms", runs, promise=(50, 300.0)).kept is True


def test_frames_a_second_are_kept_from_below() -> None:
    assert Figure("roll", "frames/s", (52.0, 60.0), promise=(5, 50.0), more_is_better=True).kept is True
    assert Figure("roll", "frames/s", (48.0, 60.0), promise=(5, 50.0), more_is_better=True).kept is False


def test_numbers_have_three_figures_that_count() -> None:
    assert [number(value) for value in (0.3312, 47.06, 12_431.0, 0.0)] == ["0.331", "47.1", "12,400", "0"]


def test_the_table_says_which_promise_is_broken() -> None:
    text = table(
        [
            Figure("start", "s", (2.0,), promise=(95, 4.0)),
            Figure("memory", "MB", (900.0,), promise=(95, 700.0)),
        ]
    )
    assert [line.split()[-1] for line in text.splitlines()[1:]] == ["kept", "BROKEN"]


def test_the_slope_of_memory_is_that_of_the_second_half() -> None:
    warming_up = [(float(second), 300.0 + 10 * second) for second in range(0, 60, 5)]
    afterwards = [(float(second), 900.0 + second / 30) for second in range(60, 120, 5)]
    assert Crowd(memory=warming_up + afterwards).slope == pytest.approx(2.0)
