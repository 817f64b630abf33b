"""MusicXML and ABC → score → MusicXML, on tunes short enough to read."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.music.engrave import quantize_to_beats
from generator.music.notation import (
    BarMarks,
    NotationError,
    played_order,
    read_abc,
    read_musicxml,
    write_musicxml,
)
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Tempo, Track

TUNE = """X:1
T:A tune
M:4/4
L:1/8
K:D
D | F2A2 d2A2 | F4 D3 :|
"""


def rows(track: Track) -> list[tuple[int, int, int]]:
    return [(int(n["onset"]), int(n["duration"]), int(n["pitch"])) for n in track.notes]


def test_an_abc_tune_is_read_with_its_upbeat_and_its_repeat() -> None:
    (score,) = read_abc(TUNE)
    # The upbeat, then the bars; the last bar and the upbeat of the repeat make one whole bar together.
    assert score.metres == (Metre(0, 1, 8), Metre(240, 4, 4))
    assert rows(score.tracks[0]) == [
        (0, 240, 62), (240, 480, 66), (720, 480, 69), (1200, 480, 74), (1680, 480, 69), (2160, 960, 66),
        (3120, 720, 62),
        (3840, 240, 62), (4080, 480, 66), (4560, 480, 69), (5040, 480, 74), (5520, 480, 69), (6000, 960, 66),
        (6960, 720, 62),
    ]  # fmt: skip
    assert score.length == 7680


def test_a_book_of_tunes_gives_one_score_each() -> None:
    assert len(read_abc(TUNE + "\n" + TUNE.replace("X:1", "X:2"))) == 2


def test_chord_symbols_become_a_track_of_chords() -> None:
    (score,) = read_abc('X:1\nM:4/4\nL:1/4\nK:C\n"C"CE GE | "G7"D4 |\n')
    chords = score.tracks[1]
    assert (chords.name, chords.role) == ("Chords", "chords")
    assert sorted({pitch % 12 for start, _, pitch in rows(chords) if start == 0}) == [0, 4, 7]
    assert sorted({pitch % 12 for start, _, pitch in rows(chords) if start == 1920}) == [2, 5, 7, 11]


def test_triplets_are_exact() -> None:
    (score,) = read_abc("X:1\nM:2/4\nL:1/8\nK:C\n(3CDE (3FGA |\n")
    assert [onset for onset, _, _ in rows(score.tracks[0])] == [0, 160, 320, 480, 640, 800]


def test_ties_are_one_note() -> None:
    (score,) = read_abc("X:1\nM:2/4\nL:1/4\nK:C\nC C- | C2- | C D |\n")
    assert rows(score.tracks[0]) == [(0, 480, 60), (480, 1920, 60), (2400, 480, 62)]


def test_words_that_are_not_music_are_refused_with_a_sentence() -> None:
    with pytest.raises(NotationError, match="ABC"):
        read_abc("Dear Sir or Madam")
    with pytest.raises(NotationError, match="MusicXML"):
        read_musicxml(b"<html><body>Not found</body></html>")


A, R2 = BarMarks(), BarMarks(times=2)


def test_a_repeat_without_a_beginning_goes_back_to_the_start() -> None:
    assert played_order([A, R2, A, A]) == [0, 1, 0, 1, 2, 3]


def test_a_second_repeat_goes_back_to_the_end_of_the_first() -> None:
    assert played_order([A, R2, A, R2]) == [0, 1, 0, 1, 2, 3, 2, 3]


def test_a_repeat_goes_back_to_its_own_beginning() -> None:
    assert played_order([A, BarMarks(begins=True), R2]) == [0, 1, 2, 1, 2]


def test_first_and_second_endings_are_played_in_their_turn() -> None:
    first = BarMarks(times=2, endings=frozenset({1}))
    second = BarMarks(endings=frozenset({2}))
    assert played_order([A, first, second, A]) == [0, 1, 0, 2, 3]


def test_what_follows_a_second_ending_repeats_from_there() -> None:
    first = BarMarks(times=2, endings=frozenset({1}))
    second = BarMarks(endings=frozenset({2}))
    assert played_order([A, first, second, A, R2]) == [0, 1, 0, 2, 3, 4, 3, 4]


def test_three_endings_make_three_turns() -> None:
    bars = [A, *(BarMarks(times=2, endings=frozenset({i})) for i in (1, 2)), BarMarks(endings=frozenset({3}))]
    assert played_order(bars) == [0, 1, 0, 2, 0, 3]


def test_an_ending_that_no_turn_comes_to_is_played_all_the_same() -> None:
    assert played_order([A, BarMarks(endings=frozenset({2})), A]) == [0, 1, 2]


LINE = make_notes([(0, 480, 72, 90), (480, 1440, 76, 90), (1920, 480, 79, 80)])
HANDS = make_notes([(480, 1920, 48, 70), (480, 480, 60, 70), (960, 160, 61, 70)])
BEAT = make_notes([(480, 120, 36, 90), (480, 120, 42, 70), (960, 240, 38, 99)])
BAND = Score(
    (
        Track("Melody", "melody", 73, False, LINE),
        Track("Piano", "piano", 0, False, HANDS),
        Track("Drums", "drums", 0, True, BEAT),
    ),
    (Tempo(0, 97.0), Tempo(1920, 120.0)),
    (Metre(0, 1, 4), Metre(480, 4, 4)),
    2400,
)  # fmt: skip


def same_music(a: Score, b: Score) -> bool:
    return len(a.tracks) == len(b.tracks) and all(
        rows(one) == rows(two) for one, two in zip(a.tracks, b.tracks, strict=True)
    )


def test_a_score_written_and_read_has_the_same_parts_and_notes() -> None:
    back = read_musicxml(write_musicxml(BAND, "A & B"))
    assert same_music(BAND, back)
    assert [track.sound for track in back.tracks] == [track.sound for track in BAND.tracks]
    assert (back.tempos, back.metres, back.length) == (BAND.tempos, BAND.metres, BAND.length)


def test_drums_are_written_on_a_percussion_staff_each_with_its_instrument() -> None:
    xml = write_musicxml(BAND, "Drums").decode()
    assert "<sign>percussion</sign>" in xml
    assert xml.count("<unpitched>") == 3
    assert "<midi-unpitched>37</midi-unpitched>" in xml  # the bass drum, 36, counted from one
    assert "<instrument-name>Snare</instrument-name>" in xml


def test_the_same_score_gives_the_same_file_but_for_its_date() -> None:
    one, two = (write_musicxml(BAND, "Twice").decode().splitlines() for _ in range(2))
    assert one == two


def test_a_compressed_file_is_read() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "META-INF/container.xml", '<container><rootfile full-path="a/score.xml"/></container>'
        )
        archive.writestr("a/score.xml", write_musicxml(BAND, "Packed"))
    assert same_music(BAND, read_musicxml(packed.getvalue()))


def test_a_compressed_file_that_is_torn_is_refused() -> None:
    with pytest.raises(NotationError, match="compressed"):
        read_musicxml(b"PK\x03\x04 and then nothing")


def test_played_notes_go_to_the_division_of_the_beat_that_fits() -> None:
    played = make_notes(
        [(3, 110, 60, 1), (118, 130, 62, 1), (485, 150, 64, 1), (642, 155, 65, 1), (803, 150, 67, 1)]
    )
    score = quantize_to_beats(Score((Track("Lead", notes=played),), length=1920))
    assert score.tracks[0].notes["onset"].tolist() == [0, 120, 480, 640, 800]


ON_GRID = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from((480, 240, 160, 120, 80, 60)),
        st.integers(0, 7),
        st.integers(1, 20),
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(ON_GRID, st.lists(st.integers(30, 90), min_size=8, max_size=8), st.booleans())
def test_any_notes_on_the_grid_survive_notation(
    places: list[tuple[int, int, int, int]], pitches: list[int], is_drum: bool
) -> None:
    notes = make_notes(
        (beat * 480 + step * part % 480, step * length, pitch, 80)
        for (beat, step, part, length), pitch in zip(places, pitches, strict=False)
    )
    score = quantize_to_beats(
        Score((Track("Drums" if is_drum else "Bass", "other", 0, is_drum, notes),), length=48000)
    )
    back = read_musicxml(write_musicxml(score, "Any"))
    assert rows(back.tracks[0]) == rows(score.tracks[0])


def test_quantizing_twice_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    onsets, durations = rng.integers(0, 20000, 200), rng.integers(1, 900, 200)
    notes = make_notes(zip(onsets, durations, rng.integers(30, 90, 200), [80] * 200, strict=True))
    once = quantize_to_beats(Score((Track("A", notes=notes),), length=30000))
    assert quantize_to_beats(once) == once
