"""Files → pieces → sides → a cache → the same pieces."""

import gzip
import io
import json
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.music.midi import write_midi
from generator.music.notation import write_musicxml
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Tempo, Track
from generator.training import sources
from generator.training.datasets import DatasetError, load, main, split, take
from generator.training.jsb_metre import Printed, metres
from generator.training.readers import Memory, Piece

TUNES = """X:1
T:The Kesh
M:6/8
L:1/8
K:G
D | GAG GAB | ABA ABd | edB A2 D | G3 G2 :|

X:2
T:Alla breve
M:C|
L:1/4
K:D
DEFG | ABcd | dcBA | GFED |]
"""


def tune(name: str, pitches: list[int], title: str = "") -> Piece:
    notes = make_notes((i * 240, 240, pitch, 80) for i, pitch in enumerate(pitches))
    return Piece(
        name, title, Score((Track("Melody", "melody", 73, False, notes),), length=len(pitches) * 240)
    )


def random_tune(name: str, seed: int, title: str = "") -> Piece:
    return tune(name, np.random.default_rng(seed).integers(50, 80, 40).tolist(), title)


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """A folder with three readable songs, one that is not, and something else."""
    folder = tmp_path / "songs"
    folder.mkdir()
    for number in range(3):
        (folder / f"song{number}.mid").write_bytes(write_midi(random_tune("", number).score))
    (folder / "torn.mid").write_bytes(b"MThd torn")
    (folder / "notes.txt").write_text("not music")
    return folder


def test_what_was_taken_in_is_loaded_again_note_for_note(songs: Path, tmp_path: Path) -> None:
    taken = take("mine", songs, tmp_path / "root", show_progress=False)
    loaded = load("mine", tmp_path / "root")
    assert [piece.name for piece in taken.pieces] == [piece.name for piece in loaded.pieces]
    assert [piece.score for piece in taken.pieces] == [piece.score for piece in loaded.pieces]
    assert len(loaded.pieces) == 3


def test_an_unreadable_file_is_named_and_counted_and_the_rest_goes_on(
    songs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mine", "--from", str(songs), "--root", str(tmp_path / "root")]) == 0
    told = capsys.readouterr()
    assert "Skipped torn.mid: " in told.err
    assert "3 pieces" in told.out
    assert "1 file could not be read" in told.out
    assert load("mine", tmp_path / "root").unreadable[0][0] == "torn.mid"


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_is_as_good_as_a_folder(songs: Path, tmp_path: Path, kind: str) -> None:
    archive = tmp_path / f"songs.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as out:
            for path in songs.iterdir():
                out.write(path, f"inside/{path.name}")
    else:
        with tarfile.open(archive, "w:gz") as out:
            out.add(songs, "inside")
    corpus = take("mine", archive, tmp_path / "root", show_progress=False)
    assert len(corpus.pieces) == 3


def test_a_folder_may_hold_every_kind_of_file(songs: Path, tmp_path: Path) -> None:
    (songs / "two.abc").write_text(TUNES)
    (songs / "line.krn").write_text("**kern\n*M4/4\n=1\n4c\n4d\n2e\n=2\n1f\n==\n*-\n")
    (songs / "band.musicxml").write_bytes(write_musicxml(random_tune("", 9).score, "Band"))
    corpus = take("mine", songs, tmp_path / "root", show_progress=False)
    titles = {piece.title for piece in corpus.pieces}
    assert {"song0", "The Kesh", "Alla breve", "line", "Band"} <= titles
    (line,) = [piece for piece in corpus.pieces if piece.title == "line"]
    assert line.score.tracks[0].notes["pitch"].tolist() == [60, 62, 64, 65]


def test_a_set_that_is_not_there_is_asked_for_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="dataset fetch jsb"):
        load("jsb", tmp_path)
    with pytest.raises(DatasetError, match="dataset mine --from FOLDER"):
        load("mine", tmp_path)


