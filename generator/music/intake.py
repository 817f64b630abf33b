"""A stranger's file → a score, with a plain list of what was changed on the way, or a refusal that says why.

The file is read in a process of its own, which may use only so much memory and time: whatever is wrong with a
file, the site goes on. `python -m generator.music.intake NAME` is that process: the file comes in on standard
input, JSON goes out.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import subprocess  # nosec B404 - runs this very module, see read_upload
import sys
import threading
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from generator.music import score as s
from generator.music import smf
from generator.music.notes import TICKS_PER_QUARTER, MusicError
from generator.music.score import Score, Track, role_of

ROOT = Path(__file__).resolve().parents[2]
LONGEST_NAME, LONGEST_TITLE = 80, 120
PLAIN_TITLES = re.compile(
    r"(untitled|track ?\d*|conductor( track)?|tempo( track)?|control( track)?|\W*)", re.I
)
# Readers at work at once, so that many uploads cannot take the machine's memory together.
_SEATS = threading.BoundedSemaphore(2)


class IntakeRefused(Exception):  # noqa: N818 - it is an answer, not a fault of ours
    """The file is not taken. code: for programs. message: a sentence or two for its owner."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be. seconds: of processor time, twice that by the clock. memory: bytes."""

    max_bytes: int = 8 * 2**20
    max_events: int = 300_000
    max_notes: int = 60_000
    max_tracks: int = 64
    max_minutes: float = 60.0
    seconds: int = 20
    memory: int = 2 * 2**30


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a file. changes: a plain sentence for each thing that is not as it was."""

    score: Score
    title: str
    changes: list[str]


def read_upload(data: bytes, filename: str, limits: Limits | None = None) -> Intake:
    """The score in an uploaded MIDI, MusicXML or ABC file, whatever its name says it is.

    Raises IntakeRefused, and nothing else, with the reason and, where there is one, the place.
    """
    limits = limits or Limits()
    _check_size(data, limits)
    sniff(data)
    command = [sys.executable, "-m", "generator.music.intake", filename, json.dumps(asdict(limits))]
    # One thread is enough, and libraries that would start more reserve memory for each.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with _SEATS:
        try:
            ended = subprocess.run(  # nosec B603 - our own module; the name is data
                command, input=data, capture_output=True, cwd=ROOT, env=environment,
                timeout=2 * limits.seconds, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise _took_too_long(limits) from error
        except (OSError, ValueError) as error:
            raise IntakeRefused(
                "reader_down", "The file reader cannot start. Nothing was uploaded."
            ) from error
    try:
        answer = json.loads(ended.stdout)
    except ValueError as error:
        # Killed from outside: by its limit on processor time (a signal), or for want of memory.
        raise (_took_too_long(limits) if ended.returncode in (-9, -24) else _too_complex()) from error
    if "refused" in answer:
        raise IntakeRefused(*answer["refused"])
    return Intake(s.score_from_json(answer["score"]), answer["title"], answer["changes"])


def sniff(data: bytes) -> str:
    """ "midi", "musicxml" or "abc", by what the data is. Raises IntakeRefused for anything else."""
    if data[:4] == b"MThd" or (data[:4] == b"RIFF" and data[8:12] == b"RMID"):
        return "midi"
    if data[:2] == b"PK":
        return "musicxml"
    head = data[:65536]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "ignore").encode()
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        if b"<score-partwise" in head or b"<score-timewise" in head:
            return "musicxml"
        raise _unknown("It is a web page or another XML file, not MusicXML.")
    if re.search(rb"^K:", head, flags=re.MULTILINE) and b"\0" not in head:
        return "abc"
    for mark, name in _OTHERS:
        if head.startswith(mark):
            raise _unknown(f"It is {name}.")
    raise _unknown("")


_OTHERS = (
    (b"ID3", "an MP3 recording, which holds sound, not notes"),
    (b"\xff\xfb", "an MP3 recording, which holds sound, not notes"),
    (b"RIFF", "a recording, which holds sound, not notes"),
    (b"OggS", "a recording, which holds sound, not notes"),
    (b"fLaC", "a recording, which holds sound, not notes"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)


def read_here(data: bytes, filename: str, limits: Limits) -> Intake:
    """As read_upload, in this process and without its limits on time and memory."""
    _check_size(data, limits)
    kind = sniff(data)
    try:
        score, title, changes = (_read_midi if kind == "midi" else _read_notation)(data, kind, limits)
    except smf.TooManyEventsError as error:
        raise IntakeRefused(
            "too_many_events",
            f"The file has more than {limits.max_events:,} events, the most that one may have: {error}. "
            "Nothing was uploaded.",
        ) from error
    except MusicError as error:
        named = {"midi": "MIDI", "musicxml": "MusicXML", "abc": "ABC"}[kind]
        reason = f"This {named} file cannot be read: {str(error).rstrip('.')}. Nothing was uploaded."
        raise IntakeRefused("broken_file", reason) from error
    score, more = _cleaned(score)
    _check_score(score, limits)
    return Intake(score, _title(title, filename), [*changes, *more])


def _read_midi(data: bytes, kind: str, limits: Limits) -> tuple[Score, str, list[str]]:
    reading = smf.read(data, max_events=limits.max_events)
    changes = []
    if reading.form == 2:
        changes.append(
            f"Its {reading.counts['patterns']} patterns (a format 2 file) were laid one after the other."
        )
    if reading.old is None:
        changes.append(
            "Times were counted in seconds (SMPTE); here they are written at 120 quarter notes a minute."
        )
    elif reading.old != TICKS_PER_QUARTER:
        exactly = "" if TICKS_PER_QUARTER % reading.old == 0 else ", to the nearest"
        changes.append(
            f"Times were counted in {reading.old} ticks a quarter note; here a quarter has "
            f"{TICKS_PER_QUARTER}{exactly}."
        )
    return reading.score, reading.title, changes + _sentences(reading.counts)


def _read_notation(data: bytes, kind: str, limits: Limits) -> tuple[Score, str, list[str]]:
    from generator.music import notation  # brings music21, which MIDI files need not wait for

    parsed = notation.parse_abc(data, first_only=True)[0] if kind == "abc" else notation.parse_musicxml(data)
    return parsed.score, parsed.title, _sentences(parsed.counts)


# What was met and not kept → one sentence for one of it, one for several.
SENTENCES: dict[str, tuple[str, str]] = {
    "no tempo": ("The file names no tempo; 120 quarter notes a minute were assumed.",) * 2,
    "no metre": ("The file names no metre; 4/4 was assumed.",) * 2,
    "notes without an end": (
        "A note had no end; it was ended with its track.",
        "{n} notes had no end; they were ended with their tracks.",
    ),
    "notes without length": (
        "A note of no length was given the shortest there is.",
        "{n} notes of no length were given the shortest there is.",
    ),
    "ends of nothing": ("An end without a note was left out.", "{n} ends without a note were left out."),
    "tracks with overlapping notes": (
        "Where a note was struck again while it sounded, its first sound was ended there (in one track).",
        "Where a note was struck again while it sounded, its first sound was ended there (in {n} tracks).",
    ),
    "instruments in shared tracks": (
        "A track that held several instruments was parted.",
        "Tracks that held several instruments were parted: {n} tracks came of them.",
    ),
    "tempos under SMPTE": (
        "A tempo was left out, since times were in seconds.",
        "{n} tempos were left out, since times were in seconds.",
    ),
    "impossible tempos": (
        "A tempo of no meaning was left out.",
        "{n} tempos of no meaning were left out.",
    ),
    "impossible metres": (
        "A metre of no meaning was left out.",
        "{n} metres of no meaning were left out.",
    ),
    "words": ("A text or lyric is not kept.", "{n} lyrics and texts are not kept."),
    "controls": (
        "A movement of a pedal or a controller is not kept.",
        "{n} movements of pedals, volume and other controllers are not kept.",
    ),
    "bends": ("A pitch bend is not kept.", "{n} pitch bends are not kept."),
    "key signatures": ("The key signature is not kept.", "{n} key signatures are not kept."),
    "system messages": (
        "A message to one make of synthesizer is not kept.",
        "{n} messages to one make of synthesizer are not kept.",
    ),
    "broken events": ("A broken event was left out.", "{n} broken events were left out."),
    "unknown chunks": (
        "A block that is not MIDI was left out.",
        "{n} blocks that are not MIDI were left out.",
    ),
    "bytes after the end": (
        "One byte after the end was left out.",
        "{n} bytes after the end were left out.",
    ),
    "tracks without an end": (
        "A track without an end mark was ended with its last event.",
        "{n} tracks without an end mark were ended with their last events.",
    ),
    "tracks announced wrongly": ("The file announced another number of tracks than it has.",) * 2,
    "repeats played out": (
        "Repeats were played out, which made it one bar longer.",
        "Repeats were played out, which made it {n} bars longer.",
    ),
    "jumps not followed": ("A jump (D.C., D.S. or coda) leads nowhere and was not followed.",) * 2,
    "grace notes": ("A grace note was left out.", "{n} grace notes were left out."),
    "chord symbols not understood": (
        "A chord symbol was not understood and is silent.",
        "{n} chord symbols were not understood and are silent.",
    ),
    "notes out of range": (
        "A note outside the range of MIDI was left out.",
        "{n} notes outside the range of MIDI were left out.",
    ),
    "other tunes": (
        "The file holds two tunes; this is the first.",
        "The file holds several tunes; this is the first, {n} others were left.",
    ),
    "unreadable tunes": (
        "A tune before this one could not be read.",
        "{n} tunes before this one could not be read.",
    ),
}


def _sentences(counts: Counter[str]) -> list[str]:
    return [
        (one if counts[what] == 1 else several).format(n=f"{counts[what]:,}")
        for what, (one, several) in SENTENCES.items()
        if counts[what] > 0
    ]


def _cleaned(score: Score) -> tuple[Score, list[str]]:
    """The score without empty tracks, every track with a name that can be shown."""
    changes = []
    tracks = [track for track in score.tracks if track.notes.size]
    empty = len(score.tracks) - len(tracks)
    if empty:
        changes.append(
            "A track without notes was left out."
            if empty == 1
            else f"{empty} tracks without notes were left out."
        )
    parts = Counter((track.name, track.program, track.is_drum) for track in tracks)
    names = Counter(name for name, _, _ in parts)
    named = []
    for track in tracks:
        name = _plain(track.name, LONGEST_NAME)
        # One name for several instruments tells them apart no better than none.
        if not name or names[track.name] > 1:
            name = instrument_name(track)
        named.append(replace(track, name=name, role=role_of(name, track.is_drum)))
    unnamed = sum(not _plain(track.name, LONGEST_NAME) for track in tracks)
    if unnamed:
        one = "A track without a name was called after its instrument."
        many = f"{unnamed} tracks without a name were called after their instruments."
        changes.append(one if unnamed == 1 else many)
    return replace(score, tracks=tuple(named)), changes


def instrument_name(track: Track) -> str:
    """What General MIDI calls the track's instrument."""
    import pretty_midi

    return "Drums" if track.is_drum else str(pretty_midi.program_to_instrument_name(track.program))


