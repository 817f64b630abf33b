"""What a piece's page says about what it shares with the training music."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery import originality
from gallery.originality import in_words, originality_of, styles
from generator.music.originality import OriginalityIndex, Report, in_steps
from generator.music.score import Score, transpose
from generator.starter import FOLDER as STARTER
from tests.conftest import Make, small_score

pytestmark = pytest.mark.django_db
NASTY = '<script>alert("1")</script>'


@pytest.fixture
def small_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An index that knows one tune, under a name full of markup."""
    known = small_score(8, pitch=60)
    made = OriginalityIndex.build("folk", 120, [(NASTY, in_steps(known, 120))])
    made.held_out.update({32: np.full(100, 6), 64: np.full(100, 6), 128: np.full(100, 6)})
    made.save(tmp_path / "folk.npz")
    monkeypatch.setattr(originality, "FOLDER", tmp_path)
    originality.index_of.cache_clear()
    yield
    originality.index_of.cache_clear()


def test_every_style_that_ships_has_an_index_of_hashes_and_the_starter_pieces_are_original() -> None:
    from generator.music.midi import read_midi

    assert styles() == ["chorale", "folk", "pop"]
    assert sum(file.stat().st_size for file in originality.FOLDER.glob("*.npz")) < 6e6
    for file in sorted(STARTER.glob("*.mid")):
        score = read_midi(file.read_bytes())
        reports = [index.report(score) for style in styles() if (index := originality.index_of(style))]
        assert max(report.n_notes for report in reports) < 24, file.name


@pytest.mark.usefixtures("small_index")
def test_a_copy_in_another_key_is_told_with_its_bar_and_every_word_as_text(
    client: Client, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, score=transpose(small_score(4), 5), visibility="public")
    page = client.get(f"/pieces/{piece.code}/").content.decode()
    assert "Longest match: 16 notes, unusually long" in page
    assert "&lt;script&gt;alert" in page
    assert NASTY not in page
    assert 'href="?bar=1"' in page


@pytest.mark.usefixtures("small_index")
def test_the_publish_page_says_it_too(client: Client, alice: User, make_piece: Make) -> None:
    client.force_login(alice)
    piece = make_piece(alice, score=small_score(4))
    page = client.get(f"/pieces/{piece.code}/publish/").content.decode()
    assert "Longest match: 16 notes" in page
    assert "Listen to these bars before you show it" in page


@pytest.mark.usefixtures("small_index")
def test_it_is_worked_out_once(alice: User, make_piece: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = make_piece(alice, score=small_score(4))
    first = originality_of(piece)
    monkeypatch.setattr(originality, "report_of", None)
    assert originality_of(piece) == first


def test_an_upload_is_compared_with_all_there_is(
    alice: User, make_piece: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def index_of(style: str) -> Any:
        asked.append(style)

    monkeypatch.setattr(originality, "index_of", index_of)
    originality.report_of(make_piece(alice, source="uploaded", style=""))
    assert asked == ["chorale", "folk", "pop"]


def test_nothing_is_said_of_a_piece_without_notes(alice: User, make_piece: Make) -> None:
    assert originality_of(make_piece(alice, score=Score((), length=1920))) is None


@pytest.mark.parametrize(
    ("usual", "level", "said"),
    [
        (0.62, "usual", "Longest match: 7 notes, usual: of pieces by people, 62 % share as much or more."),
        (0.05, "long", "Longest match: 7 notes, longer than most: of pieces by people, 5 % share as much."),
        (
            0.0,
            "unusual",
            "Longest match: 7 notes, unusually long: hardly any piece by people shares as much.",
        ),
    ],
)
def test_the_words_follow_the_share_of_human_pieces(usual: float, level: str, said: str) -> None:
    told = in_words(Report("folk", 7, "a reel", 3, 5, usual))
    assert (told.level, told.words, told.bars) == (level, said, "3–5")


def test_no_run_at_all_is_told_as_that() -> None:
    assert "No run of 5 notes" in in_words(Report("folk", 4, "", 0, 0, 1.0)).words
