"""Pieces as sound files: asked for, rendered by a worker, kept while there is room, seen by who may."""

from __future__ import annotations

import os
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import dramatiq
import pytest
import soundfile
from django.contrib.auth.models import User
from dramatiq.errors import Retry
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from gallery import audio
from gallery.actors import render_audio
from gallery.audio import Sound, audio_render, audio_state, make_room
from gallery.models import Piece
from gallery.services import piece_change
from generator.models import Message
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Tempo, Track
from musicsite.errors import ApplicationError
from tests.conftest import Make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path / "audio"


def get(client: APIClient, piece: Piece, kind: str = "ogg", *, state: bool = False) -> Any:
    return client.get(f"/api/v1/pieces/{piece.code}/audio/{'state/' if state else ''}?format={kind}")


def work() -> None:
    """What a worker does with the messages in line."""
    for row in Message.objects.filter(queue="audio"):
        render_audio.fn(*dramatiq.Message.decode(bytes(row.body)).args)
        row.delete()


def test_the_first_who_asks_has_it_rendered_and_all_then_get_the_file(
    stranger: APIClient, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, title="Rain <b> 😀", visibility="public")
    first = get(stranger, piece)
    assert (first.status_code, first.json()["state"], first["Retry-After"]) == (202, "waiting", "1")
    assert get(stranger, piece, state=True).json()["state"] == "waiting"
    assert Message.objects.filter(queue="audio").count() == 1
    work()
    assert get(stranger, piece, state=True).json() == {
        "state": "ready",
        "share": 1.0,
        "message": "",
        "url": f"/api/v1/pieces/{piece.code}/audio/?format=ogg",
    }
    answer = get(stranger, piece)
    content = b"".join(answer.streaming_content)
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/ogg")
    assert content.startswith(b"OggS")
    assert int(answer["Content-Length"]) == len(content)
    assert 'filename="rain-b.ogg"' in answer["Content-Disposition"]
    again = stranger.get(
        f"/api/v1/pieces/{piece.code}/audio/?format=ogg", headers={"If-None-Match": answer["ETag"]}
    )
    assert again.status_code == 304


def test_a_sound_file_says_where_it_comes_from(alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, title="Rain", recipe={"seed": 7})
    sound = Sound(piece, "wav")
    assert audio_render(piece_id=piece.pk, kind="wav")
    with soundfile.SoundFile(sound.file) as file:
        assert (file.title, file.artist) == ("Rain", "alice")
        assert piece.get_absolute_url() in file.comment
        assert "recipe sha256:" in file.comment


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_a_sound_is_heard_by_those_who_see_its_piece(
    stranger: APIClient,
    as_alice: APIClient,
    as_bob: APIClient,
    alice: User,
    make_piece: Make,
    visibility: str,
) -> None:
    piece = make_piece(alice, visibility=visibility)
    audio_render(piece_id=piece.pk, kind="ogg")
    others = 404 if visibility == "private" else 200
    for state in (False, True):
        assert get(as_alice, piece, state=state).status_code == 200
        assert get(as_bob, piece, state=state).status_code == others
        assert get(stranger, piece, state=state).status_code == others


def test_a_piece_made_private_takes_its_sound_along(
    stranger: APIClient, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, visibility="public")
    audio_render(piece_id=piece.pk, kind="ogg")
    assert get(stranger, piece).status_code == 200
    Piece.objects.filter(pk=piece.pk).update(visibility="private")
    assert get(stranger, piece).status_code == 404


def test_a_link_to_a_shown_piece_carries_its_first_seconds(
    stranger: APIClient, alice: User, make_piece: Make
) -> None:
    # 32 bars of 4/4 at 120 last 64 seconds.
    notes = make_notes([(960 * i, 960, 60, 80) for i in range(64)])
    tune = Track("Melody", "melody", 0, False, notes)
    piece = make_piece(alice, score=Score((tune,), (Tempo(0, 120.0),), (Metre(0, 4, 4),), 64 * 960))
    piece_change(piece=piece, visibility="public", licence="cc-by")
    address = f"/pieces/{piece.code}/clip.mp3"
    assert f'content="http://testserver{address}"' in stranger.get(f"/pieces/{piece.code}/").content.decode()
    # Publishing has put it in line: nobody need ask first.
    assert stranger.get(address).status_code == 202
    assert Message.objects.filter(queue="audio").count() == 1
    work()
    answer = stranger.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/mpeg")
    assert "attachment" not in answer.get("Content-Disposition", "")
    data, rate = soundfile.read(BytesIO(b"".join(answer)))
    # Fifteen seconds, and what rings on after them.
    assert 15 <= len(data) / rate < 20
    assert abs(data).max() > 0.1
    piece_change(piece=piece, visibility="private")
    assert stranger.get(address).status_code == 404


