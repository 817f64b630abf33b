"""Leaving with everything: the ZIP, and the account that is gone for good."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from gallery.exports import export_file, export_start, export_write, exports_purge
from gallery.lists import Wish, page_of
from gallery.models import Export, Listing, Piece
from gallery.opinions import comment_add, piece_rate
from gallery.recipes import recipe_file
from gallery.remixing import piece_remix
from generator.music.midi import read_midi
from generator.music.score import score_to_json
from musicsite.accounts import account_delete
from tests.conftest import Make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR_DIR = tmp_path
    # The sound is another test's; here it only costs time.
    monkeypatch.setattr("gallery.exports.sound_of", lambda piece: None)


def test_the_zip_holds_all_that_a_person_has(
    client: Client, alice: User, bob: User, make_piece: Make
) -> None:
    piece = make_piece(alice, title="Rain / <b>", visibility="public", recipe={"seed": 7})
    make_piece(alice, title="Rain / <b>")
    others = make_piece(bob, visibility="public")
    piece_rate(piece=others, person=alice, harmony=5, interest=2)
    comment_add(piece=others, person=alice, text="Lovely", bar=1)
    client.force_login(alice)
    client.post("/settings/export/new/")
    export = Export.objects.get()
    waiting = client.get("/settings/export/")
    assert (waiting["Refresh"], export.state) == ("2", "waiting")
    export_write(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.done, export.total) == ("ready", 2, 2)
    answer = client.get(f"/settings/export/{export.code}/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    names = archive.namelist()
    assert len(names) == len(set(names))
    folder = next(name.rpartition("/")[0] for name in names if name.startswith("pieces/0001"))
    assert score_to_json(read_midi(archive.read(f"{folder}/piece.mid"))) == score_to_json(piece.score)
    assert b"<score-partwise" in archive.read(f"{folder}/piece.musicxml")
    # The same file as its page hands out: it can be followed elsewhere, and told whether that worked.
    recipe = json.loads(archive.read(f"{folder}/recipe.json"))
    assert recipe == json.loads(recipe_file(piece, alice))
    assert recipe["seed"] == 7
    assert recipe["expected"]["n_notes"] == piece.n_notes
    account = json.loads(archive.read("account.json"))
    assert [row["harmony"] for row in account["ratings"]] == [5]
    assert [row["text"] for row in account["comments"]] == ["Lovely"]


def test_nobody_else_gets_the_zip(client: Client, alice: User, bob: User) -> None:
    export = export_start(person=alice)
    export_write(export_id=export.pk)
    client.force_login(bob)
    assert client.get(f"/settings/export/{export.code}/").status_code == 404


def test_one_export_at_a_time(alice: User) -> None:
    assert export_start(person=alice) == export_start(person=alice)


def test_the_account_goes_with_all_that_it_left_anywhere(alice: User, bob: User, make_piece: Make) -> None:
    mine = make_piece(alice, title="gone", visibility="public", licence="cc-by")
    others = make_piece(bob, title="stays", visibility="public")
    piece_rate(piece=others, person=alice, harmony=5, interest=5)
    comment_add(piece=others, person=alice, text="A word")
    child = piece_remix(parent=mine, person=bob)
    export = export_start(person=alice)
    export_write(export_id=export.pk)
    file = export_file(export)
    assert file.exists()
    receipt = account_delete(user=alice)
    assert [receipt[name] for name in ("pieces", "public", "ratings", "comments", "exports")] == [
        1,
        1,
        1,
        1,
        1,
    ]
    assert not file.exists()
    assert not Piece.objects.filter(title="gone").exists()
    assert page_of(Wish(text="gone")).cards == []
    row = Listing.objects.get(pk=others.pk)
    assert (row.n_ratings, row.n_comments, row.best) == (0, 0, 3.0)
    parent = child.parents.get()
    assert (parent.parent, parent.kept) == (None, 8)


def test_zips_of_nobody_are_cleared_away(alice: User) -> None:
    export = export_start(person=alice)
    export_write(export_id=export.pk)
    assert exports_purge() == 0
    export.delete()
    assert exports_purge() == 1
    assert not export_file(export).exists()
