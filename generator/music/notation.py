"""MusicXML and ABC ⇄ Score, by way of music21.

music21 takes half a second to import and a tenth of a second a tune, so it is imported where it is used:
whoever only plays and generates never pays for it.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from generator.music import notes as n
from generator.music.drum_notation import pitch_drums
from generator.music.engrave import write_musicxml
from generator.music.notes import TICKS_PER_QUARTER, MusicError
from generator.music.score import (
    DENOMINATORS,
    FASTEST_BPM,
    SLOWEST_BPM,
    Metre,
    Score,
    Tempo,
    Track,
    role_of,
)

if TYPE_CHECKING:
    from music21 import stream

__all__ = [
    "Notated",
    "NotationError",
    "parse_abc",
    "parse_kern",
    "parse_musicxml",
    "read_abc",
    "read_musicxml",
    "write_musicxml",
]

CHORD_PROGRAM = 24  # nylon guitar: chord symbols of a tune are strummed
PLAIN_VELOCITY, CHORD_VELOCITY = 90, 64  # of notes without a dynamic mark, and of chord symbols
MAX_UNPACKED = 32 * 2**20


class NotationError(MusicError):
    """This is not MusicXML or ABC that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Notated:
    """One piece read from a notation file.

    title: as the file gives it, else "". pickup: ticks before the first full bar, 0 when it begins with one.
    counts: what a score does not keep, by a word of `intake.SENTENCES`.
    """

    score: Score
    title: str
    pickup: int
    counts: Counter[str]


def read_musicxml(data: bytes) -> Score:
    """The score in a MusicXML file, plain or compressed (.mxl), with its repeats played out.

    Raises NotationError.
    """
    return parse_musicxml(data).score


def read_abc(data: bytes | str) -> list[Score]:
    """The tunes of an ABC file, in its order, with their repeats played out. Raises NotationError."""
    return [tune.score for tune in parse_abc(data)]


def parse_musicxml(data: bytes) -> Notated:
    """As read_musicxml, with the title and what was left out."""
    from music21 import converter

    if data[:2] == b"PK":
        data = _unzipped(data)
    try:
        parsed = converter.parseData(pitch_drums(data), format="musicxml")
        return notated(parsed)
    except MusicError:
        raise
    except Exception as error:  # music21 lets whatever went wrong inside it through
        raise NotationError(f"music21 cannot read this MusicXML: {_reason(error)}") from error


def parse_kern(data: bytes) -> Notated:
    """The piece in a Humdrum file (**kern). Raises NotationError."""
    from music21 import converter

    try:
        return notated(converter.parseData(decoded(data), format="humdrum"))
    except MusicError:
        raise
    except Exception as error:  # as above
        raise NotationError(f"music21 cannot read this Humdrum file: {_reason(error)}") from error


def parse_abc(data: bytes | str, *, first_only: bool = False) -> list[Notated]:
    """As read_abc, with titles and what was left out; first_only: stop after the first tune that can be read.

    Raises NotationError when no tune can be read; a tune that cannot be, among others that can, is counted.
    """
    from music21 import abcFormat
    from music21.abcFormat import translate

    words = data if isinstance(data, str) else decoded(data)
    tunes: list[Notated] = []
    broken: list[str] = []
    blocks = split_abc(words)
    for block in blocks:
        if first_only and tunes:
            tunes[0].counts["other tunes"] += len(blocks) - 1
            break
        try:
            handler = abcFormat.ABCHandler()
            handler.process(plain_abc(block))
            tunes.append(notated(translate.abcToStreamScore(handler)))
        except Exception as error:  # as above
            broken.append(
                f"{field(block, 'T') or field(block, 'X') or 'a tune without a name'}: {_reason(error)}"
            )
    if not tunes:
        raise NotationError(
            f"music21 cannot read this ABC: {broken[0] if broken else 'there is no tune in it'}"
        )
    if broken:
        tunes[0].counts["unreadable tunes"] += len(broken)
    return tunes


