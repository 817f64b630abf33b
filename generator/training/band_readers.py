"""Readers for music of a whole band: games, arrangements, and the Lakh Pianoroll Dataset."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np

from generator.music import score as s
from generator.music.bandroll import role_of_track
from generator.music.midi import read_midi
from generator.music.notes import MusicError, Notes, notes_from_columns, rescale
from generator.music.score import Score, Tempo, Track
from generator.training.readers import Found, Memory, Piece, Reader, Unreadable
from generator.training.sources import Files, named, the_file


def side_of(key: str) -> str:
    """Eight, one and one in ten by a hash: whatever has one key stands on one side."""
    draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % 10
    return "test" if draw == 0 else "valid" if draw == 1 else "train"


def read_games(files: Files, memory: Memory) -> Iterator[Found]:
    """Music of free games; index.csv names each file's source and licence."""
    for name, row in _indexed(files):
        label = "games-" + str(PurePosixPath(row["file"]).with_suffix("")).replace("/", "-")
        credit = f"{row['source']}, {row['licence']}"
        # Revisions of one song were thinned out already; what is left of a name keeps together.
        tune = re.sub(r"^[0-9a-f]{10}_", "", PurePosixPath(row["file"]).stem)
        yield _midi_piece(files, name, label, tune, credit)


def read_arranged(files: Files, memory: Memory) -> Iterator[Found]:
    """Band arrangements; the two of one tune stand on one side."""
    for name, row in _indexed(files):
        label = "arranged-" + str(PurePosixPath(row["file"]).with_suffix("")).replace("/", "-")
        credit = f"{row['tune_source']} {row['tune']}, arranged in the style {row['style']}"
        yield _midi_piece(files, name, label, f"{row['tune_source']} {row['tune']}", credit)


def _indexed(files: Files) -> Iterator[tuple[str, dict[str, str]]]:
    """The files that index.csv lists, with their rows."""
    index = the_file(files, "index.csv")
    folder = PurePosixPath(index).parent
    for row in csv.DictReader(io.StringIO(files.read(index).decode("utf-8"))):
        yield str(folder / row["file"]), row


def _midi_piece(files: Files, name: str, label: str, tune: str, credit: str) -> Found:
    try:
        score = read_midi(files.read(name))
        if not s.n_notes(score):
            raise MusicError("there is no note in it")
    except (MusicError, KeyError) as error:
        return Unreadable(name, str(error))
    title = PurePosixPath(name).stem
    tracks = tuple(replace(track, role=role_of_track(track) or "other") for track in score.tracks)
    score = replace(score, tracks=tracks)
    return Piece(label, title, score, side=side_of(tune), credit=credit, regular=len(score.metres) == 1)


def read_lpd(files: Files, memory: Memory) -> Iterator[Found]:
    """The Lakh Pianoroll Dataset (lpd_5 cleansed, or any other of its .npz): pypianoroll's sparse form.

    A song's versions lie in one folder and stand on one side. Rolls have no onsets: a pitch that goes on
    sounding is one note.
    """
    for name in named(files, ".npz"):
        path = PurePosixPath(name)
        label = "lpd-" + str(path.with_suffix("")).replace("/", "-")
        try:
            score = lpd_score(files.read(name))
        except MusicError as error:
            yield Unreadable(name, str(error))
            continue
        yield Piece(label, path.stem, score, side=side_of(path.parent.name or path.stem))


def lpd_score(data: bytes) -> Score:
    """The score in one .npz that pypianoroll wrote (a Multitrack): CSC matrices and info.json.

    Track i is the matrix pianoroll_i (time × 128, velocities). Raises MusicError when a part is missing.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            info = json.loads(zipfile.ZipFile(io.BytesIO(data)).read("info.json"))
            resolution = int(info.get("beat_resolution") or info["resolution"])
            tempo = np.asarray(archive["tempo"], dtype=float).ravel() if "tempo" in archive else np.zeros(0)
            tracks = []
            length = 0
            for number in range(len(info) + 1):
                about = info.get(str(number))
                if not isinstance(about, dict):
                    continue
                n_steps, notes = _sparse_notes(archive, f"pianoroll_{number}", resolution)
                length = max(length, n_steps)
                is_drum = bool(about["is_drum"])
                name = str(about.get("name") or number)
                tracks.append(
                    Track(name, s.role_of(name, is_drum), int(about["program"]) & 127, is_drum, notes)
                )
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise MusicError(f"this is not a multitrack that pypianoroll wrote: {error}") from error
    if not any(track.notes.size for track in tracks):
        raise MusicError("there is no note in it")
    bpm = float(np.median(tempo)) if tempo.size else s.DEFAULT_BPM
    end = int(rescale(length, old=resolution))
    return Score(tuple(tracks), (Tempo(0, bpm),), length=end)


def _sparse_notes(archive: np.lib.npyio.NpzFile, name: str, resolution: int) -> tuple[int, Notes]:
    """The notes in one matrix, compressed by columns (scipy's CSC), without unpacking it, and its steps."""
    n_steps, n_pitches = (int(size) for size in archive[f"{name}_csc_shape"])
    step = np.asarray(archive[f"{name}_csc_indices"], dtype=np.int64)
    value = np.asarray(archive[f"{name}_csc_data"])
    pointer = np.asarray(archive[f"{name}_csc_indptr"], dtype=np.int64)
    pitch = np.repeat(np.arange(n_pitches), np.diff(pointer))
    order = np.lexsort((step, pitch))
    step, pitch = step[order], pitch[order]
    # Booleans (a binarised roll) sound at a usual velocity.
    velocity = np.where(value[order] > 1, value[order], 80).astype(np.int64).clip(1, 127)
    begins = np.ones(step.size, dtype=bool)
    begins[1:] = (np.diff(step) != 1) | (np.diff(pitch) != 0)
    first = np.flatnonzero(begins)
    count = np.diff(np.append(first, step.size))
    start = rescale(step[first], old=resolution)
    stop = rescale(step[first] + count, old=resolution)
    return n_steps, notes_from_columns(start, np.maximum(1, stop - start), pitch[first], velocity[first])


BAND_READERS: dict[str, Reader] = {
    "multitrack_games": read_games,
    "multitrack_arranged": read_arranged,
    "lpd": read_lpd,
}
