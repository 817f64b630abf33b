"""A whole score is told bar by bar, from where an earlier attempt was."""

from generator.engine.rows import Chunk, Opening
from generator.engine.telling import parts
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Track

TUNE = make_notes([(0, 480, 60, 90), (1440, 480, 62, 90), (2880, 240, 64, 90)])
BASS = make_notes([(0, 1440, 36, 70)])
WALTZ = Score((Track("Fiddle", "melody", 40, False, TUNE), Track("Bass", "bass", 32, False, BASS)),
              metres=(Metre(0, 3, 4),), length=3120)  # fmt: skip


def test_the_opening_comes_first_then_each_bar_with_the_notes_that_begin_in_it() -> None:
    opening, *bars = parts(WALTZ, "abc")
    assert isinstance(opening, Opening)
    assert (opening.metre, opening.bars, opening.length, opening.weights) == ((3, 4), 3, 3120, "abc")
    assert [track["name"] for track in opening.tracks] == ["Fiddle", "Bass"]
    assert bars == [
        Chunk([[0, 0, 480, 60, 90], [1, 0, 1440, 36, 70]], 1440, 1),
        Chunk([[0, 1440, 480, 62, 90]], 2880, 2),
        Chunk([[0, 2880, 240, 64, 90]], 3120, 3),
    ]


def test_bars_that_an_earlier_attempt_has_told_are_left_out() -> None:
    whole, rest = list(parts(WALTZ, "abc")), list(parts(WALTZ, "abc", told=2))
    assert rest == [whole[0], whole[3]]


def test_it_ends_once_it_is_cancelled() -> None:
    asked = iter([False, True])
    assert len(list(parts(WALTZ, "abc", cancelled=lambda: next(asked)))) == 2
