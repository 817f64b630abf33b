"""Bytes → score → bytes: nothing is lost on the way."""

from hypothesis import given, settings
from hypothesis import strategies as st

from generator.music import smf
from generator.music.midi import read_midi, write_midi
from generator.music.notes import make_notes
from generator.music.score import DENOMINATORS, Metre, Score, Tempo, Track, role_of

NAMES = st.one_of(st.sampled_from(["Soprano", "bass", "DRUMS", ""]), st.text(max_size=12))
ROWS = st.tuples(st.integers(0, 4000), st.integers(1, 2000), st.integers(0, 127), st.integers(1, 127))
TRACKS = st.builds(
    lambda name, program, is_drum, rows: Track(name, role_of(name), program, is_drum, make_notes(rows)),
    NAMES,
    st.integers(0, 127),
    st.booleans(),
    st.lists(ROWS, max_size=12),
)
SCORES = st.builds(
    Score,
    tracks=st.lists(TRACKS, max_size=18).map(tuple),
    tempos=st.lists(st.builds(Tempo, st.integers(0, 6000), st.floats(4, 1000)), max_size=3),
    metres=st.lists(
        st.builds(Metre, st.integers(0, 6000), st.integers(1, 32), st.sampled_from(DENOMINATORS)), max_size=3
    ),
    length=st.integers(6000, 20000),
)


@settings(deadline=None, max_examples=150)
@given(SCORES)
def test_a_score_written_and_read_is_the_same_score(score):
    data = write_midi(score)
    assert read_midi(data) == score
    assert smf.read(data).score == score
    assert write_midi(read_midi(data)) == data
