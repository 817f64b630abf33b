"""How fast MIDI files are read and written."""

import time

import numpy as np

from bench.figures import Figure
from generator.music.midi import read_midi, write_midi
from generator.music.notes import NOTE
from generator.music.score import Metre, Score, Tempo, Track

N_NOTES = 8_000


def song() -> Score:
    """A piano piece of 8,000 eighths, the same each time."""
    dice = np.random.default_rng(7)
    notes = np.empty(N_NOTES, dtype=NOTE)
    notes["onset"] = np.arange(N_NOTES) // 2 * 240
    notes["duration"] = 240
    notes["pitch"] = dice.integers(36, 60, N_NOTES) + np.arange(N_NOTES) % 2 * 24
    notes["velocity"] = dice.integers(40, 110, N_NOTES)
    return Score(
        (Track("Piano", "piano", 0, False, notes),), (Tempo(0, 120.0),), (Metre(0, 4, 4),), N_NOTES * 120
    )


def read_and_write(runs: int) -> list[Figure]:
    """A file of 8,000 notes, there and back again."""
    score = song()
    data = write_midi(score)
    reads, writes = [], []
    for _ in range(runs):
        begun = time.perf_counter()
        again = read_midi(data)
        reads.append(1000 * (time.perf_counter() - begun))
        begun = time.perf_counter()
        write_midi(again)
        writes.append(1000 * (time.perf_counter() - begun))
    return [
        Figure(f"MIDI read, {N_NOTES:,} notes", "ms", tuple(reads)),
        Figure(f"MIDI write, {N_NOTES:,} notes", "ms", tuple(writes)),
    ]
