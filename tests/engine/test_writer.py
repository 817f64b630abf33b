"""The writer reads a piece as training does, draws what may come, and nothing in it depends on company."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from generator.engine.rows import GenerationRequest, Row, WordRow
from generator.engine.seats import NOW
from generator.engine.writer import Writer
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Track
from generator.music.styles import CHORALE, STYLES, score_to_words
from generator.music.tokens import WORD, Form
from generator.networks.checkpoints import Checkpoint
from generator.networks.rnn import NoteRNN, RNNConfig
from generator.training.examples import collate, example, whole
from tests.engine.writing import make_row, write

CPU = torch.device("cpu")


def make_writer(style: str, n_seats: int, *, recurrence: str = "lstm", seed: int = 3) -> Writer:
    """A writer with an untrained network; nothing that is promised here rests on what it has learned."""
    torch.manual_seed(seed)
    config = RNNConfig(STYLES[style].vocabulary, recurrence, width=24, head=24, dropout=0.0)
    return Writer(Checkpoint(NoteRNN(config).eval(), config, "", {"style": style}), n_seats, CPU)


def four_voices(n_bars: int = 4) -> Score:
    """Four voices that move in quarters, halves and whole notes, n_bars of 4/4."""
    lines = {"Soprano": (72, 480), "Alto": (67, 960), "Tenor": (60, 1920), "Bass": (48, 480)}
    tracks = []
    for name, (pitch, duration) in lines.items():
        onsets = range(0, n_bars * 1920, duration)
        notes = [(onset, duration, pitch + (i * 5) % 7, 84) for i, onset in enumerate(onsets)]
        tracks.append(Track(name, name.lower(), 52, False, make_notes(notes)))
    return Score(tuple(tracks), metres=(Metre(0, 4, 4),), length=n_bars * 1920)


@pytest.mark.parametrize("recurrence", ["lstm", "gated_linear"])
def test_step_by_step_the_writer_says_what_training_says(recurrence: str) -> None:
    writer = make_writer("chorale", 3, recurrence=recurrence)
    words, form = score_to_words(four_voices(), CHORALE), Form((4, 4), 0, 4 * 16, 0)
    batch = collate([whole(example(words, CHORALE.vocabulary, form, 4 * 16))], CHORALE.vocabulary)
    with torch.inference_mode():
        logits = writer.network(batch.before, batch.at, batch.word)
    nats = writer.cost(words, form)
    for part, (guess, truth) in enumerate(zip(logits, batch.word, strict=True)):
        n = len(words)
        expected = cross_entropy(guess[0, :n], truth[0, :n], reduction="none").numpy()
        assert np.allclose(nats[:, part], expected, atol=1e-4)


@pytest.mark.parametrize("style", list(STYLES))
def test_what_it_hears_is_what_a_cursor_hears(style: str) -> None:
    """What sounds, how long still, and where in the bar, along a piece that it writes itself."""
    writer, row = make_writer(style, 2), make_row(style, 6, bars=4)
    vocabulary = STYLES[style].vocabulary
    (words,) = write(writer, [row])
    told = np.array(words[:-1], np.int64)
    piece = np.array([tuple(word) for word in told.tolist()], WORD)
    read = example(piece, vocabulary, Form(row.metre, 0, row.length, -1), row.length)
    step = writer._new_step()
    step.sit(1, make_row(style, 6, bars=4))
    seat = torch.tensor([False, True])
    for i, word in enumerate(told):
        gap = torch.tensor([0, word[0]])
        before, at = step.standing.before(), step.standing.at(gap)
        assert before.remaining[1].tolist() == read.remaining_before[i].tolist()
        assert at.remaining[1].tolist() == read.remaining_at[i].tolist()
        assert at.last_pitch[1].tolist() == read.last_pitch[i].tolist()
        lit = np.bincount(read.sounding[read.first[i] : read.first[i + 1]], minlength=vocabulary.n_sounding)
        assert np.array_equal(step.standing.lit(gap, torch.float32)[1].numpy(), lit)
        step.standing.push(torch.from_numpy(word).expand(2, -1), seat)
        assert int(step.standing.field(NOW)[1]) == read.onset[i]


def test_every_word_of_real_music_is_one_that_may_be_drawn() -> None:
    step = make_writer("chorale", 1)._new_step()
    step.sit(0, Row(GenerationRequest(style="chorale", bars=4, seed=1), CHORALE, lambda: False, ""))
    rules, all_of = step.rules, torch.ones(1, dtype=torch.bool)
    for word in score_to_words(four_voices(), CHORALE):
        gap, track, pitch, duration, _ = ids = torch.tensor([int(part) for part in word])
        assert rules.may_step()[0, gap]
        assert rules.may_track(gap[None])[0, track]
        assert rules.may_pitch(gap[None], track[None])[0, pitch]
        assert rules.may_duration(gap[None])[0, duration]
        step.standing.push(ids[None], all_of)
    assert all(rules.ends(torch.tensor([last])) for last in rules.may_step()[0].nonzero()[:, 0].tolist())


@pytest.mark.parametrize("style", list(STYLES))
def test_a_piece_is_the_same_in_every_seat_and_company(style: str) -> None:
    writer = make_writer(style, 8)
    alone = [write(writer, [make_row(style, seed)])[0] for seed in range(20)]
    heard: list[list[WordRow]] = []
    for first in range(0, 20, 7):
        heard += write(writer, [make_row(style, seed) for seed in range(first, min(20, first + 7))])
    assert heard == alone


def test_a_row_that_joins_later_and_one_that_goes_on_write_what_they_would_have() -> None:
    writer = make_writer("pop", 4)
    (words,) = write(writer, [whole_row := make_row("pop", 4, bars=4)])
    notes = [note for chunk in iter(whole_row.out.get, None) for note in getattr(chunk, "notes", [])]
    other = make_row("pop", 9, bars=8)
    writer.step([other])
    resumed = make_row("pop", 4, bars=4, resume=notes[: len(notes) // 2])
    assert write(writer, [resumed, other])[0] == words
