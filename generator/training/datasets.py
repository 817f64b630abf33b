"""Data sets: list, fetch, read, split by piece, keep.

    python -m generator.training.datasets list
    python -m generator.training.datasets fetch jsb
    python -m generator.training.datasets nottingham --from ~/nottingham.tar.gz
    python -m generator.training.datasets my-tunes --from ~/midi
    python -m generator.training.datasets check

`manage.py dataset` is the same. What has been read is kept as one .npz a set in var/datasets, or in the
folder that OSTINATO_DATA names; `load("jsb")` gives it back.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from generator.music import metrics
from generator.music import score as s
from generator.music.notes import NOTE, MusicError
from generator.music.score import Metre, Score, Tempo, Track
from generator.training.band_readers import BAND_READERS
from generator.training.readers import READERS, Memory, Piece, Unreadable, read_folder
from generator.training.sources import (
    SOURCES,
    DatasetError,
    check_sums,
    fetch,
    open_files,
    package_files,
)

__all__ = ["Corpus", "DatasetError", "Piece", "load", "main", "take"]

SIDES = ("train", "valid", "test")
VERSION = 1
# Two tunes with a run of so many equal notes (intervals and rhythm) are taken for one tune under two names.
SAME_TUNE = 24
# Titles that are only a file's name or a catalogue's number: nothing is alike in two of these.
FILE_NAME = re.compile(r"\.(mxl|xml|musicxml|mid|midi|abc|krn)$|^(bwv|hwv|hob|op|k)\W*\d")


@dataclass(frozen=True)
class Corpus:
    """A data set, split by piece. unreadable: (file, reason) of what was left out when it was read."""

    name: str
    train: list[Piece]
    valid: list[Piece]
    test: list[Piece]
    unreadable: list[tuple[str, str]]

    @property
    def pieces(self) -> list[Piece]:
        return [*self.train, *self.valid, *self.test]


def data_folder(root: Path | None = None) -> Path:
    """Where data sets are kept: `root`, else OSTINATO_DATA, else var/datasets beside manage.py."""
    if root is not None:
        return root
    named = os.environ.get("OSTINATO_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "var" / "datasets"


def load(name: str, root: Path | None = None) -> Corpus:
    """A data set that was taken in before. Raises DatasetError when it was not, with the command to do it."""
    path = data_folder(root) / f"{name}.npz"
    if not path.exists():
        how = f"fetch {name}" if name in SOURCES else f"{name} --from FOLDER"
        raise DatasetError(
            f"The data set {name} is not in {path.parent}. To take it in: manage.py dataset {how}"
        )
    return _read_cache(name, path)


def take(
    name: str,
    origin: Path,
    root: Path | None = None,
    *,
    limit: int | None = None,
    show_progress: bool = True,
) -> Corpus:
    """Read a data set from a folder or an archive, split it, and keep it for `load`.

    limit: stop after so many pieces. Raises DatasetError when there is nothing to read.
    """
    folder = data_folder(root)
    memory = Memory(folder / "parsed")
    pieces: list[Piece] = []
    unreadable: list[tuple[str, str]] = []
    names: dict[str, int] = {}
    with open_files(origin) as files:
        for sentence in check_sums(SOURCES[name], files) if name in SOURCES else []:
            tqdm.write(f"Caution: {sentence}", file=sys.stderr)
        reader = (READERS | BAND_READERS).get(name, read_folder)
        for found in tqdm(reader(files, memory), desc=name, unit=" pieces", disable=not show_progress):
            if isinstance(found, Unreadable):
                unreadable.append((found.name, found.reason))
                if show_progress:
                    tqdm.write(f"Skipped {found.name}: {found.reason}", file=sys.stderr)
                continue
            number = names[found.name] = names.get(found.name, 0) + 1
            pieces.append(found if number == 1 else replace(found, name=f"{found.name}~{number}"))
            if len(pieces) == limit:
                break
    if not pieces:
        raise DatasetError(f"No piece of {name} could be read from {origin}.")
    sides = split(pieces)
    corpus = Corpus(name, sides["train"], sides["valid"], sides["test"], unreadable)
    folder.mkdir(parents=True, exist_ok=True)
    _write_cache(corpus, folder / f"{name}.npz", origin)
    return corpus


def split(pieces: Sequence[Piece]) -> dict[str, list[Piece]]:
    """Pieces by side: as the set itself says, else eight, one and one in ten by a hash of the piece's name.

    Pieces with one title or one melody are kept together, and so is whatever these join, so that no tune
    stands on two sides. The same pieces always fall the same way, whatever else is in the set, unless a new
    one joins two that were apart.
    """
    sides: dict[str, list[Piece]] = {side: [] for side in SIDES}
    loose = [piece for piece in pieces if not piece.side]
    for piece in pieces:
        if piece.side:
            sides[piece.side].append(piece)
    for group in families(loose):
        key = min(piece.name for piece in group)
        draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % 10
        sides["test" if draw == 0 else "valid" if draw == 1 else "train"] += group
    for members in sides.values():
        members.sort(key=lambda piece: piece.name)
    return sides


def families(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces that are one tune, put together: by title, or by SAME_TUNE equal notes of their first track."""
    parent = list(range(len(pieces)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    seen: dict[Any, int] = {}
    for i, piece in enumerate(pieces):
        keys: list[Any] = [_plain_title(piece.title)] if _plain_title(piece.title) else []
        if piece.score.tracks:
            # Every run, not only those on some raster: the same tune may begin anywhere.
            keys += np.unique(metrics.run_hashes(piece.score.tracks[0].notes, SAME_TUNE)).tolist()
        for key in keys:
            parent[root(i)] = root(seen.setdefault(key, i))
    groups: dict[int, list[Piece]] = defaultdict(list)
    for i, piece in enumerate(pieces):
        groups[root(i)].append(piece)
    return list(groups.values())


def _plain_title(title: str) -> str:
    """The title without accents, articles, kind of dance and punctuation; "" when nothing much is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    if FILE_NAME.search(plain):
        return ""
    plain = re.sub(r"--.*$|\(.*?\)|[^a-z ]", "", re.sub(r"-", " ", plain.split("--")[0]))
    words = [word for word in plain.split() if word not in ("the", "a", "an", "la", "le")]
    return " ".join(words) if len("".join(words)) > 3 and words[0] not in ("song", "untitled") else ""


def _write_cache(corpus: Corpus, path: Path, origin: Path) -> None:
    """One .npz: all notes in a row, and everything else as JSON."""
    tables: list[np.ndarray] = []
    rows = []
    for side in SIDES:
        for piece in getattr(corpus, side):
            tables += [track.notes for track in piece.score.tracks]
            data = s.score_to_json(piece.score)
            data["tracks"] = [{**track, "notes": len(track["notes"])} for track in data["tracks"]]
            rows.append(
                {
                    "name": piece.name, "title": piece.title, "side": side, "bar_offset": piece.bar_offset,
                    "credit": piece.credit, "regular": piece.regular, "score": data,
                }
            )  # fmt: skip
    head = {"version": VERSION, "origin": origin.name, "pieces": rows, "unreadable": corpus.unreadable}
    raw = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
    notes = np.concatenate([np.empty(0, dtype=NOTE), *tables])
    unfinished = path.with_suffix(".part.npz")
    np.savez_compressed(unfinished, head=raw, notes=notes)
    unfinished.replace(path)


def _read_cache(name: str, path: Path) -> Corpus:
    try:
        with np.load(path, allow_pickle=False) as archive:
            head = json.loads(archive["head"].tobytes())
            notes = archive["notes"]
        if head["version"] != VERSION:
            raise DatasetError(f"{path} was written by another version; take {name} in again.")
        sides: dict[str, list[Piece]] = {side: [] for side in SIDES}
        at = 0
        for row in head["pieces"]:
            tracks = []
            for track in row["score"]["tracks"]:
                tracks.append(Track(**{**track, "notes": notes[at : at + track["notes"]]}))
                at += track["notes"]
            score = Score(
                tuple(tracks),
                tuple(Tempo(*tempo) for tempo in row["score"]["tempos"]),
                tuple(Metre(*metre) for metre in row["score"]["metres"]),
                row["score"]["length"],
            )
            sides[row["side"]].append(
                Piece(
                    row["name"],
                    row["title"],
                    score,
                    row["bar_offset"],
                    row["side"],
                    credit=row["credit"],
                    regular=row["regular"],
                )
            )
    except (OSError, ValueError, KeyError, TypeError, MusicError) as error:
        raise DatasetError(f"{path} is broken ({error}); delete it and take {name} in again.") from error
    unreadable = [(file, reason) for file, reason in head["unreadable"]]
    return Corpus(name, sides["train"], sides["valid"], sides["test"], unreadable)


def describe(corpus: Corpus) -> str:
    """What a corpus holds, for people."""
    sizes = ", ".join(f"{len(getattr(corpus, side))} {side}" for side in SIDES)
    notes = sum(s.n_notes(piece.score) for piece in corpus.pieces)
    hours = sum(s.duration_seconds(piece.score) for piece in corpus.pieces) / 3600
    words = f"{corpus.name}: {len(corpus.pieces)} pieces ({sizes}), {notes:,} notes, {hours:.1f} hours"
    odd = sum(not piece.regular for piece in corpus.pieces)
    if odd:
        words += f"; {odd} with bars of more than one length or notes off the grid"
    if corpus.unreadable:
        count = len(corpus.unreadable)
        words += f"; {count} file{'s' if count > 1 else ''} could not be read"
    return words + "."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command, for manage.py too."""
    parser.add_argument("what", help="list, fetch, check, or the name of a data set to take in with --from")
    parser.add_argument("names", nargs="*", metavar="NAME", help="to fetch or check; none checks all")
    parser.add_argument("--from", dest="origin", type=Path, metavar="FOLDER_OR_ARCHIVE", help="its files")
    parser.add_argument("--limit", type=int, metavar="N", help="stop after N pieces")
    parser.add_argument("--root", type=Path, metavar="FOLDER", help="where data sets are kept")


def run(
    what: str, names: Sequence[str], origin: Path | None, limit: int | None, root: Path | None
) -> list[str]:
    """Do what the command says; the lines to show. Raises DatasetError."""
    if what == "list":
        return list(_listing(root))
    if what == "check":
        return list(_checks(names or sorted(p.stem for p in data_folder(root).glob("*.npz")), root))
    if what == "fetch":
        if not names:
            raise DatasetError(f"Name what to fetch: {', '.join(SOURCES)}.")
        return [_fetch_one(name, limit, root) for name in names]
    if origin is None:
        known = ", ".join(SOURCES)
        raise DatasetError(f"{what}: say fetch for one of {known}, or --from where its files lie.")
    return [describe(take(what, origin, root, limit=limit))]


def _fetch_one(name: str, limit: int | None, root: Path | None) -> str:
    if name not in SOURCES:
        raise DatasetError(f"There is no data set {name}; there are {', '.join(SOURCES)}.")
    archive = fetch(SOURCES[name], data_folder(root) / "archives")
    return describe(take(name, archive, root, limit=limit))


def _listing(root: Path | None) -> Iterable[str]:
    here = {path.stem for path in data_folder(root).glob("*.npz")}
    for source in SOURCES.values():
        state = "here" if source.name in here else "not here yet"
        yield f"{source.name:12} {source.title} ({state})"
        yield f"{'':12} {source.licence}; {source.credit}"
        yield f"{'':12} {source.address or f'{package_files(source)} (comes with music21)'}"
    for name in sorted(here - set(SOURCES)):
        yield f"{name:12} a set of your own"


def _checks(names: Sequence[str], root: Path | None) -> Iterable[str]:
    if not names:
        yield f"There is no data set in {data_folder(root)} yet."
    for name in names:
        yield describe(load(name, root))
        archive = next((data_folder(root) / "archives").glob(f"{name}.*"), None)
        if archive is not None and SOURCES[name].sums:
            with open_files(archive) as files:
                wrong = check_sums(SOURCES[name], files)
            yield from wrong or [f"{name}: its archive has the published sums."]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m generator.training.datasets", description=__doc__)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    try:
        for line in run(options.what, options.names, options.origin, options.limit, options.root):
            print(line)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
