"""One reader for each data set: files → pieces. Each names the file that it could not read and goes on."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from generator.music import notation
from generator.music import notes as n
from generator.music import score as s
from generator.music.midi import read_midi
from generator.music.notes import TICKS_PER_QUARTER, Ints, MusicError, Notes
from generator.music.score import Metre, Score, Tempo, Track
from generator.training.sources import Files, named, the_file

SIXTEENTH = TICKS_PER_QUARTER // 4
VOICES = (("Soprano", 52), ("Alto", 52), ("Tenor", 52), ("Bass", 52))  # General MIDI 52: choir
CHORALE_BPM = 80.0
TUNE_BPM = 112.0
JSB_METRE = Path(__file__).with_name("jsb_metre.json")


@dataclass(frozen=True)
class Piece:
    """One piece of a data set.

    name: the same in every run. bar_offset: the tick of the first full bar line (the length of the upbeat).
    side: "train", "valid" or "test" where the set itself says so, else "". credit: whom the file names.
    regular: its bars after the upbeat all have one length, and it lies on the grid of 12 steps a quarter or
    was played by a person. Its score then has one metre, whose bars count from bar_offset; a piece that is
    not regular has its changes of metre in the score, the upbeat's among them.
    """

    name: str
    title: str
    score: Score
    bar_offset: int = 0
    side: str = ""
    credit: str = ""
    regular: bool = True

    @property
    def bar_edges(self) -> Ints:
        """(n_bars + 1,) ticks of the bar lines, as the measures want them: the upbeat is a bar of its own."""
        if not self.regular:
            return s.bar_edges(self.score)
        size = self.score.metres[0].bar
        lines = np.arange(self.bar_offset, self.score.length + size, size)
        return np.concatenate([np.zeros(int(self.bar_offset > 0), np.int64), lines])


@dataclass(frozen=True)
class Unreadable:
    """A file that could not be read, and why."""

    name: str
    reason: str


Found = Piece | Unreadable
Reader = Callable[[Files, "Memory"], Iterator[Found]]


class Memory:
    """What slow readers have read already, one small file for each of theirs, so that a crash costs nothing.

    folder: None to remember nothing.
    """

    VERSION = 1

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def recall(self, data: bytes, read: Callable[[], list[Any]]) -> list[Any]:
        """What `read` gives for these bytes, from memory where it is there."""
        if self.folder is None:
            return read()
        path = self.folder / f"{hashlib.sha256(data + bytes([self.VERSION])).hexdigest()[:32]}.json"
        if path.exists():
            return json.loads(path.read_bytes())
        result = read()
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(result))
        unfinished.replace(path)
        return result


def read_jsb(files: Files, memory: Memory) -> Iterator[Found]:
    """Four voices a sixteenth, silence -1; equal pitches that follow each other are one note.

    The file does not tell a held note from a repeated one. Metre and upbeat are not in it either: they come
    from our table, made by `jsb_metre`; a chorale that is not in the table is said to be irregular.
    """
    chorales = json.loads(files.read(the_file(files, "Jsb16thSeparated.json")))
    metres = json.loads(JSB_METRE.read_text())
    for side in ("train", "valid", "test"):
        for number, (frames, metre) in enumerate(zip(chorales[side], metres[side], strict=True)):
            grid = np.array(frames, dtype=np.int64)
            tracks = tuple(
                Track(name, s.role_of(name), program, False, _runs(grid[:, voice]))
                for voice, (name, program) in enumerate(VOICES)
            )
            top, bottom, upbeat = metre or (4, 4, 0)
            title = f"Chorale {side} {number}"
            yield _piece(
                f"jsb-{side}-{number:03}", title, tracks, Metre(0, top, bottom), upbeat * SIXTEENTH,
                len(grid) * SIXTEENTH, CHORALE_BPM, side=side, regular=metre is not None,
            )  # fmt: skip


def read_jsb_quarter(files: Files, memory: Memory) -> Iterator[Found]:
    """Sets of pitches a quarter; every pitch of every frame is a note of one quarter."""
    chorales = json.loads(files.read(the_file(files, "jsb-chorales-quarter.json")))
    for side in ("train", "valid", "test"):
        for number, frames in enumerate(chorales[side]):
            rows = [
                (frame * TICKS_PER_QUARTER, TICKS_PER_QUARTER, pitch, 90)
                for frame, pitches in enumerate(frames)
                for pitch in pitches
            ]
            track = Track("Choir", "other", 52, False, n.make_notes(rows))
            length = len(frames) * TICKS_PER_QUARTER
            score = Score((track,), (Tempo(0, CHORALE_BPM),), length=length)
            name, title = f"jsb-{side}-{number:03}", f"Chorale {side} {number}"
            yield Piece(name, title, score, side=side, regular=False)


def read_pop909(files: Files, memory: Memory) -> Iterator[Found]:
    """Played notes moved from seconds onto the beats of `beat_midi.txt`: beat k lies at tick 480 k."""
    for name in named(files, ".mid"):
        song = PurePosixPath(name)
        if song.parent.name != song.stem:  # versions/ holds other takes of the same songs
            continue
        try:
            beats = np.loadtxt(io.BytesIO(files.read(str(song.with_name("beat_midi.txt")))), ndmin=2)
            yield _on_beats(song.stem, read_midi(files.read(name)), beats)
        except (MusicError, ValueError, OSError, KeyError, IndexError) as error:
            yield Unreadable(name, str(error))


def _on_beats(song: str, played: Score, beats: np.ndarray) -> Piece:
    """beats: (n, 3) of seconds, 1 on beats 1 and 3, 1 on the downbeats of bars of four."""
    seconds, down = beats[:, 0], beats[:, 2] > 0.5
    if seconds.size < 8 or not down.any() or (np.diff(seconds) <= 0).any():
        raise MusicError("its beat file does not name enough beats, in order")
    ticks = np.arange(seconds.size, dtype=np.float64) * TICKS_PER_QUARTER
    gap = float(np.median(np.diff(seconds)))
    # Notes before the first beat and after the last keep time with the median beat.
    ahead = int(np.ceil(seconds[0] / gap)) + 1
    behind = int(np.ceil(max(0.0, s.duration_seconds(played) - seconds[-1]) / gap)) + 1
    before, after = np.arange(ahead, 0, -1), np.arange(1, behind + 1)
    seconds = np.concatenate([seconds[0] - gap * before, seconds, seconds[-1] + gap * after])
    ticks = np.concatenate([-TICKS_PER_QUARTER * before, ticks, ticks[-1] + TICKS_PER_QUARTER * after])
    moved = []
    for track in played.tracks:
        start = np.interp(_seconds(played, track.notes["onset"]), seconds, ticks)
        stop = np.interp(_seconds(played, n.ends(track.notes)), seconds, ticks)
        moved.append((track, np.rint(start).astype(np.int64), np.rint(stop).astype(np.int64)))
    lines = np.flatnonzero(down) * TICKS_PER_QUARTER
    origin = min(int(onset.min(initial=0)) for _, onset, _ in moved)
    # Time begins with the bar in which the first note lies, counted back from the first downbeat.
    bar = 4 * TICKS_PER_QUARTER
    zero = int(lines[0]) - bar * max(0, -(-(int(lines[0]) - origin) // bar))
    first_note = min(int(onset.min(initial=2**31)) for _, onset, _ in moved)
    zero += bar * max(0, (first_note - zero) // bar) if (np.diff(lines) == bar).all() else 0
    tracks = tuple(
        Track(
            track.name.strip().title(),
            {"MELODY": "melody", "PIANO": "piano"}.get(track.name.strip(), "other"),
            {"MELODY": 73}.get(track.name.strip(), 0),
            False,
            n.notes_from_columns(
                start - zero, np.maximum(1, stop - start), track.notes["pitch"], track.notes["velocity"]
            ),
        )
        for track, start, stop in moved
    )
    end = max(n.last_end(track.notes) for track in tracks)
    metres = [Metre(0, 4, 4)]
    for line, following in zip(lines[:-1] - zero, lines[1:] - zero, strict=True):
        if 0 <= line < end and following - line != bar:
            beats_in_it = int(following - line) // TICKS_PER_QUARTER
            metres += [Metre(int(line), beats_in_it, 4), Metre(int(following), 4, 4)]
    regular = len(metres) == 1
    length = -(-end // bar) * bar if regular else max(end, metres[-1].tick)
    bpm = round(60.0 / gap, 1)
    score = Score(tracks, (Tempo(0, bpm),), _tidy_metres(metres), length)
    return Piece(f"pop909-{song}", f"Song {song}", score, regular=regular)


def _seconds(score: Score, ticks: np.ndarray) -> np.ndarray:
    """The seconds at which ticks of a played score sound."""
    at = np.array([tempo.tick for tempo in score.tempos] + [score.length + 1])
    when = np.array([s.seconds_at(score, int(tick)) for tick in at])
    return np.interp(ticks, at, when)


def _tidy_metres(metres: list[Metre]) -> tuple[Metre, ...]:
    by_tick = {metre.tick: metre for metre in metres}
    for metre in metres:  # a bar of odd length outweighs the 4/4 that the one before it ended with
        if metre.numerator != 4:
            by_tick[metre.tick] = metre
    return tuple(by_tick[tick] for tick in sorted(by_tick))


def read_nottingham(files: Files, memory: Memory) -> Iterator[Found]:
    """Melody and chords, exported bar by bar from ABC; the silence that fills the bar of an upbeat is cut."""
    tunes = {}
    for name in named(files, ".abc"):
        if "ABC_cleaned" in name:
            for block in notation.split_abc(files.read(name).decode("latin-1")):
                number = notation.field(block, "X")
                tunes[f"{PurePosixPath(name).stem}{number}"] = block
    for name in named(files, ".mid"):
        song = PurePosixPath(name)
        if song.parent.name != "MIDI":
            continue
        try:
            yield _nottingham_piece(song.stem, read_midi(files.read(name)), tunes.get(song.stem, ""))
        except MusicError as error:
            yield Unreadable(name, str(error))


def _nottingham_piece(stem: str, played: Score, abc: str) -> Piece:
    sounding = [track for track in played.tracks if track.notes.size]
    if not sounding:
        raise MusicError("there is no note in it")
    names = (("Melody", 73), ("Chords", 24))
    tracks = tuple(
        Track(name, s.role_of(name), program, False, track.notes)
        for (name, program), track in zip(names, sounding, strict=False)
    )
    start = min(int(track.notes["onset"][0]) for track in tracks)
    edges = s.bar_edges(played)
    line = int(edges[np.searchsorted(edges, start)])
    sign = s.metre_at(played, line)
    said = re.match(r"(\d+)/(\d+)", notation.field(abc, "M") or "")
    sizes = set(np.diff(edges[edges >= line]).tolist())
    tracks = tuple(replace(track, notes=n.shift(track.notes, -start)) for track in tracks)
    length = played.length - start
    upbeat = line - start
    regular = len(sizes) == 1 and (said is None or int(said[1]) * 4 * 480 // int(said[2]) in sizes)
    metres = [Metre(m.tick - start, m.numerator, m.denominator) for m in played.metres if m.tick > line]
    main = Metre(upbeat, sign.numerator, sign.denominator)
    before = [notation.metre_of(0, upbeat) or main] if upbeat else []
    changes = (*before, main, *(metre for metre in metres if metre.tick < length))
    score = Score(tracks, (Tempo(0, TUNE_BPM),), changes, length)
    regular = regular and _on_grid(score)
    if regular:
        score = replace(score, metres=(_counted(main),))
    title = notation.field(abc, "T") or stem
    return Piece(
        f"nottingham-{stem}", title, score, upbeat, credit=notation.field(abc, "S") or "", regular=regular
    )


def read_tunes(files: Files, memory: Memory) -> Iterator[Found]:
    """ABC files of one tune or many; repeats are played out."""
    for name in named(files, ".abc"):
        if "oneills1850" in name or "ryansMammoth" in name:
            yield from _abc_pieces("folk", name, files.read(name), memory)


def _abc_pieces(set_name: str, name: str, data: bytes, memory: Memory) -> Iterator[Found]:
    stem = PurePosixPath(name).stem

    def read() -> list[Any]:
        rows: list[Any] = []
        for number, block in enumerate(notation.split_abc(notation.decoded(data)), start=1):
            label = f"{set_name}-{stem}-{notation.field(block, 'X') or number}"
            try:
                tune = notation.parse_abc(block)[0]
            except MusicError as error:
                rows.append((label, str(error)))
                continue
            source = notation.field(block, "S")
            rows.append((label, s.score_to_json(tune.score), tune.pickup, tune.title, source))
        return rows

    seen: set[str] = set()
    for row in memory.recall(data, read):
        label = row[0]
        while label in seen:
            label += "b"
        seen.add(label)
        if len(row) == 2:
            yield Unreadable(f"{name} ({label})", row[1])
            continue
        score = s.score_from_json(row[1])
        score = replace(score, tempos=(Tempo(0, TUNE_BPM),), tracks=_melody_first(score.tracks))
        yield _notated_piece(label, row[3] or label, score, row[2], row[4] or "")


def _melody_first(tracks: tuple[Track, ...]) -> tuple[Track, ...]:
    """A tune's first track called Melody, whatever the file calls it."""
    first = replace(tracks[0], name="Melody", role="melody", program=73)
    return (first, *tracks[1:])


