"""Drums put together anew from several windows."""

import numpy as np

from generator.music.grid import DRUM_CLASSES
from generator.training.vae_windows import remixed


def test_each_drum_of_a_bar_is_that_of_some_window() -> None:
    rng = np.random.default_rng(3)
    windows = rng.integers(0, 512, (40, 1, 2, 16)).astype(np.int16)
    mixed = remixed(windows, ("drums",), 0.5, rng)
    changed = 0
    for drum in range(len(DRUM_CLASSES)):
        for bar in range(2):
            known = {row.tobytes() for row in windows[:, 0, bar] >> drum & 1}
            assert all(row.tobytes() in known for row in mixed[:, 0, bar] >> drum & 1)
            changed += int((mixed[:, 0, bar] >> drum & 1 != windows[:, 0, bar] >> drum & 1).any(1).sum())
    # Half of the windows, half of their 18 drums' bars.
    assert 40 * 18 / 8 < changed < 40 * 18 * 3 / 8


def test_half_of_the_windows_stay_as_they_are() -> None:
    rng = np.random.default_rng(4)
    windows = rng.integers(0, 512, (400, 1, 2, 16)).astype(np.int16)
    whole = (remixed(windows, ("drums",), 0.5, rng) == windows).all((1, 2, 3)).mean()
    assert 0.4 < whole < 0.6


def test_melodies_are_left_alone() -> None:
    rng = np.random.default_rng(5)
    windows = rng.integers(0, 60, (8, 2, 16, 16)).astype(np.int16)
    assert np.array_equal(remixed(windows, ("melody", "melody"), 0.5, rng), windows)
    trio = np.concatenate([windows, windows[:, :1]], axis=1)
    assert np.array_equal(remixed(trio, ("melody", "melody", "drums"), 0.5, rng)[:, :2], windows)