def split_abc(words: str) -> list[str]:
    """The tunes of an ABC file, each from its X: line on; a file without one is a single tune."""
    words = words.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    starts = [match.start() for match in re.finditer(r"^X:", words, flags=re.MULTILINE)]
    if not starts:
        return [words] if field(words, "K") is not None else []
    # What stands before the first tune holds for all of them (a file header), unless it is only remarks.
    head = "".join(line + "\n" for line in words[: starts[0]].split("\n") if re.match(r"[LMRSOC]:", line))
    tunes = [words[a:b] for a, b in zip(starts, [*starts[1:], len(words)], strict=True)]
    if head:
        tunes = [tune.split("\n", 1)[0] + "\n" + head + tune.partition("\n")[2] for tune in tunes]
    return tunes


def plain_abc(tune: str) -> str:
    """The tune without what music21 stumbles over: words in the music, fingerings, remarks."""
    lines = []
    for line in tune.split("\n"):
        if re.match(r"[A-Za-z]:", line) or line.startswith("%"):
            lines.append(line)
            continue
        line = line.split("%", 1)[0]
        line = re.sub(r'"([^"]*)"', lambda m: m.group(0) if re.match(r"[A-G]", m.group(1)) else "", line)
        lines.append(re.sub(r"!([^!]*)!", "", line))
    music = [
        number for number, line in enumerate(lines) if line.strip() and not re.match(r"[A-Za-z]:|%", line)
    ]
    if music and sum(line.count("|") for line in lines) < 4:
        # music21 looks for bars only where it counts a few bar lines.
        lines[music[0]] = "| " + lines[music[0]]
    return "\n".join(lines)


def field(tune: str, letter: str) -> str | None:
    match = re.search(rf"^{letter}:[ \t]*(.*)$", tune, flags=re.MULTILINE)
    return match.group(1).strip() if match else None


def notated(parsed: stream.Stream[Any]) -> Notated:
    """What a music21 stream holds, as a score.

    Repeats are played out, ties joined, grace notes dropped; chord symbols become a track of their own.
    Raises NotationError when there is no note in it.
    """
    from music21 import stream

    counts: Counter[str] = Counter()
    if isinstance(parsed, stream.Opus):
        counts["other tunes"] += len(parsed.scores) - 1
        parsed = parsed.scores[0]
    parsed = _with_jumps(parsed, counts)
    parts = list(parsed.parts) if isinstance(parsed, stream.Score) else [parsed]
    bars = _bars(parts[0]) if parts else []
    order = played_order([bar.marks for bar in bars])
    counts["repeats played out"] += len(order) - len(bars)
    played = _laid_out(bars, order, _ticks(parsed.highestTime))
    tracks: list[Track] = []
    for number, part in enumerate(parts, start=1):
        tracks += _tracks(part, f"Part {number}", played, counts)
    if not any(track.notes.size for track in tracks):
        raise NotationError("there is no note in it")
    length = max(played[-1].stop, *(n.last_end(track.notes) for track in tracks))
    metres, pickup = _metres(
        [(span.at, span.size, bars[i].sign) for span, i in zip(played, order, strict=False)]
    )
    tempos = tuple(_tempos(parsed, played))
    if not tempos:
        counts["no tempo"] += 1
    if not metres:
        metres = _first_metre(parts)
    score = Score(tuple(tracks), tempos, tuple(metre for metre in metres if metre.tick < length), length)
    return Notated(score, _title(parsed), pickup, +counts)


def _first_metre(parts: Sequence[stream.Stream[Any]]) -> tuple[Metre, ...]:
    """The metre of music without bars: what the first time signature says, if there is one."""
    signs = [sign for part in parts for sign in part.flatten().getElementsByClass("TimeSignature")]
    metre = _written_metre(0, (signs[0].numerator, signs[0].denominator)) if signs else None
    return (metre,) if metre else ()


@dataclass(frozen=True, slots=True)
class BarMarks:
    """What a bar says about repeats: one begins with it; its end goes back (so many times in all, 0 for not
    at all); it is played in these passes only (none named: in all).
    """

    begins: bool = False
    times: int = 0
    endings: frozenset[int] = frozenset()


