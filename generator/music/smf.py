"""A Standard MIDI File, read byte by byte: any format, any clock, and where it is broken.

Slower than symusic by far, which is why `midi` comes here only with files that are out of the ordinary and
`intake` with files of strangers. What is not kept is counted, so that the owner can be told.
"""

from __future__ import annotations

import struct
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from generator.music.notes import MAX_TICK, TICKS_PER_QUARTER, MusicError, notes_from_columns
from generator.music.score import (
    DENOMINATORS,
    FASTEST_BPM,
    SLOWEST_BPM,
    Metre,
    Score,
    Tempo,
    Track,
    concatenate,
    n_bars,
    role_of,
)
from generator.music.score import bar_edges as score_bar_edges

DRUM_CHANNEL = 9
N_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
END_OF_TRACK, TEMPO, METRE, NAME = 0x2F, 0x51, 0x58, 0x03
WORDS = (0x01, 0x05, 0x06, 0x07)  # text, lyric, marker, cue
DEFAULT_TICKS_PER_SECOND = 2 * TICKS_PER_QUARTER  # at 120 quarters a minute


class MidiError(MusicError):
    """These bytes cannot be read as MIDI; the message says what is wrong and at which byte or track."""


class TooManyEventsError(MidiError):
    """The file holds more events than the reader was allowed to look at."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was in a file.

    title: the name of the first track where that names the whole piece, else "".
    counts: how often something was met that the score does not keep, by a word of `intake.SENTENCES`.
    old: the file's ticks a quarter; None when it counted seconds (SMPTE) instead.
    """

    score: Score
    title: str
    form: int
    old: int | None
    counts: Counter[str]


@dataclass(slots=True)
class _Chunk:
    """One track chunk, its notes in the file's own ticks by (channel, program)."""

    name: str = ""
    end: int = 0
    notes: dict[tuple[int, int], list[tuple[int, int, int, int]]] = field(default_factory=dict)
    first_sound: tuple[int, int] | None = None
    tempos: list[tuple[int, int]] = field(default_factory=list)
    metres: list[tuple[int, int, int]] = field(default_factory=list)


def read(data: bytes, *, max_events: int | None = None) -> Reading:
    """Everything in the file that a score keeps.

    Raises MidiError at the first fault, TooManyEventsError after `max_events` events.
    """
    data = _unwrapped(data)
    form, announced, old = _header(data)
    counts: Counter[str] = Counter()
    spans = list(_track_spans(data, counts))
    if not spans:
        raise MidiError("the file has a MIDI header but no track after it")
    if len(spans) != announced:
        counts["tracks announced wrongly"] += 1
    chunks = []
    for number, (start, stop) in enumerate(spans, start=1):
        left = None if max_events is None else max_events - counts["events"]
        chunks.append(_chunk(data, start, stop, number, counts, left))
    _borrow_programs(chunks)
    if isinstance(old, Fraction):
        counts["tempos under SMPTE"] += sum(len(chunk.tempos) for chunk in chunks)
    try:
        score = _sequence(chunks, old, counts) if form == 2 else _together(chunks, old, counts, form)
    except MidiError:
        raise
    except MusicError as error:
        raise MidiError(str(error)) from error
    title = chunks[0].name if form == 0 or (form == 1 and not chunks[0].notes) else ""
    return Reading(score, title, form, old if isinstance(old, int) else None, +counts)


def plain_chunks(data: bytes) -> list[tuple[int, int]] | None:
    """The byte spans of the tracks of a format 1 file whose frame is as it should be, else None."""
    if len(data) < 22 or data[:10] != b"MThd\x00\x00\x00\x06\x00\x01":
        return None
    announced, division = struct.unpack(">HH", data[10:14])
    if not 0 < division < 0x8000:
        return None
    spans, at = [], 14
    while at < len(data):
        if data[at : at + 4] != b"MTrk" or at + 8 > len(data):
            return None
        start = at + 8
        at = start + int(struct.unpack(">I", data[at + 4 : start])[0])
        spans.append((start, at))
    return spans if at == len(data) and len(spans) == announced else None


