"""Writer: one style's network stepped over a batch of rows by PyTorch.

It serves a GPU, in half precision and with a step as one CUDA graph, and networks without a quick step on a
CPU (generator.engine.int8_writer).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from generator.engine.graphs import quickest
from generator.engine.note_step import STEP, NoteStep
from generator.engine.rows import Row
from generator.engine.sampling import draw
from generator.engine.seated import ROW_STEPS_A_CALL, SeatedWriter
from generator.engine.seats import BAR, LENGTH, TOP_P, told_of_form
from generator.music.styles import STYLES
from generator.music.tokens import Form
from generator.networks.checkpoints import Checkpoint, network_bytes


class AnyWriter(Protocol):
    """What steps the rows of one style."""

    checkpoint: Checkpoint

    @property
    def n_bytes(self) -> int:
        """What its weights hold in memory."""

    def step(self, rows: list[Row]) -> int:
        """A step or a few for every row. Returns notes drawn."""

    def cost(self, words: np.ndarray, form: Form) -> np.ndarray:
        """Nats that the network pays for each part of each word of a piece, nothing forbidden.

        words: (n,) of tokens.WORD. Returns (n, 5).
        """


def writers_for(checkpoint: Checkpoint, n_seats: int, device: torch.device, n: int) -> list[AnyWriter]:
    """The quickest writers for this network on this device, n of them that share its weights."""
    if device.type == "cpu":
        from generator.engine.int8_writer import Int8Writer, can_write
        from generator.engine.packed import pack

        if can_write(checkpoint):
            packed = pack(checkpoint.network)
            return [Int8Writer(checkpoint, n_seats, packed) for _ in range(n)]
    return [Writer(checkpoint, n_seats, device) for _ in range(n)]


def writer_for(checkpoint: Checkpoint, n_seats: int, device: torch.device) -> AnyWriter:
    """The quickest writer for this network on this device."""
    return writers_for(checkpoint, n_seats, device, 1)[0]


class Writer(SeatedWriter):
    """On a GPU in half precision; nothing comes back to Python between the steps of a call."""

    def __init__(self, checkpoint: Checkpoint, n_seats: int, device: torch.device) -> None:
        super().__init__(checkpoint, n_seats)
        self.device = device
        self.network = checkpoint.network.to(device, torch.float16 if device.type == "cuda" else None)
        # What a call hands over and takes back: words shown and drawn, how many of each, random numbers.
        self._given = torch.zeros(n_seats, ROW_STEPS_A_CALL, 5, dtype=torch.int64, device=device)
        self._drawn = torch.zeros_like(self._given)
        self._n_given, self._n_drawn = (self._given.new_zeros(n_seats) for _ in range(2))
        self._chances = torch.zeros(self._given.shape, dtype=torch.float64, device=device)
        self._going = torch.zeros(n_seats, dtype=torch.bool, device=device)
        self._number = self._given.new_zeros(1)
        self._step = self._new_step()
        self._advance = self._quickest()

    @property
    def n_bytes(self) -> int:
        return network_bytes(self.network)

    @torch.inference_mode()
    def cost(self, words: np.ndarray, form: Form) -> np.ndarray:
        """Nats that the network pays for each part of each word of a piece, nothing forbidden.

        words: (n,) of tokens.WORD. Returns (n, 5).
        """
        step = self._new_step()
        bar = form.bar(self.checkpoint.config.vocabulary.steps_per_quarter)
        step.standing.fields[0] = torch.from_numpy(told_of_form(form, bar))
        first = torch.arange(self._n_seats, device=self.device) == 0
        nats = np.zeros((len(words), 5))
        for i, word in enumerate(words.tolist()):
            told = torch.tensor(word, device=self.device).expand(self._n_seats, -1)

            def pay(part: int, logits: Tensor, *_: Tensor, i: int = i, told: Tensor = told) -> Tensor:
                nats[i, part] = -logits[0].float().log_softmax(0)[told[0, part]]
                return told[:, part]

            step.word(step.body(), pay)
            step.standing.push(told, first)
        return nats

    def _new_step(self) -> NoteStep:
        style = STYLES.get(self.checkpoint.card.get("style", ""))
        return NoteStep(self.network, style, self._n_seats)

    @torch.inference_mode()
    def _quickest(self) -> Callable[[], None]:
        """One step of every seat, recorded where that is quicker, and tried on pieces of a few bars."""
        changes = [*self._step.tensors, self._drawn, self._n_drawn, self._going, self._number]
        empty = [part.clone() for part in changes]
        standing = self._step.standing
        standing.field(BAR).fill_(16)
        standing.field(LENGTH).fill_(64)
        standing.pitches.fill_(True)
        self._chances.copy_(torch.linspace(0, 0.99, self._chances.numel()).view_as(self._chances))
        self._going.fill_(True)
        advance = quickest(self._advance_all, changes)
        for part, was in zip(changes, empty, strict=True):
            part.copy_(was)
        return advance

    def _advance_all(self) -> None:
        """One step of every seat. It reads and changes this writer's tensors and nothing else."""
        step, number = self._step, self._n_drawn[:, None, None].expand(-1, 1, 5)
        chances, top_p = self._chances.gather(1, number)[:, 0], step.standing.sampling[:, TOP_P]

        def pick(part: int, logits: Tensor, allowed: Tensor, temperature: Tensor) -> Tensor:
            return draw(logits, allowed, temperature, top_p, chances[:, part])

        word = step.word(step.body(), pick)
        shown = self._number < self._n_given
        self._drawn.scatter_(1, number, word[:, None])
        self._n_drawn.add_(self._going & ~shown)
        self._going.logical_and_(shown | (word[:, STEP] != step.standing.vocabulary.end))
        given = self._given.index_select(1, self._number)[:, 0]
        step.standing.push(torch.where(shown[:, None], given, word), self._going)
        self._number.add_(1)

    @torch.inference_mode()
    def _sit(self, row: Row, seat: int) -> None:
        super()._sit(row, seat)
        self._step.sit(seat, row)

    @torch.inference_mode()
    def _write(
        self, rows: list[Row], seats: np.ndarray, n_steps: int, given: np.ndarray, n_given: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        chances = np.stack([row.chances.of_notes(row.n_drawn, n_steps) for row in rows])
        for there, here in (
            (self._given, given),
            (self._n_given, n_given),
            (self._chances, chances),
            (self._going, np.ones(len(rows), bool)),
        ):
            whole = np.zeros(there.shape, here.dtype)
            whole[seats] = here
            there.copy_(torch.from_numpy(whole))
        self._n_drawn.zero_()
        self._number.zero_()
        for _ in range(n_steps):
            self._advance()
        return self._drawn.cpu().numpy()[seats], self._n_drawn.cpu().numpy()[seats]