def test_a_broken_cache_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.npz").write_bytes(b"not a zip")
    with pytest.raises(DatasetError, match=r"mine\.npz is broken"):
        load("mine", tmp_path)


def test_a_split_depends_on_nothing_but_the_pieces() -> None:
    pieces = [random_tune(f"tune-{i}", i) for i in range(60)]
    names = {side: {p.name for p in members} for side, members in split(pieces).items()}
    again = {side: {p.name for p in members} for side, members in split(pieces[::-1]).items()}
    assert names == again
    without = {side: {p.name for p in members} for side, members in split(pieces[:50]).items()}
    assert all(without[side] <= names[side] for side in names)
    assert len(names["train"]) > 40
    assert names["valid"]
    assert names["test"]


def test_one_tune_under_two_names_stays_on_one_side() -> None:
    # Every other tune is the one before it, a fourth higher and begun four notes later.
    pieces = []
    for i in range(40):
        pitches = np.random.default_rng(i).integers(50, 70, 40).tolist()
        pieces += [tune(f"a{i}", pitches), tune(f"b{i}", [pitch + 5 for pitch in pitches[4:]])]
    side_of = {piece.name: side for side, members in split(pieces).items() for piece in members}
    assert all(side_of[f"a{i}"] == side_of[f"b{i}"] for i in range(40))
    assert len(set(side_of.values())) == 3


def test_one_title_stays_on_one_side() -> None:
    titles = [f"Tune of {'xyz'[i % 3] * (i + 3)}" for i in range(40)]
    pieces = [random_tune(f"a{i}", 2 * i, title) for i, title in enumerate(titles)]
    pieces += [random_tune(f"b{i}", 2 * i + 1, f"The {title.upper()}!") for i, title in enumerate(titles)]
    side_of = {piece.name: side for side, members in split(pieces).items() for piece in members}
    assert all(side_of[f"a{i}"] == side_of[f"b{i}"] for i in range(40))


def test_a_side_that_the_set_itself_names_is_kept() -> None:
    pieces = [replace(random_tune(f"p{i}", i), side="test") for i in range(5)]
    assert len(split(pieces)["test"]) == 5


def test_folk_tunes_have_their_metre_and_upbeat(tmp_path: Path) -> None:
    folder = tmp_path / "corpus" / "ryansMammoth"
    folder.mkdir(parents=True)
    (folder / "two.abc").write_text(TUNES)
    corpus = take("folk", tmp_path / "corpus", tmp_path / "root", show_progress=False)
    kesh, breve = sorted(corpus.pieces, key=lambda piece: piece.name)
    assert (kesh.title, kesh.regular, kesh.bar_offset) == ("The Kesh", True, 240)
    assert kesh.score.metres == (Metre(0, 6, 8),)
    assert kesh.bar_edges[:3].tolist() == [0, 240, 1680]
    assert kesh.score.tracks[0].role == "melody"
    assert breve.score.metres == (Metre(0, 4, 4),)  # the same bars, counted in four
    assert breve.bar_offset == 0


def test_chorales_have_four_voices_and_the_metre_of_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [[72, 67, 64, 48]] * 4 + [[74, 67, 62, -1]] * 4
    chorales = {side: [frames] for side in ("train", "valid", "test")}
    (tmp_path / "Jsb16thSeparated.json").write_text(json.dumps(chorales))
    table = tmp_path / "table.json"
    table.write_text(json.dumps({"train": [[3, 4, 4]], "valid": [[4, 4, 0]], "test": [None]}))
    monkeypatch.setattr("generator.training.readers.JSB_METRE", table)
    corpus = take("jsb", tmp_path, tmp_path / "root", show_progress=False)
    piece = corpus.train[0]
    assert [track.name for track in piece.score.tracks] == ["Soprano", "Alto", "Tenor", "Bass"]
    voices = [
        [(int(n["onset"]), int(n["duration"]), int(n["pitch"])) for n in t.notes] for t in piece.score.tracks
    ]
    assert voices == [
        [(0, 480, 72), (480, 480, 74)],
        [(0, 960, 67)],
        [(0, 480, 64), (480, 480, 62)],
        [(0, 480, 48)],
    ]
    assert (piece.score.metres, piece.bar_offset, piece.regular) == ((Metre(0, 3, 4),), 480, True)
    assert not corpus.test[0].regular