def end_of_conductor(data: bytes, start: int, stop: int) -> int | None:
    """The tick of the end mark of a track of nothing but meta events; None when it is not one."""
    try:
        for tick, _, status, payload in _events(data, start, stop, 1):
            if status != 0xFF:
                return None
            if payload[0] == END_OF_TRACK:
                return tick
    except MidiError:
        return None
    return None


def text(raw: bytes) -> str:
    """What a name or lyric says: UTF-8 where it is that, Latin-1 otherwise."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _unwrapped(data: bytes) -> bytes:
    """The MIDI file inside a RIFF one (.rmi), or the data as it is."""
    if data[:4] == b"RIFF" and data[8:16] == b"RMIDdata" and len(data) > 20:
        return data[20 : 20 + int(struct.unpack("<I", data[16:20])[0])]
    return data


def _header(data: bytes) -> tuple[int, int, int | Fraction]:
    """Format, number of tracks, and the clock: ticks a quarter, or ticks a second as a Fraction."""
    if data[:4] != b"MThd":
        raise MidiError("the file does not begin with MThd, as a MIDI file must")
    if len(data) < 14:
        raise MidiError(f"the file ends at byte {len(data)}, inside its header")
    size, form, announced, division = struct.unpack(">IHHH", data[4:14])
    if size < 6:
        raise MidiError(f"the header at byte 4 says that it is {size} bytes long; it must be 6")
    if form > 2:
        raise MidiError(f"the header at byte 8 names format {form}; there are 0, 1 and 2")
    if division == 0:
        raise MidiError("the header at byte 12 says that a quarter note has 0 ticks")
    if division < 0x8000:
        return form, announced, division
    frames, ticks = 256 - (division >> 8), division & 0xFF
    if frames not in (24, 25, 29, 30) or ticks == 0:
        raise MidiError(f"the header at byte 12 counts {frames} frames a second with {ticks} ticks each")
    rate = Fraction(30000, 1001) if frames == 29 else Fraction(frames)
    return form, announced, rate * ticks


def _track_spans(data: bytes, counts: Counter[str]) -> Iterator[tuple[int, int]]:
    at = 8 + int(struct.unpack(">I", data[4:8])[0])
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], int(struct.unpack(">I", data[at + 4 : at + 8])[0])
        start = at + 8
        at = start + size
        if kind == b"MTrk":
            # A track that claims more bytes than there are is whole if its end mark is there: _chunk sees.
            yield start, min(at, len(data))
        else:
            counts["unknown chunks"] += 1
    if at < len(data):
        counts["bytes after the end"] += len(data) - at


def _events(data: bytes, at: int, stop: int, number: int) -> Iterator[tuple[int, int, int, bytes]]:
    """(tick, position, status, payload) of every event; a meta event's payload begins with its type."""
    tick, running = 0, 0
    while at < stop:
        delta, at = _variable(data, at, stop, number)
        tick += delta
        if at >= stop:
            raise MidiError(f"track {number} ends at byte {at}, in the middle of an event")
        here, status = at, data[at]
        if status < 0x80:
            status = running
            if not status:
                found = f"{data[at]:#04x} stands where an event should begin"
                raise MidiError(f"track {number}, byte {at}: {found}")
        else:
            at += 1
        if status < 0xF0:
            running = status
            size = N_DATA_BYTES[status & 0xF0]
        elif status == 0xFF:
            if at >= stop:
                raise MidiError(f"track {number} ends at byte {at}, in the middle of an event")
            kind = data[at]
            size, at = _variable(data, at + 1, stop, number)
        elif status in (0xF0, 0xF7):
            size, at = _variable(data, at, stop, number)
        else:
            raise MidiError(f"track {number}, byte {here}: {status:#04x} does not belong in a file")
        payload = data[at : at + size]
        if at + size > stop:
            raise MidiError(f"track {number}, byte {here}: an event goes on past the end of the track")
        at += size
        if status == 0xFF:
            payload = bytes([kind]) + payload
        elif status < 0xF0 and max(payload) > 0x7F:
            raise MidiError(f"track {number}, byte {here}: a value above 127 inside an event")
        yield tick, here, status, payload


