"""The note network: one recurrent step a note, then the parts of the note one after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from generator.music.key import KEYS
from generator.music.tokens import MAX_BARS_LEFT, METRES, N_PITCHES, Vocabulary
from generator.networks.recurrent import LSTM, RECURRENCES, GatedLinear, TimeDropout

N_METRES, N_KEYS = 1 + len(METRES), 1 + len(KEYS)


@dataclass(frozen=True)
class RNNConfig:
    """Sizes of a NoteRNN. width: of the recurrent layers; head: of the layers that draw a note's parts."""

    vocabulary: Vocabulary
    recurrence: str = "lstm"
    width: int = 320
    n_layers: int = 2
    head: int = 256
    dropout: float = 0.3


class Before(NamedTuple):
    """What is known before a note: the note before it, and where the music stands. All (B, T) int64 ids."""

    step: Tensor
    track: Tensor
    pitch: Tensor
    duration: Tensor
    velocity: Tensor
    position: Tensor
    bars_left: Tensor
    metre: Tensor
    key: Tensor
    remaining: Tensor  # (B, T, n_tracks)


class At(NamedTuple):
    """What is known once the step to the new note is drawn, at its onset."""

    step: Tensor  # (B, T)
    position: Tensor  # (B, T)
    bars_left: Tensor  # (B, T)
    metre: Tensor  # (B, T)
    key: Tensor  # (B, T)
    remaining: Tensor  # (B, T, n_tracks)
    last_pitch: Tensor  # (B, T, n_tracks)
    sounding: Tensor  # (k,) rows of the sounding table, all notes one after another
    sounding_offsets: Tensor  # (B * T,) where each note's rows begin


class Word(NamedTuple):
    """The parts of the notes to be predicted, (B, T) int64 ids each."""

    step: Tensor
    track: Tensor
    pitch: Tensor
    duration: Tensor
    velocity: Tensor