def read_lead_sheets(files: Files, memory: Memory) -> Iterator[Found]:
    """Melody with chord symbols, as compressed MusicXML; titles and authors from the index beside them."""
    index: dict[str, dict[str, str]] = {}
    for name in named(files, "index.csv"):
        rows = csv.DictReader(io.StringIO(files.read(name).decode("utf-8", "replace")))
        index |= {PurePosixPath(next(iter(row.values()))).stem: row for row in rows}
    for found in _engraved_pieces("openewld", files, memory):
        if isinstance(found, Piece):
            row = index.get(found.name.removeprefix("openewld-"), {})
            score = replace(found.score, tracks=_melody_first(found.score.tracks))
            found = replace(
                found, title=row.get("title") or found.title, credit=row.get("authors", ""), score=score
            )
        yield found


def _engraved_pieces(set_name: str, files: Files, memory: Memory) -> Iterator[Found]:
    """MusicXML, and Humdrum too."""
    for name in named(files, ".mxl", ".xml", ".musicxml", ".krn"):
        data = files.read(name)
        parse = notation.parse_kern if name.lower().endswith(".krn") else notation.parse_musicxml

        def read(data: bytes = data, parse: Callable[[bytes], Any] = parse) -> list[Any]:
            try:
                piece = parse(data)
            except MusicError as error:
                return [str(error)]
            return [s.score_to_json(piece.score), piece.pickup, piece.title]

        row = memory.recall(data, read)
        stem = PurePosixPath(name).stem
        if len(row) == 1:
            yield Unreadable(name, row[0])
            continue
        yield _notated_piece(f"{set_name}-{stem}", row[2] or stem, s.score_from_json(row[0]), row[1], "")


