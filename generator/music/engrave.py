"""Score → MusicXML, by way of music21: onto a grid that can be written, then bars, voices, ties, rests."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from generator.music import notes as n
from generator.music import score as s
from generator.music.drum_notation import engrave_drums
from generator.music.key import estimate_key, parse_key
from generator.music.notes import TICKS_PER_QUARTER, Notes
from generator.music.score import Metre, Score, Track

if TYPE_CHECKING:
    from music21 import stream

# What a beat may be divided into: eighths, triplets, sixteenths, sextuplets, thirty-seconds.
STEPS = (480, 240, 160, 120, 80, 60)
# How many ticks off a note may be before a finer division is worth its ink.
PATIENCE = 24
# Lengths that one note head can have without a tuplet: plain or with one dot, a thirty-second to a whole.
HEADS = frozenset(60 * 2**k for k in range(6)) | frozenset(90 * 2**k for k in range(1, 5))
LETTERS = ("F", "C", "G", "D", "A", "E", "B")  # the line of fifths


def write_musicxml(score: Score, title: str) -> bytes:
    """The score as MusicXML: a named part for each track, with its instrument; drums on a percussion staff.

    Onsets and ends are moved to the nearest sixteenth or triplet (or finer, beat by beat, where the music
    is); a score that is on such a grid reads back as the same notes.
    """
    from music21 import metadata, stream
    from music21.musicxml import m21ToXml

    score = quantize_to_beats(score)
    whole = stream.Score()
    whole.metadata = metadata.Metadata()
    whole.metadata.title = title or "Untitled"
    whole.metadata.composer = "Ostinato"
    bars = _bars(score)
    tonic = _tonic(score)
    pitched = 0
    for number, track in enumerate(score.tracks):
        part = _part(track, bars, tonic, score if number == 0 else None)
        if not track.is_drum:
            # Fifteen channels are left beside the one of the drums; they come round again after that.
            part.getInstrument().midiChannel = [c for c in range(16) if c != 9][pitched % 15]
            pitched += 1
        whole.insert(0, part)
    drums = {number for number, track in enumerate(score.tracks) if track.is_drum}
    return engrave_drums(m21ToXml.GeneralObjectExporter(whole).parse(), drums)


def quantize_to_beats(score: Score) -> Score:
    """The score with every onset and end on the coarsest division of its quarter that fits: see STEPS.

    Each track chooses for itself, quarter by quarter, so that triplets and sixteenths stand side by side.
    """
    return s.map_tracks(score, lambda track: _on_divisions(track.notes), stretch=True)


def _on_divisions(notes: Notes) -> Notes:
    if notes.size == 0:
        return notes
    start, stop = notes["onset"].astype(np.int64), n.ends(notes)
    times = np.concatenate([start, stop])
    # Beginnings are heard more clearly than ends.
    weights = np.concatenate([np.full(start.size, 2.0), np.ones(stop.size)])
    beats, place = np.unique(times // TICKS_PER_QUARTER, return_inverse=True)
    step = np.full(beats.size, STEPS[-1])
    settled = np.zeros(beats.size, dtype=bool)
    least = np.full(beats.size, np.inf)
    for size in STEPS:
        off = np.abs(times - (times + size // 2) // size * size)
        worst = np.zeros(beats.size)
        np.maximum.at(worst, place, off)
        total = np.bincount(place, weights=off * weights, minlength=beats.size)
        fits = ~settled & (worst <= np.where(worst == 0, 0, PATIENCE)) & (total < least)
        step[fits], least[fits] = size, total[fits]
        settled |= worst == 0
    sizes = step[place]
    times = (times + sizes // 2) // sizes * sizes
    start, stop = times[: start.size], times[start.size :]
    # A note too short for the division lasts one step of it.
    stop = np.maximum(stop, start + sizes[: start.size])
    return n.notes_from_columns(start, stop - start, notes["pitch"], notes["velocity"])


@dataclass(frozen=True, slots=True)
class _Measure:
    """start and stop in ticks; sign to print, if any; `missing` ticks before an upbeat."""

    start: int
    stop: int
    sign: tuple[int, int] | None
    missing: int = 0


def _bars(score: Score) -> list[_Measure]:
    edges = s.bar_edges(score)
    if edges.size < 2:
        first = score.metres[0]
        return [_Measure(0, first.bar, (first.numerator, first.denominator))]
    bars, shown = [], None
    upbeat = _upbeat(score.metres)
    for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        metre = s.metre_at(score, start)
        missing = 0
        if start == 0 and upbeat:
            metre, missing = score.metres[1], score.metres[1].bar - upbeat
        sign = (metre.numerator, metre.denominator)
        bars.append(_Measure(start, stop, sign if sign != shown else None, missing))
        shown = sign
    return bars


def _upbeat(metres: Sequence[Metre]) -> int:
    """Ticks of a first bar that is shorter than those after it and stands alone; 0 when there is none."""
    if len(metres) > 1 and metres[1].tick == metres[0].bar < metres[1].bar:
        return metres[0].bar
    return 0


def _part(track: Track, bars: Sequence[_Measure], tonic: int, tempos_of: Score | None) -> stream.Part[Any]:
    from music21 import clef, key, meter, stream, tempo

    part = stream.Part(id=track.name)
    part.insert(0, _instrument(track))
    voices = _voices(track.notes)
    lines = [bar.start for bar in bars]
    pieces: list[list[list[_Piece]]] = [[[] for _ in voices] for _ in bars]
    for number, voice in enumerate(voices):
        for chord in voice:
            for piece in _pieces(chord, bars):
                pieces[bisect_right(lines, piece.start) - 1][number].append(piece)
    marks = [] if tempos_of is None else list(tempos_of.tempos)
    for number, bar in enumerate(bars):
        measure = stream.Measure(number=number if bars[0].missing else number + 1)
        if bar.missing:
            measure.paddingLeft = bar.missing / TICKS_PER_QUARTER
        if number == 0:
            measure.insert(0, clef.PercussionClef() if track.is_drum else _clef(track.notes))
            measure.insert(0, key.KeySignature(0 if track.is_drum else tonic))
        if bar.sign is not None:
            measure.insert(0, meter.TimeSignature(f"{bar.sign[0]}/{bar.sign[1]}"))
        for mark in marks:
            if bar.start <= mark.tick < bar.stop:
                measure.insert(_quarters(mark.tick - bar.start), tempo.MetronomeMark(number=mark.bpm))
        sounding = [voice for voice in pieces[number] if voice] or [[]]
        for place, voice in enumerate(sounding):
            elements = _elements(voice, bar, track, tonic)
            if len(sounding) == 1:
                for tick, element in elements:
                    measure.insert(_quarters(tick - bar.start), element)
            else:
                inner = stream.Voice(id=str(place + 1))
                for tick, element in elements:
                    inner.insert(_quarters(tick - bar.start), element)
                measure.insert(0, inner)
        part.insert(_quarters(bar.start), measure)
    return part


@dataclass(frozen=True, slots=True)
class _Piece:
    """A chord, or what of it one note head can hold: tied to the one before, to the one after."""

    start: int
    stop: int
    pitches: tuple[int, ...]
    velocity: int
    tied_back: bool = False
    tied_on: bool = False


def _voices(notes: Notes) -> list[list[_Piece]]:
    """Notes that begin and end together as chords, and these in as few voices as keep them apart."""
    chords: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for onset, duration, pitch, velocity in notes.tolist():
        chords.setdefault((onset, onset + duration), []).append((pitch, velocity))
    voices: list[list[_Piece]] = []
    for (start, stop), members in sorted(chords.items(), key=lambda item: (item[0][0], -item[1][-1][0])):
        piece = _Piece(start, stop, tuple(p for p, _ in members), max(v for _, v in members))
        free = next((voice for voice in voices if voice[-1].stop <= start), None)
        if free is None:
            voices.append([piece])
        else:
            free.append(piece)
    return voices or [[]]


def _pieces(chord: _Piece, bars: Sequence[_Measure]) -> list[_Piece]:
    """The chord cut at bar lines and into lengths that can be written, tied together again."""
    cuts = [chord.start]
    for bar in bars[bisect_right([bar.start for bar in bars], chord.start) - 1 :]:
        if bar.start >= chord.stop:
            break
        cuts += _cuts(max(chord.start, bar.start), min(chord.stop, bar.stop), bar.start)
    spans = list(pairwise(cuts))
    return [
        replace(chord, start=a, stop=b, tied_back=i > 0, tied_on=i + 1 < len(spans))
        for i, (a, b) in enumerate(spans)
    ]


def _cuts(start: int, stop: int, origin: int) -> list[int]:
    """Where a length is cut so that each piece can be written with one head; the last is `stop`."""
    if stop - start in HEADS and (start - origin) % 60 == 0:
        return [stop]
    beat = origin + ((start - origin) // TICKS_PER_QUARTER + 1) * TICKS_PER_QUARTER
    if start % TICKS_PER_QUARTER == origin % TICKS_PER_QUARTER and stop - start > TICKS_PER_QUARTER:
        # From a beat on: as many whole beats as one head can have.
        beats = min(4, (stop - start) // TICKS_PER_QUARTER)
        beat = start + beats * TICKS_PER_QUARTER
    if stop > beat:
        return [beat, *_cuts(beat, stop, origin)]
    # Inside one beat: five sixths, five or seven eighths are two heads; the rest is one.
    for head in (320, 240):
        if stop - start in (400, 300, 420) and start + head < stop and (stop - start - head) in (80, 60, 180):
            return [start + head, stop]
    return [stop]


def _elements(voice: Sequence[_Piece], bar: _Measure, track: Track, tonic: int) -> list[tuple[int, Any]]:
    """music21's notes, chords and rests that fill the bar."""
    from music21 import chord as m21_chord
    from music21 import note, tie

    filled: list[tuple[int, Any]] = []
    now = bar.start
    for piece in [*voice, None]:
        until = bar.stop if piece is None else piece.start
        for a, b in _rests(now, until, bar.start):
            filled.append((a, note.Rest(quarterLength=_quarters(b - a))))
        if piece is None:
            break
        length = _quarters(piece.stop - piece.start)
        heads = [_head(pitch, track, tonic) for pitch in piece.pitches]
        element = heads[0] if len(heads) == 1 else m21_chord.Chord(heads)
        element.quarterLength = length
        element.volume.velocity = piece.velocity
        if piece.tied_back or piece.tied_on:
            kind = "continue" if piece.tied_back and piece.tied_on else "stop" if piece.tied_back else "start"
            element.tie = tie.Tie(kind)
        filled.append((piece.start, element))
        now = piece.stop
    return filled


