"""What a dimension does, on a network whose dimensions do known things."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import torch
from torch import Tensor

from generator.music.notes import make_notes
from generator.music.score import Score, Track
from generator.training import vae_dimensions
from generator.training.vae_dimensions import as_figures, dimensions, picture


def write(every: Tensor) -> list[Score]:
    return [write_one(z) for z in every]


def write_one(z: Tensor) -> Score:
    """Dimension 0 is how many notes, 1 how high; 2 does nothing."""
    n, pitch = int(4 + z[0].round()), int(60 + 3 * z[1].round())
    notes = make_notes((240 * i, 240, pitch, 80) for i in range(n))
    return Score((Track("Melody", "melody", 0, False, notes),), length=1920)


def test_each_dimension_is_said_to_do_what_it_does() -> None:
    means = torch.tensor([[-1.0, -1.0, -1.0], [1.0, 1.0, 1.0]]) / 2**0.5  # deviation 1
    kl = torch.tensor([0.5, 2.0, 0.01])
    found = dimensions(kl, means, [torch.zeros(3)], [write])
    assert [one.number for one in found] == [1, 0, 2]
    assert found[0].effects == {"notes_a_bar": 0.0, "mean_pitch": 12.0, "off_beat_share": 0.0}
    assert [len(roll.tracks[0].notes) for roll in found[1].rolls] == [2, 3, 4, 5, 6]
    assert found[1].effects["notes_a_bar"] == 4.0
    assert not any(found[2].effects.values())
    assert as_figures(kl.tolist(), found)["active"] == 2


def test_the_picture_is_well_formed_and_has_a_roll_for_each_place() -> None:
    means = torch.tensor([[-1.0, -1.0, -1.0], [1.0, 1.0, 1.0]])
    found = dimensions(torch.tensor([0.5, 2.0, 0.01]), means, [torch.zeros(3)], [write])
    drawn = ElementTree.fromstring(picture("melody", [2.0, 0.5, 0.01], found))
    paths = drawn.findall("{http://www.w3.org/2000/svg}path")
    assert len(paths) == 15


def test_pictures_go_into_a_folder_that_is_made_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vae_dimensions, "of_cells", lambda _weights: ([0.5], []))
    vae_dimensions.evaluate(tmp_path, {}, tmp_path / "docs" / "images")
    assert (tmp_path / "docs" / "images" / "vae_any_piece.svg").read_text().startswith("<svg")
