"""A score: named tracks of notes with tempo and metre. What is generated, stored, shown and heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from generator.music import notes as n
from generator.music.notes import MAX_TICK, NOTE, TICKS_PER_QUARTER, Ints, MusicError, Notes

ROLES = (
    "soprano", "alto", "tenor", "bass",
    "melody", "chords", "piano", "drums", "guitar", "strings",
    "other",
)  # fmt: skip
DEFAULT_BPM = 120.0
# MIDI keeps a tempo as microseconds a quarter in 24 bits.
SLOWEST_BPM, FASTEST_BPM = 60e6 / 0xFFFFFF, 60e6
DENOMINATORS = (1, 2, 4, 8, 16, 32, 64)


def role_of(name: str, is_drum: bool = False) -> str:
    """The role that a track's name stands for: "Soprano" → "soprano"; "other" when it names none.

    A drum track has the role drums, whatever it is called.
    """
    role = name.strip().lower()
    return "drums" if is_drum else role if role in ROLES else "other"


def microseconds_per_quarter(bpm: float) -> int:
    """The tempo as MIDI writes it, a whole number below 2**24."""
    return min(0xFFFFFF, max(1, round(60e6 / bpm)))


def _check_tick(tick: int, what: str) -> None:
    if not 0 <= tick <= MAX_TICK:
        raise MusicError(f"a {what} cannot stand at tick {tick}")


@dataclass(frozen=True, slots=True)
class Tempo:
    """From `tick` on, `bpm` quarters a minute; kept to what MIDI can say, to the thousandth.

    Raises MusicError when bpm is outside what MIDI can say (3.577 to 60,000,000) or tick below 0.
    """

    tick: int
    bpm: float

    def __post_init__(self) -> None:
        if not SLOWEST_BPM - 0.001 <= self.bpm <= FASTEST_BPM:  # also false for not-a-number
            raise MusicError(f"a tempo of {self.bpm} quarters a minute cannot be written in MIDI")
        _check_tick(self.tick, "tempo")
        object.__setattr__(self, "bpm", round(60e6 / microseconds_per_quarter(self.bpm), 3))


@dataclass(frozen=True, slots=True)
class Metre:
    """From `tick` on, bars of `numerator` notes of 1/`denominator`. A change begins a new bar.

    Raises MusicError unless numerator is 1-255, denominator 1, 2, 4 … 64 and tick at least 0.
    """

    tick: int
    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 1 <= self.numerator <= 255 or self.denominator not in DENOMINATORS:
            raise MusicError(f"{self.numerator}/{self.denominator} is not a metre that MIDI can write")
        _check_tick(self.tick, "metre")

    @property
    def bar(self) -> int:
        """Ticks in one bar."""
        return self.numerator * 4 * TICKS_PER_QUARTER // self.denominator


Change = TypeVar("Change", Tempo, Metre)


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One instrument's part. Its notes are tidy (see notes.tidy) whatever they were made from.

    program: General MIDI, 0-127; on a drum track it names the kit. Raises MusicError outside that range.
    """

    name: str
    role: str = "other"
    program: int = 0
    is_drum: bool = False
    notes: Notes = field(default_factory=lambda: np.empty(0, dtype=NOTE))

    def __post_init__(self) -> None:
        if not 0 <= self.program <= 127:
            raise MusicError(f"track {self.name!r} has the program {self.program}; General MIDI has 0 to 127")
        if self.role not in ROLES:
            raise MusicError(f"{self.role!r} is not a role; there are {', '.join(ROLES)}")
        columns = [self.notes[name] for name in ("onset", "duration", "pitch", "velocity")]
        notes = n.notes_from_columns(*columns)
        notes.setflags(write=False)
        object.__setattr__(self, "notes", notes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Track):
            return NotImplemented
        return self.sound == other.sound and np.array_equal(self.notes, other.notes)

    def __hash__(self) -> int:
        return hash((self.sound, self.notes.tobytes()))

    @property
    def sound(self) -> tuple[str, str, int, bool]:
        """All but the notes: what makes two tracks the same part."""
        return self.name, self.role, self.program, self.is_drum


