"""Strangers' files: each is read, with what was changed in plain sentences, or refused with the reason."""

import io
import random
import time
import zipfile

import pytest

from generator.music import intake
from generator.music.intake import IntakeRefused, Limits, read_here, read_upload, sniff
from generator.music.midi import write_midi
from generator.music.notation import write_musicxml
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Tempo, Track
from tests.music.smf_files import TEMPO_100, meta, name, off, on, smf, track

NOTE = ((0, on(60)), (480, off(60)))
TUNE = b"X:1\nT:The Kesh\nM:6/8\nL:1/8\nK:G\nGAG GAB | ABA ABd :|\n"
STEPS = make_notes((i * 480, 240, 60 + i, 80) for i in range(8))
BAND = Score(
    (
        Track("Piano", "piano", 0, False, STEPS),
        Track("Bass", "bass", 33, False, STEPS),
        Track("Drums", "drums", 0, True, STEPS),
    ),
    (Tempo(0, 100.0),),
    (Metre(0, 4, 4),),
    3840,
)  # fmt: skip


def read(data: bytes, filename: str = "some song.mid") -> intake.Intake:
    return read_here(data, filename, Limits())


def refusal(data: bytes, filename: str = "some song.mid", limits: Limits | None = None) -> IntakeRefused:
    with pytest.raises(IntakeRefused) as caught:
        read_here(data, filename, limits or Limits())
    return caught.value


def test_our_own_file_comes_in_as_it_is() -> None:
    result = read_upload(write_midi(BAND, title="Evening"), "upload.mid")
    assert (result.title, result.changes) == ("Evening", [])
    assert [track.notes.tolist() for track in result.score.tracks] == [t.notes.tolist() for t in BAND.tracks]
    assert (result.score.tempos, result.score.metres, result.score.length) == (BAND.tempos, BAND.metres, 3840)


def test_musicxml_comes_in_under_any_name() -> None:
    result = read_upload(write_musicxml(BAND, "Evening"), "wrong.mid")
    assert (result.title, len(result.score.tracks)) == ("Evening", 3)


def test_abc_comes_in_with_its_repeats_played() -> None:
    result = read_upload(TUNE, "kesh.abc")
    assert result.title == "The Kesh"
    assert result.score.length == 4 * 1440
    assert "Repeats were played out, which made it 2 bars longer." in result.changes


def test_a_file_without_tempo_and_metre_says_what_was_assumed() -> None:
    assert read(smf(track(*NOTE), form=0)).changes[:2] == [
        "The file names no tempo; 120 quarter notes a minute were assumed.",
        "The file names no metre; 4/4 was assumed.",
    ]


def test_a_karaoke_file_loses_its_words_and_says_so() -> None:
    words = track(*((10, meta(5, b"la")) for _ in range(3)))
    result = read(smf(track((0, TEMPO_100)), words, track((0, name("Piano")), *NOTE)))
    assert [t.name for t in result.score.tracks] == ["Piano"]
    assert "3 lyrics and texts are not kept." in result.changes
    assert "A track without notes was left out." in result.changes


def test_other_resolutions_are_named() -> None:
    assert "Times were counted in 96 ticks a quarter note; here a quarter has 480." in (
        read(smf(track(*NOTE), form=0, division=96)).changes
    )
    assert "Times were counted in 1024 ticks a quarter note; here a quarter has 480, to the nearest." in (
        read(smf(track(*NOTE), form=0, division=1024)).changes
    )


def test_smpte_time_is_named() -> None:
    changes = read(smf(track((0, TEMPO_100), *NOTE), form=0, division=0xE728)).changes
    assert changes[0].startswith("Times were counted in seconds (SMPTE)")
    assert "A tempo was left out, since times were in seconds." in changes


def test_patterns_are_named() -> None:
    assert read(smf(track(*NOTE), track(*NOTE), form=2)).changes[0] == (
        "Its 2 patterns (a format 2 file) were laid one after the other."
    )


def test_overlapping_and_endless_and_empty_notes_are_named() -> None:
    again = ((0, on(60)), (9, on(60)), (9, off(60)), (9, off(60)))
    changes = read(smf(track(*again, (0, on(64)), (0, off(64)), (0, on(67)), *NOTE), form=0)).changes
    assert any("struck again" in sentence for sentence in changes)
    assert "A note of no length was given the shortest there is." in changes
    assert "A note had no end; it was ended with its track." in changes


def test_instruments_in_one_track_are_parted_and_named() -> None:
    drum = ((0, on(36, channel=9)), (480, off(36, channel=9)))
    both = track((0, name("Song")), (0, bytes([0xC0, 40])), *NOTE, *drum)
    result = read(smf(both, form=0))
    assert sorted(t.name for t in result.score.tracks) == ["Drums", "Violin"]
    assert result.title == "Song"
    assert "Tracks that held several instruments were parted: 2 tracks came of them." in result.changes


def test_a_piece_without_a_title_is_called_after_its_file() -> None:
    assert read(smf(track(*NOTE), form=0), "C:\\music\\my_old_song.v2.mid").title == "my old song.v2"
    assert read(smf(track((0, name("untitled")), *NOTE), form=0), "").title == "Untitled"


