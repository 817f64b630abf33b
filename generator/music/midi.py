"""Standard MIDI File bytes ⇄ Score.

Written files are format 1 at 480 ticks a quarter: a first track with tempos, metres and the score's length,
then one track for each of ours. Reading one of those takes symusic, in well under a millisecond; whatever
symusic leaves out or reads differently (format 2, SMPTE time, tracks without notes, notes without an end,
several instruments in one track) goes through `smf`, which looks at every byte.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import symusic
from numpy.typing import NDArray

from generator.music import smf
from generator.music.notes import TICKS_PER_QUARTER, Ints, MusicError, Notes, notes_from_columns, rescale
from generator.music.score import Score, Track, microseconds_per_quarter, role_of
from generator.music.smf import DRUM_CHANNEL, MidiError

__all__ = ["MidiError", "read_midi", "write_midi"]

PITCHED_CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)


def read_midi(data: bytes) -> Score:
    """The score in a Standard MIDI File of any format.

    Every track becomes one for each (channel, program) that plays in it; its role is what its name says.
    Raises MidiError, which says what is wrong and at which byte or track.
    """
    try:
        score = _read_plain(data)
    except MusicError:
        score = None  # smf will say what is wrong, and where
    return score if score is not None else smf.read(data).score


def _read_plain(data: bytes) -> Score | None:
    """The score by way of symusic, None when the file is not of the plain kind that `write_midi` makes."""
    chunks = smf.plain_chunks(data)
    if chunks is None:
        return None
    length = smf.end_of_conductor(data, *chunks[0])
    if length is None:
        return None
    try:
        parsed: Any = symusic.Score.from_midi(
            data
        )  # its stubs name a score in seconds too, which this is not
    except (RuntimeError, ValueError):
        return None
    if len(parsed.tracks) != len(chunks) - 1 or any("\ufffd" in track.name for track in parsed.tracks):
        return None
    old = parsed.tpq
    tracks = []
    for track in parsed.tracks:
        columns = track.notes.numpy()
        start = columns["time"].astype(np.int64)
        stop = start + columns["duration"]
        if not _is_tidy(start, stop, columns["pitch"]):
            return None
        onset = rescale(start, old=old)
        duration = np.maximum(1, rescale(stop, old=old) - onset)
        notes = notes_from_columns(onset, duration, columns["pitch"], columns["velocity"])
        role = role_of(track.name, track.is_drum)
        tracks.append(Track(track.name, role, track.program, track.is_drum, notes))
    return smf.build(
        tracks,
        [(int(rescale(t.time, old=old)), t.qpm) for t in parsed.tempos],
        [(int(rescale(m.time, old=old)), m.numerator, m.denominator) for m in parsed.time_signatures],
        int(rescale(length, old=old)),
    )


def _is_tidy(start: Ints, stop: Ints, pitch: NDArray[np.int8]) -> bool:
    """Whether every note has a length and none begins while its pitch still sounds."""
    order = np.lexsort((start, pitch))
    meets = (pitch[order][1:] == pitch[order][:-1]) & (start[order][1:] < stop[order][:-1])
    return bool((stop > start).all()) and not bool(meets.any())


def write_midi(score: Score, *, title: str = "", texts: Sequence[str] = ()) -> bytes:
    """The score as a Standard MIDI File, format 1. `read_midi` gives the same score back.

    texts: lines that say where it comes from, as text events at its beginning.
    Drum tracks play on channel 10. The others take the fifteen channels that are left; from the sixteenth on
    they take them again behind the next MIDI port, so that programs never mix.
    """
    conductor = [(0, _text(0x03, title))] if title else []
    conductor += [(0, _text(0x01, text)) for text in texts]
    conductor += [
        (tempo.tick, b"\xff\x51\x03" + microseconds_per_quarter(tempo.bpm).to_bytes(3, "big"))
        for tempo in score.tempos
    ]
    conductor += [
        (metre.tick, bytes([0xFF, 0x58, 4, metre.numerator, metre.denominator.bit_length() - 1, 24, 8]))
        for metre in score.metres
    ]
    chunks = [_track_chunk(sorted(conductor, key=lambda event: event[0]), score.length)]
    pitched = 0
    for track in score.tracks:
        head = [_text(0x03, track.name)]
        if track.is_drum:
            channel = DRUM_CHANNEL
        else:
            port, place = divmod(pitched, len(PITCHED_CHANNELS))
            channel = PITCHED_CHANNELS[place]
            pitched += 1
            if port:
                head.append(bytes([0xFF, 0x21, 1, min(port, 127)]))
        head.append(bytes([0xC0 | channel, track.program]))
        events = [(0, event) for event in head] + _note_events(track.notes, channel)
        chunks.append(_track_chunk(events, score.length))
    return struct.pack(">4sIHHH", b"MThd", 6, 1, len(chunks), TICKS_PER_QUARTER) + b"".join(chunks)


def _note_events(notes: Notes, channel: int) -> list[tuple[int, bytes]]:
    """Ends before beginnings at one tick, so that a note struck again is not cut off."""
    rows = notes.tolist()
    events = [(onset, 1, pitch, velocity) for onset, _, pitch, velocity in rows]
    events += [(onset + duration, 0, pitch, 0) for onset, duration, pitch, _ in rows]
    return [
        (tick, bytes([(0x90 if on else 0x80) | channel, pitch, velocity]))
        for tick, on, pitch, velocity in sorted(events)
    ]


def _track_chunk(events: list[tuple[int, bytes]], end: int) -> bytes:
    body = bytearray()
    now = 0
    for tick, event in [*events, (end, b"\xff\x2f\x00")]:
        body += _variable(tick - now) + event
        now = tick
    return struct.pack(">4sI", b"MTrk", len(body)) + bytes(body)


def _variable(value: int) -> bytes:
    """A number as MIDI writes it: seven bits a byte, the high bit set on all but the last."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def _text(kind: int, words: str) -> bytes:
    raw = words.encode("utf-8", "replace")
    return bytes([0xFF, kind]) + _variable(len(raw)) + raw
