"""Notes ⇄ compound words: one word a note, so that a network takes one step a note.

A word is a note written as five ids (step, track, pitch, duration, velocity). The idea of predicting the
parts of a note together is that of Hsiao et al., "Compound Word Transformer", AAAI 2021, section 3; here the
parts are drawn one after another, each knowing the ones before it.

Words are in time order; notes that start together are ordered by track, then from the highest pitch down, so
that a piece has exactly one spelling.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from generator.music.key import to_white_keys

VERSION = 1

WORD = np.dtype([("step", "i2"), ("track", "i2"), ("pitch", "i2"), ("duration", "i2"), ("velocity", "i2")])

N_PITCHES = 128
N_PLANES = 3
"""What sounds, in three planes: just before the new onset, held across it, struck at it."""

MAX_BARS_LEFT = 8


class TokenError(ValueError):
    """Notes that the vocabulary cannot spell."""


@dataclass(frozen=True)
class Vocabulary:
    """What can be spelt: the time grid, the tracks and the loudness steps of a style.

    steps_per_quarter: grid steps in a quarter note.
    max_step, max_duration: longest gap between onsets and longest note, in grid steps.
    tracks: role of each track, in the order in which notes that start together are written.
    monophonic: for each track, whether it sings one note at a time.
    velocities: MIDI velocity that each loudness id stands for, rising.
    """

    steps_per_quarter: int
    max_step: int
    max_duration: int
    tracks: tuple[str, ...]
    monophonic: tuple[bool, ...]
    velocities: tuple[int, ...]
    max_bar: int
    version: int = VERSION

    @property
    def end(self) -> int:
        """The step id that ends a piece."""
        return self.max_step + 1

    @property
    def n_steps(self) -> int:
        return self.max_step + 2

    @property
    def n_tracks(self) -> int:
        return len(self.tracks)

    @property
    def n_durations(self) -> int:
        return self.max_duration + 1

    @property
    def n_velocities(self) -> int:
        return len(self.velocities)

    @property
    def n_sounding(self) -> int:
        """Size of the table of sounding notes: planes x tracks x pitches."""
        return N_PLANES * self.n_tracks * N_PITCHES

    def velocity_id(self, velocity: np.ndarray) -> np.ndarray:
        """Nearest loudness id of MIDI velocities."""
        levels = np.asarray(self.velocities)
        return np.abs(np.asarray(velocity)[..., None] - levels).argmin(-1)


METRES = ((2, 4), (3, 4), (4, 4), (5, 4), (6, 4), (2, 2), (3, 2), (3, 8), (6, 8), (9, 8), (12, 8))
"""Metres that a network knows by name; id 0 stands for any other, or none."""


@dataclass(frozen=True)
class Form:
    """What is known of a piece beforehand, all of it optional.

    metre: (numerator, denominator), None when not known.
    upbeat: grid steps before the first full bar.
    length: grid steps of the whole piece, 0 when not known.
    key: its number in key.KEYS (0-11 major, 12-23 minor, by tonic); -1 when not known.
    """

    metre: tuple[int, int] | None = None
    upbeat: int = 0
    length: int = 0
    key: int = -1

    def bar(self, steps_per_quarter: int) -> int:
        """Grid steps in a bar; 0 when the metre is not known."""
        return 0 if self.metre is None else self.metre[0] * 4 * steps_per_quarter // self.metre[1]

    @property
    def metre_id(self) -> int:
        """0 when the metre is not known or not one of METRES."""
        return METRES.index(self.metre) + 1 if self.metre in METRES else 0

    @property
    def key_id(self) -> int:
        """0 when the key is not known."""
        return self.key + 1

    @property
    def semitones(self) -> int:
        """What a network reads is moved by this, to the white keys where the key is known: it learns one key
        well, not twelve."""
        return to_white_keys(self.key) if self.key >= 0 else 0

    def transposed(self, semitones: int) -> Form:
        """The form of the piece moved by semitones."""
        return self if self.key < 0 else replace(self, key=self.key // 12 * 12 + (self.key + semitones) % 12)


def place(now: np.ndarray | int, form: Form, steps_per_quarter: int) -> tuple[np.ndarray, np.ndarray]:
    """Where in the bar a time lies and how many bars are left.

    now: grid steps from the start of the piece, any shape.
    Returns (position, bars_left) of that shape: position in steps from the bar line, or, when the metre is
    not known, in a cycle of four quarters from the start; bars_left counts the bar that now lies in, at most
    MAX_BARS_LEFT, 0 when not known.
    """
    now = np.asarray(now)
    bar = form.bar(steps_per_quarter)
    if not bar:
        return now % (4 * steps_per_quarter), np.zeros_like(now)
    position = (now - form.upbeat) % bar
    if not form.length:
        return position, np.zeros_like(now)
    left = -((now - form.length) // bar)
    return position, np.clip(left, 0, MAX_BARS_LEFT - 1) + 1


@dataclass
class Cursor:
    """A piece as far as it is written: the time, and what sounds.

    The network reads a piece through a cursor, in training and when it writes, so both see the same.
    """

    vocabulary: Vocabulary
    now: int = 0
    ends: list[int] = field(default_factory=list)
    last_pitch: list[int] = field(default_factory=list)
    _sounding: list[tuple[int, int, int, int]] = field(default_factory=list)  # (onset, end, track, pitch)

    def __post_init__(self) -> None:
        self.ends = [0] * self.vocabulary.n_tracks
        self.last_pitch = [N_PITCHES] * self.vocabulary.n_tracks

    def remaining(self, now: int) -> list[int]:
        """Steps that each track still sounds at a time not before the cursor; (n_tracks,)."""
        longest = self.vocabulary.max_duration
        return [min(max(end - now, 0), longest) for end in self.ends]

    def sounding(self, now: int) -> list[int]:
        """Rows of the table of sounding notes that are lit at a time not before the cursor."""
        n_tracks = self.vocabulary.n_tracks
        lit = []
        for onset, end, track, pitch in self._sounding:
            cell = track * N_PITCHES + pitch
            if onset == now:
                lit.append(2 * n_tracks * N_PITCHES + cell)
            elif end >= now:
                lit.append(cell)
                if end > now:
                    lit.append(n_tracks * N_PITCHES + cell)
        return lit

    def push(self, step: int, track: int, pitch: int, duration: int) -> None:
        """Write one note and move to its onset."""
        self.now += step
        if step:
            self._sounding = [note for note in self._sounding if note[1] >= self.now]
        self._sounding.append((self.now, self.now + duration, track, pitch))
        self.ends[track] = max(self.ends[track], self.now + duration)
        self.last_pitch[track] = pitch


def spell(
    onset: np.ndarray,
    duration: np.ndarray,
    pitch: np.ndarray,
    velocity: np.ndarray,
    track: np.ndarray,
    vocabulary: Vocabulary,
) -> np.ndarray:
    """Notes on the grid as words, in the one order that the vocabulary allows.

    onset, duration: (n,) grid steps; pitch, velocity: (n,) MIDI numbers; track: (n,) index into
    vocabulary.tracks.
    Returns (n,) of WORD. A note longer than the vocabulary's longest is struck again when that is over.
    Raises TokenError for a track, pitch or duration out of range, or a gap longer than the vocabulary's.
    """
    if len(onset) and (track.min() < 0 or track.max() >= vocabulary.n_tracks):
        raise TokenError(f"track {int(track.max())} is not one of {vocabulary.tracks}")
    if len(onset) and (pitch.min() < 0 or pitch.max() >= N_PITCHES):
        raise TokenError(f"pitches go from 0 to 127, these from {int(pitch.min())} to {int(pitch.max())}")
    if len(onset) and duration.min() < 1:
        raise TokenError("a note lasts at least one grid step")
    while len(onset) and duration.max() > vocabulary.max_duration:
        long = duration > vocabulary.max_duration
        onset = np.append(onset, onset[long] + vocabulary.max_duration)
        rest = duration[long] - vocabulary.max_duration
        duration = np.append(np.minimum(duration, vocabulary.max_duration), rest)
        pitch, velocity, track = (np.append(x, x[long]) for x in (pitch, velocity, track))
    order = np.lexsort((-pitch.astype(int), track, onset))
    words = np.zeros(len(onset), WORD)
    steps = np.diff(onset[order], prepend=0)
    if steps.size and steps.max() > vocabulary.max_step:
        raise TokenError(
            f"nothing starts for {int(steps.max())} steps, the vocabulary knows gaps of {vocabulary.max_step}"
        )
    words["step"] = steps
    words["track"] = track[order]
    words["pitch"] = pitch[order]
    words["duration"] = duration[order]
    words["velocity"] = vocabulary.velocity_id(velocity[order])
    return words


def read(words: np.ndarray, vocabulary: Vocabulary) -> Iterator[tuple[int, int, int, int, int]]:
    """Words as (track, onset, duration, pitch, velocity), times in grid steps."""
    onset = np.cumsum(words["step"])
    for word, start in zip(words, onset, strict=True):
        yield (
            int(word["track"]),
            int(start),
            int(word["duration"]),
            int(word["pitch"]),
            vocabulary.velocities[int(word["velocity"])],
        )