def test_names_lose_what_cannot_be_shown() -> None:
    odd = smf(track((0, name("a\x00\tb\u202ec" + "d" * 99)), *NOTE), form=0)
    assert read(odd).title == "a bc" + "d" * 99


def test_ten_minutes_and_thirty_tracks_and_three_four_load() -> None:
    long = Score(
        tuple(
            Track(
                f"Part {i}", "other", i, False, make_notes((beat * 1440, 480, 60, 80) for beat in range(300))
            )
            for i in range(30)
        ),
        (Tempo(0, 90.0),),
        (Metre(0, 3, 4),),
        300 * 1440,
    )
    result = read(write_midi(long))
    assert (len(result.score.tracks), result.score.metres, result.changes) == (30, (Metre(0, 3, 4),), [])


def test_too_large_is_refused_before_anything_is_read() -> None:
    began = time.perf_counter()
    refused = refusal(b"MThd" + bytes(40 * 2**20))
    assert refused.code == "too_large"
    assert "40.0 MiB" in refused.message
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("data", "limits", "code"),
    [
        (b"", Limits(), "empty_file"),
        (b"hello", Limits(), "unknown_format"),
        (b"ID3\x04 sound", Limits(), "unknown_format"),
        (b"<html></html>", Limits(), "unknown_format"),
        (smf(track()), Limits(), "no_notes"),
        (smf(track(*NOTE * 9), form=0), Limits(max_events=10), "too_many_events"),
        (smf(track(*NOTE * 9), form=0), Limits(max_notes=8), "too_many_notes"),
        (smf(*[track(*NOTE)] * 3), Limits(max_tracks=2), "too_many_tracks"),
        (smf(track((0, on(60)), (2_000_000, off(60))), form=0), Limits(max_minutes=30), "too_long"),
        (smf(track((0, b"\xff\x01\x7fabc"))), Limits(), "broken_file"),
        (b"PK\x03\x04 torn", Limits(), "broken_file"),
        (b"<score-partwise><part", Limits(), "broken_file"),
        (b"X:1\nK:C\n", Limits(), "broken_file"),
    ],
)
def test_a_refusal_says_why_and_that_nothing_happened(data: bytes, limits: Limits, code: str) -> None:
    refused = refusal(data, limits=limits)
    assert refused.code == code
    assert refused.message.endswith("Nothing was uploaded.")


def test_a_broken_file_is_refused_with_the_track_and_the_byte() -> None:
    assert "track 2, byte 35" in refusal(smf(track(), track((0, b"\x40")))).message


def test_a_packed_file_that_unpacks_without_end_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("score.xml", bytes(40 * 2**20))
    assert "larger than 32 MiB" in refusal(packed.getvalue()).message


def test_a_reader_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(IntakeRefused) as caught:
        # No processor time at all: even starting up takes longer.
        read_upload(write_midi(BAND), "slow.mid", Limits(seconds=0))
    assert caught.value.code == "took_too_long"


def test_a_reader_that_wants_too_much_memory_is_stopped() -> None:
    with pytest.raises(IntakeRefused) as caught:
        read_upload(TUNE, "greedy.abc", Limits(memory=120 * 2**20))  # music21 alone takes more
    assert caught.value.code == "too_complex"


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The data with a few bytes changed, cut out, put in or doubled."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(out))
        kind = rng.randrange(5)
        if kind == 0:
            out[at] = rng.randrange(256)
        elif kind == 1:
            del out[at : at + rng.randint(1, 20)]
        elif kind == 2:
            out[at:at] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 8)))
        elif kind == 3:
            out[at : at + 4] = rng.choice(
                (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"MTrk")
            )
        else:
            out[at:at] = out[at : at + 40]
        if not out:
            return b"?"
    return bytes(out)


def test_mutated_files_are_read_or_refused_and_nothing_else() -> None:
    rng = random.Random(2)
    whole = {
        "song.mid": write_midi(BAND),
        "odd.mid": smf(track((0, TEMPO_100), *NOTE), track(*NOTE), form=2, division=0xE728),
        "tune.abc": TUNE,
        "band.xml": write_musicxml(BAND, "Fuzz"),
    }
    rounds = {"song.mid": 150, "odd.mid": 100, "tune.abc": 40, "band.xml": 20}
    outcomes = {"read": 0, "refused": 0}
    for filename, times in rounds.items():
        for _ in range(times):
            began = time.perf_counter()
            try:
                result = read_here(mutated(whole[filename], rng), filename, Limits())
                assert all(track.notes.size for track in result.score.tracks)
                outcomes["read"] += 1
            except IntakeRefused:
                outcomes["refused"] += 1
            assert time.perf_counter() - began < 10
    assert min(outcomes.values()) > 20


def test_what_a_file_is_shows_in_its_bytes() -> None:
    assert sniff(write_midi(BAND)) == "midi"
    assert sniff(b"RIFF\x00\x00\x00\x00RMIDdata\x00\x00\x00\x00MThd") == "midi"
    assert sniff(b"\xef\xbb\xbf<?xml version='1.0'?><score-partwise/>") == "musicxml"
    assert sniff("<?xml version='1.0'?><score-partwise/>".encode("utf-16")) == "musicxml"
    assert sniff(TUNE) == "abc"
