"""Bytes → score → bytes: nothing is lost on the way."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.music import smf
from generator.music.midi import MidiError, read_midi, write_midi
from generator.music.notes import make_notes
from generator.music.score import DENOMINATORS, Metre, Score, Tempo, Track, role_of
from tests.music.smf_files import meta, off, on, track
from tests.music.smf_files import smf as smf_file

NAMES = st.one_of(st.sampled_from(["Soprano", "bass", "DRUMS", ""]), st.text(max_size=12))
ROWS = st.tuples(st.integers(0, 4000), st.integers(1, 2000), st.integers(0, 127), st.integers(1, 127))
TRACKS = st.builds(
    lambda name, program, is_drum, rows: Track(
        name, role_of(name, is_drum), program, is_drum, make_notes(rows)
    ),
    NAMES,
    st.integers(0, 127),
    st.booleans(),
    st.lists(ROWS, max_size=12),
)
SCORES = st.builds(
    Score,
    tracks=st.lists(TRACKS, max_size=18).map(tuple),
    tempos=st.lists(st.builds(Tempo, st.integers(0, 6000), st.floats(4, 1000)), max_size=3),
    metres=st.lists(
        st.builds(Metre, st.integers(0, 6000), st.integers(1, 32), st.sampled_from(DENOMINATORS)), max_size=3
    ),
    length=st.integers(6000, 20000),
)


@settings(deadline=None, max_examples=60)
@given(SCORES)
def test_a_score_written_and_read_is_the_same_score(score: Score) -> None:
    data = write_midi(score)
    assert read_midi(data) == score
    assert smf.read(data).score == score
    assert write_midi(read_midi(data)) == data


def notes_of(score: Score) -> list[list[tuple[int, int, int, int]]]:
    return [[tuple(row) for row in track.notes.tolist()] for track in score.tracks]


def test_a_file_of_one_track_becomes_a_track_for_each_instrument() -> None:
    drum = ((0, on(36, channel=9)), (480, off(36, channel=9)))
    score = read_midi(smf_file(track((0, bytes([0xC0, 5])), (0, on(60)), *drum, (0, off(60))), form=0))
    assert [(t.program, t.is_drum, t.role) for t in score.tracks] == [(5, False, "other"), (0, True, "drums")]


def test_velocity_nought_ends_a_note_and_a_status_holds_until_the_next() -> None:
    running = track((0, on(60)), (480, bytes([60, 0])), (0, bytes([62, 5])), (10, bytes([62, 0])))
    assert notes_of(read_midi(smf_file(running, form=0))) == [[(0, 480, 60, 64), (480, 10, 62, 5)]]


def test_ticks_of_another_resolution_are_rescaled() -> None:
    score = read_midi(smf_file(track((96, on(60)), (48, off(60))), form=0, division=96))
    assert notes_of(score) == [[(480, 240, 60, 64)]]


def test_without_a_tempo_it_is_120() -> None:
    assert read_midi(smf_file(track((0, on(60)), (480, off(60))), form=0)).tempos == (Tempo(0, 120.0),)


def test_a_note_without_an_end_lasts_as_long_as_its_track() -> None:
    reading = smf.read(smf_file(track((0, on(60)), (480, on(62)), (480, off(62))), form=0))
    assert notes_of(reading.score) == [[(0, 960, 60, 64), (480, 480, 62, 64)]]
    assert reading.counts["notes without an end"] == 1


def test_a_note_struck_again_while_it_sounds_ends_there() -> None:
    data = smf_file(track((0, on(60)), (20, on(60, 70)), (30, off(60)), (50, off(60))), form=0)
    assert notes_of(read_midi(data)) == [[(0, 20, 60, 64), (20, 80, 60, 70)]]


def test_patterns_of_a_format_2_file_follow_each_other_from_bar_to_bar() -> None:
    one = track((0, on(60)), (480, off(60)))
    two = track((0, on(62)), (480, off(62)))
    score = read_midi(smf_file(one, two, form=2))
    assert notes_of(score) == [[(0, 480, 60, 64), (1920, 480, 62, 64)]]
    assert score.length == 3840


def test_smpte_time_keeps_its_seconds() -> None:
    # 25 frames a second, 40 ticks a frame: 1000 ticks are a second, which is 960 of ours at 120.
    score = read_midi(smf_file(track((1000, on(60)), (500, off(60))), form=0, division=0xE728))
    assert notes_of(score) == [[(960, 480, 60, 64)]]
    assert score.tempos == (Tempo(0, 120.0),)


def test_a_broken_key_signature_does_no_harm() -> None:
    score = read_midi(smf_file(track((0, meta(0x59, b"\x7f\x09")), (0, on(60)), (480, off(60))), form=0))
    assert notes_of(score) == [[(0, 480, 60, 64)]]


def test_thirty_tracks_come_back_on_channels_of_their_own() -> None:
    score = Score(
        tuple(Track(f"Part {i}", "other", i, False, make_notes([(i * 10, 100, 60, 64)])) for i in range(30)),
        length=1920,
    )
    data = write_midi(score)
    assert read_midi(data) == score
    # The sixteenth pitched track is the first behind the second port.
    assert data.count(b"\xff\x21\x01\x01") == 15


def test_the_length_after_the_last_note_survives() -> None:
    score = Score((Track("A", notes=make_notes([(0, 480, 60, 64)])),), length=7680)
    assert read_midi(write_midi(score)).length == 7680


def test_a_title_is_written_where_players_look_for_it() -> None:
    data = write_midi(Score((Track("A", notes=make_notes([(0, 480, 60, 64)])),), length=480), title="Evening")
    assert smf.read(data).title == "Evening"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "MThd"),
        (b"MThd\x00\x00", "byte 6"),
        (smf_file(form=3), "format 3"),
        (smf_file(track(), division=0), "0 ticks"),
        (smf_file(), "no track"),
        (smf_file(track((0, on(60)), end=None))[:-1], "track 1"),
        (smf_file(track((0, b"\x40\x40"))), "track 1, byte 23"),
        (smf_file(track(), track((0, b"\x90\x85\x40"))), "track 2, byte 35"),
        (smf_file(track((0, b"\xff\x01\x7fabc"))), "past the end of the track"),
        (smf_file(track((0, b"\xf4"))), "does not belong"),
    ],
)
def test_a_broken_file_is_refused_with_the_place(data: bytes, words: str) -> None:
    with pytest.raises(MidiError, match=words):
        smf.read(data)


def test_what_the_fast_reader_cannot_make_sense_of_is_left_to_the_careful_one() -> None:
    odd = smf_file(track(), track((0, on(60)), (0, off(60))), division=480)
    assert notes_of(read_midi(odd)) == [[(0, 1, 60, 64)]]
    with pytest.raises(MidiError, match="track 2"):
        read_midi(smf_file(track(), track((0, b"\x40"))))