def read_groove(files: Files, memory: Memory) -> Iterator[Found]:
    """Takes of one drummer each, played to a click: MIDI bars are the bars. Split as info.csv says."""
    table = csv.DictReader(io.StringIO(files.read(the_file(files, "info.csv")).decode()))
    index = {row["midi_filename"]: row for row in table}
    for name in named(files, ".mid", ".midi"):
        row = next((row for ending, row in index.items() if name.endswith(ending)), None)
        try:
            if row is None:
                raise MusicError("info.csv does not name it")
            played = read_midi(files.read(name))
            top, bottom = (int(part) for part in row["time_signature"].split("-"))
            notes = n.merge(*(track.notes for track in played.tracks))
            track = Track("Drums", "drums", 0, True, notes)
            score = Score((track,), (Tempo(0, float(row["bpm"])),), (Metre(0, top, bottom),), played.length)
        except MusicError as error:
            yield Unreadable(name, str(error))
            continue
        side = {"validation": "valid"}.get(row["split"], row["split"])
        title = f"{row['style']}, {row['beat_type']}"
        yield Piece(f"groove-{row['id'].replace('/', '-')}", title, score, side=side, credit=row["drummer"])


def read_folder(files: Files, memory: Memory) -> Iterator[Found]:
    """Any folder of MIDI, MusicXML, Humdrum and ABC files."""
    for name in named(files, ".mid", ".midi"):
        label = str(PurePosixPath(name).with_suffix("")).replace("/", "-")
        try:
            score = read_midi(files.read(name))
            if not s.n_notes(score):
                raise MusicError("there is no note in it")
            yield Piece(label, PurePosixPath(name).stem, score, regular=len(score.metres) == 1)
        except MusicError as error:
            yield Unreadable(name, str(error))
    yield from _engraved_pieces("score", files, memory)
    for name in named(files, ".abc"):
        yield from _abc_pieces("tune", name, files.read(name), memory)


