"""Where the training music comes from, and how its files are reached: folder, archive or network."""

from __future__ import annotations

import hashlib
import os
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import urlparse

from tqdm import tqdm

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


class DatasetError(Exception):
    """A data set cannot be had; the message says why and what to do."""


@dataclass(frozen=True)
class Source:
    """A data set as the world knows it.

    address: of an archive that holds its files; "" when they come with the music21 package.
    sums: SHA-256 of the files that carry all of the music, by the end of their name.
    """

    name: str
    title: str
    licence: str
    credit: str
    address: str = ""
    package_folder: str = ""
    sums: dict[str, str] = field(default_factory=dict)


SOURCES = {
    source.name: source
    for source in (
        Source(
            "jsb",
            "382 four-part Bach chorales on a sixteenth grid, voices apart, in the standard split",
            "the music is in the public domain; no licence is stated for the encoding",
            "Boulanger-Lewandowski, Bengio, Vincent (ICML 2012); encoding by Cheng-Zhi Anna Huang",
            "https://github.com/czhuang/JSB-Chorales-dataset/archive/refs/heads/master.zip",
            sums={
                "Jsb16thSeparated.json": "79294cc374f9252e95ef4b703161524c1c53dc1f712c236f00f1c1f5d54af5a7",
                "jsb-chorales-quarter.json": (
                    "2db9329f1881a1d3f49703ec556bf1d6f84b4f6c1d702c156536e93cf31e1c91"
                ),
            },
        ),
        Source(
            "jsb-quarter",
            "the same chorales as sets of pitches on a quarter grid, as the published likelihoods use them",
            "as jsb",
            "Boulanger-Lewandowski, Bengio, Vincent (ICML 2012)",
            "https://github.com/czhuang/JSB-Chorales-dataset/archive/refs/heads/master.zip",
            sums={
                "jsb-chorales-quarter.json": (
                    "2db9329f1881a1d3f49703ec556bf1d6f84b4f6c1d702c156536e93cf31e1c91"
                )
            },
        ),
        Source(
            "pop909",
            "Chinese pop songs: melody, bridge and piano, bars from the beat files",
            "MIT",
            "Wang, Chen, Jiang, Zhang, Xu, Dai, Bin, Xia (ISMIR 2020)",
            "https://github.com/music-x-lab/POP909-Dataset/archive/refs/heads/master.zip",
        ),
        Source(
            "nottingham",
            "British and American folk tunes: melody and chords",
            "GPL-3.0",
            "Jukedeck, after the Nottingham Music Database by Eric Foxley",
            "https://github.com/jukedeck/nottingham-dataset/archive/refs/heads/master.zip",
        ),
        Source(
            "folk",
            "Ryan's Mammoth Collection (1883) and O'Neill's Music of Ireland (1903): melodies",
            "both books are in the public domain",
            "transcribed by volunteers named in each file; Cuthbert and Ariza, music21 (ISMIR 2010)",
            package_folder="corpus",
        ),
        Source(
            "openewld",
            "lead sheets: melody and chord symbols",
            "MIT; works first performed up to 1930 where an index.csv of such works lies beside them",
            "Simonetta, OpenEWLD (2018), doi:10.5281/zenodo.4332855",
            "https://github.com/00sapo/OpenEWLD/archive/refs/heads/master.zip",
        ),
        Source(
            "groove",
            "human drumming on an electronic kit: beats and fills, in the set's own split",
            "CC BY 4.0",
            "Groove MIDI Dataset, Google LLC; Gillick, Roberts, Engel, Eck, Bamman (ICML 2019)",
            "https://storage.googleapis.com/magentadata/datasets/groove/groove-v1.0.0-midionly.zip",
        ),
        Source(
            "music21",
            "the works of Bach in music21's own corpus; any other of its folders with --from",
            "see the corpus's license.txt",
            "Cuthbert and Ariza, music21 (ISMIR 2010)",
            package_folder="corpus/bach",
        ),
    )
}

GIVEN = {
    "multitrack_games": """\
236 pieces written for free games (Freedoom, BSD-3-Clause; Simutrans, Artistic-1.0;
  OpenTTD's OpenMSX, GPL-2.0; Planet Blupi, GPL-3.0 or later), by the contributors credited there.""",
    "multitrack_arranged": """\
2,066 arrangements of tunes from POP909 (MIT), Nottingham (GPL-3.0) and OpenEWLD
  (songs first performed up to 1930), rendered with MMA, whose styles are GPL-2.0 or later: read strictly, GPL
  material.""",
}
"""Sets that are put together from several sources, and read from a folder: what a model card says of them."""


