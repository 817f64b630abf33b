"""Row: one request's seat in the batch: what it may write next, and what it has written."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from generator.engine.errors import GenerationError as GenerationError
from generator.engine.sampling import Chances
from generator.music.key import KEYS, estimate_key, key_number, scale_pitch_classes
from generator.music.notes import TICKS_PER_QUARTER, MusicError
from generator.music.score import Score, Track, all_notes, n_bars
from generator.music.styles import Style, score_to_words, voice_of_tracks
from generator.music.tokens import N_PITCHES, Form, TokenError

NoteRow = list[int]
"""[track, onset, duration, pitch, velocity], onset and duration in ticks."""

WordRow = list[int]
"""[step, track, pitch, duration, velocity] of one note of the network's, in ids; step == vocabulary.end ends
the piece."""

CHUNK_SECONDS, BESIDE_SECONDS = 0.1, 0.007
"""Notes are handed out at every bar line, and after the first of these while they come slower. Each time
wakes somebody, so beside others a row waits for bar lines that lie the second apart for each of them."""


@dataclass(frozen=True)
class SamplingParams:
    """How bold the drawing is. temperature_pitch is for pitches, temperature_rhythm for onsets and durations;
    1 is as trained, above 0. top_p: share of the probability that is kept, in (0, 1]."""

    temperature_pitch: float = 1.0
    temperature_rhythm: float = 1.0
    top_p: float = 0.95


@dataclass(frozen=True)
class GenerationRequest:
    """One piece to write.

    bars: to write, after the prime's. key: as in "Eb major" or "F# minor", None for one that the style likes;
    key_lock: no note outside its scale. tempo: None for the style's. prime: what comes first, kept note for
    note.
    resume: notes handed out by an earlier attempt at the same request; they are not handed out again.
    """

    style: str
    bars: int
    seed: int
    sampling: SamplingParams = SamplingParams()
    key: str | None = None
    key_lock: bool = False
    metre: tuple[int, int] | None = None
    tempo: float | None = None
    prime: Score | None = None
    resume: Sequence[NoteRow] = ()


@dataclass(frozen=True)
class Opening:
    """What is known before the first note. bars and length (ticks) are the whole piece's, the prime's
    included.
    """

    tracks: list[dict[str, object]]
    tempo: float
    metre: tuple[int, int]
    bars: int
    length: int
    weights: str


def heads(tracks: Sequence[Track]) -> list[dict[str, object]]:
    """Tracks before they have notes, for an opening."""
    return [{"name": t.name, "role": t.role, "program": t.program, "is_drum": t.is_drum} for t in tracks]


@dataclass(frozen=True)
class Chunk:
    """Notes in order of onset. Every note that starts before `until` (ticks) has been handed out with
    them.
    """

    notes: list[NoteRow]
    until: int
    bars_done: int


class Row:
    """One request on its way through the batch.

    The engine reads what it asks for and shows the network what this row still has to be `read` before it
    draws by itself (the prime and what was written before an interruption), and hands over the words that it
    drew (`accept`).
    """

    def __init__(
        self, request: GenerationRequest, style: Style, cancelled: Callable[[], bool], weights: str
    ) -> None:
        self.request = request
        self.style = style
        self.cancelled = cancelled
        self.out: queue.SimpleQueue[Opening | Chunk | Exception | None] = queue.SimpleQueue()
        self.finished = False
        self.heard = bool(request.resume)  # whether a note of it has been handed out
        self.chances = Chances(request.seed)
        self.n_drawn = 0
        self.now = 0  # grid steps, where the last word starts
        self._steps_per_quarter = style.vocabulary.steps_per_quarter
        self._set_form(request)
        self._set_tracks(request.prime)
        self._set_unread(request)
        self._pending: list[NoteRow] = []
        self._n_whole = 0  # of them, those that start before the last
        self._flushed = time.monotonic()
        self.written_from = self._prime_length // style.ticks_per_step
        self._bar_out = self._prime_length // self._bar_ticks
        self.opening = Opening(
            tracks=heads(self._tracks),
            tempo=self._tempo(request),
            metre=self.metre,
            bars=self.bars,
            length=self.bars * self._bar_ticks,
            weights=weights,
        )

    def _set_form(self, request: GenerationRequest) -> None:
        prime_metre = None
        self._prime_length = 0
        if request.prime is not None:
            first = request.prime.metres[0]
            if len(request.prime.metres) > 1:
                raise GenerationError(
                    "metre_changes",
                    "This piece changes its metre on the way, and only pieces in one metre can be continued. "
                    "Continue from a bar before the first change.",
                )
            prime_metre = (first.numerator, first.denominator)
            self._prime_length = n_bars(request.prime) * first.bar
        self.metre = prime_metre or request.metre or self.style.metres[0]
        if self.metre not in self.style.metres:
            known = ", ".join(f"{a}/{b}" for a, b in self.style.metres)
            raise GenerationError(
                "metre_unknown",
                f"{self.style.title} is written in {known}, not in {self.metre[0]}/{self.metre[1]}. "
                "Choose another style or another metre.",
            )
        self._bar_ticks = self.metre[0] * 4 * TICKS_PER_QUARTER // self.metre[1]
        self.bars = request.bars + self._prime_length // self._bar_ticks
        bar = self.metre[0] * 4 * self._steps_per_quarter // self.metre[1]
        self.length = self.bars * bar
        key = self._key(request)
        self.form = Form(self.metre, 0, self.length, key)
        self.bar = bar
        self._semitones = self.form.semitones
        scale = scale_pitch_classes(KEYS[key]) if request.key_lock else range(12)
        # The network's pitches are the piece's moved by form.semitones.
        pitches = np.arange(N_PITCHES) - self.form.semitones
        in_scale = np.isin(pitches % 12, list(scale))
        self.pitches = np.stack(
            [in_scale & (pitches >= v.low) & (pitches <= v.high) for v in self.style.voices]
        )

    def _key(self, request: GenerationRequest) -> int:
        """The key's number: the one asked for, else the prime's, else one that the style likes, by the
        seed.
        """
        if request.key is not None:
            try:
                return key_number(request.key)
            except MusicError as error:
                raise GenerationError("key_unknown", f"{error}.") from error
        prime_key = estimate_key(all_notes(request.prime)) if request.prime is not None else None
        if prime_key is not None:
            return key_number(prime_key)
        likes = self.style.keys
        return key_number(likes[int(self.chances.of_piece() * len(likes))])

    def _set_tracks(self, prime: Score | None) -> None:
        """The tracks of the piece: the prime's as they are, then the style's that it lacks."""
        self._tracks: list[Track] = list(prime.tracks) if prime else []
        read_as = voice_of_tracks(prime, self.style) if prime else []
        self._track_of_voice: list[int] = []
        for i, voice in enumerate(self.style.voices):
            if i in read_as:
                self._track_of_voice.append(read_as.index(i))
            else:
                self._track_of_voice.append(len(self._tracks))
                self._tracks.append(Track(voice.name, voice.role, voice.program))

    def _set_unread(self, request: GenerationRequest) -> None:
        self._unread: list[WordRow] = []
        now = 0
        if request.prime is not None:
            try:
                words = score_to_words(request.prime, self.style)
            except TokenError as error:
                raise GenerationError(
                    "prime_unreadable", f"This piece cannot be continued: {error}."
                ) from error
            words["pitch"] = np.clip(words["pitch"] + self._semitones, 0, N_PITCHES - 1)
            self._unread = [list(word) for word in words.tolist()]
            now = int(words["step"].sum())
        voice_of_track = {track: voice for voice, track in enumerate(self._track_of_voice)}
        ticks = self.style.ticks_per_step
        for track, onset, duration, pitch, velocity in request.resume:
            if onset < self._prime_length:
                continue
            step = onset // ticks - now
            loud = int(self.style.vocabulary.velocity_id(np.array([velocity]))[0])
            self._unread.append(
                [step, voice_of_track[track], pitch + self._semitones, duration // ticks, loud]
            )
            now += step
            self.n_drawn += 1
        self._unread.reverse()  # taken from the end

    def _tempo(self, request: GenerationRequest) -> float:
        if request.prime is not None:
            return request.prime.tempos[0].bpm
        return request.tempo or self.style.tempo

    def read(self, n: int) -> list[WordRow]:
        """The next n words, or as many as are left, that the network is only shown."""
        if not self._unread:
            return []
        words = [self._unread.pop() for _ in range(min(n, len(self._unread)))]
        self.now += sum(step for step, *_ in words)
        return words

    def accept(self, words: list[WordRow], beside: int = 0) -> None:
        """Take what was drawn, in order. beside: how many other rows were stepped with it."""
        vocabulary, ticks, semitones = self.style.vocabulary, self.style.ticks_per_step, self._semitones
        tracks, velocities, pending = self._track_of_voice, vocabulary.velocities, self._pending
        for step, voice, pitch, duration, velocity in words:
            if step == vocabulary.end:
                self.finish()
                return
            if step:
                self.now += step
                self._n_whole = len(pending)
            onset = self.now * ticks
            pending.append([tracks[voice], onset, duration * ticks, pitch - semitones, velocities[velocity]])
            self.n_drawn += 1
        self._hand_out_if_due(beside)

    def _hand_out_if_due(self, beside: int) -> None:
        """What starts before the last onset, to which notes may still come."""
        bar, since = self.now // self.bar, time.monotonic() - self._flushed
        due = CHUNK_SECONDS if bar == self._bar_out else beside * BESIDE_SECONDS
        if self._n_whole and (since >= due or not self.heard):
            later = self._pending[self._n_whole :]
            del self._pending[self._n_whole :]
            self.hand_out(self.now * self.style.ticks_per_step, bar)
            self._pending = later

    def hand_out(self, until: int, bars_done: int) -> None:
        self.out.put(Chunk(self._pending, until, bars_done))
        self.heard = self.heard or bool(self._pending)
        self._pending, self._n_whole = [], 0
        self._bar_out = bars_done
        self._flushed = time.monotonic()

    def begin(self) -> None:
        """Say what the piece will be; hand out the prime, unless an earlier attempt did."""
        self.out.put(self.opening)
        prime = self.request.prime
        if prime is not None and not self.request.resume:
            rows = [
                [track, int(n["onset"]), int(n["duration"]), int(n["pitch"]), int(n["velocity"])]
                for track, part in enumerate(prime.tracks)
                for n in part.notes
            ]
            rows.sort(key=lambda row: (row[1], row[0]))
            self.out.put(Chunk(rows, self._prime_length, self._prime_length // self._bar_ticks))
            self.heard = True

    def finish(self) -> None:
        """The piece is whole: hand out what is left."""
        self.hand_out(self.opening.length, self.bars)
        self.stop(None)

    def cancel(self) -> None:
        """Leave the batch with what is written so far handed out."""
        self.hand_out(self.now * self.style.ticks_per_step, self._bar_out)
        self.stop(None)

    def stop(self, reason: Exception | None) -> None:
        """Leave the batch; whoever listens gets the reason, or the end."""
        self.finished = True
        if reason is not None:
            self.out.put(reason)
        self.out.put(None)
