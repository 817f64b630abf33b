"""Scores ⇄ the band's grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.music import bandroll as b
from generator.music.notes import MusicError, make_notes
from generator.music.score import Metre, Score, Track

FOUR = Metre(0, 4, 4)


def score(*tracks: Track, bars: int = 1, metre: Metre = FOUR) -> Score:
    return Score(tracks, metres=(metre,), length=bars * metre.bar)


def bass(*rows: tuple[int, int, int, int]) -> Track:
    return Track("Bass", "bass", 33, False, make_notes(rows))


def test_two_notes_on_one_pitch_are_not_a_long_one() -> None:
    roll = b.score_to_bandroll(score(bass((0, 240, 36, 80), (240, 120, 36, 80))))
    row = roll.pitched[0, 0, :, 36 - b.LOWEST].tolist()
    assert row[:5] == [b.STRUCK, b.HELD, b.STRUCK, b.SILENT, b.SILENT]


@given(st.lists(st.tuples(st.integers(0, 31), st.integers(1, 16), st.integers(24, 107)), max_size=20))
def test_notes_on_the_grid_come_back(rows: list[tuple[int, int, int]]) -> None:
    notes = make_notes((on * 120, min(length, 32 - on) * 120, pitch, 80) for on, length, pitch in rows)
    track = Track("Strings", "strings", 48, False, notes)
    again = b.bandroll_to_score(b.score_to_bandroll(score(track, bars=2)))
    kept = again.tracks[b.BAND.index("strings")].notes
    for name in ("onset", "duration", "pitch"):
        assert kept[name].tolist() == notes[name].tolist()


def test_tracks_are_merged_into_roles_by_program() -> None:
    one = make_notes([(0, 480, 60, 80)])
    tracks = [Track(f"Track {p}", "other", p, False, one) for p in (0, 24, 32, 40, 73, 100, 119)]
    found = {track.role: track.notes.size for track in b.merge_roles(score(*tracks)).tracks}
    # Violin and flute are one unison for the strings; the effects (100, 119) play nothing.
    assert found == {"bass": 1, "drums": 0, "guitar": 1, "piano": 1, "strings": 1}
    assert b.role_of_track(tracks[4]) == "strings"
    assert b.role_of_track(tracks[5]) is b.role_of_track(tracks[6]) is None


def test_drums_fold_to_named_pieces() -> None:
    hits = Track(
        "Drums", "drums", 0, True, make_notes([(0, 60, 35, 90), (120, 60, 40, 90), (240, 60, 44, 90)])
    )
    drums = b.score_to_bandroll(score(hits)).drums[0]
    assert [b.KIT[piece] for piece in np.nonzero(drums)[1]] == ["kick", "snare", "closed hat"]


def test_pitches_beside_the_grid_come_in_by_octaves() -> None:
    assert b.fold_pitches(np.array([0, 23, 24, 107, 108, 127])).tolist() == [0, 11, 0, 83, 72, 79]


def test_a_held_cell_with_nothing_before_it_is_silence() -> None:
    cells = np.zeros((1, 16, 84), np.uint8)
    cells[0, 3:6, 10] = b.HELD
    assert b.roll_to_notes(cells).size == 0


def test_a_waltz_has_no_place_on_the_grid() -> None:
    with pytest.raises(MusicError, match="four quarters"):
        b.score_to_bandroll(score(bass(), metre=Metre(0, 3, 4)))


def test_a_piece_in_e_flat_moves_to_white_keys() -> None:
    scale = [63, 65, 67, 68, 70, 72, 74, 75, 63, 67, 70]
    track = Track("Piano", "piano", 0, False, make_notes((i * 120, 120, p, 80) for i, p in enumerate(scale)))
    assert b.semitones_to_white_keys(score(track)) == -3
