"""Which role each track of any piece may play, and which bars a band can play."""

from generator.music.bandroll import TICKS_PER_BAR
from generator.music.casting import common_runs, given_by_default, roles_for
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Track


def track(name: str, *, pitch: int = 67, program: int = 0, n: int = 4, drum: bool = False) -> Track:
    notes = make_notes((480 * i, 240, pitch, 80) for i in range(n))
    role = name.lower() if name.lower() in ("bass", "piano", "melody", "soprano") else "other"
    return Track(name, "drums" if drum else role, program, drum, notes)


def test_a_track_plays_what_it_says_or_what_its_instrument_and_register_are_nearest_to() -> None:
    tracks = (
        track("Piano"),
        track("Flute", program=73),
        track("Tuba", pitch=40, program=58),
        track("Kit", drum=True),
    )
    assert roles_for(Score(tracks, length=1920)) == ["piano", "strings", "bass", "drums"]


def test_two_tracks_share_a_role_only_when_there_are_more_than_roles() -> None:
    voices = [
        track(name, pitch=pitch, program=52) for name, pitch in (("S", 72), ("A", 66), ("T", 57), ("B", 45))
    ]
    assert sorted(roles_for(Score(tuple(voices), length=1920))) == ["bass", "guitar", "piano", "strings"]
    fifth = track("Quintus", pitch=60, program=52, n=1)
    assert roles_for(Score((*voices, fifth), length=1920))[4] == "strings"


def test_who_says_a_role_has_it_before_who_would_only_like_it() -> None:
    tracks = (track("Harpsichord", n=9), track("Piano", n=2))
    assert roles_for(Score(tracks, length=9 * 480)) == ["strings", "piano"]


def test_by_default_three_roles_are_given_one_track_each_and_none_without_notes() -> None:
    parts = [track(str(n), n=n) for n in (0, 5, 4, 3, 2)]
    tracks = (*parts, track("Kit", drum=True, n=6), track("Kit 2", drum=True))
    score = Score(tracks, length=6 * 480)
    assert given_by_default(score, roles_for(score)) == [1, 2, 5]


def test_a_sound_effect_is_not_given_unless_asked_for() -> None:
    tracks = (track("Gunshot", program=127, n=9), track("Lute", program=24))
    score = Score(tracks, length=9 * 480)
    assert given_by_default(score, roles_for(score)) == [1]


def test_runs_of_common_time_are_found_between_other_metres() -> None:
    metres = (Metre(0, 4, 4), Metre(2 * TICKS_PER_BAR, 3, 4), Metre(2 * TICKS_PER_BAR + 1440, 2, 2))
    score = Score((), metres=metres, length=2 * TICKS_PER_BAR + 1440 + 3 * TICKS_PER_BAR - 100)
    assert common_runs(score) == [(1, 2), (4, 6)]
    assert common_runs(Score((), metres=(Metre(0, 6, 8),), length=9000)) == []


def test_a_bar_that_a_change_of_metre_cuts_short_is_no_bar_of_a_band() -> None:
    score = Score((), metres=(Metre(0, 4, 4), Metre(960, 4, 4)), length=960 + 1920)
    assert common_runs(score) == [(2, 2)]
