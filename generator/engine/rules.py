"""What may come next, for all rows of a batch at once: the same rules as in the compiled step (kernel.py).

Every mask is True where an id may be drawn. S seats, M tracks.
"""

from __future__ import annotations

import torch
from torch import Tensor

from generator.engine.seats import (
    BAR,
    ENTERS,
    HAS_PREVIOUS,
    LENGTH,
    NOW,
    PREVIOUS,
    WRITTEN_FROM,
    words_of,
)  # fmt: skip
from generator.engine.standing import Standing
from generator.music.styles import Style
from generator.music.tokens import N_PITCHES


class Rules:
    """style: its voices say by which bar they enter; without one none must."""

    def __init__(self, standing: Standing, style: Style | None) -> None:
        vocabulary, device = standing.vocabulary, standing.fields.device
        words = words_of(vocabulary, style)
        self._at = standing
        self._end = vocabulary.end
        self._single = torch.from_numpy(words.single).to(device)
        self._enters = torch.from_numpy(words.enters).to(device)
        self._steps = torch.arange(vocabulary.n_steps, device=device)
        self._tracks = torch.arange(vocabulary.n_tracks, device=device)
        self._pitches = torch.arange(N_PITCHES, device=device)
        self._durations = torch.arange(vocabulary.n_durations, device=device)

    def may_step(self) -> Tensor:
        """(S, n_steps)."""
        at = self._at
        now, length, bar, written_from = (at.field(f) for f in (NOW, LENGTH, BAR, WRITTEN_FROM))
        has_previous = at.field(HAS_PREVIOUS) > 0
        free = self._open_voices(torch.zeros_like(now))
        due = self._due_voices(now)
        some_due = due.any(1)
        at_once = has_previous & (due & free).any(1)
        # A line goes on when it is silent; a piece that is continued begins after what was given.
        soonest = torch.where(self._single, at.remaining(now), 0).amin(1)
        first = soonest.maximum(written_from - now).maximum((has_previous & ~free.any(1)).long())
        bar_after_next = (now - now % bar + 2 * bar).maximum(written_from + bar)
        last = length.minimum(bar_after_next) - 1 - now
        # Who is late enters in this chord, or by the next bar line.
        late = torch.where(at_once, 0, bar - now % bar)
        last = torch.where(some_due, last.minimum(late), last).clamp_max(self._end - 1)
        allowed = (self._steps >= first[:, None]) & (self._steps <= last[:, None])
        # The end may come once something starts in the last bar, or when nothing else may. A step past the
        # end says the same: were it forbidden, its share would go to ever more last notes.
        in_last_bar = (now >= length - bar) & (now >= written_from) & has_previous
        may_end = (first > last) | (in_last_bar & ~some_due)
        past = self._steps >= (length - now).clamp(0, self._end)[:, None]
        return allowed | (may_end[:, None] & past)

    def ends(self, step: Tensor) -> Tensor:
        """Whether a step that was drawn ends the piece. step: (S,). Returns (S,)."""
        return (step == self._end) | (self._at.field(NOW) + step >= self._at.field(LENGTH))

    def may_track(self, step: Tensor) -> Tensor:
        """(S, M)."""
        free = self._open_voices(step)
        due = self._due_voices(self._at.field(NOW) + step) & free
        return torch.where(due.any(1, keepdim=True), due, free)

    def may_pitch(self, step: Tensor, track: Tensor) -> Tensor:
        """(S, 128)."""
        at = self._at
        own = at.pitches.gather(1, track[:, None, None].expand(-1, 1, N_PITCHES))[:, 0]
        again = self._together(step) & (at.field(PREVIOUS + 1) == track)
        return own & (~again[:, None] | (self._pitches < at.field(PREVIOUS + 2)[:, None]))

    def may_duration(self, step: Tensor) -> Tensor:
        """(S, n_durations): at least a step, at most to the end of the piece."""
        left = self._at.field(LENGTH) - self._at.field(NOW) - step
        return (self._durations >= 1) & (self._durations <= left[:, None])

    def _together(self, step: Tensor) -> Tensor:
        """(S,) whether the new note starts with the note before."""
        return (step == 0) & (self._at.field(HAS_PREVIOUS) > 0)

    def _open_voices(self, step: Tensor) -> Tensor:
        """(S, M) which voices may start a note `step` after the cursor."""
        at = self._at
        free = ~self._single | (at.remaining(at.field(NOW) + step) == 0)
        # Notes that start together come in one order: by track, from the top down.
        last = at.field(PREVIOUS + 1)[:, None]
        own = at.pitches.gather(1, last[:, :, None].expand(-1, 1, N_PITCHES))[:, 0]
        lower = (own & (self._pitches < at.field(PREVIOUS + 2)[:, None])).any(1, keepdim=True)
        following = (free & (self._tracks > last)) | ((self._tracks == last) & ~self._single & lower)
        return torch.where(self._together(step)[:, None], following, free)

    def _due_voices(self, onset: Tensor) -> Tensor:
        """(S, M) which voices are late: silent in the bar by which they enter. None after a prime."""
        at = self._at
        bar = torch.div(onset, at.field(BAR), rounding_mode="floor")[:, None]
        late = (self._enters >= 0) & (bar >= self._enters)
        return (at.field(ENTERS) > 0)[:, None] & (at.last_pitch == N_PITCHES) & late
