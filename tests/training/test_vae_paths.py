"""What is measured of blends."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.engine.blend import PathAsk, Way
from generator.music.notes import make_notes
from generator.music.score import Score, Track
from generator.training import vae_paths


def tune(first: int) -> Score:
    notes = make_notes((i * 480, 480, first + i, 80) for i in range(4))
    return Score((Track("Melody", "melody", 73, False, notes),), length=1920)


class Careless:
    """A family whose paths begin with the piece and end with another."""

    def run(self, asks: list[PathAsk]) -> list[Way]:
        first, _ = asks[0].pieces
        return [Way((first, tune(40)), ((1.0, 0.0), (0.0, 1.0)), (1.0, 1.0), (0.0, 1.0), (), "")]


def test_notes_that_are_amiss_at_the_ends_of_a_path_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vae_paths, "blending", lambda _weights: Careless())
    monkeypatch.setattr(vae_paths, "likelihood", lambda *_: {})
    monkeypatch.setattr(vae_paths, "N_PAIRS", 1)
    monkeypatch.setattr(vae_paths, "PATH_SETS", ("folk",))
    monkeypatch.setattr(vae_paths, "excerpts", lambda *_: [tune(60), tune(70)])
    assert vae_paths.interpolation(Path())["endpoint_error"] == 4 + 4