def played_order(bars: Sequence[BarMarks]) -> list[int]:
    """The bars in the order in which they sound, by number from 0: repeats and their endings played out."""
    order: list[int] = []
    start, turn, i = 0, 1, 0
    while i < len(bars):
        bar = bars[i]
        if bar.begins and i != start:
            start, turn = i, 1
        group = _ending_group(bars, i)
        if bar.endings and turn not in bar.endings and turn in group:
            i += 1
            continue
        order.append(i)
        if bar.times and turn < max(bar.times, max(group, default=0)):
            turn += 1
            i = start
            continue
        # A repeat that has been played, or its last ending: what follows repeats, if at all, from there.
        if bar.times or (bar.endings and (i + 1 == len(bars) or not bars[i + 1].endings)):
            start, turn = i + 1, 1
        i += 1
    return order


def _ending_group(bars: Sequence[BarMarks], i: int) -> frozenset[int]:
    """All passes named by the endings that stand side by side around bar i."""
    if not bars[i].endings:
        return frozenset()
    first = last = i
    while first > 0 and bars[first - 1].endings:
        first -= 1
    while last + 1 < len(bars) and bars[last + 1].endings:
        last += 1
    return frozenset().union(*(bar.endings for bar in bars[first : last + 1]))


@dataclass(frozen=True, slots=True)
class _Bar:
    """A bar as written, in ticks."""

    start: int
    stop: int
    sign: tuple[int, int]
    marks: BarMarks


@dataclass(frozen=True, slots=True)
class _Span:
    """What is written from `start` to `written_stop` sounds from `at` on."""

    start: int
    written_stop: int
    at: int

    @property
    def size(self) -> int:
        return self.written_stop - self.start

    @property
    def stop(self) -> int:
        return self.at + self.size


def _with_jumps(parsed: stream.Stream[Any], counts: Counter[str]) -> stream.Stream[Any]:
    """The stream with D.C., D.S. and codas followed, which music21 can; plain repeats are ours, and fast."""
    from music21 import repeat

    if not parsed[repeat.RepeatExpression]:
        return parsed
    try:
        return parsed.expandRepeats()
    except (repeat.ExpanderException, IndexError):
        counts["jumps not followed"] += 1
    return parsed


def _bars(part: stream.Stream[Any]) -> list[_Bar]:
    from music21 import bar, spanner, stream

    endings: dict[int, set[int]] = defaultdict(set)
    for bracket in part.getElementsByClass(spanner.RepeatBracket):
        for measure in bracket.getSpannedElements():
            endings[id(measure)].update(bracket.numberRange)
    measures = list(part.getElementsByClass(stream.Measure))
    bars: list[_Bar] = []
    sign = (4, 4)
    for number, measure in enumerate(measures):
        for said in measure.getElementsByClass("TimeSignature"):
            sign = (said.numerator, said.denominator)
            break
        start = _ticks(measure.offset)
        stop = _ticks(measures[number + 1].offset if number + 1 < len(measures) else part.highestTime)
        left, right = measure.leftBarline, measure.rightBarline
        marks = BarMarks(
            isinstance(left, bar.Repeat) and left.direction == "start",
            (right.times or 2) if isinstance(right, bar.Repeat) and right.direction == "end" else 0,
            frozenset(endings[id(measure)]),
        )
        if stop > start:
            bars.append(_Bar(start, stop, sign, marks))
        elif bars and marks.times:  # an empty bar that only carries the sign
            bars[-1] = replace(bars[-1], marks=replace(bars[-1].marks, times=marks.times))
    return bars


def _laid_out(bars: Sequence[_Bar], order: Sequence[int], end: int) -> list[_Span]:
    if not bars:
        return [_Span(0, max(end, 1), 0)]
    spans: list[_Span] = []
    at = 0
    for i in order:
        spans.append(_Span(bars[i].start, bars[i].stop, at))
        at = spans[-1].stop
    return spans


def _sounding(elements: Iterable[Any], played: Sequence[_Span]) -> Iterator[tuple[int, Any]]:
    """(tick, element) in the order and at the times at which they sound."""
    by_tick = sorted(((_ticks(element.offset), i, element) for i, element in enumerate(elements)))
    ticks = [tick for tick, _, _ in by_tick]
    for number, span in enumerate(played):
        # The last bar keeps what hangs over its end.
        stop = span.written_stop if number + 1 < len(played) else 2**62
        for tick, _, element in by_tick[bisect_left(ticks, span.start) : bisect_left(ticks, stop)]:
            yield span.at + tick - span.start, element


