"""Keys by name and by ear."""

import pytest

from generator.music.key import KEYS, SCALES, estimate_key, parse_key, scale_pitch_classes
from generator.music.notes import MusicError, Notes, make_notes


def tune(*pitches: int) -> Notes:
    return make_notes((i * 480, 480, pitch, 80) for i, pitch in enumerate(pitches))


def test_the_scale_of_c_major_is_the_white_keys() -> None:
    assert scale_pitch_classes("C major") == {0, 2, 4, 5, 7, 9, 11}


def test_a_minor_key_has_both_sevenths() -> None:
    assert scale_pitch_classes("A minor") == {9, 11, 0, 2, 4, 5, 7, 8}


def test_modes_have_their_own_scales() -> None:
    assert scale_pitch_classes("D dorian") == {2, 4, 5, 7, 9, 11, 0}
    assert scale_pitch_classes("g♭ major") == scale_pitch_classes("F# major")


@pytest.mark.parametrize("key", ["", "C", "H major", "C# nothing", "C#b major", "major", "C major major"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(MusicError, match="not a key"):
        parse_key(key)


def test_every_key_that_is_offered_is_one() -> None:
    assert len(KEYS) == 24
    assert len({parse_key(key) for key in KEYS}) == 24


@pytest.mark.parametrize("tonic", range(12))
def test_a_cadence_is_heard_in_its_key(tonic: int) -> None:
    # I - IV - V - I in major; i - iv - V - i in minor, with its raised seventh.
    degrees = SCALES["major"]
    chords = [[degrees[(start + third) % 7] for third in (0, 2, 4)] for start in (0, 3, 4, 0)]
    major = tune(*[60 + tonic + pitch for chord in chords for pitch in chord])
    assert parse_key(str(estimate_key(major))) == (tonic, "major")
    minor = tune(
        *[60 + tonic + pitch for chord in ([0, 3, 7], [5, 8, 12], [7, 11, 14], [0, 3, 7]) for pitch in chord]
    )
    assert parse_key(str(estimate_key(minor))) == (tonic, "minor")


def test_nothing_is_in_no_key() -> None:
    assert estimate_key(make_notes()) is None
    assert estimate_key(tune(*range(60, 72))) is None