def _variable(data: bytes, at: int, stop: int, number: int) -> tuple[int, int]:
    """A number of variable length at `at`, and the place after it."""
    value = 0
    for _ in range(4):
        if at >= stop:
            raise MidiError(f"track {number} ends at byte {at}, in the middle of an event")
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    raise MidiError(f"track {number}, byte {at - 4}: a time or length of more than four bytes")


def _chunk(data: bytes, start: int, stop: int, number: int, counts: Counter[str], left: int | None) -> _Chunk:
    chunk = _Chunk()
    sounding: dict[tuple[int, int], deque[tuple[int, int, int]]] = defaultdict(deque)
    programs: dict[int, int] = {}
    ended = False
    for tick, _, status, payload in _events(data, start, stop, number):
        counts["events"] += 1
        if left is not None:
            left -= 1
            if left < 0:
                raise TooManyEventsError(f"track {number} goes past the limit on events in a file")
        chunk.end = tick
        kind, channel = status & 0xF0, status & 0x0F
        if status == 0xFF:
            if payload[0] == END_OF_TRACK:
                ended = True
                break
            _meta(chunk, tick, payload[0], payload[1:], counts)
        elif status >= 0xF0:
            counts["system messages"] += 1
        elif kind == 0x90 and payload[1]:
            # -1: no program named yet in this track; _borrow_programs may find one elsewhere.
            sounding[channel, payload[0]].append((tick, programs.get(channel, -1), payload[1]))
        elif kind in (0x80, 0x90):
            begun = sounding[channel, payload[0]]
            if not begun:
                counts["ends of nothing"] += 1
                continue
            onset, program, velocity = begun.popleft()
            chunk.notes.setdefault((channel, program), []).append((onset, tick, payload[0], velocity))
        elif kind == 0xC0:
            programs[channel] = payload[0]
        else:
            counts["bends" if kind == 0xE0 else "controls"] += 1
        if status < 0xF0 and chunk.first_sound is None and kind in (0x90, 0xC0):
            chunk.first_sound = (channel, programs.get(channel, -1))
    if not ended:
        if stop == len(data) and int(struct.unpack(">I", data[start - 4 : start])[0]) > stop - start:
            raise MidiError(f"the file ends at byte {stop}, before the end of track {number}")
        counts["tracks without an end"] += 1
    for (channel, pitch), begun in sounding.items():
        for onset, program, velocity in begun:
            counts["notes without an end"] += 1
            chunk.notes.setdefault((channel, program), []).append((onset, chunk.end, pitch, velocity))
    return chunk


def _meta(chunk: _Chunk, tick: int, kind: int, payload: bytes, counts: Counter[str]) -> None:
    if kind == NAME:
        chunk.name = chunk.name or text(payload)
    elif kind == TEMPO and len(payload) == 3:
        chunk.tempos.append((tick, int.from_bytes(payload, "big")))
    elif kind == METRE and len(payload) >= 2:
        chunk.metres.append((tick, payload[0], payload[1]))
    elif kind == 0x59:
        counts["key signatures"] += 1
    elif kind in WORDS:
        counts["words"] += 1
    elif kind in (TEMPO, METRE):
        counts["broken events"] += 1


def _borrow_programs(chunks: list[_Chunk]) -> None:
    """A channel without a program in its own track plays the first that another gives it, else 0."""
    first: dict[int, int] = {}
    for chunk in chunks:
        sounds = [*chunk.notes, *([chunk.first_sound] if chunk.first_sound else [])]
        for channel, program in sounds:
            if program >= 0:
                first.setdefault(channel, program)
    for chunk in chunks:
        for channel, program in [sound for sound in chunk.notes if sound[1] < 0]:
            rows = chunk.notes.pop((channel, program))
            chunk.notes.setdefault((channel, first.get(channel, 0)), []).extend(rows)


class _Clock:
    """The file's ticks → ours."""

    def __init__(self, old: int | Fraction) -> None:
        per_quarter = isinstance(old, int)
        per_tick = Fraction(TICKS_PER_QUARTER if per_quarter else DEFAULT_TICKS_PER_SECOND) / old
        self.up, self.down = per_tick.numerator, per_tick.denominator

    def __call__(self, tick: int) -> int:
        ours = (2 * tick * self.up + self.down) // (2 * self.down)
        if ours > MAX_TICK:
            raise MidiError(f"the file reaches tick {tick}, later than any piece can last")
        return ours


