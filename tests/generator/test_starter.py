"""The starter gallery is made by the engine, and hung once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from gallery.models import Piece
from generator.music.score import n_notes
from generator.starter import FOLDER, starter_files
from tests.fake_engine import FakeEngine

pytestmark = pytest.mark.django_db
RECIPES = [
    {"name": "01-rain", "title": "Rain", "style": "chorale", "seed": 3, "bars": 2, "key": "D minor"},
    {"name": "02-reel", "title": "A Reel", "style": "folk", "seed": 4, "bars": 1, "metre": "6/8"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A starter gallery of two pieces, made."""
    (tmp_path / "recipes.json").write_text(json.dumps(RECIPES))
    call_command("starter", make=True, folder=tmp_path, verbosity=0)
    return tmp_path


def test_the_engine_writes_a_file_and_a_recipe_for_each_entry(folder: Path, fake_engine: FakeEngine) -> None:
    assert [file.name for file in starter_files(folder)] == ["01-rain.mid", "02-reel.mid"]
    recipe = json.loads((folder / "01-rain.json").read_text())
    assert (recipe["title"], recipe["seed"], recipe["key"], recipe["top_p"]) == ("Rain", 3, "D minor", 0.95)
    assert recipe["weights"] == "f" * 64
    assert not fake_engine.running


def test_the_pieces_hang_in_public_in_the_order_of_their_names(folder: Path) -> None:
    call_command("starter", folder=folder, verbosity=0)
    rain, reel = Piece.objects.public()
    assert (rain.title, reel.title) == ("Rain", "A Reel")
    assert rain.author == "ostinato"
    assert (rain.bars, n_notes(rain.score)) == (2, 32)
    assert rain.recipe["seed"] == 3
    assert not User.objects.get(username="ostinato").has_usable_password()


def test_hanging_them_again_adds_only_what_is_new(folder: Path) -> None:
    call_command("starter", folder=folder, verbosity=0)
    Piece.objects.filter(title="Rain").update(title="Downpour", visibility="private")
    (folder / "03-new.mid").write_bytes((folder / "01-rain.mid").read_bytes())
    (folder / "03-new.json").write_text((folder / "01-rain.json").read_text())
    call_command("starter", folder=folder, verbosity=0)
    assert sorted(Piece.objects.values_list("title", flat=True)) == ["A Reel", "Downpour", "Rain"]


def test_a_file_that_cannot_be_read_is_named_and_nothing_hangs(folder: Path) -> None:
    (folder / "02-reel.mid").write_bytes(b"not music")
    with pytest.raises(CommandError, match=r"02-reel\.mid"):
        call_command("starter", folder=folder, verbosity=0)
    assert Piece.objects.count() == 0


def test_an_empty_gallery_is_no_error(tmp_path: Path) -> None:
    call_command("starter", folder=tmp_path, verbosity=0)
    assert Piece.objects.count() == 0


@pytest.mark.parametrize("file", starter_files(), ids=lambda file: file.stem)
def test_what_ships_can_be_hung(file: Path) -> None:
    recipe = json.loads(file.with_suffix(".json").read_text())
    assert {"title", "style", "seed", "weights", "model"} <= set(recipe)
    assert file.parent == FOLDER
