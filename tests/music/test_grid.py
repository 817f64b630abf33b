"""Notes as MusicVAE's tokens, and any score in cells: there and back again."""

from __future__ import annotations

import numpy as np
import pytest

from generator.music.cells import BEGINS, SOUNDS, STRUCK, cells_to_notes, read_score
from generator.music.grid import (
    HOLD,
    NOTE_OFF,
    drum_tokens,
    melody_tokens,
    tokens_to_drums,
    tokens_to_melody,
)
from generator.music.notes import MusicError, make_notes
from generator.music.score import Metre, Score, Track


def test_a_melody_is_onsets_ends_and_holds() -> None:
    notes = make_notes([(0, 240, 60, 84), (240, 120, 62, 84), (720, 240, 64, 84)])
    tokens = melody_tokens(notes, 8)
    assert tokens.tolist() == [60, HOLD, 62, NOTE_OFF, HOLD, HOLD, 64, HOLD]
    assert np.array_equal(tokens_to_melody(tokens), notes)


def test_of_a_chord_the_highest_is_the_melody_and_it_ends_where_the_next_begins() -> None:
    notes = make_notes([(0, 960, 60, 84), (0, 960, 67, 84), (360, 120, 62, 84)])
    assert melody_tokens(notes, 5).tolist() == [67, HOLD, HOLD, 62, NOTE_OFF]


def test_drums_are_combinations_of_nine_classes() -> None:
    notes = make_notes([(0, 60, 36, 90), (0, 60, 42, 90), (250, 60, 38, 90), (480, 60, 26, 90)])
    tokens = drum_tokens(notes, 6)
    assert tokens.tolist() == [0b101, 0, 0b10, 0, 0b1000, 0]
    assert tokens_to_drums(tokens)["pitch"].tolist() == [36, 42, 38, 46]


@pytest.mark.parametrize("token", [-1, 130])
def test_a_number_that_is_no_token_is_refused(token: int) -> None:
    with pytest.raises(MusicError, match="0 to 129"):
        tokens_to_melody(np.array([token], np.int16))


def score(
    *rows: tuple[int, int, int, int], drums: bool = False, bars: int = 2, metre: Metre | None = None
) -> Score:
    metre = metre or Metre(0, 4, 4)
    track = Track("T", "drums" if drums else "piano", 0, drums, make_notes(rows))
    return Score((track,), metres=(metre,), length=bars * metre.bar)


def test_chords_and_notes_over_the_bar_line_come_back() -> None:
    rows = [(0, 480, 60, 80), (0, 480, 64, 80), (1680, 480, 67, 80), (2400, 120, 67, 80)]
    reading = read_score(score(*rows))
    assert reading.lanes.shape == (2, 1, 16, 185)
    assert reading.changes == ()
    notes = cells_to_notes(reading.lanes[:, 0], reading.steps, reading.velocity[:, 0])
    assert np.array_equal(notes, make_notes(rows))


def test_a_struck_key_and_a_held_one_are_told_apart() -> None:
    reading = read_score(score((0, 240, 60, 80), (240, 240, 60, 80)))
    key = 60 - 21
    assert np.flatnonzero(reading.lanes[0, 0, :, BEGINS][:, key]).tolist() == [0, 2]
    assert np.flatnonzero(reading.lanes[0, 0, :, SOUNDS][:, key]).tolist() == [0, 1, 2, 3]


def test_drums_have_lanes_of_their_own() -> None:
    reading = read_score(score((480, 60, 38, 100), drums=True))
    assert np.argwhere(reading.lanes[0, 0, :, STRUCK]).tolist() == [[4, 1]]


def test_a_waltz_uses_twelve_steps_and_a_long_bar_is_halved() -> None:
    assert read_score(score((0, 480, 60, 80), metre=Metre(0, 3, 4))).steps.tolist() == [12, 12]
    long = read_score(score((0, 480, 60, 80), metre=Metre(0, 5, 4)))
    assert long.steps.tolist() == [10, 10, 10, 10]
    assert long.changes == ("Bars longer than four quarters were read in parts.",)


def test_what_the_grid_cannot_say_is_told() -> None:
    reading = read_score(score((160, 160, 60, 80), (320, 160, 120, 80)))
    assert reading.changes == (
        "2 notes moved to the nearest sixteenth.",
        "1 note outside the piano's range moved by octaves.",
    )
