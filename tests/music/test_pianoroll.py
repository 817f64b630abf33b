"""Notes → grid → notes: there and back again."""

import numpy as np
import pytest

from generator.music.notes import MusicError, make_notes
from generator.music.pianoroll import (
    notes_to_pianoroll,
    onsets_to_pianoroll,
    pianoroll_to_notes,
    score_to_pretty_midi,
)
from generator.music.score import Metre, Score, Tempo, Track

NOTES = make_notes([(0, 480, 60, 90), (240, 240, 64, 70), (480, 240, 60, 50), (960, 120, 67, 1)])


def test_a_note_fills_its_steps_with_its_velocity() -> None:
    roll = notes_to_pianoroll(NOTES, n_steps=10, ticks_per_step=120)
    assert roll.shape == (10, 128)
    assert roll[:, 60].tolist() == [90, 90, 90, 90, 50, 50, 0, 0, 0, 0]
    assert roll[:, 64].tolist() == [0, 0, 70, 70, 0, 0, 0, 0, 0, 0]


def test_a_note_shorter_than_a_step_sounds_for_one() -> None:
    roll = notes_to_pianoroll(make_notes([(130, 10, 60, 90)]), n_steps=2, ticks_per_step=120)
    assert roll[:, 60].tolist() == [0, 90]


def test_a_grid_that_is_too_short_is_refused() -> None:
    with pytest.raises(MusicError, match="9 steps, the grid has 8"):
        notes_to_pianoroll(NOTES, n_steps=8, ticks_per_step=120)


def test_with_its_onsets_a_roll_gives_the_same_notes_back() -> None:
    roll = notes_to_pianoroll(NOTES, n_steps=10, ticks_per_step=120)
    onsets = onsets_to_pianoroll(NOTES, n_steps=10, ticks_per_step=120)
    assert np.array_equal(pianoroll_to_notes(roll, ticks_per_step=120, onsets=onsets), NOTES)


def test_without_onsets_a_repeated_note_is_one_long_one() -> None:
    roll = notes_to_pianoroll(NOTES, n_steps=10, ticks_per_step=120)
    back = pianoroll_to_notes(roll, ticks_per_step=120)
    assert [tuple(row) for row in back.tolist()] == [(0, 720, 60, 90), (240, 240, 64, 70), (960, 120, 67, 1)]


def test_random_notes_on_the_grid_come_back() -> None:
    rng = np.random.default_rng(1)
    columns = rng.integers(0, 200, 300) * 120, rng.integers(1, 9, 300) * 120, rng.integers(0, 128, 300)
    notes = make_notes(zip(*columns, rng.integers(1, 128, 300), strict=True))
    roll = notes_to_pianoroll(notes, n_steps=210, ticks_per_step=120)
    onsets = onsets_to_pianoroll(notes, n_steps=210, ticks_per_step=120)
    assert np.array_equal(pianoroll_to_notes(roll, ticks_per_step=120, onsets=onsets), notes)


def test_pretty_midi_has_the_notes_in_seconds_at_the_score_s_tempos() -> None:
    tracks = (Track("Piano", "piano", 4, False, NOTES), Track("Drums", "drums", 0, True, NOTES))
    score = Score(tracks, (Tempo(0, 60.0), Tempo(480, 120.0)), (Metre(0, 3, 4), Metre(1440, 4, 4)), 1920)
    midi = score_to_pretty_midi(score)
    assert [(i.name, i.program, i.is_drum) for i in midi.instruments] == [
        ("Piano", 4, False),
        ("Drums", 0, True),
    ]
    first = midi.instruments[0].notes
    assert [(note.start, note.end) for note in first] == [
        (0.0, 1.0), (0.5, 1.0), (1.0, 1.25), (1.5, 1.625),
    ]  # fmt: skip
    assert [(sign.numerator, sign.time) for sign in midi.time_signature_changes] == [(3, 0.0), (4, 2.0)]
