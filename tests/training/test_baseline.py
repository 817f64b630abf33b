"""The plain baseline: names of notes and chords in, the next one out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from generator.music.midi import write_midi
from generator.music.notes import TICKS_PER_QUARTER, make_notes
from generator.music.score import Score, Track
from generator.networks import baseline as networks
from generator.networks.baseline import BaselineRNN
from generator.training import baseline

QUARTER = TICKS_PER_QUARTER


def test_music21_reads_a_note_by_its_pitch_and_a_chord_by_its_normal_order() -> None:
    notes = [
        (0, QUARTER, 60, 80),
        (QUARTER, QUARTER, 60, 80),
        (QUARTER, QUARTER, 64, 80),
        (QUARTER, QUARTER, 67, 80),
    ]
    score = Score((Track("Piano", "piano", 0, False, make_notes(notes)),), length=4 * QUARTER)
    assert baseline.get_notes([write_midi(score)]) == [["C4", "0.4.7"]]


def test_a_name_that_training_never_had_is_left_out() -> None:
    assert baseline.note_to_sequence(["C4", "D9", "G4"], ["C4", "G4"]).tolist() == [0, 1]


def test_elements_sound_an_eighth_apart_and_stop_at_the_last_bar() -> None:
    score = baseline.sequence_to_score(["C4", "0.4.7"] * 8, bars=1)
    notes = score.tracks[0].notes
    assert score.length == 4 * QUARTER
    assert len(notes) == 4 * (1 + 3)
    assert set(notes["onset"].tolist()) == {i * QUARTER // 2 for i in range(8)}
    assert sorted(notes["pitch"][notes["onset"] == QUARTER // 2].tolist()) == [60, 64, 67]


def test_a_seed_repeats_a_piece_after_the_weights_were_saved_and_read(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = BaselineRNN(["C4", "D4", "0.4.7"], width=8)
    networks.save(tmp_path / "baseline.safetensors", network, {"steps": 3})
    first, card = networks.load(tmp_path / "baseline.safetensors")
    again, _ = networks.load(tmp_path / "baseline.safetensors")
    assert card == {"steps": 3}
    written = networks.continue_elements(first, 5, 40)
    assert written == networks.continue_elements(again, 5, 40)
    assert written != networks.continue_elements(first, 6, 40)


def test_missing_weights_say_what_makes_them(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"python -m generator\.training\.baseline"):
        networks.load(tmp_path / "baseline.safetensors")