def test_pop_songs_lie_on_the_beats_of_their_beat_files(tmp_path: Path) -> None:
    song = tmp_path / "POP909" / "001"
    song.mkdir(parents=True)
    # 120 quarters a minute in the file, 100 beats a minute played: every 0.6 s, the first downbeat at 0.6 s.
    beats = [(0.6 * k, k % 2, float(k % 4 == 1)) for k in range(24)]
    (song / "beat_midi.txt").write_text("\n".join(f"{a} {b} {c}" for a, b, c in beats))
    notes = make_notes((round(0.6 * k * 960), 240, 60 + k, 80) for k in range(1, 17))
    tracks = tuple(Track(name, "other", 0, False, notes) for name in ("MELODY", "BRIDGE", "PIANO"))
    (song / "001.mid").write_bytes(write_midi(Score(tracks, (Tempo(0, 120.0),), (Metre(0, 1, 4),), 20000)))
    (piece,) = take("pop909", tmp_path, tmp_path / "root", show_progress=False).pieces
    assert piece.score.tempos == (Tempo(0, 100.0),)
    assert piece.score.metres == (Metre(0, 4, 4),)
    assert [(track.name, track.role) for track in piece.score.tracks] == [
        ("Melody", "melody"), ("Bridge", "other"), ("Piano", "piano"),
    ]  # fmt: skip
    # Beat 1 is the downbeat, so the sixteen notes fill four bars from tick 0 on.
    assert piece.score.tracks[0].notes["onset"].tolist() == [480 * k for k in range(16)]


def test_a_nottingham_tune_begins_with_its_upbeat(tmp_path: Path) -> None:
    (tmp_path / "MIDI").mkdir()
    (tmp_path / "ABC_cleaned").mkdir()
    melody = make_notes((1440 + 480 * k, 480, 60 + k, 80) for k in range(9))
    chords = make_notes((1920 * bar, 1920, pitch, 80) for bar in (1, 2) for pitch in (48, 52, 55))
    tracks = (Track("", "other", 0, False, melody), Track("", "other", 0, False, chords))
    score = Score(tracks, (), (Metre(0, 4, 4),), 3 * 1920)
    (tmp_path / "MIDI" / "jigs3.mid").write_bytes(write_midi(score))
    (tmp_path / "ABC_cleaned" / "jigs.abc").write_text("X:3\nT:A jig\nS:Trad\nM:4/4\nK:C\nC | C4 | C4 |\n")
    (piece,) = take("nottingham", tmp_path, tmp_path / "root", show_progress=False).pieces
    assert (piece.title, piece.credit, piece.bar_offset, piece.regular) == ("A jig", "Trad", 480, True)
    assert [track.role for track in piece.score.tracks] == ["melody", "chords"]
    assert piece.score.tracks[1].notes["onset"].tolist() == [480] * 3 + [2400] * 3


