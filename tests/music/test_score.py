"""Scores: bars, seconds, cutting, joining, and the form that the browser reads."""

import json

import pytest
from hypothesis import given, settings

from generator.music import score as s
from generator.music.notes import MusicError, make_notes
from generator.music.score import Metre, Score, Tempo, Track
from tests.music.test_midi import SCORES

LINE = make_notes((i * 480, 480, 60 + i, 80) for i in range(8))
SONG = Score(
    (Track("Melody", "melody", 73, False, LINE), Track("Drums", "drums", 0, True, LINE)), length=3840
)


def test_without_tempo_and_metre_it_is_120_and_four_four() -> None:
    assert (SONG.tempos, SONG.metres) == ((Tempo(0, 120.0),), (Metre(0, 4, 4),))
    assert s.duration_seconds(SONG) == 4.0


def test_seconds_follow_the_tempos() -> None:
    score = Score(SONG.tracks, (Tempo(0, 60.0), Tempo(1920, 120.0)), length=3840)
    assert s.seconds_at(score, 480) == 1.0
    assert s.seconds_at(score, 2400) == 4.5
    assert s.tempo_at(score, 1919) == 60.0


def test_a_change_of_metre_begins_a_bar() -> None:
    score = Score((), (), (Metre(0, 1, 4), Metre(480, 3, 4), Metre(3360, 4, 4)), 5000)
    assert s.bar_starts(score).tolist() == [0, 480, 1920, 3360]
    assert s.bar_edges(score).tolist() == [0, 480, 1920, 3360, 5280]
    assert s.n_bars(score) == 4
    assert s.metre_at(score, 3359) == Metre(480, 3, 4)


def test_a_score_of_nothing_has_no_bar() -> None:
    assert s.bar_edges(Score(())).tolist() == [0]
    assert s.n_bars(Score(())) == 0


def test_a_note_after_the_end_is_refused() -> None:
    with pytest.raises(MusicError, match="tick 3840"):
        Score(SONG.tracks, length=3839)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Tempo(0, 0.0),
        lambda: Tempo(0, float("nan")),
        lambda: Tempo(-1, 120.0),
        lambda: Metre(0, 4, 3),
        lambda: Metre(0, 0, 4),
        lambda: Track("A", program=128),
        lambda: Track("A", role="conductor"),
    ],
)
def test_what_midi_cannot_say_is_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(MusicError):
        make()


def test_a_tempo_keeps_the_number_that_people_wrote() -> None:
    assert [Tempo(0, bpm).bpm for bpm in (97, 88.5, 119.99952)] == [97.0, 88.5, 120.0]


def test_drums_are_not_transposed() -> None:
    up = s.transpose(SONG, 2)
    assert up.tracks[0].notes["pitch"].tolist() == [*range(62, 70)]
    assert up.tracks[1] == SONG.tracks[1]


def test_a_cut_keeps_the_tempo_and_metre_in_force() -> None:
    score = Score(SONG.tracks, (Tempo(0, 60.0), Tempo(2400, 90.0)), (Metre(0, 3, 4), Metre(2880, 2, 4)), 3840)
    part = s.cut(score, 1440, 2880)
    assert part.length == 1440
    assert part.tempos == (Tempo(0, 60.0), Tempo(960, 90.0))
    assert part.metres == (Metre(0, 3, 4),)
    assert part.tracks[0].notes["pitch"].tolist() == [63, 64, 65]


def test_pieces_joined_are_the_whole_again() -> None:
    assert s.concatenate(s.cut(SONG, 0, 1920), s.cut(SONG, 1920, 3840)) == SONG


def test_a_metre_is_said_again_where_a_join_would_move_its_bars() -> None:
    half = s.cut(SONG, 0, 960)
    assert s.bar_starts(s.concatenate(half, SONG)).tolist() == [0, 960, 2880]


@settings(deadline=None, max_examples=40)
@given(SCORES)
def test_json_gives_the_same_score_back(score: Score) -> None:
    assert s.score_from_json(json.loads(json.dumps(s.score_to_json(score)))) == score


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        None,
        {"tracks": [], "tempos": [], "metres": [], "length": "long"},
        {"tracks": [{"name": "A"}], "tempos": [], "metres": [], "length": 0},
        {"tracks": [], "tempos": [[0]], "metres": [], "length": 0},
        {"tracks": [], "tempos": [], "metres": [], "length": 0, "ticks_per_quarter": 0},
        {"tracks": [], "tempos": [], "metres": [], "length": 10**30},
    ],
)
def test_json_that_is_no_score_is_refused(data: object) -> None:
    with pytest.raises(MusicError):
        s.score_from_json(data)


def test_json_of_another_resolution_is_rescaled() -> None:
    data = {
        "ticks_per_quarter": 96, "length": 384, "tempos": [[0, 120]], "metres": [[0, 4, 4]],
        "tracks": [{"name": "", "role": "other", "program": 0, "is_drum": False, "notes": [[96, 48, 60, 9]]}],
    }  # fmt: skip
    score = s.score_from_json(data)
    assert score.length == 1920
    assert [tuple(row) for row in score.tracks[0].notes.tolist()] == [(480, 240, 60, 9)]