def _title(title: str, filename: str) -> str:
    """The file's own title; where it has none worth showing, its name without the ending."""
    title = _plain(title, LONGEST_TITLE)
    if PLAIN_TITLES.fullmatch(title):
        stem = PurePath(filename.replace("\\", "/")).name.rsplit(".", 1)[0]
        title = _plain(stem.replace("_", " "), LONGEST_TITLE)
    return title or "Untitled"


def _plain(words: str, longest: int) -> str:
    """The words on one line, without control characters, not longer than that."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in words)
    kept = "".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    return " ".join(kept.split())[:longest].strip()


def _check_size(data: bytes, limits: Limits) -> None:
    if not data:
        raise IntakeRefused("empty_file", "The file is empty. Nothing was uploaded.")
    if len(data) > limits.max_bytes:
        raise IntakeRefused(
            "too_large",
            f"The file has {len(data) / 2**20:.1f} MiB; {limits.max_bytes / 2**20:g} MiB is the most. "
            "Nothing was uploaded.",
        )


def _check_score(score: Score, limits: Limits) -> None:
    n_notes, minutes = s.n_notes(score), s.duration_seconds(score) / 60
    if n_notes == 0:
        raise IntakeRefused("no_notes", "There is no note in this file. Nothing was uploaded.")
    if len(score.tracks) > limits.max_tracks:
        raise IntakeRefused(
            "too_many_tracks",
            f"The file has {len(score.tracks)} tracks with notes; {limits.max_tracks} is the most. "
            "Nothing was uploaded.",
        )
    if n_notes > limits.max_notes:
        raise IntakeRefused(
            "too_many_notes",
            f"The file has {n_notes:,} notes; {limits.max_notes:,} is the most that one may have. "
            "Nothing was uploaded.",
        )
    if minutes > limits.max_minutes:
        raise IntakeRefused(
            "too_long",
            f"The piece lasts {minutes:,.0f} minutes; {limits.max_minutes:g} is the most that one may last. "
            "Nothing was uploaded.",
        )


def _unknown(what: str) -> IntakeRefused:
    return IntakeRefused(
        "unknown_format",
        f"This is not a MIDI, MusicXML or ABC file. {what} Nothing was uploaded.".replace("  ", " "),
    )


def _took_too_long(limits: Limits) -> IntakeRefused:
    return IntakeRefused(
        "took_too_long",
        f"Reading this file took longer than the {limits.seconds} seconds that a file may take. "
        "Nothing was uploaded.",
    )


def _too_complex() -> IntakeRefused:
    return IntakeRefused(
        "too_complex", "Reading this file takes more memory than a file may take. Nothing was uploaded."
    )


def main(arguments: Sequence[str]) -> int:
    """Read standard input within the limits, write the answer to standard output."""
    filename, limits = arguments[0], Limits(**json.loads(arguments[1]))
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        # Where the system knows no such limit, the clock in read_upload still holds.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
    answer: dict[str, Any]
    try:
        intake = read_here(sys.stdin.buffer.read(), filename, limits)
        answer = {"score": s.score_to_json(intake.score), "title": intake.title, "changes": intake.changes}
    except IntakeRefused as refusal:
        answer = {"refused": [refusal.code, refusal.message]}
    except (MemoryError, RecursionError):
        too_complex = _too_complex()
        answer = {"refused": [too_complex.code, too_complex.message]}
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
