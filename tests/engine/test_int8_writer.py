"""The quick step does what the network and the row say, and nothing in it depends on company."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy, gelu

from generator.engine import kernel
from generator.engine.int8_writer import Int8Writer
from generator.engine.note_step import NoteStep
from generator.engine.rows import Row, SamplingParams
from generator.engine.seats import RECENT
from generator.music.styles import STYLES
from generator.music.tokens import WORD, Form
from generator.networks.checkpoints import Checkpoint
from generator.networks.rnn import NoteRNN, RNNConfig
from generator.training.examples import collate, example, whole
from tests.engine.writing import hear, make_row, write

N_SEEDS = 1000


def make_writer(style: str, max_rows: int, *, width: int = 32, seed: int = 3) -> Int8Writer:
    """A writer with an untrained network; nothing that is promised here rests on what it has learned."""
    torch.manual_seed(seed)
    network = NoteRNN(RNNConfig(STYLES[style].vocabulary, width=width, head=48, dropout=0.0)).eval()
    return Int8Writer(Checkpoint(network, network.config, "", {"style": style}), max_rows)


@pytest.mark.parametrize("style", list(STYLES))
def test_it_believes_what_the_network_believes(style: str) -> None:
    writer = make_writer(style, 1)
    network, vocabulary = writer.checkpoint.network, STYLES[style].vocabulary
    row = make_row(style, 5, bars=6)
    (words,) = write(writer, [row])
    told = np.array(words[:-1], np.int64)
    piece = np.array([tuple(word) for word in told.tolist()], WORD)
    nats = writer.cost(piece, row.form)
    batch = collate([whole(example(piece, vocabulary, Form(row.metre, 0, row.length, -1), row.length))],
                    vocabulary)  # fmt: skip
    batch.before.key[:] = row.form.key_id
    batch.at.key[:] = row.form.key_id
    with torch.inference_mode():
        logits = network(batch.before, batch.at, batch.word)
    n = len(piece)
    for part, guess in enumerate(logits):
        truth = cross_entropy(guess[0, :n], torch.from_numpy(told[:, part]), reduction="none").numpy()
        assert np.abs(nats[:, part] - truth).max() < 0.05
        assert np.abs(nats[:, part].mean() - truth.mean()) < 0.005


@pytest.mark.parametrize("style", list(STYLES))
@pytest.mark.parametrize("key_lock", [False, True])
def test_what_may_be_drawn_is_what_the_rules_allow(style: str, key_lock: bool) -> None:
    """The rules are written twice, compiled here and in tensors; both say the same along whole pieces."""
    here = torch.ones(1, dtype=torch.bool)
    for seed in range(12):
        writer, row = make_writer(style, 1), make_row(style, seed, bars=3, key_lock=key_lock,
                                                      sampling=SamplingParams(1.5, 1.5, 1.0))  # fmt: skip
        twin = make_row(style, seed, bars=3, key_lock=key_lock)
        (words,) = write(writer, [row])
        fresh = make_writer(style, 1)
        fresh._sit(twin, 0)
        step = NoteStep(writer.checkpoint.network, STYLES[style], 1)
        step.sit(0, twin)
        vocab, seats, room, rules = fresh._words, fresh._seats, fresh._room, step.rules
        for word in words:
            ids = torch.tensor(word)
            gap, track = ids[:1], ids[1:2]
            kernel._may_step(vocab, seats, 0, room)
            allowed = rules.may_step()[0].numpy()
            assert np.array_equal(room.allowed[: vocab.n_steps], allowed)
            assert allowed[word[0]] or rules.ends(gap)
            if word[0] == vocab.n_steps - 1:
                break
            kernel._may_track(vocab, seats, 0, word[0], room)
            assert np.array_equal(room.allowed[: vocab.n_tracks], rules.may_track(gap)[0].numpy())
            kernel._may_pitch(seats, 0, word[0], word[1], room)
            assert np.array_equal(room.allowed[:128], rules.may_pitch(gap, track)[0].numpy())
            kernel._may_duration(vocab, seats, 0, word[0], room)
            assert np.array_equal(room.allowed[: vocab.n_durations], rules.may_duration(gap)[0].numpy())
            kernel._push(seats, 0, ids.numpy())
            step.standing.push(ids[None], here)


def test_of_many_notes_it_forgets_those_that_the_tensors_forget() -> None:
    """Chords of five, of which every other note sounds on past what is remembered."""
    writer, row = make_writer("pop", 1), make_row("pop", 1, bars=8)
    writer._sit(row, 0)
    network = writer.checkpoint.network
    step = NoteStep(network, STYLES["pop"], 1)
    step.sit(0, row)
    silence, gap = torch.zeros(1, network.config.width), torch.ones(1, dtype=torch.int64)
    for i in range(2 * RECENT):
        word = torch.tensor([int(i % 5 == 0), 1, 30 + i % 60, 64 if i % 2 else 1, 0])
        kernel._push(writer._seats, 0, word.numpy())
        step.standing.push(word[None], torch.ones(1, dtype=torch.bool))
        heard = np.zeros(network.config.head, np.float32)
        kernel._onset(writer._packed, writer._words, writer._seats, 0, 1, heard)
        with torch.inference_mode():
            among = step.standing.lit(gap, torch.float32) @ network.at_sounding.weight
            expected = network.onset_among(silence, step.standing.at(gap), among)[0]
            told = gelu(network.to_at(silence)[0] + torch.from_numpy(heard))
        assert torch.allclose(told, expected, atol=1e-4)


def test_a_thousand_seeds_are_the_same_pieces_alone_and_among_63_others() -> None:
    alone, together = make_writer("pop", 1), make_writer("pop", 64)
    expected = [write(alone, [make_row("pop", seed, bars=1)])[0] for seed in range(N_SEEDS)]
    # Seats are taken and left all the time: a row that ends makes room for the next.
    waiting = [make_row("pop", seed, bars=1) for seed in range(N_SEEDS)]
    heard = [hear(row) for row in waiting]
    seated: list[Row] = []
    while seated or waiting:
        seated = [row for row in seated if not row.finished]
        while waiting and len(seated) < 64:
            seated.append(waiting.pop())
        if seated:
            together.step(seated)
    assert heard == expected


def test_words_that_were_there_before_are_read_many_at_a_time() -> None:
    writer = make_writer("pop", 2)
    row = make_row("pop", 4, bars=4)
    (words,) = write(writer, [row])
    notes = [note for chunk in iter(row.out.get, None) for note in getattr(chunk, "notes", [])]
    resumed = make_row("pop", 4, bars=4, resume=notes[: len(notes) // 2])
    assert write(writer, [resumed])[0] == words


def test_a_row_of_which_nothing_was_heard_goes_before_the_others() -> None:
    writer = make_writer("chorale", 2)
    old, new = make_row("chorale", 1, bars=8), make_row("chorale", 2, bars=8)
    while not old.heard:
        writer.step([old])
    drawn = old.n_drawn
    while not new.heard:
        writer.step([old, new])
    assert old.n_drawn == drawn
    writer.step([old, new])
    assert old.n_drawn > drawn


def test_what_a_listener_has_heard_before_counts_as_heard() -> None:
    assert not make_row("folk", 1).heard
    assert make_row("folk", 1, resume=[[0, 0, 240, 67, 80]]).heard


def test_a_row_that_could_not_be_seated_does_not_stand_in_the_way_of_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer, broken = make_writer("folk", 1), make_row("folk", 1)
    with monkeypatch.context() as once:
        once.setattr("generator.engine.int8_writer.sit", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            writer.step([broken])
    broken.finished = True
    assert write(writer, [make_row("folk", 2)]) == write(make_writer("folk", 1), [make_row("folk", 2)])