def _together(chunks: list[_Chunk], old: int | Fraction, counts: Counter[str], form: int) -> Score:
    """One score of chunks that sound at the same time."""
    clock = _Clock(old)
    conductor = form == 1 and not chunks[0].notes
    tracks = [track for chunk in chunks[conductor:] for track in _tracks(chunk, clock, counts)]
    last = max((int((t.notes["onset"] + t.notes["duration"]).max(initial=0)) for t in tracks), default=0)
    tempos = [] if isinstance(old, Fraction) else [item for chunk in chunks for item in chunk.tempos]
    metres = [item for chunk in chunks for item in chunk.metres]
    if not tempos:
        counts["no tempo"] += 1
    if not metres:
        counts["no metre"] += 1
    end = max([last, *(clock(chunk.end) for chunk in (chunks[:1] if form == 1 else chunks))])
    return build(
        tracks,
        sorted((clock(tick), 60e6 / max(1, micros)) for tick, micros in tempos),
        sorted((clock(tick), top, 2**power if power < 16 else 0) for tick, top, power in metres),
        end,
        counts,
    )


def _sequence(chunks: list[_Chunk], old: int | Fraction, counts: Counter[str]) -> Score:
    """Format 2: every chunk is a pattern of its own; they sound one after the other, each from a bar line."""
    patterns = []
    for chunk in chunks:
        score = _together([chunk], old, counts, 2)
        if n_bars(score):
            patterns.append(replace(score, length=int(score_bar_edges(score)[-1])))
    counts["patterns"] = len(patterns)
    return concatenate(*patterns)


def _tracks(chunk: _Chunk, clock: _Clock, counts: Counter[str]) -> Iterator[Track]:
    if not chunk.notes:
        channel, program = chunk.first_sound or (0, 0)
        is_drum = channel == DRUM_CHANNEL
        yield Track(chunk.name, role_of(chunk.name, is_drum), max(program, 0), is_drum)
    counts["instruments in shared tracks"] += len(chunk.notes) if len(chunk.notes) > 1 else 0
    for (channel, program), rows in sorted(chunk.notes.items(), key=lambda item: min(item[1])[0]):
        onset = np.array([clock(row[0]) for row in rows], dtype=np.int64)
        stop = np.array([clock(row[1]) for row in rows], dtype=np.int64)
        counts["notes without length"] += sum(row[0] == row[1] for row in rows)
        notes = notes_from_columns(
            onset, np.maximum(1, stop - onset), [row[2] for row in rows], [row[3] for row in rows]
        )
        sounded = int(np.maximum(1, stop - onset).sum())
        if int(notes["duration"].sum(dtype=np.int64)) != sounded:
            counts["tracks with overlapping notes"] += 1
        is_drum = channel == DRUM_CHANNEL
        yield Track(chunk.name, role_of(chunk.name, is_drum), program, is_drum, notes)


def build(
    tracks: list[Track],
    tempos: list[tuple[int, float]],
    metres: list[tuple[int, int, int]],
    length: int,
    counts: Counter[str] | None = None,
) -> Score:
    """A score of what a file said, less the tempos and metres that no score can hold."""
    counts = Counter() if counts is None else counts
    good_tempos = tuple(Tempo(t, bpm) for t, bpm in tempos if SLOWEST_BPM - 0.001 <= bpm <= FASTEST_BPM)
    good_metres = tuple(Metre(t, n, d) for t, n, d in metres if 1 <= n <= 255 and d in DENOMINATORS)
    counts["impossible tempos"] += len(tempos) - len(good_tempos)
    counts["impossible metres"] += len(metres) - len(good_metres)
    last = max((int((t.notes["onset"] + t.notes["duration"]).max(initial=0)) for t in tracks), default=0)
    changes = [tempo.tick for tempo in good_tempos] + [metre.tick for metre in good_metres]
    return Score(tuple(tracks), good_tempos, good_metres, max([length, last, *changes]))