def _tracks(
    part: stream.Stream[Any], default_name: str, played: Sequence[_Span], counts: Counter[str]
) -> Iterator[Track]:
    from music21 import chord, clef, harmony, note

    flat = part.flatten()
    instruments = list(flat.getElementsByClass("Instrument"))
    name = next((str(s) for i in instruments for s in (i.partName, i.instrumentName) if s), default_name)
    programs = [i.midiProgram for i in instruments if i.midiProgram is not None]
    drums = any(i.midiChannel == 9 for i in instruments) or bool(flat.getElementsByClass(clef.PercussionClef))
    # Without marks every note would be looked up in vain through all of music21's contexts, which takes most
    # of the time that reading takes.
    marked = bool(flat.getElementsByClass("Dynamic"))
    rows: list[tuple[int, int, int, int]] = []
    symbols: list[tuple[int, list[int]]] = []
    ties: dict[int, tuple[int, int]] = {}  # pitch of a tied note still going on → its row, its end
    for onset, element in _sounding(flat.notes, played):
        if isinstance(element, harmony.Harmony):
            symbols.append((onset, _chord_pitches(element, counts)))
            continue
        if element.duration.isGrace or element.quarterLength == 0:
            counts["grace notes"] += 1
            continue
        # From the end as written, so that notes that meet on paper meet in ticks.
        stop = max(onset + _ticks(element.offset + element.quarterLength) - _ticks(element.offset), onset + 1)
        loud = element.volume.velocity or (round(element.volume.realized * 127) if marked else PLAIN_VELOCITY)
        velocity = min(127, max(1, loud))
        members = element.notes if isinstance(element, chord.ChordBase) else (element,)
        for member in members:
            if isinstance(member, note.Unpitched):
                drums = True
                pitch = _drum_pitch(member)
            else:
                pitch = member.pitch.midi
            if not 0 <= pitch <= 127:
                counts["notes out of range"] += 1
                continue
            tie = member.tie.type if member.tie is not None else None
            if tie in ("stop", "continue") and pitch in ties and ties[pitch][1] == onset:
                row = ties.pop(pitch)[0]
                rows[row] = (rows[row][0], stop - rows[row][0], pitch, rows[row][3])
            else:
                row = len(rows)
                rows.append((onset, stop - onset, pitch, velocity))
            if tie in ("start", "continue"):
                ties[pitch] = (row, stop)
    notes = n.make_notes(rows)
    yield Track(name, role_of(name, drums), programs[0] if programs else 0, drums, notes)
    if symbols:
        stops = [tick for tick, _ in symbols[1:]] + [max(played[-1].stop, symbols[-1][0] + 1)]
        blocks = [
            (tick, stop - tick, pitch, CHORD_VELOCITY)
            for (tick, pitches), stop in zip(symbols, stops, strict=True)
            if stop > tick
            for pitch in pitches
        ]
        yield Track("Chords", "chords", CHORD_PROGRAM, False, n.make_notes(blocks))


def _chord_pitches(symbol: Any, counts: Counter[str]) -> list[int]:
    """The sounding pitches of a chord symbol, its root in the octave below middle C; none for N.C."""
    try:
        pitches = [p.midi for p in symbol.pitches]
    except Exception:  # music21 raises many kinds for a kind of chord that it does not know
        counts["chord symbols not understood"] += 1
        return []
    if not pitches:
        return []
    down = 12 * round((min(pitches) - 48) / 12)
    return [p - down for p in pitches if 0 <= p - down <= 127]


def _drum_pitch(member: Any) -> int:
    stored = member.storedInstrument
    pitch = getattr(stored, "percMapPitch", None)
    return int(pitch) if pitch is not None else int(member.displayPitch().midi)


def _tempos(parsed: stream.Stream[Any], played: Sequence[_Span]) -> Iterator[Tempo]:
    from music21 import tempo

    for tick, mark in _sounding(parsed.flatten().getElementsByClass(tempo.MetronomeMark), played):
        bpm = mark.getQuarterBPM() if mark.number is not None else None
        if bpm is not None and SLOWEST_BPM <= bpm <= FASTEST_BPM and tick < played[-1].stop:
            yield Tempo(tick, float(bpm))