class NoteRNN(nn.Module):
    """An LSTM over notes; p(note) = p(step) p(track | step) p(pitch | track, step) p(duration | …) p(velocity
    | …).

    The recurrent part follows Hochreiter & Schmidhuber 1997 (with forget gates); what sounds at the new
    onset, and for how long each voice still sounds, is given to the heads outright instead of being left to
    memory. B rows, T notes.
    """

    def __init__(self, config: RNNConfig) -> None:
        super().__init__()
        self.config = config
        v, width, head = config.vocabulary, config.width, config.head
        self.n_tracks = v.n_tracks
        self.in_step = nn.Embedding(v.n_steps + 1, width)  # one more id: nothing before the first note
        self.in_track = nn.Embedding(v.n_tracks + 1, width)
        self.in_pitch = nn.Embedding(N_PITCHES + 1, width)
        self.in_duration = nn.Embedding(v.n_durations, width)
        self.in_velocity = nn.Embedding(v.n_velocities, width)
        self.in_position = nn.Embedding(v.max_bar, width)
        self.in_bars_left = nn.Embedding(MAX_BARS_LEFT + 1, width)
        self.in_metre = nn.Embedding(N_METRES, width)
        self.in_key = nn.Embedding(N_KEYS, width)
        self.in_remaining = nn.Embedding(v.n_tracks * v.n_durations, width)
        body = RECURRENCES[config.recurrence](width, config.n_layers, config.dropout)
        self.body = cast(GatedLinear | LSTM, body)
        self.drop = TimeDropout(config.dropout)

        self.step = nn.Linear(head, v.n_steps)
        self.to_step = nn.Linear(width, head)

        self.at_step = nn.Embedding(v.n_steps, head)
        self.at_position = nn.Embedding(v.max_bar, head)
        self.at_bars_left = nn.Embedding(MAX_BARS_LEFT + 1, head)
        self.at_metre = nn.Embedding(N_METRES, head)
        self.at_key = nn.Embedding(N_KEYS, head)
        self.at_remaining = nn.Embedding(v.n_tracks * v.n_durations, head)
        self.at_last_pitch = nn.Embedding(v.n_tracks * (N_PITCHES + 1), head)
        self.at_sounding = nn.EmbeddingBag(v.n_sounding, head, mode="sum")
        self.to_at = nn.Linear(width, head)
        self.track = nn.Linear(head, v.n_tracks)

        self.of_track = nn.Embedding(v.n_tracks, head)
        self.of_voice_pitch = nn.Embedding(v.n_tracks * (N_PITCHES + 1), head)
        self.to_pitch = nn.Linear(head, head)
        self.pitch = nn.Linear(head, N_PITCHES)

        self.of_pitch = nn.Embedding(v.n_tracks * N_PITCHES, head)
        self.to_duration = nn.Linear(head, head)
        self.duration = nn.Linear(head, v.n_durations)

        self.of_duration = nn.Embedding(v.n_durations, head)
        self.to_velocity = nn.Linear(head, head)
        self.velocity = nn.Linear(head, v.n_velocities)
        for module in self.modules():
            if isinstance(module, nn.Embedding | nn.EmbeddingBag):
                nn.init.normal_(module.weight, std=0.05)

    def _by_track(self, ids: Tensor, n_ids: int) -> Tensor:
        """(…, n_tracks) ids of each track as ids of one table of all tracks."""
        return ids + torch.arange(self.n_tracks, device=ids.device) * n_ids

    def inputs(self, b: Before) -> Tensor:
        """The recurrent layers' input. Returns (B, T, width)."""
        x = self.in_step(b.step) + self.in_track(b.track) + self.in_pitch(b.pitch)
        x = x + self.in_duration(b.duration) + self.in_velocity(b.velocity) + self.in_position(b.position)
        x = x + self.in_bars_left(b.bars_left) + self.in_metre(b.metre) + self.in_key(b.key)
        return x + self.in_remaining(self._by_track(b.remaining, self.config.vocabulary.n_durations)).sum(-2)

    def step_logits(self, h: Tensor) -> Tensor:
        """h: (…, width). Returns (…, n_steps)."""
        return self.step(self.drop(F.gelu(self.to_step(h))))

    def onset(self, h: Tensor, at: At) -> Tensor:
        """What the heads share once the onset is known. Returns (…, head)."""
        sounding = self.at_sounding(at.sounding, at.sounding_offsets).view(*at.step.shape, -1)
        return self.onset_among(h, at, sounding)

    def onset_among(self, h: Tensor, at: At, sounding: Tensor) -> Tensor:
        """The same, with the sum of the sounding table's lit rows at hand. sounding: (…, head)."""
        c = self.at_step(at.step) + self.at_position(at.position) + self.at_bars_left(at.bars_left)
        c = c + self.at_metre(at.metre) + self.at_key(at.key)
        c = c + self.at_remaining(self._by_track(at.remaining, self.config.vocabulary.n_durations)).sum(-2)
        c = c + self.at_last_pitch(self._by_track(at.last_pitch, N_PITCHES + 1)).sum(-2)
        return self.drop(F.gelu(self.to_at(h) + c + sounding))

    def track_logits(self, z: Tensor) -> Tensor:
        return self.track(z)

    def voice(self, z: Tensor, track: Tensor, last_pitch: Tensor) -> Tensor:
        """z: (…, head), track: (…) ids, last_pitch: (…, n_tracks). Returns (…, head) for the pitch."""
        pitch = last_pitch.gather(-1, track.unsqueeze(-1)).squeeze(-1) + track * (N_PITCHES + 1)
        return self.drop(F.gelu(self.to_pitch(z) + self.of_track(track) + self.of_voice_pitch(pitch))) + z

    def pitch_logits(self, z: Tensor) -> Tensor:
        return self.pitch(z)

    def length(self, z: Tensor, track: Tensor, pitch: Tensor) -> Tensor:
        """Returns (…, head) for the duration."""
        return self.drop(F.gelu(self.to_duration(z) + self.of_pitch(track * N_PITCHES + pitch))) + z

    def duration_logits(self, z: Tensor) -> Tensor:
        return self.duration(z)

    def velocity_logits(self, z: Tensor, duration: Tensor) -> Tensor:
        return self.velocity(F.gelu(self.to_velocity(z) + self.of_duration(duration)))

    def forward(self, before: Before, at: At, word: Word) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Logits of every part of every note, each given the true parts before it. (B, T, n) each."""
        h = self.drop(self.body(self.drop(self.inputs(before))))
        z = self.onset(h, at)
        pitch = self.voice(z, word.track, at.last_pitch)
        length = self.length(pitch, word.track, word.pitch)
        return (
            self.step_logits(h),
            self.track_logits(z),
            self.pitch_logits(pitch),
            self.duration_logits(length),
            self.velocity_logits(length, word.duration),
        )
