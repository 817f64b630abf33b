"""Standing: where every row of a batch stands, as tensors on one device that are changed in place."""

from __future__ import annotations

import torch
from torch import Tensor

from generator.engine.rows import Row
from generator.engine.seats import (
    BAR,
    HAS_PREVIOUS,
    KEY,
    LENGTH,
    METRE,
    N_FIELDS,
    N_WRITTEN,
    NOW,
    PREVIOUS,
    RECENT,
    told,
)  # fmt: skip
from generator.music.tokens import MAX_BARS_LEFT, N_PITCHES, N_PLANES, Vocabulary
from generator.networks.rnn import At, Before

# Columns of `sounding`.
ONSET, END, TRACK, PITCH = range(4)


class Standing:
    """S seats, M tracks, as seats.Seats has them; times in grid steps.

    fields: (S, N_FIELDS) int64. ends, last_pitch: (S, M) int64. pitches: (S, M, 128) bool. sounding: (S,
    RECENT, 4) int64. sampling: (S, 3) float64.

    An empty seat is a row that has nothing to write: it ends with every step.
    """

    def __init__(self, vocabulary: Vocabulary, n_seats: int, device: torch.device) -> None:
        n_tracks = vocabulary.n_tracks
        whole = {"dtype": torch.int64, "device": device}
        self.vocabulary = vocabulary
        self.fields = torch.zeros(n_seats, N_FIELDS, **whole)  # type: ignore[call-overload]
        self.fields[:, BAR] = 1
        self.ends = torch.zeros(n_seats, n_tracks, **whole)  # type: ignore[call-overload]
        self.last_pitch = torch.full_like(self.ends, N_PITCHES)
        self.pitches = torch.zeros(n_seats, n_tracks, N_PITCHES, dtype=torch.bool, device=device)
        self.sounding = torch.full((n_seats, RECENT, 4), 0, **whole)  # type: ignore[call-overload]
        self.sounding[..., END] = -1
        self.sampling = torch.ones(n_seats, 3, dtype=torch.float64, device=device)
        self._tracks = torch.arange(n_tracks, device=device)
        self._nothing = torch.tensor([vocabulary.n_steps, n_tracks, N_PITCHES, 0, 0], device=device)

    @property
    def tensors(self) -> list[Tensor]:
        """All that changes."""
        return [self.fields, self.ends, self.last_pitch, self.pitches, self.sounding, self.sampling]

    def sit(self, seat: int, row: Row) -> None:
        """Make a seat ready for a row that has not been stepped yet."""
        fields, sampling = told(row)
        self.fields[seat], self.sampling[seat] = torch.from_numpy(fields), torch.from_numpy(sampling)
        self.pitches[seat] = torch.from_numpy(row.pitches)
        self.ends[seat] = 0
        self.last_pitch[seat] = N_PITCHES
        self.sounding[seat, :, END] = -1

    def field(self, column: int) -> Tensor:
        """(S,) int64."""
        return self.fields[:, column]

    def remaining(self, now: Tensor) -> Tensor:
        """Steps that each track still sounds at a time not before the cursor. now: (S,). Returns (S, M)."""
        return (self.ends - now[:, None]).clamp(0, self.vocabulary.max_duration)

    def before(self) -> Before:
        """What the network is told before a note, (S,) each."""
        now = self.field(NOW)
        previous = self.fields[:, PREVIOUS : PREVIOUS + 5]
        known = torch.where(self.fields[:, HAS_PREVIOUS, None] > 0, previous, self._nothing)
        return Before._make([*known.unbind(1), *self._place(now), self.remaining(now)])

    def at(self, step: Tensor) -> At:
        """What it is told once the step is drawn. step: (S,). What sounds is not in it: see lit()."""
        onset = self.field(NOW) + step
        nobody = self.fields.new_empty(0)
        return At(step, *self._place(onset), self.remaining(onset), self.last_pitch, nobody, nobody)

    def lit(self, step: Tensor, dtype: torch.dtype) -> Tensor:
        """How often each row of the network's table of sounding notes is lit at the onset: what
        tokens.Cursor.sounding lists, counted. Returns (S, n_sounding).
        """
        now = (self.field(NOW) + step)[:, None]
        onset, end, track, pitch = self.sounding.unbind(-1)
        plane = self.vocabulary.n_tracks * N_PITCHES
        cell = track * N_PITCHES + pitch
        struck = (onset == now) & (end >= 0)
        before = ~struck & (end >= now)
        counts = torch.zeros(len(cell), N_PLANES * plane, dtype=torch.float32, device=cell.device)
        for number, lights in enumerate((before, before & (end > now), struck)):
            counts.scatter_add_(1, cell + number * plane, lights.float())
        return counts.to(dtype)

    def push(self, word: Tensor, going: Tensor) -> None:
        """Write a note of each row that is going and move to its onset. word: (S, 5); going: (S,) bool."""
        step, track, pitch, duration, _ = word.unbind(1)
        now = self.field(NOW) + step
        end = now + duration
        own = (track[:, None] == self._tracks) & going[:, None]
        self.ends.copy_(torch.where(own, self.ends.maximum(end[:, None]), self.ends))
        self.last_pitch.copy_(torch.where(own, pitch[:, None], self.last_pitch))
        slot = (self.field(N_WRITTEN) % RECENT)[:, None, None].expand(-1, 1, 4)
        note = torch.stack([now, end, track, pitch], 1)[:, None]
        oldest = self.sounding.gather(1, slot)
        self.sounding.scatter_(1, slot, torch.where(going[:, None, None], note, oldest))
        self.field(N_WRITTEN).add_(going)
        self.field(NOW).copy_(torch.where(going, now, self.field(NOW)))
        self.field(HAS_PREVIOUS).copy_(torch.where(going, 1, self.field(HAS_PREVIOUS)))
        previous = self.fields[:, PREVIOUS : PREVIOUS + 5]
        previous.copy_(torch.where(going[:, None], word, previous))

    def _place(self, now: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Position in the bar, bars left, metre and key at a time, (S,) each: as tokens.place."""
        bar = self.field(BAR)
        left = -torch.div(now - self.field(LENGTH), bar, rounding_mode="floor")
        return now % bar, left.clamp(0, MAX_BARS_LEFT - 1) + 1, self.field(METRE), self.field(KEY)