@dataclass(frozen=True, slots=True)
class Score:
    """Tracks under one row of tempos and metres, `length` ticks long.

    tempos and metres: sorted by tick, at most one a tick; where none is given at 0, 120 and 4/4 stand.
    Raises MusicError when a note ends after `length`, or a tempo or metre stands after it.
    """

    tracks: tuple[Track, ...]
    tempos: tuple[Tempo, ...] = (Tempo(0, DEFAULT_BPM),)
    metres: tuple[Metre, ...] = (Metre(0, 4, 4),)
    length: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "tracks", tuple(self.tracks))
        object.__setattr__(self, "tempos", _from_zero(self.tempos, Tempo(0, DEFAULT_BPM)))
        object.__setattr__(self, "metres", _from_zero(self.metres, Metre(0, 4, 4)))
        if not 0 <= self.length <= MAX_TICK:
            raise MusicError(f"a score cannot be {self.length} ticks long")
        last = max((n.last_end(track.notes) for track in self.tracks), default=0)
        if last > self.length:
            raise MusicError(f"a note ends at tick {last}, the score is only {self.length} ticks long")
        if max(self.tempos[-1].tick, self.metres[-1].tick) > self.length:
            raise MusicError(f"a tempo or metre stands after the end of the score at tick {self.length}")


def _from_zero(changes: Sequence[Change], default: Change) -> tuple[Change, ...]:
    by_tick = {change.tick: change for change in changes}  # the last one said at a tick holds
    by_tick.setdefault(0, default)
    return tuple(by_tick[tick] for tick in sorted(by_tick))


def bar_starts(score: Score) -> Ints:
    """(n,) ticks at which bars begin, from 0 to before the score's end. A change of metre begins a bar."""
    stops = [metre.tick for metre in score.metres[1:]] + [score.length]
    parts = [np.arange(metre.tick, stop, metre.bar) for metre, stop in zip(score.metres, stops, strict=True)]
    return np.concatenate(parts).astype(np.int64)


def bar_edges(score: Score) -> Ints:
    """(n_bars + 1,) ticks: where every bar begins, and the end of the last, maybe after the score's."""
    starts = bar_starts(score)
    last = [metre for metre in score.metres if metre.tick < max(1, score.length)][-1]
    end = int(starts[-1]) + last.bar if starts.size else 0
    return np.append(starts, end)


def n_bars(score: Score) -> int:
    """How many bars the score has, begun ones included."""
    return int(bar_starts(score).size)


def n_notes(score: Score) -> int:
    """How many notes all tracks have together."""
    return sum(int(track.notes.size) for track in score.tracks)


def all_notes(score: Score, *, drums: bool = False) -> Notes:
    """The notes of all tracks, sorted by (onset, pitch); without the drum tracks unless asked for.

    Tracks may double each other, so the result need not be tidy.
    """
    parts = [track.notes for track in score.tracks if drums or not track.is_drum]
    return n.sort(np.concatenate([np.empty(0, dtype=NOTE), *parts]))


def seconds_at(score: Score, tick: int) -> float:
    """Seconds from the start to `tick` at the score's tempos."""
    seconds = 0.0
    for tempo, stop in zip(score.tempos, [t.tick for t in score.tempos[1:]] + [MAX_TICK + 1], strict=True):
        if tempo.tick >= tick:
            break
        seconds += (min(stop, tick) - tempo.tick) * 60.0 / (tempo.bpm * TICKS_PER_QUARTER)
    return seconds


def duration_seconds(score: Score) -> float:
    """How long the score lasts, in seconds."""
    return seconds_at(score, score.length)


def tempo_at(score: Score, tick: int) -> float:
    """The tempo in force at `tick`, in quarters a minute."""
    return [tempo.bpm for tempo in score.tempos if tempo.tick <= tick][-1]


def metre_at(score: Score, tick: int) -> Metre:
    """The metre in force at `tick`."""
    return [metre for metre in score.metres if metre.tick <= tick][-1]


def transpose(score: Score, semitones: int, *, fold: bool = False) -> Score:
    """The score moved up (or down); drums stay. Raises MusicError when a note would leave 0-127; with `fold`
    it stays an octave inside.
    """
    return map_tracks(score, lambda t: t.notes if t.is_drum else n.transpose(t.notes, semitones, fold=fold))


def quantize(score: Score, ticks_per_step: int) -> Score:
    """The score with every onset and end on the nearest step; longer by up to a step if its last note is."""
    return map_tracks(score, lambda track: n.quantize(track.notes, ticks_per_step), stretch=True)


def map_tracks(score: Score, change: Callable[[Track], Notes], *, stretch: bool = False) -> Score:
    """The score with each track's notes replaced by what `change` makes of the track.

    stretch: let the score grow to hold them; otherwise a note after the end raises MusicError.
    """
    tracks = tuple(replace(track, notes=change(track)) for track in score.tracks)
    last = max((n.last_end(track.notes) for track in tracks), default=0)
    return replace(score, tracks=tracks, length=max(score.length, last) if stretch else score.length)


