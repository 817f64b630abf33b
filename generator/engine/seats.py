"""Seats: what the quick step knows of every row, as arrays that it reads and writes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from generator.engine.blocks import padded
from generator.engine.int8 import ZERO
from generator.engine.packed import Packed, Words
from generator.engine.rows import Row
from generator.engine.sampling import WORDS_A_BLOCK
from generator.music.styles import Style
from generator.music.tokens import N_PITCHES, Form, Vocabulary

RECENT = 256
"""Notes of a row, the last that were written, which are known to sound; of older ones it is forgotten."""

# Columns of Seats.fields. PREVIOUS is followed by the five ids of the note before.
(NOW, LENGTH, BAR, WRITTEN_FROM, METRE, KEY, N_DRAWN, HAS_PREVIOUS, ENTERS, N_WRITTEN, N_SOUNDING,
 PREVIOUS) = range(12)  # fmt: skip
N_FIELDS = PREVIOUS + 5
# Columns of Seats.sampling.
TEMPERATURE_PITCH, TEMPERATURE_RHYTHM, TOP_P = range(3)


class Seats(NamedTuple):
    """S seats, L layers, M tracks.

    fields: (S, N_FIELDS) int64, times in grid steps. ends, last_pitch: (S, M) int64, as in tokens.Cursor.
    pitches: (S, M, 128) bool, what a voice may sing. sounding: (S, RECENT, 5) int64 (onset, end, track,
    pitch, number), those of the last notes that still sound, the oldest first.
    sampling: (S, 3) float64. chances: (S, WORDS_A_BLOCK, 5) float64, the block in which the row is.
    state: (L, S, k) uint8 what the layers put out last, as quantize() writes it, with its scales (L, S).
    cell: (L, S, width) float32.
    """

    fields: np.ndarray
    ends: np.ndarray
    last_pitch: np.ndarray
    pitches: np.ndarray
    sounding: np.ndarray
    sampling: np.ndarray
    chances: np.ndarray
    state: np.ndarray
    state_scale: np.ndarray
    cell: np.ndarray


class Room(NamedTuple):
    """Scratch space for a step of up to B rows; what it holds means nothing between two steps."""

    x: np.ndarray  # (B, width) float32
    g: np.ndarray  # (B, head) float32
    z: np.ndarray  # (B, head) float32
    bytes: np.ndarray  # (B, k) uint8
    other_bytes: np.ndarray  # (B, k) uint8
    byte_scale: np.ndarray  # (B,) float32
    sums: np.ndarray  # (B, rows) int32
    other_sums: np.ndarray  # (B, rows) int32
    values: np.ndarray  # (B, rows) float32
    allowed: np.ndarray  # (n,) bool
    free: np.ndarray  # (n_tracks,) bool
    due: np.ndarray  # (n_tracks,) bool
    p: np.ndarray  # (n,) float64
    order: np.ndarray  # (n,) int64


def words_of(vocabulary: Vocabulary, style: Style | None) -> Words:
    """The vocabulary in numbers; without a style no voice must enter by a bar."""
    enters = [-1 if v.enters is None else v.enters for v in style.voices] if style is not None else []
    return Words(
        vocabulary.n_steps,
        vocabulary.n_tracks,
        vocabulary.n_durations,
        vocabulary.n_velocities,
        np.array(vocabulary.monophonic),
        np.array(enters or [-1] * vocabulary.n_tracks, np.int64),
    )


def make_seats(packed: Packed, words: Words, n: int) -> Seats:
    """n empty seats."""
    k = padded(packed.width)
    return Seats(
        np.zeros((n, N_FIELDS), np.int64),
        np.zeros((n, words.n_tracks), np.int64),
        np.zeros((n, words.n_tracks), np.int64),
        np.zeros((n, words.n_tracks, N_PITCHES), bool),
        np.zeros((n, RECENT, 5), np.int64),
        np.ones((n, 3)),
        np.zeros((n, WORDS_A_BLOCK, 5)),
        np.full((packed.n_layers, n, k), ZERO, np.uint8),
        np.zeros((packed.n_layers, n), np.float32),
        np.zeros((packed.n_layers, n, packed.width), np.float32),
    )


def make_room(packed: Packed, words: Words, n: int) -> Room:
    """Scratch space for n rows."""
    rows = int(packed.products[:, 1].max())
    k = int(packed.products[:, 2].max())
    most = max(words.n_steps, words.n_tracks, words.n_durations, words.n_velocities, N_PITCHES)
    return Room(
        np.zeros((n, packed.width), np.float32),
        np.zeros((n, packed.head), np.float32),
        np.zeros((n, packed.head), np.float32),
        np.full((n, k), ZERO, np.uint8),
        np.full((n, k), ZERO, np.uint8),
        np.zeros(n, np.float32),
        np.zeros((n, rows), np.int32),
        np.zeros((n, rows), np.int32),
        np.zeros((n, rows), np.float32),
        np.zeros(most, bool),
        np.zeros(words.n_tracks, bool),
        np.zeros(words.n_tracks, bool),
        np.zeros(most),
        np.zeros(most, np.int64),
    )


def told_of_form(form: Form, bar: int) -> np.ndarray:
    """The columns of Seats.fields that a form fills, the others 0: (N_FIELDS,) int64. bar: its grid steps."""
    fields = np.zeros(N_FIELDS, np.int64)
    fields[LENGTH], fields[BAR] = form.length, bar
    fields[METRE], fields[KEY] = form.metre_id, form.key_id
    return fields


def told(row: Row) -> tuple[np.ndarray, np.ndarray]:
    """What a row that has not been stepped yet asks for: its columns of Seats.fields and of
    Seats.sampling.
    """
    fields = told_of_form(row.form, row.bar)
    fields[WRITTEN_FROM] = row.written_from
    fields[N_DRAWN] = row.n_drawn
    fields[ENTERS] = row.request.prime is None
    sampling = row.request.sampling
    return fields, np.array([sampling.temperature_pitch, sampling.temperature_rhythm, sampling.top_p])


def sit(seats: Seats, seat: int, row: Row) -> None:
    """Make a seat ready for a row that has not been stepped yet."""
    seats.fields[seat], seats.sampling[seat] = told(row)
    seats.ends[seat] = 0
    seats.last_pitch[seat] = N_PITCHES
    seats.pitches[seat] = row.pitches
    seats.state[:, seat] = ZERO
    seats.state_scale[:, seat] = 0
    seats.cell[:, seat] = 0
