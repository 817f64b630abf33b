"""Words of whole pieces → batches for the note network: crops, transposition, forgotten forms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from generator.music.tokens import N_PITCHES, Cursor, Form, Vocabulary, place
from generator.networks.rnn import At, Before, Word


@dataclass(frozen=True)
class Example:
    """One piece as the network reads it: n notes and, last, the end.

    words: (n,) of WORD. onset: (n + 1,) grid steps, the last is where the piece ends.
    remaining_before, remaining_at, last_pitch: (n + 1, n_tracks), see networks.rnn.Before and At.
    sounding: rows of the sounding table, those of note i at sounding[first[i]:first[i + 1]].
    """

    name: str
    words: np.ndarray
    onset: np.ndarray
    remaining_before: np.ndarray
    remaining_at: np.ndarray
    last_pitch: np.ndarray
    sounding: np.ndarray
    first: np.ndarray
    form: Form
    length: int  # grid steps of the piece, whether the network is told it or not
    ends: bool = True  # False for a stretch of a longer piece: its last row is not to be learnt

    def __len__(self) -> int:
        """Rows to predict: the notes, and the end where there is one."""
        return len(self.words) + self.ends

    @property
    def low(self) -> int:
        return int(self.words["pitch"].min())

    @property
    def high(self) -> int:
        return int(self.words["pitch"].max())


def example(
    words: np.ndarray, vocabulary: Vocabulary, form: Form, length: int, name: str = "", *, ends: bool = True
) -> Example:
    """Read a piece through a cursor once and keep what it saw."""
    n, n_tracks = len(words), vocabulary.n_tracks
    before = np.zeros((n + 1, n_tracks), np.int16)
    at = np.zeros((n + 1, n_tracks), np.int16)
    last_pitch = np.zeros((n + 1, n_tracks), np.int16)
    rows: list[int] = []
    first = np.zeros(n + 2, np.int32)
    cursor = Cursor(vocabulary)
    for i in range(n + 1):
        step = int(words["step"][i]) if i < n else 0
        before[i] = cursor.remaining(cursor.now)
        at[i] = cursor.remaining(cursor.now + step)
        last_pitch[i] = cursor.last_pitch
        rows += cursor.sounding(cursor.now + step)
        first[i + 1] = len(rows)
        if i < n:
            word = words[i]
            cursor.push(step, int(word["track"]), int(word["pitch"]), int(word["duration"]))
    onset = np.append(np.cumsum(words["step"], dtype=np.int64), cursor.now)
    return Example(
        name, words, onset, before, at, last_pitch, np.array(rows, np.int32), first, form, length, ends
    )


@dataclass(frozen=True)
class Batch:
    """before, at: inputs; word: targets; notes, ends: (B, T) bool, where a note or the end is to be
    predicted.
    """

    before: Before
    at: At
    word: Word
    notes: Tensor
    ends: Tensor

    def to(self, device: torch.device) -> Batch:
        """The batch on a device; itself when it is there already."""
        if device.type == "cpu":
            return self
        return Batch(
            Before(*(x.to(device) for x in self.before)),
            At(*(x.to(device) for x in self.at)),
            Word(*(x.to(device) for x in self.word)),
            self.notes.to(device),
            self.ends.to(device),
        )


@dataclass(frozen=True)
class Crop:
    """A stretch of an example: words start … stop (the end counts as one), moved by semitones.

    form: what the network is told of the piece before it is moved.
    """

    example: Example
    start: int
    stop: int
    form: Form
    semitones: int = 0


def whole(example: Example, form: Form | None = None) -> Crop:
    """All of an example; with its own form unless another is given."""
    return Crop(example, 0, len(example), example.form if form is None else form)


def collate(crops: list[Crop], vocabulary: Vocabulary) -> Batch:
    """Crops side by side, padded at their end to the longest."""
    b, t, n_tracks = len(crops), max(c.stop - c.start for c in crops), vocabulary.n_tracks
    plain = {
        name: np.zeros((b, t), np.int64)
        for name in (
            "b_step",
            "b_track",
            "b_pitch",
            "b_duration",
            "b_velocity",
            "b_position",
            "b_left",
            "metre",
            "key",
            "step",
            "track",
            "pitch",
            "duration",
            "velocity",
            "position",
            "left",
        )
    }
    remaining_before = np.zeros((b, t, n_tracks), np.int64)
    remaining_at = np.zeros((b, t, n_tracks), np.int64)
    last_pitch = np.full((b, t, n_tracks), N_PITCHES, np.int64)
    notes, ends = np.zeros((b, t), bool), np.zeros((b, t), bool)
    counts, rows = np.zeros((b, t), np.int64), []
    for i, crop in enumerate(crops):
        e, lo, hi = crop.example, crop.start, crop.stop
        n_words, size = len(e.words), hi - lo
        has_end = hi > n_words
        form = crop.form.transposed(crop.semitones)
        semitones = crop.semitones + form.semitones
        target = e.words[lo : min(hi, n_words)]
        for name in ("step", "track", "duration", "velocity"):
            plain[name][i, : len(target)] = target[name]
        plain["pitch"][i, : len(target)] = target["pitch"] + semitones
        notes[i, : len(target)] = True
        if has_end:
            plain["step"][i, size - 1] = vocabulary.end
            ends[i, size - 1] = True
        none = lo == 0  # nothing stands before the first note
        previous = e.words[max(lo - 1, 0) : hi - 1]
        at = slice(1, size) if none else slice(0, size)
        for name in ("step", "track", "duration", "velocity"):
            plain["b_" + name][i, at] = previous[name]
        plain["b_pitch"][i, at] = previous["pitch"] + semitones
        if none:
            plain["b_step"][i, 0], plain["b_track"][i, 0] = vocabulary.n_steps, n_tracks
            plain["b_pitch"][i, 0] = N_PITCHES
        onset = e.onset[lo:hi]
        now = np.append(0, onset[:-1]) if none else e.onset[lo - 1 : hi - 1]
        plain["b_position"][i, :size], plain["b_left"][i, :size] = place(
            now, form, vocabulary.steps_per_quarter
        )
        plain["position"][i, :size], plain["left"][i, :size] = place(
            onset, form, vocabulary.steps_per_quarter
        )
        plain["metre"][i] = form.metre_id
        plain["key"][i] = form.key_id
        remaining_before[i, :size] = e.remaining_before[lo:hi]
        remaining_at[i, :size] = e.remaining_at[lo:hi]
        pitch = e.last_pitch[lo:hi]
        last_pitch[i, :size] = np.where(pitch < N_PITCHES, pitch + semitones, N_PITCHES)
        rows.append(e.sounding[e.first[lo] : e.first[hi]].astype(np.int64) + semitones)
        counts[i, :size] = np.diff(e.first[lo : hi + 1])
    x = {name: torch.from_numpy(value) for name, value in plain.items()}
    offsets = np.concatenate([[0], np.cumsum(counts.ravel())[:-1]])
    before = Before(
        x["b_step"],
        x["b_track"],
        x["b_pitch"],
        x["b_duration"],
        x["b_velocity"],
        x["b_position"],
        x["b_left"],
        x["metre"],
        x["key"],
        torch.from_numpy(remaining_before),
    )
    at_step = torch.where(torch.from_numpy(notes), x["step"], 0)
    at_ = At(
        at_step,
        x["position"],
        x["left"],
        x["metre"],
        x["key"],
        torch.from_numpy(remaining_at),
        torch.from_numpy(last_pitch),
        torch.from_numpy(np.concatenate(rows)),
        torch.from_numpy(offsets),
    )
    word = Word(x["step"], x["track"], x["pitch"], x["duration"], x["velocity"])
    return Batch(before, at_, word, torch.from_numpy(notes), torch.from_numpy(ends))
