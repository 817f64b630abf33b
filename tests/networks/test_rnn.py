"""The note network: shapes, a loss that falls, a step that says what the whole sequence says."""

import numpy as np
import pytest
import torch

from generator.music.styles import CHORALE
from generator.music.tokens import Form, spell
from generator.networks import checkpoints
from generator.networks.rnn import NoteRNN, RNNConfig
from generator.training.examples import Crop, Example, collate, example, whole
from generator.training.train import losses

V = CHORALE.vocabulary


def tiny(recurrence: str = "lstm") -> NoteRNN:
    torch.manual_seed(0)
    return NoteRNN(RNNConfig(V, recurrence, width=16, n_layers=2, head=16, dropout=0.0))


def scale(n: int = 12) -> Example:
    """A scale in the soprano over a held bass, n + 1 notes."""
    onset = np.append(np.arange(n) * 4, 0)
    duration = np.append(np.full(n, 4), 4 * n)
    pitch = np.append(60 + np.arange(n) % 12, 48)
    track = np.append(np.zeros(n, int), 3)
    words = spell(onset, duration, pitch, np.full(n + 1, 84), track, V)
    return example(words, V, Form((4, 4), 0, 4 * n, 0), 4 * n, "scale")


@pytest.mark.parametrize("recurrence", ["lstm", "gated_linear"])
def test_every_part_of_every_note_gets_a_distribution(recurrence: str) -> None:
    batch = collate([whole(scale()), whole(scale(5))], V)
    step, track, pitch, duration, velocity = tiny(recurrence)(batch.before, batch.at, batch.word)
    assert step.shape == (2, 14, V.n_steps)
    assert (track.shape[-1], pitch.shape[-1], duration.shape[-1], velocity.shape[-1]) == (4, 128, 65, 1)


@pytest.mark.parametrize("recurrence", ["lstm", "gated_linear"])
def test_a_few_steps_of_training_learn_a_scale(recurrence: str) -> None:
    network = tiny(recurrence)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    batch = collate([whole(scale())], V)
    before = float(losses(network, batch).sum())
    for _ in range(60):
        optimizer.zero_grad()
        losses(network, batch).sum().backward()
        optimizer.step()
    assert float(losses(network, batch).sum()) < before / 4


@pytest.mark.parametrize("recurrence", ["lstm", "gated_linear"])
def test_one_step_at_a_time_says_what_the_whole_sequence_says(recurrence: str) -> None:
    network = tiny(recurrence).eval()
    batch = collate([whole(scale())], V)
    with torch.inference_mode():
        x = network.inputs(batch.before)
        at_once = network.body(x)
        state = network.body.start(1)
        steps = torch.stack([network.body.step(x[:, t], state) for t in range(x.shape[1])], 1)
    assert torch.allclose(at_once, steps, atol=1e-5)


def test_nothing_after_a_note_changes_what_was_said_of_it() -> None:
    network = tiny().eval()
    long, short = scale(12), scale(8)
    with torch.inference_mode():
        a, b = (
            network(x.before, x.at, x.word)
            for x in (collate([Crop(e, 0, 6, Form())], V) for e in (long, short))
        )
    # The held bass differs in length, which is said in the second note; all before it must agree.
    assert torch.equal(a[0][:, :2], b[0][:, :2])
    assert torch.equal(a[2][:, :2], b[2][:, :2])


def test_a_crop_moved_by_semitones_reads_as_the_transposed_piece() -> None:
    piece = scale()
    duration, pitch, track = (piece.words[name] for name in ("duration", "pitch", "track"))
    words = spell(piece.onset[:-1], duration, pitch + 3, np.full(13, 84), track, V)
    moved = example(words, V, Form((4, 4), 0, 48, 3), 48)
    ours, theirs = collate([Crop(piece, 0, 14, piece.form, 3)], V), collate([whole(moved)], V)
    for a, b in zip(
        (*ours.before, *ours.at, *ours.word), (*theirs.before, *theirs.at, *theirs.word), strict=True
    ):
        assert torch.equal(a, b)


def test_a_checkpoint_is_read_back_as_it_was_written(tmp_path) -> None:  # type: ignore[no-untyped-def]
    network = tiny()
    checkpoints.save(tmp_path / "tiny.safetensors", network, network.config, {"data": ["scales"]})
    read = checkpoints.load(tmp_path / "tiny.safetensors")
    assert read.config == network.config
    assert read.card == {"data": ["scales"]}
    for name, tensor in network.state_dict().items():
        assert torch.equal(read.network.state_dict()[name], tensor.half().float())


def test_a_missing_checkpoint_says_how_to_train_one(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(checkpoints.CheckpointError, match=r"training\.train"):
        checkpoints.load(tmp_path / "none.safetensors")
