"""Train and hear the plain baseline: python -m generator.training.baseline

music21 turns MIDI into a list of notes and chords, each a word; the network learns which word comes next.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tqdm import tqdm

from generator.music.midi import write_midi
from generator.music.notes import TICKS_PER_QUARTER, make_notes
from generator.music.score import Metre, Score, Tempo, Track, all_notes
from generator.networks import baseline, checkpoints
from generator.networks.baseline import WINDOW, BaselineRNN
from generator.training.datasets import load
from generator.training.precision import autocast

STEP = TICKS_PER_QUARTER // 2
"""The recipe knows no rhythm: every element comes an eighth after the last."""

MIDDLE_C = 60


def get_notes(midis: Iterable[bytes]) -> list[list[str]]:
    """Each file as names: a note by its pitch ("C4"), a chord by its normal order ("4.7.11")."""
    from music21 import chord, converter, note

    pieces = []
    for data in midis:
        names = []
        for element in converter.parse(data, format="midi").flatten().notes:
            if isinstance(element, note.Note):
                names.append(str(element.pitch))
            elif isinstance(element, chord.Chord):
                names.append(".".join(str(n) for n in element.normalOrder))
        pieces.append(names)
    return pieces


def note_to_sequence(names: list[str], vocabulary: list[str]) -> np.ndarray:
    """Numbers of the names; one that the vocabulary lacks is left out."""
    number = {name: i for i, name in enumerate(vocabulary)}
    return np.array([number[name] for name in names if name in number], np.int64)


def sequence_to_score(names: list[str], bars: int) -> Score:
    """The names as sound, an eighth apart, cut to a number of 4/4 bars."""
    from music21 import pitch

    rows = []
    for i, name in enumerate(names[: 8 * bars]):
        if name[0].isdigit():
            pitches = [MIDDLE_C + int(n) for n in name.split(".")]
        else:
            pitches = [int(pitch.Pitch(name).midi)]
        rows += [(i * STEP, STEP, p, 84) for p in pitches]
    track = Track("Piano", "piano", 0, False, make_notes(rows))
    return Score((track,), (Tempo(0, 80.0),), (Metre(0, 4, 4),), bars * 4 * TICKS_PER_QUARTER)


def one_track(score: Score) -> Score:
    """All parts as one piano, in which music21 finds the chords."""
    piano = Track("Piano", "piano", 0, False, all_notes(score))
    return Score((piano,), score.tempos, score.metres, score.length)


def write(network: BaselineRNN, seed: int, bars: int) -> Score:
    """A piece by the baseline."""
    return sequence_to_score(baseline.continue_elements(network, seed, 8 * bars), bars)


def train(epochs: int, path: Path, seed: int = 1) -> None:
    """Train on the chorales of the jsb set and keep the weights of the best validation loss."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    corpus = load("jsb")
    sides = {
        side: get_notes(write_midi(one_track(piece.score)) for piece in tqdm(pieces, desc=side))
        for side, pieces in (("train", corpus.train), ("valid", corpus.valid))
    }
    vocabulary = sorted({name for piece in sides["train"] for name in piece})
    train_ids, valid_ids = (
        torch.from_numpy(np.concatenate([note_to_sequence(piece, vocabulary) for piece in sides[side]]))
        for side in ("train", "valid")
    )
    network = BaselineRNN(vocabulary)
    optimizer = torch.optim.RMSprop(network.parameters(), lr=1e-3)
    rng, best, steps = np.random.default_rng(seed), float("inf"), 0
    bar = tqdm(range(epochs), unit="epoch")
    for _ in bar:
        network.train()
        for _ in range(len(train_ids) // (WINDOW * 32)):
            starts = rng.integers(0, len(train_ids) - WINDOW - 1, 32)
            windows = torch.stack([train_ids[s : s + WINDOW + 1] for s in starts])
            with autocast(torch.device("cpu")):
                logits = network(windows[:, :-1])
            loss = F.cross_entropy(logits.float().flatten(0, 1), windows[:, 1:].flatten())
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            steps += 1
        network.eval()
        n = (len(valid_ids) - 1) // WINDOW * WINDOW
        with torch.inference_mode():
            logits = network(valid_ids[:n].view(-1, WINDOW)).flatten(0, 1)
            valid = float(F.cross_entropy(logits, valid_ids[1 : n + 1]))
        bar.set_postfix(valid=f"{valid:.3f}", words=len(vocabulary))
        if valid < best:
            best = valid
            card = {
                "data": ["jsb"],
                "steps": steps,
                "seed": seed,
                "device": "cpu",
                "parameters": sum(p.numel() for p in network.parameters()),
                "valid_nats_per_element": round(valid, 4),
            }
            baseline.save(path, network, card)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--weights", type=Path, default=checkpoints.WEIGHTS)
    given = parser.parse_args()
    train(given.epochs, given.weights / "baseline.safetensors")


if __name__ == "__main__":
    main()