def _rests(start: int, stop: int, origin: int) -> list[tuple[int, int]]:
    if stop <= start:
        return []
    return list(pairwise([start, *_cuts(start, stop, origin)]))


def _head(pitch: int, track: Track, tonic: int) -> Any:
    from music21 import note

    return note.Note(_spelled(pitch, 0 if track.is_drum else tonic))


def _instrument(track: Track) -> Any:
    from music21 import instrument

    sound: Any
    if track.is_drum:
        sound = instrument.UnpitchedPercussion()
        sound.midiChannel = 9
        sound.midiProgram = track.program
    else:
        try:
            sound = instrument.instrumentFromMidiProgram(track.program)
        except instrument.InstrumentException:
            sound = instrument.Instrument()
        sound.midiProgram = track.program
    sound.partName = track.name or sound.instrumentName or "Part"
    return sound


def _clef(notes: Notes) -> Any:
    from music21 import clef

    if notes.size and float(np.median(notes["pitch"])) < 57:
        return clef.BassClef()
    return clef.TrebleClef()


def _tonic(score: Score) -> int:
    """The sharps of the score's key (flats below zero): its major tonic's place on the line of fifths."""
    name = estimate_key(s.all_notes(score))
    tonic, mode = parse_key(name) if name else (0, "major")
    major = tonic if mode == "major" else (tonic + 3) % 12
    fifths = (major * 7) % 12
    return fifths if fifths <= 6 else fifths - 12


def _spelled(pitch: int, tonic: int) -> str:
    """The name that the pitch has near this key: from its minor third (E flat in C) to its raised fifth."""
    place = pitch * 7 % 12  # on the line of fifths, from C
    low = tonic - 4
    place += 12 * (-(-(low - place) // 12))
    letter, sharps = LETTERS[(place + 1) % 7], (place + 1) // 7
    accidental = "#" * sharps if sharps >= 0 else "-" * -sharps
    octave = (pitch - sharps) // 12 - 1
    return f"{letter}{accidental}{octave}"


def _quarters(ticks: int) -> Fraction:
    return Fraction(ticks, TICKS_PER_QUARTER)