def _metres(bars: Sequence[tuple[int, int, tuple[int, int]]]) -> tuple[tuple[Metre, ...], int]:
    """The metres by the bars as they sound (start, ticks, time signature), and the upbeat in ticks.

    A first bar that is too short gets a metre of its own, so that bar lines stand where the music has them.
    Two halves of a bar around a repeat sign count as the one bar that they are.
    """
    if not bars:
        return (), 0
    metres: list[Metre] = []
    full = [_full(sign) for _, _, sign in bars]
    pickup = bars[0][1] if bars[0][1] < full[0] else 0
    if pickup and len(bars) > 1 and bars[0][1] + bars[1][1] == full[0] and bars[1][1] < full[1]:
        pickup = 0
    number = 0
    while number < len(bars):
        start, size, sign = bars[number]
        whole = full[number]
        number += 1
        # Halves of one bar, wherever a repeat or a double bar cuts it.
        while size < whole and number < len(bars) and (start or not pickup):
            if size + bars[number][1] > whole:
                break
            size += bars[number][1]
            number += 1
        as_written = size == whole or (number == len(bars) and size < whole)
        metre = _written_metre(start, sign) if as_written else metre_of(start, size)
        metres.append(metre or metre_of(start, size) or _written_metre(start, sign) or Metre(start, 4, 4))
    return _merged(metres), pickup


def _written_metre(tick: int, sign: tuple[int, int]) -> Metre | None:
    try:
        return Metre(tick, *sign)
    except MusicError:  # a 1/6, say
        return None


def metre_of(tick: int, length: int) -> Metre | None:
    """The plainest metre whose bar has that many ticks, None when there is none."""
    for denominator in DENOMINATORS[2:]:
        numerator = Fraction(length * denominator, 4 * TICKS_PER_QUARTER)
        if numerator.denominator == 1 and 1 <= numerator <= 255:
            return Metre(tick, int(numerator), denominator)
    return None


def _full(sign: tuple[int, int]) -> int:
    return sign[0] * 4 * TICKS_PER_QUARTER // sign[1]


def _merged(metres: Iterable[Metre]) -> tuple[Metre, ...]:
    """Only the changes: a metre that goes on on its own bar line is not said again."""
    kept: list[Metre] = []
    for metre in metres:
        last = kept[-1] if kept else None
        goes_on = last is not None and replace(last, tick=metre.tick) == metre
        if last is None or not goes_on or (metre.tick - last.tick) % last.bar:
            kept.append(metre)
    return tuple(kept)


def _title(parsed: stream.Stream[Any]) -> str:
    metadata = parsed.metadata
    if metadata is None:
        return ""
    return str(metadata.title or metadata.movementName or "").strip()


def _ticks(quarters: Any) -> int:
    return math.floor(Fraction(quarters).limit_denominator(10080) * TICKS_PER_QUARTER + Fraction(1, 2))


def _reason(error: Exception) -> str:
    words = str(error).strip().split("\n")[0][:160]
    return words or type(error).__name__


def decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _unzipped(data: bytes) -> bytes:
    """The MusicXML inside a compressed file, by its own table of contents."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            scores = [
                name for name in names if name.endswith((".xml", ".musicxml")) and "META-INF" not in name
            ]
            if "META-INF/container.xml" in names:
                found = re.search(rb'full-path="([^"]+)"', archive.read("META-INF/container.xml")[:65536])
                if found and found.group(1).decode() in names:
                    scores.insert(0, found.group(1).decode())
            if not scores:
                raise NotationError("the compressed file holds no MusicXML")
            if archive.getinfo(scores[0]).file_size > MAX_UNPACKED:
                raise NotationError(f"unpacked, the file would be larger than {MAX_UNPACKED // 2**20} MiB")
            with archive.open(scores[0]) as inner:
                unpacked = inner.read(MAX_UNPACKED + 1)
            if len(unpacked) > MAX_UNPACKED:
                raise NotationError(f"unpacked, the file is larger than {MAX_UNPACKED // 2**20} MiB")
            return unpacked
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        OSError,
        NotImplementedError,
        RuntimeError,
        UnicodeError,
    ) as error:
        raise NotationError(f"the compressed file is broken: {_reason(error)}") from error
