"""The band in the engine: seeds, forms, given roles, density; answers that depend on their own ask alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from generator.engine.band import Band, BandAsk, Seeds
from generator.engine.errors import GenerationError
from generator.music.bandroll import BAND, TICKS_PER_BAR
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Track
from tests.tiny_band import tiny_band


@pytest.fixture(scope="module")
def band() -> Band:
    """Untrained, but with all its promises."""
    return tiny_band()


def parts(score: Score) -> dict[str, bytes]:
    return {track.role: track.notes.tobytes() for track in score.tracks}


def made(band: Band, ask: BandAsk) -> Score:
    return band.run([ask])[0].score


@pytest.fixture
def melody() -> Score:
    """Six bars of strings off the grid, with velocities of their own, in D major."""
    notes = make_notes((i * 485, 301, pitch, 33 + i) for i, pitch in enumerate([74, 78, 81, 79, 76, 73] * 4))
    return Score((Track("Fiddle", "strings", 40, False, notes),), metres=(Metre(0, 4, 4),), length=6 * 1920)


@pytest.mark.parametrize("bars", [1, 4, 7, 32])
def test_a_piece_has_as_many_bars_as_asked_for(band: Band, bars: int) -> None:
    score = made(band, BandAsk(bars=bars, seed=3))
    assert score.length == bars * TICKS_PER_BAR
    assert [track.role for track in score.tracks] == list(BAND)


def test_the_same_ask_gives_the_same_notes_whoever_is_beside_it(band: Band) -> None:
    asks = [BandAsk(arranger, 8, seed) for arranger in ("jamming", "composer", "hybrid") for seed in range(4)]
    together = [parts(answer.score) for answer in band.run(asks)]
    assert together == [parts(made(band, ask)) for ask in reversed(asks)][::-1]
    assert len({p["bass"] for p in together}) > 6  # and other seeds others


@pytest.mark.parametrize("arranger", ["jamming", "hybrid"])
def test_new_drums_only(band: Band, arranger: str) -> None:
    ask = BandAsk(arranger, 8, seed=1)
    before = parts(made(band, ask))
    after = parts(made(band, replace(ask, seeds=Seeds().reroll("drums", 99))))
    assert {role for role in BAND if after[role] != before[role]} == {"drums"}


def test_same_groove_new_harmony_moves_the_pitches(band: Band) -> None:
    ask = BandAsk("hybrid", 8, seed=1)
    before = parts(made(band, ask))
    after = parts(made(band, replace(ask, seeds=Seeds(shared_time=7))))
    assert before != after
    assert before == parts(made(band, replace(ask, seeds=Seeds(shared_time=1))))  # the piece's own seed


@pytest.mark.parametrize("arranger", ["composer", "hybrid"])
def test_a_role_may_hear_a_course_of_its_own(band: Band, arranger: str) -> None:
    ask = BandAsk(arranger, 8, seed=1)
    before = parts(made(band, ask))
    new_drums = parts(made(band, replace(ask, seeds=Seeds(shared_time_of={"drums": 99}))))
    assert {role for role in BAND if new_drums[role] != before[role]} == {"drums"}
    # The other way round: a new harmony, and the drums stay with the old one.
    new_harmony = parts(made(band, replace(ask, seeds=Seeds(shared_time=99, shared_time_of={"drums": 1}))))
    assert [role for role in BAND if new_harmony[role] == before[role]] == ["drums"]


def test_a_form_repeats_its_phrases(band: Band) -> None:
    answer = band.run([BandAsk(bars=16, seed=2, form="AABA")])[0]
    assert answer.letters == "AABA"
    bass = next(track for track in answer.score.tracks if track.role == "bass").notes
    phrase = 4 * TICKS_PER_BAR
    by_phrase = [bass[(bass["onset"] >= i * phrase) & (bass["onset"] < (i + 1) * phrase)] for i in range(4)]
    onsets = [(p["onset"] - i * phrase).tolist() for i, p in enumerate(by_phrase)]
    assert onsets[0] == onsets[1] == onsets[3] != onsets[2]


def test_a_muted_role_has_no_notes_and_the_others_stay(band: Band) -> None:
    ask = BandAsk(seed=4)
    before, after = made(band, ask), made(band, replace(ask, muted=frozenset({"piano"})))
    assert parts(after) == parts(before) | {"piano": b""}


def test_density_only_adds_notes(band: Band) -> None:
    for role in BAND:
        counts = []
        for density in (-1.0, -0.1, 0.0, 0.1, 1.0):
            score = made(band, BandAsk(seed=5, density={role: density}))
            counts.append(next(track.notes.size for track in score.tracks if track.role == role))
        assert counts == sorted(counts)
        assert counts[0] < counts[-1]


@pytest.mark.parametrize("arranger", ["jamming", "composer", "hybrid"])
def test_given_notes_stay_as_they_are(band: Band, melody: Score, arranger: str) -> None:
    ask = BandAsk(arranger, bars=0, given=melody, given_roles=frozenset({"strings"}))
    score = made(band, ask)
    kept = {track.role: track for track in score.tracks}
    assert kept["strings"].notes.tobytes() == melody.tracks[0].notes.tobytes()
    assert score.length == melody.length
    assert sum(track.notes.size for track in score.tracks if track.role != "strings") > 0


def test_what_is_given_is_heard(band: Band, melody: Score) -> None:
    higher = replace(melody, tracks=(replace(melody.tracks[0], notes=melody.tracks[0].notes[:3]),))
    asks = [BandAsk(bars=0, given=m, given_roles=frozenset({"strings"})) for m in (melody, higher)]
    first, second = (parts(answer.score) for answer in band.run(asks))
    assert first["piano"] != second["piano"]


def test_a_key_moves_all_but_the_drums(band: Band) -> None:
    in_c, in_d = (made(band, BandAsk(seed=6, key=key)) for key in ("C major", "D major"))
    for a, b in zip(in_c.tracks, in_d.tracks, strict=True):
        moved = 0 if a.is_drum else 2
        assert np.array_equal(np.sort(a.notes["pitch"]) + moved, np.sort(b.notes["pitch"]))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"arranger": "soloist"}, "no arranger"),
        ({"form": "A1"}, "form is letters"),
        ({"bars": 0}, "at least one bar"),
        ({"muted": frozenset({"choir"})}, "no choir"),
        ({"density": {"bass": 2.0}}, "between -1 and 1"),
        ({"given_roles": frozenset({"bass"})}, "together with their music"),
    ],
)
def test_what_cannot_be_made_is_said(band: Band, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(GenerationError, match=sentence):
        band.run([replace(BandAsk(), **change)])


def test_a_waltz_cannot_be_played_along_with(band: Band, melody: Score) -> None:
    waltz = replace(melody, metres=(Metre(0, 3, 4),))
    with pytest.raises(GenerationError, match="4/4 only"):
        band.run([BandAsk(bars=0, given=waltz, given_roles=frozenset({"strings"}))])


def test_no_weights_at_all(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="no weights"):
        Band(torch.device("cpu"), tmp_path).load()