def test_new_notes_or_a_new_title_are_another_file(alice: User, make_piece: Make) -> None:
    piece = make_piece(alice)
    first = Sound(piece, "wav").file
    piece.title = "Another"
    assert Sound(piece, "wav").file != first
    assert Sound(piece, "ogg").digest != Sound(piece, "wav").digest


def test_a_format_that_there_is_not_is_refused(as_alice: APIClient, alice: User, make_piece: Make) -> None:
    answer = get(as_alice, make_piece(alice), "aac")
    assert answer.status_code == 400
    assert "format" in answer.json()["fields"]


def test_what_is_too_long_or_silent_is_refused_before_it_is_put_in_line(
    as_alice: APIClient, alice: User, make_piece: Make, settings: Settings
) -> None:
    silent = make_piece(alice, score=Score((), length=1920))
    assert get(as_alice, silent).status_code == 422
    settings.AUDIO_MAX_SECONDS = 3
    answer = get(as_alice, make_piece(alice))
    assert answer.status_code == 422
    assert "MIDI file" in answer.json()["message"]
    assert not Message.objects.exists()


def test_a_line_that_is_too_long_is_refused_with_a_time(
    as_alice: APIClient, alice: User, make_piece: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio, "MOST_WAITING", 1)
    assert get(as_alice, make_piece(alice)).status_code == 202
    answer = get(as_alice, make_piece(alice))
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")


def test_progress_is_told_while_it_is_rendered(
    alice: User, make_piece: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = make_piece(alice)
    seen: list[float] = []
    plain = audio.tell

    def tell(sound: Sound, state: str, share: float, message: str = "") -> None:
        plain(sound, state, share, message)
        seen.append(audio_state(sound)["share"])

    monkeypatch.setattr(audio, "tell", tell)
    audio_render(piece_id=piece.pk, kind="wav")
    assert seen == sorted(seen)
    assert seen[0] == 0.0
    assert len(seen) > 4


def test_a_failure_is_told_in_words_and_leaves_nothing_behind(
    as_alice: APIClient, alice: User, make_piece: Make, settings: Settings, own_folder: Path
) -> None:
    piece = make_piece(alice)
    settings.SOUND_BANK = Path("/nowhere/bank.sf3")
    audio_render(piece_id=piece.pk, kind="wav")
    said = get(as_alice, piece, "wav", state=True).json()
    assert said["state"] == "failed"
    assert "bank.sf3 is not installed" in said["message"]
    assert list(own_folder.iterdir()) == []


def test_while_one_is_rendered_another_waits_in_the_queue_and_not_in_a_seat(
    alice: User, make_piece: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = make_piece(alice)
    seat = threading.Lock()
    monkeypatch.setattr(audio, "_seat", seat)
    with seat, pytest.raises(Retry) as told:
        render_audio.fn(piece.pk, "wav")
    assert told.value.delay == 400
    render_audio.fn(piece.pk, "wav")
    assert Sound(piece, "wav").file.exists()


def test_a_piece_that_is_gone_is_not_rendered(alice: User, make_piece: Make, own_folder: Path) -> None:
    piece = make_piece(alice)
    number = piece.pk
    piece.delete()
    assert audio_render(piece_id=number, kind="wav") is True
    assert not own_folder.exists()


def test_the_files_used_longest_ago_make_room(settings: Settings, own_folder: Path) -> None:
    own_folder.mkdir()
    settings.AUDIO_CACHE_BYTES = 250
    for age, name in enumerate(["new", "older", "oldest"]):
        (own_folder / name).write_bytes(bytes(100))
        os.utime(own_folder / name, (1_000_000 - age, 1_000_000 - age))
    assert make_room(keep=own_folder / "new") == 1
    assert sorted(file.name for file in own_folder.iterdir()) == ["new", "older"]


def test_a_piece_that_is_deleted_for_good_takes_its_files_along(
    alice: User, make_piece: Make, own_folder: Path
) -> None:
    piece, other = make_piece(alice), make_piece(alice)
    for one in (piece, other):
        audio_render(piece_id=one.pk, kind="ogg")
    kept = Sound(other, "ogg").file
    alice.pieces.filter(pk=piece.pk).delete()
    assert list(own_folder.iterdir()) == [kept]
    alice.delete()
    assert list(own_folder.iterdir()) == []


def test_a_refusal_is_a_sentence(alice: User, make_piece: Make) -> None:
    with pytest.raises(ApplicationError, match="nothing to hear"):
        audio_state(Sound(make_piece(alice, score=Score((), length=1920)), "wav"))