READERS: dict[str, Reader] = {
    "jsb": read_jsb,
    "jsb-quarter": read_jsb_quarter,
    "pop909": read_pop909,
    "nottingham": read_nottingham,
    "folk": read_tunes,
    "openewld": read_lead_sheets,
    "groove": read_groove,
    "music21": read_folder,
}


def _runs(column: Ints) -> Notes:
    """Notes of a voice given as one pitch a sixteenth; below zero is silence."""
    edges = np.flatnonzero(np.diff(column, prepend=-2)) if column.size else np.zeros(0, dtype=np.int64)
    stops = np.append(edges[1:], column.size)
    sounding = column[edges] >= 0
    start, stop, pitch = edges[sounding], stops[sounding], column[edges][sounding]
    return n.notes_from_columns(
        start * SIXTEENTH, (stop - start) * SIXTEENTH, pitch, np.full(pitch.size, 90, dtype=np.int64)
    )


def _piece(
    name: str, title: str, tracks: tuple[Track, ...], metre: Metre, upbeat: int, length: int, bpm: float,
    *, side: str, regular: bool,
) -> Piece:  # fmt: skip
    score = Score(tracks, (Tempo(0, bpm),), (metre,), length)
    return Piece(name, title, score, upbeat, side, regular=regular)


def _counted(metre: Metre) -> Metre:
    """The metre from tick 0 on. Alla breve is counted in four: books write the same reel both ways."""
    return Metre(0, 4, 4) if (metre.numerator, metre.denominator) == (2, 2) else replace(metre, tick=0)


def _notated_piece(name: str, title: str, score: Score, upbeat: int, credit: str) -> Piece:
    after = [metre for metre in score.metres if metre.tick >= upbeat]
    regular = len(after) == 1 and _on_grid(score)
    if regular:
        score = replace(score, metres=(_counted(after[0]),))
    return Piece(name, title, score, upbeat, credit=credit, regular=regular)


def _on_grid(score: Score) -> bool:
    """Whether every onset and end lies on a twelfth of a quarter, which holds sixteenths and triplets."""
    step = TICKS_PER_QUARTER // 12
    notes = s.all_notes(score)
    return not bool((notes["onset"] % step).any() or (n.ends(notes) % step).any())
