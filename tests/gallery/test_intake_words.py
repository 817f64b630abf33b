"""What the reader of files says is said in the visitor's language, whatever figures stand in it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import translation

from gallery.intake_words import SHAPES, intake_words
from generator.music.intake import SENTENCES, IntakeRefused, Limits, read_here
from generator.music.notes import MAX_TICK, MusicError
from generator.music.score import score_from_json

ALL = sorted(
    {sentence.format(n="1,234") for pair in SENTENCES.values() for sentence in pair}
    | {
        "Its 12 patterns (a format 2 file) were laid one after the other.",
        "Times were counted in 96 ticks a quarter note; here a quarter has 480.",
        "Times were counted in 1024 ticks a quarter note; here a quarter has 480, to the nearest.",
        "3 tracks without notes were left out.",
        "This MIDI file cannot be read: byte 14: there is no track. Nothing was uploaded.",
        "This is not a MIDI, MusicXML or ABC file. It is a WAV sound. Nothing was uploaded.",
    }
)
HEAD = b"MThd\0\0\0\6\0\1\0\1\1\xe0"


def track(body: bytes) -> bytes:
    return b"MTrk" + len(body).to_bytes(4, "big") + body


BROKEN = {
    "head": HEAD[:9],
    "long head": HEAD.replace(b"\6", b"\5", 1),
    "format": HEAD.replace(b"\0\1\0\1", b"\0\3\0\1"),
    "no ticks": HEAD[:-2] + b"\0\0",
    "frames": HEAD[:-2] + b"\x81\x10",
    "no track": HEAD,
    "short track": HEAD + b"MTrk\0\0\0\x40\0\x90\x3c\x40",
    "no status": HEAD + track(b"\0\x3c\x40"),
    "foreign": HEAD + track(b"\0\xf4\0"),
    "past the end": HEAD + track(b"\0\xff\x03\x20ab"),
    "high value": HEAD + track(b"\0\x90\x3c\xff\0\xff\x2f\0"),
    "long time": HEAD + track(b"\xff\xff\xff\xff\xff\0"),
    "middle": HEAD + track(b"\x81"),
    "abc": b"X:1\nT:x\nK:C\n",
    "zip": b"PK\3\4broken",
    "mp3": b"ID3\3",
    "pdf": b"%PDF-1.4",
    "picture": b"\x89PNG",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_files_fault_is_said_in_the_visitors_language_with_its_place(name: str) -> None:
    with pytest.raises(IntakeRefused) as refused:
        read_here(BROKEN[name], f"{name}.mid", Limits())
    said = str(refused.value)
    with translation.override("de"):
        german = intake_words(said)
    english = re.compile(r"\b(the|is|it|ends|which|of|an|in the|cannot)\b")
    assert not english.search(german.partition("beschädigt:")[0]), (said, german)
    assert re.findall(r"0x\w+|\d+", german) == re.findall(r"0x\w+|\d+", said)


def sent(*note: int, **more: Any) -> dict[str, Any]:
    """A score of one note, as a program may send it."""
    track = {
        "name": "Lead",
        "role": "piano",
        "program": 0,
        "is_drum": False,
        "notes": [note or (0, 480, 60, 80)],
    }
    score = {"length": 1920, "tempos": [[0, 120]], "metres": [[0, 4, 4]], "tracks": [track]}
    return {**score, **more}


NO_SCORES = {
    "onset": sent(-480, 960, 60, 80),
    "duration": sent(0, 0, 60, 80),
    "pitch": sent(0, 480, 200, 80),
    "velocity": sent(0, 480, 60, 0),
    "late note": sent(MAX_TICK, 480, 60, 80),
    "short score": sent(length=240),
    "late tempo": sent(tempos=[[0, 120], [3840, 90]]),
    "early tempo": sent(tempos=[[-1, 120]]),
    "no tempo": sent(tempos=[[0, 0]]),
    "early metre": sent(metres=[[-1, 4, 4]]),
    "no metre": sent(metres=[[0, 4, 5]]),
    "no length": sent(length=-1),
    "no ticks": sent(ticks_per_quarter=0),
    "program": sent(tracks=[{**sent()["tracks"][0], "program": 128}]),
    "role": sent(tracks=[{**sent()["tracks"][0], "role": "kazoo"}]),
    "nothing": {},
    "text": "notes",
}


@pytest.mark.parametrize("name", NO_SCORES)
def test_why_notes_cannot_be_read_is_said_in_the_visitors_language(name: str) -> None:
    with pytest.raises(MusicError) as refused:
        score_from_json(NO_SCORES[name])
    said = str(refused.value)
    with translation.override("de"):
        german = intake_words(said)
    assert not re.search(r"\b(the|is|has|at|it|an?|cannot)\b", german.partition("Notenblatt:")[0]), (
        said,
        german,
    )
    assert re.findall(r"-?\d+", german) == re.findall(r"-?\d+", said)


@pytest.mark.parametrize("sentence", ALL)
def test_every_sentence_of_the_reader_is_known_and_translated(sentence: str) -> None:
    with translation.override("en-gb"):
        assert intake_words(sentence).replace(",", "") == sentence.replace(",", "")
    with translation.override("de"):
        said = intake_words(sentence)
    assert said != sentence
    assert ("1.234" in said) == ("1,234" in sentence)


def test_what_is_not_known_is_shown_as_it_came() -> None:
    with translation.override("de"):
        assert intake_words("Something quite new. 7 %(n)s") == "Something quite new. 7 %(n)s"
    assert len(set(SHAPES)) == len(SHAPES)
