"""NoteStep: a note network's step over all seats, in tensors from the first to the last part of a note."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from generator.engine.rows import Row
from generator.engine.rules import Rules
from generator.engine.seats import TEMPERATURE_PITCH, TEMPERATURE_RHYTHM
from generator.engine.standing import Standing
from generator.music.styles import Style
from generator.networks.rnn import NoteRNN

STEP, TRACK, PITCH, DURATION, VELOCITY = range(5)
"""Parts of a word, in the order in which they are drawn."""

Pick = Callable[[int, Tensor, Tensor, Tensor], Tensor]
"""(part, logits (S, n), allowed (S, n) bool, temperature (S,)) → ids (S,)."""


class NoteStep:
    """A step is body(), word() and a push of the word that came: NoteRNN.forward, one note at a time.

    S seats, all in every product, empty ones included: rounding may depend on a product's size, and a piece
    must not depend on who else is being served.
    """

    def __init__(self, network: NoteRNN, style: Style | None, n_seats: int) -> None:
        device = network.step.weight.device
        self.network = network
        self.standing = Standing(network.config.vocabulary, n_seats, device)
        self.rules = Rules(self.standing, style)
        self.state = network.body.start(n_seats)

    @property
    def tensors(self) -> list[Tensor]:
        """All that changes from step to step."""
        return [*self.standing.tensors, *self.state]

    def sit(self, seat: int, row: Row) -> None:
        """Make a seat ready for a row that has not been stepped yet."""
        self.standing.sit(seat, row)
        for part in self.state:
            part[seat].zero_()

    def body(self) -> Tensor:
        """One step of the recurrent layers: (S, width)."""
        return self.network.body.step(self.network.inputs(self.standing.before()), self.state)

    def word(self, h: Tensor, pick: Pick) -> Tensor:
        """The parts of each row's next word one after another, each knowing the ones before it: (S, 5).

        h: of body(). A row that ends goes on as if its step were 0: its other parts are not used.
        """
        net, rules, standing = self.network, self.rules, self.standing
        rhythm, melody = (standing.sampling[:, n] for n in (TEMPERATURE_RHYTHM, TEMPERATURE_PITCH))
        step = pick(STEP, net.step_logits(h), rules.may_step(), rhythm)
        ended = rules.ends(step)
        onset = torch.where(ended, 0, step)
        at = standing.at(onset)
        z = net.onset_among(h, at, standing.lit(onset, h.dtype) @ net.at_sounding.weight)
        track = pick(TRACK, net.track_logits(z), rules.may_track(onset), melody)
        z = net.voice(z, track, at.last_pitch)
        pitch = pick(PITCH, net.pitch_logits(z), rules.may_pitch(onset, track), melody)
        z = net.length(z, track, pitch)
        duration = pick(DURATION, net.duration_logits(z), rules.may_duration(onset), rhythm)
        velocity = torch.zeros_like(step)
        if standing.vocabulary.n_velocities > 1:
            loud = net.velocity_logits(z, duration)
            velocity = pick(VELOCITY, loud, torch.ones_like(loud, dtype=torch.bool), torch.ones_like(rhythm))
        step = torch.where(ended, standing.vocabulary.end, step)
        return torch.stack([step, track, pitch, duration, velocity], 1)
