"""Notes ⇄ piano-roll, and a Score as a pretty_midi.PrettyMIDI for whoever needs seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from generator.music.notes import N_PITCHES, Ints, MusicError, Notes, ends, notes_from_columns
from generator.music.score import Score, microseconds_per_quarter, seconds_at

if TYPE_CHECKING:
    import pretty_midi

Roll = NDArray[np.uint8]


def notes_to_pianoroll(notes: Notes, *, n_steps: int, ticks_per_step: int) -> Roll:
    """Draw notes on a grid of time steps.

    notes: (n,) of NOTE, onset and duration in ticks.
    Returns (n_steps, 128) uint8 velocities; every note sounds for at least one step.
    Raises MusicError when a note ends after the grid.
    """
    start, end = _steps(notes, ticks_per_step)
    if end.max(initial=0) > n_steps:
        raise MusicError(f"the notes last {end.max()} steps, the grid has {n_steps}")
    roll = np.zeros((n_steps, N_PITCHES), dtype=np.uint8)
    for first, last, note in zip(start, end, notes, strict=True):
        roll[first:last, note["pitch"]] = note["velocity"]
    return roll


def onsets_to_pianoroll(notes: Notes, *, n_steps: int, ticks_per_step: int) -> NDArray[np.bool_]:
    """(n_steps, 128): where notes begin, which tells two notes on one pitch from a long one.

    Raises MusicError when a note ends after the grid.
    """
    start, end = _steps(notes, ticks_per_step)
    if end.max(initial=0) > n_steps:
        raise MusicError(f"the notes last {end.max()} steps, the grid has {n_steps}")
    marks = np.zeros((n_steps, N_PITCHES), dtype=bool)
    marks[start, notes["pitch"]] = True
    return marks


def pianoroll_to_notes(roll: Roll, *, ticks_per_step: int, onsets: NDArray[np.bool_] | None = None) -> Notes:
    """Read the notes off a piano-roll.

    roll: (n_steps, 128) velocities, 0 is silence. onsets: (n_steps, 128); without it a pitch that goes on
    sounding is one note, with the velocity of its first step, and with it a marked step begins another.
    """
    sounding = np.zeros((roll.shape[0] + 2, roll.shape[1]), dtype=bool)
    sounding[1:-1] = roll > 0
    begins = sounding[1:] & ~sounding[:-1]
    stops = ~sounding[1:] & sounding[:-1]
    if onsets is not None:
        again = np.zeros_like(begins)
        again[:-1] = onsets & (roll > 0)
        stops |= again & sounding[:-1]
        begins |= again
    # Read pitch by pitch, beginnings and ends come in the same order.
    pitch, start = np.nonzero(begins.T)
    _, stop = np.nonzero(stops.T)
    return notes_from_columns(
        start * ticks_per_step, (stop - start) * ticks_per_step, pitch, roll[start, pitch]
    )


def score_to_pretty_midi(score: Score) -> pretty_midi.PrettyMIDI:
    """The score with its times in seconds, for synthesis and for code written against pretty_midi."""
    import pretty_midi

    midi = pretty_midi.PrettyMIDI(resolution=480, initial_tempo=score.tempos[0].bpm)
    # pretty_midi offers no way to set tempo changes but this one, which its own reader uses.
    midi._tick_scales = [
        (tempo.tick, microseconds_per_quarter(tempo.bpm) / 1e6 / 480) for tempo in score.tempos
    ]
    midi._update_tick_to_time(score.length + 1)
    midi.time_signature_changes = [
        pretty_midi.TimeSignature(metre.numerator, metre.denominator, seconds_at(score, metre.tick))
        for metre in score.metres
    ]
    for track in score.tracks:
        instrument = pretty_midi.Instrument(track.program, track.is_drum, track.name)
        instrument.notes = [
            pretty_midi.Note(
                int(velocity), int(pitch), midi.tick_to_time(onset), midi.tick_to_time(onset + duration)
            )
            for onset, duration, pitch, velocity in track.notes.tolist()
        ]
        midi.instruments.append(instrument)
    return midi


def _steps(notes: Notes, ticks_per_step: int) -> tuple[Ints, Ints]:
    start = notes["onset"].astype(np.int64) // ticks_per_step
    return start, np.maximum(start + 1, ends(notes) // ticks_per_step)
