"""The styles: what each one writes, on which grid, with which sounds; and scores ⇄ its words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.music.notes import TICKS_PER_QUARTER
from generator.music.score import Score, Track
from generator.music.tokens import Form, Vocabulary, spell


@dataclass(frozen=True)
class Voice:
    """One track that a style writes. program: General MIDI; low, high: the pitches it may use.

    enters: the bar, counted from 0, in which it begins at the latest; None leaves that to the network. Many
    tunes that were learnt have no chords, and many songs begin with bars of piano alone.
    """

    role: str
    name: str
    program: int
    low: int
    high: int
    enters: int | None = None


@dataclass(frozen=True)
class Style:
    """A kind of music: how it is spelt and how it sounds. Its network is the checkpoint of the same name.

    keys: those that it is written in when none is asked for.
    """

    name: str
    title: str
    description: str
    vocabulary: Vocabulary
    voices: tuple[Voice, ...]
    tempo: float
    metres: tuple[tuple[int, int], ...]
    keys: tuple[str, ...]

    @property
    def ticks_per_step(self) -> int:
        return TICKS_PER_QUARTER // self.vocabulary.steps_per_quarter


CHORALE = Style(
    name="chorale",
    title="Chorale",
    description="Four voices in the manner of Bach: soprano, alto, tenor, bass.",
    vocabulary=Vocabulary(
        steps_per_quarter=4,
        max_step=64,
        max_duration=64,
        tracks=("soprano", "alto", "tenor", "bass"),
        monophonic=(True, True, True, True),
        velocities=(84,),
        max_bar=32,
    ),
    voices=(
        Voice("soprano", "Soprano", 52, 57, 82),
        Voice("alto", "Alto", 52, 50, 77),
        Voice("tenor", "Tenor", 52, 45, 72),
        Voice("bass", "Bass", 52, 36, 65),
    ),
    tempo=80.0,
    metres=((4, 4), (3, 4)),
    keys=("G major", "A minor", "D major", "G minor", "F major", "E minor", "Bb major", "B minor"),
)

FOLK = Style(
    name="folk",
    title="Folk tune",
    description="A reel, jig or waltz: one melody over plain chords.",
    vocabulary=Vocabulary(
        steps_per_quarter=12,
        max_step=96,
        max_duration=96,
        tracks=("melody", "chords"),
        monophonic=(True, False),
        velocities=(84,),
        max_bar=72,
    ),
    voices=(Voice("melody", "Melody", 73, 52, 98, 0), Voice("chords", "Chords", 24, 36, 72, 0)),
    tempo=112.0,
    metres=((4, 4), (6, 8), (3, 4), (2, 4)),
    keys=("D major", "G major", "A major", "E minor", "D major", "G major", "A minor"),
)

POP = Style(
    name="pop",
    title="Pop piano",
    description="A sung melody with a piano under it, as in a slow pop song.",
    vocabulary=Vocabulary(
        steps_per_quarter=4,
        max_step=64,
        max_duration=64,
        tracks=("melody", "piano"),
        monophonic=(True, False),
        velocities=(36, 48, 60, 72, 84, 96, 108),
        max_bar=16,
    ),
    voices=(Voice("melody", "Melody", 11, 45, 96, 1), Voice("piano", "Piano", 0, 21, 105)),
    tempo=76.0,
    metres=((4, 4),),
    keys=("C major", "G major", "D major", "Eb major", "F major", "A minor", "E minor", "Bb major"),
)

STYLES = {style.name: style for style in (CHORALE, FOLK, POP)}


def voice_of_tracks(score: Score, style: Style) -> list[int]:
    """Which of the style's voices each track of a score is read as; -1 for drums, which none of them reads.

    By role where the style has it; else, from the highest track down, voices that are still free; then the
    last.
    """
    roles = list(style.vocabulary.tracks)
    chosen = [roles.index(t.role) if t.role in roles and not t.is_drum else -1 for t in score.tracks]
    free = [voice for voice in range(len(roles)) if voice not in chosen]
    others = [i for i, t in enumerate(score.tracks) if chosen[i] < 0 and not t.is_drum and len(t.notes)]
    for i in sorted(others, key=lambda i: -float(score.tracks[i].notes["pitch"].mean())):
        chosen[i] = free.pop(0) if free else len(roles) - 1
    return chosen


def score_to_words(score: Score, style: Style) -> np.ndarray:
    """The score as the style's network reads it: on its grid, one note at a time in its single voices.

    Returns (n,) of WORD. Where a single voice has several notes at once the highest is read.
    """
    vocabulary, ticks = style.vocabulary, style.ticks_per_step
    columns: list[np.ndarray] = []
    for voice, track in zip(voice_of_tracks(score, style), score.tracks, strict=True):
        if voice < 0:
            continue
        notes = track.notes
        onset = (notes["onset"] + ticks // 2) // ticks
        end = np.maximum(onset + 1, (notes["onset"] + notes["duration"] + ticks // 2) // ticks)
        columns.append(np.stack([onset, end, notes["pitch"], notes["velocity"], np.full(len(notes), voice)]))
    rows = np.concatenate(columns, 1).astype(np.int64) if columns else np.zeros((5, 0), np.int64)
    rows = rows[:, np.lexsort((-rows[2], rows[0], rows[4]))]
    keep = np.ones(rows.shape[1], bool)
    for voice, single in enumerate(vocabulary.monophonic):
        at = np.flatnonzero(rows[4] == voice)
        same = rows[0, at][1:] == rows[0, at][:-1]
        if single:
            keep[at[1:]] = ~same
            at = at[keep[at]]
            rows[1, at[:-1]] = np.minimum(rows[1, at[:-1]], rows[0, at[1:]])
        else:
            keep[at[1:]] = ~(same & (rows[2, at][1:] == rows[2, at][:-1]))
    onset, end, pitch, velocity, voice_ids = rows[:, keep]
    return spell(onset, end - onset, pitch, velocity, voice_ids, vocabulary)


def form_of_score(score: Score, style: Style, key: int = -1) -> Form:
    """The form of a score that begins on a bar line and keeps one metre."""
    metre = score.metres[0]
    return Form((metre.numerator, metre.denominator), 0, score.length // style.ticks_per_step, key)


def empty_tracks(style: Style) -> tuple[Track, ...]:
    """The style's tracks without notes."""
    return tuple(Track(v.name, v.role, v.program) for v in style.voices)
