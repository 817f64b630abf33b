"""Writer: one style's network stepped over a batch of rows, by PyTorch.

It serves a GPU, and networks without a quick step on a CPU; the CPU's is generator.engine.int8_writer.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from generator.engine.graphs import Step, quickest
from generator.engine.rows import Row, Word
from generator.engine.sampling import draw
from generator.music.tokens import N_PITCHES, place
from generator.networks.checkpoints import Checkpoint, network_bytes
from generator.networks.rnn import At, Before

BLOCK, GPU_BLOCK = 16, 64
"""Rows in one matrix product. Always this many, empty ones included: a product's rounding may depend on its
size, and a piece must not depend on who else is being served. For a GPU 64 cost what 16 do."""
N_IDS = 9
"""Ids of a row that Before holds, beside how long each of its voices still sounds."""


class AnyWriter(Protocol):
    """What steps the rows of one style."""

    checkpoint: Checkpoint

    @property
    def n_bytes(self) -> int:
        """What its weights hold in memory."""

    def step(self, rows: list[Row]) -> int:
        """A step or a few for every row. Returns notes drawn."""


def writers_for(checkpoint: Checkpoint, max_rows: int, device: torch.device, n: int) -> list[AnyWriter]:
    """The quickest writers for this network on this device, n of them that share its weights."""
    if device.type == "cpu":
        from generator.engine.int8_writer import Int8Writer, can_write
        from generator.engine.packed import pack

        if can_write(checkpoint):
            packed = pack(checkpoint.network)
            return [Int8Writer(checkpoint, max_rows, packed) for _ in range(n)]
    return [Writer(checkpoint, max_rows, device) for _ in range(n)]


def writer_for(checkpoint: Checkpoint, max_rows: int, device: torch.device) -> AnyWriter:
    """The quickest writer for this network on this device."""
    return writers_for(checkpoint, max_rows, device, 1)[0]


class Writer:
    """Draws the next note of every row, on a GPU in half precision.

    A row keeps its seat's recurrent state in this writer from its first step to its last.
    """

    def __init__(self, checkpoint: Checkpoint, max_rows: int, device: torch.device) -> None:
        self.checkpoint = checkpoint
        on_gpu = device.type == "cuda"
        self.network = checkpoint.network.to(device, torch.float16 if on_gpu else None)
        self.device = device
        self._vocabulary = checkpoint.config.vocabulary
        self._block = GPU_BLOCK if on_gpu else BLOCK
        n_blocks = -(-max_rows // self._block)
        self._states = [self.network.body.start(self._block) for _ in range(n_blocks)]
        nobody = self._before([None] * self._block)
        with torch.inference_mode():
            self._advance = [quickest(self._advance_by(s), nobody, s) for s in self._states]
        self._seat_of: dict[Row, tuple[int, int]] = {}

    @property
    def n_bytes(self) -> int:
        return network_bytes(self.network)

    @torch.inference_mode()
    def step(self, rows: list[Row]) -> int:
        """One step for every row: a note drawn, or one more of what was there before read. Returns notes
        drawn.
        """
        self._leave([row for row in self._seat_of if row.finished])
        for row in rows:
            if row not in self._seat_of:
                self._sit(row)
        blocks: dict[int, list[Row]] = {}
        for row in rows:
            blocks.setdefault(self._seat_of[row][0], []).append(row)
        return sum(self._step_block(block, members) for block, members in blocks.items())

    def _sit(self, row: Row) -> None:
        taken = set(self._seat_of.values())
        block, seat = next(
            (b, s) for b in range(len(self._states)) for s in range(self._block) if (b, s) not in taken
        )
        for part in self._states[block]:
            part[seat].zero_()
        self._seat_of[row] = (block, seat)

    def _advance_by(self, state: list[Tensor]) -> Step:
        """The part of a step that is the same whatever is drawn: a block's recurrence on this state."""

        def advance(ids: Tensor) -> tuple[Tensor, ...]:
            net = self.network
            before = Before._make([*ids[:, :N_IDS].unbind(1), ids[:, N_IDS:]])
            h = net.body.step(net.inputs(before), state)  # (block, width)
            return h, net.step_logits(h)

        return advance

    def _leave(self, rows: list[Row]) -> None:
        for row in rows:
            del self._seat_of[row]

    def _ids(self, values: list[int] | list[list[int]] | np.ndarray) -> Tensor:
        return torch.as_tensor(np.asarray(values), dtype=torch.int64, device=self.device)

    def _step_block(self, block: int, members: list[Row]) -> int:
        rows: list[Row | None] = [None] * self._block
        for member in members:
            rows[self._seat_of[member][1]] = member
        h, step_logits = self._advance[block](self._before(rows))

        words: list[Word | None] = [
            row.next_seen() if row is not None and row.reading else None for row in rows
        ]
        drawing = [s for s, row in enumerate(rows) if row is not None and words[s] is None]
        if drawing:
            self._draw(rows, drawing, words, h, step_logits)
        for s, (row, word) in enumerate(zip(rows, words, strict=True)):
            if row is not None and word is not None:
                row.accept(word, drawn=s in drawing)
        return len(drawing)

    def _draw(
        self,
        rows: list[Row | None],
        drawing: list[int],
        words: list[Word | None],
        h: Tensor,
        step_logits: Tensor,
    ) -> None:
        """Draw the parts of the rows at `drawing` one after another and put them into words."""
        net, v = self.network, self._vocabulary
        active = [row for s in drawing if (row := rows[s]) is not None]
        chances = np.stack([row.chance() for row in active])  # (n, 5)
        sampling = [row.request.sampling for row in active]
        top_p = np.array([s.top_p for s in sampling])
        bold_rhythm = np.array([s.temperature_rhythm for s in sampling])
        bold_pitch = np.array([s.temperature_pitch for s in sampling])
        plain = np.ones(len(active))

        def pick(logits: Tensor, allowed: list[np.ndarray], temperature: np.ndarray, part: int) -> np.ndarray:
            values = logits[drawing].float().cpu().numpy()
            return draw(values, np.stack(allowed), temperature, top_p, chances[:, part])

        def spread(ids: np.ndarray) -> Tensor:
            """Ids of the drawing rows as ids of the whole block."""
            whole = np.zeros(self._block, np.int64)
            whole[drawing] = ids
            return self._ids(whole)

        step = pick(step_logits, [row.may_step() for row in active], bold_rhythm, 0)
        ended = np.array([row.ends(int(s)) for row, s in zip(active, step, strict=True)])
        step = np.where(ended, v.end, step)
        step_at = np.where(ended, 0, step)
        at = self._at(rows, dict(zip(drawing, step_at.tolist(), strict=True)))
        z = net.onset(h, at)
        any_track = np.ones(v.n_tracks, bool)
        track = pick(
            net.track_logits(z),
            [
                any_track if end else row.may_track(int(s))
                for row, s, end in zip(active, step_at, ended, strict=True)
            ],
            bold_pitch,
            1,
        )
        z = net.voice(z, spread(track), at.last_pitch)
        any_pitch = np.ones(N_PITCHES, bool)
        pitch = pick(
            net.pitch_logits(z),
            [
                any_pitch if end else row.may_pitch(int(s), int(t))
                for row, s, t, end in zip(active, step_at, track, ended, strict=True)
            ],
            bold_pitch,
            2,
        )
        z = net.length(z, spread(track), spread(pitch))
        any_duration = np.ones(v.n_durations, bool)
        duration = pick(
            net.duration_logits(z),
            [
                any_duration if end else row.may_duration(int(s))
                for row, s, end in zip(active, step_at, ended, strict=True)
            ],
            bold_rhythm,
            3,
        )
        velocity = np.zeros(len(active), np.int64)
        if v.n_velocities > 1:
            loud = net.velocity_logits(z, spread(duration))
            velocity = pick(loud, [np.ones(v.n_velocities, bool)] * len(active), plain, 4)
        for i, s in enumerate(drawing):
            words[s] = Word(int(step[i]), int(track[i]), int(pitch[i]), int(duration[i]), int(velocity[i]))

    def _before(self, rows: list[Row | None]) -> Tensor:
        """What the network is told of each row, (rows, N_IDS + tracks): as Before has it, in one copy to the
        device.
        """
        v = self._vocabulary
        nothing = (v.n_steps, v.n_tracks, N_PITCHES, 0, 0)
        told = []
        for row in rows:
            word = row.previous if row is not None else None
            own = (
                nothing if word is None else (word.step, word.track, word.pitch, word.duration, word.velocity)
            )
            if row is None:
                told.append([*own, 0, 0, 0, 0, *[0] * v.n_tracks])
                continue
            position, left = place(row.cursor.now, row.form, v.steps_per_quarter)
            form = row.form
            remaining = row.cursor.remaining(row.cursor.now)
            told.append([*own, int(position), int(left), form.metre_id, form.key_id, *remaining])
        return self._ids(told)

    def _at(self, rows: list[Row | None], steps: dict[int, int]) -> At:
        """steps: seat → the step that its row has drawn; seats not in it are filled with nothing."""
        v = self._vocabulary
        columns, remaining, last_pitch = [], [], []
        sounding: list[int] = []
        offsets: list[int] = []
        for s, row in enumerate(rows):
            offsets.append(len(sounding))
            if row is None or s not in steps:
                columns.append((0, 0, 0, 0, 0))
                remaining.append([0] * v.n_tracks)
                last_pitch.append([N_PITCHES] * v.n_tracks)
                continue
            onset = row.cursor.now + steps[s]
            position, left = place(onset, row.form, v.steps_per_quarter)
            columns.append((steps[s], int(position), int(left), row.form.metre_id, row.form.key_id))
            remaining.append(row.cursor.remaining(onset))
            last_pitch.append(row.cursor.last_pitch)
            sounding += row.cursor.sounding(onset)
        step, position_ids, left_ids, metre, key = self._ids(np.array(columns).T)
        return At(step, position_ids, left_ids, metre, key, self._ids(remaining), self._ids(last_pitch),
                  self._ids(sounding), self._ids(offsets))  # fmt: skip
