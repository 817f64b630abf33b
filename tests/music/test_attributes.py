"""How dense, high and syncopated a piece is, on music that one can count."""

from __future__ import annotations

import math

from generator.music.attributes import mean_pitch, notes_a_bar, off_beat_share
from generator.music.notes import make_notes
from generator.music.score import Score, Track


def score_with(*tracks: Track) -> Score:
    return Score(tracks, length=3840)


def test_all_tracks_count_for_notes_a_bar_and_drums_have_no_pitch() -> None:
    tune = Track("Tune", "melody", 0, False, make_notes([(0, 480, 60, 80), (480, 480, 67, 80)]))
    drums = Track("Drums", "drums", 0, True, make_notes([(0, 120, 36, 80), (1920, 120, 38, 80)]))
    assert notes_a_bar(score_with(tune, drums)) == 2
    assert mean_pitch(score_with(tune, drums)) == 63.5
    assert math.isnan(mean_pitch(score_with(drums)))


def test_an_onset_counts_at_its_nearest_sixteenth() -> None:
    rows = [(10, 100, 60, 80), (460, 100, 60, 80), (700, 100, 60, 80), (1000, 100, 60, 80)]
    tune = Track("Tune", "melody", 0, False, make_notes(rows))  # on, on, off (720), off (960 + 40 is on)
    assert off_beat_share(score_with(tune)) == 0.25


def test_silence_has_no_measures() -> None:
    assert math.isnan(off_beat_share(score_with()))
    assert math.isnan(mean_pitch(score_with()))
    assert notes_a_bar(score_with()) == 0
