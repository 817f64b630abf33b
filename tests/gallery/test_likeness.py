"""More like this: who is nearest, who comes to be, and who may see it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from gallery import likeness
from gallery.likeness import MOST_NEAR, alike, likeness_rebuild, likeness_refresh
from gallery.management.commands.likeness import Teller, duration
from gallery.models import Likeness, Piece
from gallery.services import piece_change
from generator.engine.likeness import Listener
from generator.engines import WEIGHTS
from generator.models import Message
from generator.music.notes import MusicError, make_notes
from generator.music.score import Metre, Score, Tempo, Track, transpose
from tests.conftest import Make

pytestmark = pytest.mark.django_db


class FakeListener:
    """Hears a circle: a piece of n notes points in the direction of n degrees."""

    weights = "a" * 64

    def vector(self, score: Score) -> Any:
        n = sum(track.notes.size for track in score.tracks)
        if not n:
            raise MusicError("silent")
        return np.array([np.cos(np.radians(n)), np.sin(np.radians(n))], dtype=np.float32)


@pytest.fixture
def circle(monkeypatch: pytest.MonkeyPatch) -> FakeListener:
    fake = FakeListener()
    monkeypatch.setattr(likeness, "listener", lambda: fake)
    return fake


def notes(n: int) -> Score:
    rows = [(480 * i, 480, 60, 80) for i in range(n)]
    length = 1920 * max(1, -(-n // 4))
    return Score(
        (Track("Melody", "melody", 0, False, make_notes(rows)),),
        (Tempo(0, 120.0),),
        (Metre(0, 4, 4),),
        length,
    )


def shown(owner: User, make_piece: Make, n: int) -> Piece:
    piece: Piece = make_piece(owner, visibility="public", title=f"{n} notes", score=notes(n))
    return piece


def titles(piece: Piece) -> list[str]:
    return [card.piece.title for card in alike(piece)]


def test_the_nearest_come_first_and_a_new_piece_comes_among_them(
    circle: FakeListener, alice: User, make_piece: Make
) -> None:
    ten, twenty, forty = (shown(alice, make_piece, n) for n in (10, 20, 40))
    for piece in (ten, twenty, forty):
        assert likeness_refresh(piece.pk)
    assert titles(ten) == ["20 notes", "40 notes"]
    assert titles(forty) == ["20 notes", "10 notes"]
    thirty = shown(alice, make_piece, 36)
    likeness_refresh(thirty.pk)
    assert titles(forty) == ["36 notes", "20 notes", "10 notes"]


def test_only_so_many_are_kept_and_a_nearer_one_takes_the_farthests_place(
    circle: FakeListener, alice: User, make_piece: Make
) -> None:
    first = shown(alice, make_piece, 1)
    likeness_refresh(first.pk)
    for n in range(3, 3 + MOST_NEAR):
        likeness_refresh(shown(alice, make_piece, n).pk)
    assert len(Likeness.objects.get(pk=first.pk).near) == MOST_NEAR
    likeness_refresh(shown(alice, make_piece, 2).pk)
    row = Likeness.objects.get(pk=first.pk)
    assert len(row.near) == MOST_NEAR
    assert titles(first)[0] == "2 notes"
    # The farthest, of 18 notes, is 17 degrees away; it went, and 17 notes are the farthest now.
    assert row.least == pytest.approx(np.cos(np.radians(16)), abs=1e-3)
    before = list(Likeness.objects.order_by("pk").values_list("near", "least"))
    likeness_rebuild()
    after = list(Likeness.objects.order_by("pk").values_list("near", "least"))
    assert [len(near) for near, _least in after] == [len(near) for near, _least in before]
    assert [least for _near, least in after] == pytest.approx([least for _near, least in before], abs=2e-3)


def test_what_is_taken_down_is_nobodys_neighbour(circle: FakeListener, alice: User, make_piece: Make) -> None:
    ten, twenty = shown(alice, make_piece, 10), shown(alice, make_piece, 20)
    silent = shown(alice, make_piece, 0)
    for piece in (ten, twenty):
        likeness_refresh(piece.pk)
    assert not likeness_refresh(silent.pk)
    piece_change(piece=twenty, visibility="private")
    assert titles(ten) == []
    assert not likeness_refresh(twenty.pk)
    assert list(Likeness.objects.values_list("pk", flat=True)) == [ten.pk]


def test_a_piece_that_is_shown_is_listened_to_in_the_background(alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, score=notes(8))
    assert not Message.objects.exists()
    piece_change(piece=piece, visibility="public")
    bodies = b" ".join(bytes(body) for body in Message.objects.values_list("body", flat=True))
    assert b"liken_piece" in bodies


def test_the_page_and_the_api_say_the_same_with_few_questions(
    circle: FakeListener, as_bob: APIClient, alice: User, make_piece: Make
) -> None:
    pieces = [shown(alice, make_piece, n) for n in range(1, 15)]
    for piece in pieces:
        likeness_refresh(piece.pk)
    address = f"pieces/{pieces[0].code}/alike/"
    answer = as_bob.get(f"/api/v1/{address}").json()
    assert [card["piece"]["title"] for card in answer] == [f"{n} notes" for n in range(2, 14)]
    as_bob.get(f"/{address}")
    with CaptureQueriesContext(connection) as asked:
        page = as_bob.get(f"/{address}").content.decode()
    assert page.count('<article class="card"') == 12
    assert len(asked) <= 8


def test_a_tune_in_another_key_is_the_same_tune_and_chords_are_not() -> None:
    listener = Listener(WEIGHTS)
    scale = [60, 62, 64, 65, 67, 69, 71, 72, 71, 69, 67, 65, 64, 62, 60, 62]
    tune = Track(
        "Melody", "melody", 0, False, make_notes([(240 * i, 240, p, 80) for i, p in enumerate(scale)])
    )
    block = [(960 * i, 960, 48 + step, 80) for i in range(4) for step in (0, 4, 7, 12)]
    chords = Track("Melody", "melody", 0, False, make_notes(block))
    one, block_chords = (
        Score((track,), (Tempo(0, 120.0),), (Metre(0, 4, 4),), 3840) for track in (tune, chords)
    )
    heard = listener.vector(one)
    assert heard @ heard == pytest.approx(1, abs=1e-5)
    assert heard @ listener.vector(transpose(one, 2)) > 0.9 > heard @ listener.vector(block_chords)
    with pytest.raises(MusicError):
        listener.vector(notes(0))


def test_the_command_listens_to_what_was_not_listened_to(
    circle: FakeListener, alice: User, make_piece: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in (1, 2, 3):
        shown(alice, make_piece, n)
    call_command("likeness")
    call_command("likeness")
    call_command("likeness", "--all")
    said = capsys.readouterr().out.splitlines()
    assert said[:3] == ["Listened to 3 of 3", "Compared 3 of 3", "Listened to 3 pieces"]
    assert [line for line in said if line.endswith("pieces")] == [
        f"Listened to {n} pieces" for n in (3, 0, 3)
    ]
    assert titles(Piece.objects.get(title="1 notes")) == ["2 notes", "3 notes"]


def test_the_command_is_stopped_and_goes_on_from_there(
    circle: FakeListener,
    alice: User,
    make_piece: Make,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for n in (1, 2, 3):
        shown(alice, make_piece, n)

    def press(score: Score) -> Any:
        if score.tracks[0].notes.size == 3:
            raise KeyboardInterrupt
        return FakeListener.vector(circle, score)

    monkeypatch.setattr(circle, "vector", press, raising=False)
    with pytest.raises(CommandError, match="What was listened to is kept") as stopped:
        call_command("likeness")
    assert stopped.value.returncode == 130
    assert Likeness.objects.count() == 2
    monkeypatch.undo()
    monkeypatch.setattr(likeness, "listener", lambda: circle)
    call_command("likeness")
    assert "Listened to 1 of 1" in capsys.readouterr().out
    assert titles(Piece.objects.get(title="1 notes")) == ["2 notes", "3 notes"]


def test_it_is_said_now_and_then_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    clock = iter([0.0, 4.0, 10.0, 15.0, 90.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    tell = Teller(said.append)
    for done in (1, 5, 11, 15):
        tell("Listened to", done, 5000)
    tell("Listened to", 5000, 5000)
    # Ten of them took ten seconds, so 4989 take 83 minutes.
    assert said == ["Listened to 11 of 5,000, 1 h 23 min left", "Listened to 5,000 of 5,000"]
    assert [duration(seconds) for seconds in (5, 61, 5400)] == ["less than a minute", "1 min", "1 h 30 min"]


def test_a_piece_of_many_tracks_is_read_in_parts_and_heard_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = Listener(WEIGHTS)
    heard = listener.vector(notes(40))
    monkeypatch.setattr("generator.engine.likeness.MOST_CELLS", 30)  # three keys of ten bars
    assert listener.vector(notes(40)) == pytest.approx(heard, abs=1e-5)
