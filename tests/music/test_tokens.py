"""Notes become words and words become the same notes."""

import numpy as np
import pytest

from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Track
from generator.music.styles import CHORALE, FOLK, POP, score_to_words, voice_of_tracks
from generator.music.tokens import N_PITCHES, Cursor, Form, TokenError, Vocabulary, place, read, spell

TWO_VOICES = Vocabulary(
    steps_per_quarter=4,
    max_step=16,
    max_duration=16,
    tracks=("melody", "piano"),
    monophonic=(True, False),
    velocities=(40, 80),
    max_bar=16,
)


def spelt(rows: list[tuple[int, int, int, int, int]], vocabulary: Vocabulary = TWO_VOICES) -> np.ndarray:
    """rows of (onset, duration, pitch, velocity, track)."""
    onset, duration, pitch, velocity, track = np.array(rows).T
    return spell(onset, duration, pitch, velocity, track, vocabulary)


def test_notes_that_start_together_are_ordered_by_track_and_then_from_the_top() -> None:
    words = spelt([(0, 4, 48, 80, 1), (0, 4, 60, 80, 1), (0, 2, 72, 80, 0), (4, 4, 50, 80, 1)])
    assert words["pitch"].tolist() == [72, 60, 48, 50]
    assert words["step"].tolist() == [0, 0, 0, 4]


def test_words_read_back_as_the_same_notes() -> None:
    rows = [(0, 2, 72, 80, 0), (0, 4, 48, 40, 1), (3, 1, 74, 40, 0), (8, 16, 50, 80, 1)]
    assert sorted(read(spelt(rows), TWO_VOICES)) == sorted((t, o, d, p, v) for o, d, p, v, t in rows)


def test_a_note_longer_than_the_longest_is_struck_again() -> None:
    words = spelt([(0, 40, 60, 80, 1)])
    assert [(o, d) for _, o, d, _, _ in read(words, TWO_VOICES)] == [(0, 16), (16, 16), (32, 8)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [((0, 1, 60, 80, 2), "track 2"), ((0, 1, 128, 80, 0), "pitches"), ((0, 0, 60, 80, 0), "at least one")],
)
def test_what_cannot_be_spelt_is_refused_with_the_reason(row: tuple[int, ...], reason: str) -> None:
    with pytest.raises(TokenError, match=reason):
        spelt([row])  # type: ignore[list-item]


def test_a_silence_longer_than_the_vocabulary_knows_is_refused() -> None:
    with pytest.raises(TokenError, match="20 steps"):
        spelt([(0, 1, 60, 80, 0), (20, 1, 60, 80, 0)])


def test_a_cursor_tells_what_ends_what_is_held_and_what_is_struck() -> None:
    cursor = Cursor(TWO_VOICES)
    cursor.push(0, 0, 72, 2)
    cursor.push(0, 1, 48, 8)
    plane = 2 * N_PITCHES
    assert cursor.sounding(0) == [2 * plane + 72, 2 * plane + N_PITCHES + 48]
    assert cursor.sounding(2) == [72, N_PITCHES + 48, plane + N_PITCHES + 48]
    assert cursor.remaining(3) == [0, 5]
    assert cursor.last_pitch == [72, 48]


def test_places_count_from_the_bar_line_after_the_upbeat() -> None:
    form = Form(metre=(3, 4), upbeat=4, length=28)
    position, left = place(np.array([0, 4, 16, 27]), form, 4)
    assert position.tolist() == [8, 0, 0, 11]
    assert left.tolist() == [4, 3, 2, 2]


def test_without_a_metre_places_count_in_fours_from_the_start() -> None:
    position, left = place(np.array([5, 23]), Form(length=32), 4)
    assert (position.tolist(), left.tolist()) == ([5, 7], [0, 0])


def test_a_single_voice_reads_the_top_note_and_ends_it_where_the_next_begins() -> None:
    melody = Track(
        "Melody", "melody", 0, False, make_notes([(0, 960, 60, 80), (0, 960, 67, 80), (480, 480, 69, 80)])
    )
    words = score_to_words(Score((melody,), length=1920), POP)
    assert [(o, d, p) for _, o, d, p, _ in read(words, POP.vocabulary)] == [(0, 4, 67), (4, 4, 69)]


def test_tracks_without_a_role_of_the_style_take_its_voices_from_the_highest_down() -> None:
    low = Track("Left hand", "other", 0, False, make_notes([(0, 480, 40, 80)]))
    high = Track("Flute", "other", 73, False, make_notes([(0, 480, 80, 80)]))
    drums = Track("Drums", "drums", 0, True, make_notes([(0, 480, 36, 80)]))
    assert voice_of_tracks(Score((low, drums, high), length=480), FOLK) == [1, -1, 0]


def test_a_chorale_is_read_voice_by_voice() -> None:
    names = ("Soprano", "Alto", "Tenor", "Bass")
    tracks = tuple(
        Track(name, name.lower(), 52, False, make_notes([(0, 480, pitch, 84)]))
        for name, pitch in zip(names, (72, 67, 64, 48), strict=True)
    )
    words = score_to_words(Score(tracks, metres=(Metre(0, 4, 4),), length=480), CHORALE)
    assert words["track"].tolist() == [0, 1, 2, 3]
    assert words["duration"].tolist() == [4, 4, 4, 4]