def card_line(name: str) -> str:
    """What a model card says of a data set."""
    if name in GIVEN:
        return f"- **{name}**: {GIVEN[name]}"
    source = SOURCES[name]
    return f"- **{source.name}**: {source.title}. {source.credit}. Licence: {source.licence}."


class Files(Protocol):
    """Named files, wherever they lie. Names are relative, with forward slashes, sorted."""

    def names(self) -> list[str]: ...

    def read(self, name: str) -> bytes: ...


class FolderFiles:
    """The files below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in found)

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


class ZipFiles:
    """The files inside a .zip."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive

    def names(self) -> list[str]:
        return sorted(info.filename for info in self.archive.infolist() if not info.is_dir())

    def read(self, name: str) -> bytes:
        return self.archive.read(name)


class TarFiles:
    """The files inside a .tar, however it is compressed; read once, since seeking back in one is slow."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self.contents: dict[str, bytes] = {}
        for member in archive:
            inner = archive.extractfile(member) if member.isfile() else None
            if inner is not None:
                self.contents[member.name] = inner.read()

    def names(self) -> list[str]:
        return sorted(self.contents)

    def read(self, name: str) -> bytes:
        return self.contents[name]


@contextmanager
def open_files(path: Path) -> Iterator[Files]:
    """The files of a folder, a .zip or a .tar. Raises DatasetError when it is none of them."""
    if path.is_dir():
        yield FolderFiles(path)
    elif not path.exists():
        raise DatasetError(f"There is nothing at {path}.")
    elif zipfile.is_zipfile(path) and path.suffix != ".mxl":
        with zipfile.ZipFile(path) as archive:
            yield ZipFiles(archive)
    elif tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            yield TarFiles(archive)
    else:
        raise DatasetError(f"{path} is neither a folder nor an archive ({', '.join(ARCHIVES)}).")


def named(files: Files, *endings: str) -> list[str]:
    """The files whose name ends so, hidden ones and the leftovers of macOS archives aside."""
    return [
        name
        for name in files.names()
        if name.lower().endswith(endings)
        and not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)
    ]


def the_file(files: Files, ending: str) -> str:
    """The one file whose name ends so. Raises DatasetError when there is none."""
    found = [name for name in files.names() if name == ending or name.endswith("/" + ending)]
    if not found:
        raise DatasetError(f"{ending} is not among these files; is this the right folder or archive?")
    return found[0]


def check_sums(source: Source, files: Files) -> list[str]:
    """A sentence for each file that is missing or is not, byte for byte, the published one."""
    wrong = []
    for ending, expected in source.sums.items():
        try:
            found = hashlib.sha256(files.read(the_file(files, ending))).hexdigest()
        except DatasetError as error:
            wrong.append(str(error))
            continue
        if found != expected:
            wrong.append(f"{ending} has the SHA-256 {found}, not the published {expected}.")
    return wrong


def package_files(source: Source) -> Path:
    """The folder of the installed music21 package that holds a set."""
    import music21

    return Path(music21.__file__).parent / source.package_folder


def fetch(source: Source, folder: Path, *, show_progress: bool = True) -> Path:
    """Bring a set's archive from its public address into `folder`; where it is there already, use that.

    Raises DatasetError when the address cannot be reached, with the way around it.
    """
    if not source.address:
        return package_files(source)
    target = folder / f"{source.name}{_ending(source.address)}"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        request = urllib.request.Request(source.address, headers={"User-Agent": "ostinato"})
        # The addresses are the constants above.
        with urllib.request.urlopen(request, timeout=30) as answer, os.fdopen(handle, "wb") as out:  # nosec B310
            size = int(answer.headers.get("Content-Length") or 0) or None
            with tqdm(
                total=size, unit="B", unit_scale=True, desc=source.name, disable=not show_progress
            ) as bar:
                while block := answer.read(1 << 16):
                    out.write(block)
                    bar.update(len(block))
        os.replace(unfinished, target)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        host = urlparse(source.address).hostname or source.address
        raise DatasetError(
            f"{host} cannot be reached from here ({reason}). If you have the files already, or can get them "
            f"from {source.address} elsewhere, take them from there: "
            f"manage.py dataset {source.name} --from FOLDER_OR_ARCHIVE"
        ) from error
    finally:
        Path(unfinished).unlink(missing_ok=True)
    return target


def _ending(address: str) -> str:
    return next((ending for ending in ARCHIVES if address.endswith(ending)), ".zip")
