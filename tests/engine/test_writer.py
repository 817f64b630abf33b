"""The writer reads a piece as training does."""

import numpy as np
import torch

from generator.engine.rows import GenerationRequest, Row, Word
from generator.engine.writer import Writer
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Track
from generator.music.styles import CHORALE, score_to_words
from generator.music.tokens import Form
from generator.networks.checkpoints import Checkpoint
from generator.networks.rnn import NoteRNN, RNNConfig
from generator.training.examples import collate, example, whole


def four_voices(n_bars: int = 4) -> Score:
    """Four voices that move in quarters, halves and whole notes, n_bars of 4/4."""
    lines = {"Soprano": (72, 480), "Alto": (67, 960), "Tenor": (60, 1920), "Bass": (48, 480)}
    tracks = []
    for name, (pitch, duration) in lines.items():
        onsets = range(0, n_bars * 1920, duration)
        notes = [(onset, duration, pitch + (i * 5) % 7, 84) for i, onset in enumerate(onsets)]
        tracks.append(Track(name, name.lower(), 52, False, make_notes(notes)))
    return Score(tuple(tracks), metres=(Metre(0, 4, 4),), length=n_bars * 1920)


def test_step_by_step_the_writer_says_what_training_says() -> None:
    torch.manual_seed(3)
    network = NoteRNN(RNNConfig(CHORALE.vocabulary, width=24, head=24, dropout=0.0)).eval()
    writer = Writer(Checkpoint(network, network.config, "", {}), 1, torch.device("cpu"))
    score = four_voices()
    words = score_to_words(score, CHORALE)
    piece = example(words, CHORALE.vocabulary, Form((4, 4), 0, 4 * 16, 0), 4 * 16)
    batch = collate([whole(piece)], CHORALE.vocabulary)
    row = Row(GenerationRequest(style="chorale", bars=4, seed=1, key="C major"), CHORALE, lambda: False, "")
    with torch.inference_mode():
        steps, _, pitches, durations, _ = network(batch.before, batch.at, batch.word)
        state = network.body.start(1)
        advance = writer._advance_by(state)
        for i, word in enumerate(words):
            h, step_logits = advance(writer._before([row]))
            assert torch.allclose(step_logits[0], steps[0, i], atol=1e-5)
            at = writer._at([row], {0: int(word["step"])})
            z = network.onset(h, at)
            z = network.voice(z, torch.tensor([int(word["track"])]), at.last_pitch)
            assert torch.allclose(network.pitch_logits(z)[0], pitches[0, i], atol=1e-5)
            z = network.length(z, torch.tensor([int(word["track"])]), torch.tensor([int(word["pitch"])]))
            assert torch.allclose(network.duration_logits(z)[0], durations[0, i], atol=1e-5)
            row.accept(Word(*map(int, word)), drawn=False)


def test_every_word_of_real_music_is_one_that_may_be_drawn() -> None:
    row = Row(GenerationRequest(style="chorale", bars=4, seed=1), CHORALE, lambda: False, "")
    for word in score_to_words(four_voices(), CHORALE):
        assert row.may_step()[word["step"]]
        assert row.may_track(int(word["step"]))[word["track"]]
        assert row.may_pitch(int(word["step"]), int(word["track"]))[word["pitch"]]
        assert row.may_duration(int(word["step"]))[word["duration"]]
        row.accept(Word(*map(int, word)), drawn=True)
    assert all(row.ends(int(step)) for step in np.flatnonzero(row.may_step()))