def cut(score: Score, start: int, end: int) -> Score:
    """What begins in [start, end), as a score of its own, end - start long (less if the score ends before).

    Notes are cut at `end`; the tempo and the metre in force at `start` hold from its beginning.
    Raises MusicError unless 0 <= start <= end.
    """
    if not 0 <= start <= end:
        raise MusicError(f"there is nothing from tick {start} to {end}")
    end = max(start, min(end, score.length))
    return Score(
        tracks=tuple(replace(track, notes=n.trim(track.notes, start, end)) for track in score.tracks),
        tempos=tuple(replace(t, tick=max(0, t.tick - start)) for t in score.tempos if t.tick < max(end, 1)),
        metres=tuple(replace(m, tick=max(0, m.tick - start)) for m in score.metres if m.tick < max(end, 1)),
        length=end - start,
    )


def concatenate(*scores: Score) -> Score:
    """The scores one after the other. Tracks with the same name, role, program and kind become one."""
    parts: dict[tuple[tuple[str, str, int, bool], int], list[Notes]] = {}
    tempos: list[Tempo] = []
    metres: list[Metre] = []
    start = 0
    for score in scores:
        seen: dict[tuple[str, str, int, bool], int] = {}
        for track in score.tracks:
            # Two tracks of one score may look the same: the first goes on in the first, and so on.
            number = seen[track.sound] = seen.get(track.sound, -1) + 1
            parts.setdefault((track.sound, number), []).append(n.shift(track.notes, start))
        tempos += [replace(tempo, tick=tempo.tick + start) for tempo in score.tempos]
        metres += [replace(metre, tick=metre.tick + start) for metre in score.metres]
        start += score.length
    tracks = tuple(Track(*sound, notes=n.merge(*played)) for (sound, _), played in parts.items())
    return Score(tracks, _without_repeats(tempos), _without_repeats(metres), start)


def _without_repeats(changes: Sequence[Change]) -> tuple[Change, ...]:
    kept: list[Change] = []
    for change in sorted({c.tick: c for c in changes}.values(), key=lambda c: c.tick):
        last = kept[-1] if kept else None
        same = last is not None and replace(last, tick=change.tick) == change
        # The same metre said between its bar lines begins a bar there, so it is no repetition.
        if not same or (isinstance(last, Metre) and (change.tick - last.tick) % last.bar):
            kept.append(change)
    return tuple(kept)


def score_to_json(score: Score) -> dict[str, Any]:
    """The score in the form that the API, the pages and the browser share."""
    return {
        "ticks_per_quarter": TICKS_PER_QUARTER,
        "length": score.length,
        "tempos": [[tempo.tick, tempo.bpm] for tempo in score.tempos],
        "metres": [[metre.tick, metre.numerator, metre.denominator] for metre in score.metres],
        "tracks": [
            {
                "name": track.name,
                "role": track.role,
                "program": track.program,
                "is_drum": track.is_drum,
                "notes": [list(row) for row in track.notes.tolist()],
            }
            for track in score.tracks
        ],
    }


def score_from_json(data: Any) -> Score:
    """The score that `score_to_json` wrote, or one like it in another resolution.

    Raises MusicError when a part is missing, of a wrong kind or out of range.
    """
    try:
        old = int(data.get("ticks_per_quarter", TICKS_PER_QUARTER))
        if old < 1:
            raise MusicError(f"a quarter cannot have {old} ticks")
        return Score(
            tracks=tuple(_track_from_json(track, old) for track in data["tracks"]),
            tempos=tuple(Tempo(_tick(tick, old), float(bpm)) for tick, bpm in data["tempos"]),
            metres=tuple(Metre(_tick(tick, old), int(num), int(den)) for tick, num, den in data["metres"]),
            length=_tick(data["length"], old),
        )
    except MusicError:
        raise
    except KeyError as error:
        raise MusicError(f"it has no {error.args[0]!r}") from error
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        raise MusicError(f"this is not a score: {error!r}") from error


def _track_from_json(data: Any, old: int) -> Track:
    rows = np.array(data["notes"], dtype=np.int64).reshape(-1, 4)
    start, stop = n.rescale(rows[:, 0], old=old), n.rescale(rows[:, 0] + rows[:, 1], old=old)
    return Track(
        name=str(data["name"]),
        role=str(data["role"]),
        program=int(data["program"]),
        is_drum=bool(data["is_drum"]),
        notes=n.notes_from_columns(start, stop - start, rows[:, 2], rows[:, 3]),
    )


def _tick(tick: Any, old: int) -> int:
    return int(n.rescale(int(tick), old=old))