def test_a_fetched_archive_is_kept_and_read(
    songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "far" / "master.zip"
    archive.parent.mkdir()
    with zipfile.ZipFile(archive, "w") as out:
        for path in songs.iterdir():
            out.write(path, path.name)
    source = replace(sources.SOURCES["pop909"], name="far", address=archive.as_uri())
    monkeypatch.setitem(sources.SOURCES, "far", source)
    assert main(["fetch", "far", "--root", str(tmp_path / "root")]) == 0
    archive.unlink()  # the second time nothing is fetched
    assert main(["fetch", "far", "--root", str(tmp_path / "root")]) == 0
    assert len(load("far", tmp_path / "root").pieces) == 3


def test_no_network_is_told_with_the_way_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = replace(sources.SOURCES["pop909"], address="https://nowhere.invalid/master.zip")
    monkeypatch.setitem(sources.SOURCES, "pop909", source)
    assert main(["fetch", "pop909", "--root", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "nowhere.invalid cannot be reached" in told
    assert "manage.py dataset pop909 --from FOLDER_OR_ARCHIVE" in told
    assert not list((tmp_path / "archives").iterdir())


def test_a_file_that_is_not_the_published_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "jsb-chorales-quarter.json").write_text("{}")
    with sources.open_files(tmp_path) as files:
        (sentence,) = sources.check_sums(sources.SOURCES["jsb-quarter"], files)
    assert "not the published" in sentence


def test_what_was_read_once_is_not_read_again(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    assert memory.recall(b"file", lambda: [1, "two"]) == [1, "two"]
    assert memory.recall(b"file", lambda: pytest.fail("read again")) == [1, "two"]


def test_a_folder_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="No piece"):
        take("mine", tmp_path, tmp_path / "root", show_progress=False)
    with pytest.raises(DatasetError, match="nothing at"):
        take("mine", tmp_path / "gone", tmp_path / "root", show_progress=False)
    (tmp_path / "file.gz").write_bytes(gzip.compress(b"words"))
    with pytest.raises(DatasetError, match="neither a folder nor an archive"):
        take("mine", tmp_path / "file.gz", tmp_path / "root", show_progress=False)


def test_the_list_says_what_is_here(songs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    take("mine", songs, tmp_path / "root", show_progress=False)
    assert main(["list", "--root", str(tmp_path / "root")]) == 0
    told = capsys.readouterr().out
    assert "jsb " in told
    assert "not here yet" in told
    assert "mine         a set of your own" in told


def test_a_chorale_is_recognised_in_another_key_and_after_a_rest() -> None:
    rng = np.random.default_rng(0)
    tunes = rng.integers(60, 80, (3, 24)).repeat(4, axis=1).astype(np.int16)
    parts = [Printed(row, (3, 4), 4) for row in tunes]
    resting = np.concatenate([np.full(4, -1, np.int16), tunes[2] + 2])[:, None]
    same = (tunes[1] - 3)[:, None]
    dropped_rest = tunes[0][4:][:, None]
    unknown = rng.integers(60, 80, 96).astype(np.int16)[:, None]
    table = metres(
        {"train": [same.tolist(), dropped_rest.tolist(), unknown.tolist(), resting.tolist()]}, parts
    )
    # A beat less of the beginning is a beat less of upbeat; a rest that only the chorale has is not found.
    assert table["train"][:3] == [[3, 4, 4], [3, 4, 0], None]


def test_archives_with_macos_leftovers_are_read_without_them() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        out.writestr("a/song.mid", b"")
        out.writestr("__MACOSX/a/._song.mid", b"")
    with zipfile.ZipFile(packed) as archive:
        assert sources.named(sources.ZipFiles(archive), ".mid") == ["a/song.mid"]


def test_two_files_of_one_name_are_two_pieces_on_one_side(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / "ryansMammoth" / folder).mkdir(parents=True)
        (tmp_path / "ryansMammoth" / folder / "tune.abc").write_text(TUNES)
    corpus = take("folk", tmp_path, tmp_path / "root", show_progress=False)
    assert len({piece.name for piece in corpus.pieces}) == 4
    assert all(len(side) % 2 == 0 for side in (corpus.train, corpus.valid, corpus.test))


def test_titles_that_are_only_numbers_join_nothing() -> None:
    pieces = [random_tune(f"p{i}", i, f"bwv{i}.6.mxl") for i in range(30)]
    assert all(split(pieces).values())
