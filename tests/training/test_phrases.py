"""Bands' data sets: read, split by tune, cut into phrases, kept packed."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from generator.music.bandroll import BAND, STRUCK, score_to_bandroll
from generator.music.midi import write_midi
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Track
from generator.training.band_readers import lpd_score
from generator.training.datasets import DatasetError, load, take
from generator.training.phrases import build, even_stretches, load_phrases

BAR = 1920


def song(seed: int, bars: int = 6, metres: tuple[Metre, ...] = (Metre(0, 4, 4),)) -> Score:
    """A band in C major: every role plays a note on each beat."""
    rng = np.random.default_rng(seed)
    programs = {"bass": 33, "drums": 0, "guitar": 25, "piano": 0, "strings": 48}
    tracks = []
    for role in BAND:
        pitches = rng.choice([36, 38, 42] if role == "drums" else [48, 52, 55, 57, 60], bars * 4)
        notes = make_notes((i * 480, 240, int(pitch), 80) for i, pitch in enumerate(pitches))
        tracks.append(Track(role.title(), role, programs[role], role == "drums", notes))
    return Score(tuple(tracks), metres=metres, length=bars * BAR)


@pytest.fixture
def games(tmp_path: Path) -> Path:
    """A folder like multitrack_games: files and index.csv."""
    folder = tmp_path / "multitrack_games"
    (folder / "freedoom").mkdir(parents=True)
    rows = ["file,source,licence"]
    for number in range(6):
        name = f"freedoom/song{number}.mid"
        (folder / name).write_bytes(write_midi(song(number)))
        rows.append(f"{name},freedoom,BSD-3-Clause")
    (folder / "index.csv").write_text("\n".join(rows))
    return folder


def test_a_set_is_cut_into_phrases_at_every_bar(games: Path, tmp_path: Path) -> None:
    corpus = take("multitrack_games", games, tmp_path, show_progress=False)
    assert {piece.credit for piece in corpus.pieces} == {"freedoom, BSD-3-Clause"}
    build("multitrack_games", tmp_path)
    sides = {side: load_phrases(["multitrack_games"], side, tmp_path) for side in ("train", "valid", "test")}
    assert sum(map(len, sides.values())) == 6 * 3  # six bars hold three windows of four
    phrases = sides["train"]
    assert (phrases.active == 31).all()
    assert len(phrases.whole_band()) == len(phrases)
    piece = next(p for p in load("multitrack_games", tmp_path).train)
    pitched, drums = phrases.rolls(np.array([1]))
    # The second window of the first piece, as drawn straight from its score (in white keys).
    moved = [score_to_bandroll(piece.score, semitones=k) for k in range(-6, 6)]
    assert any(np.array_equal(roll.pitched[:, 1:5], pitched[0]) for roll in moved)
    assert np.array_equal(moved[0].drums[1:5], drums[0])
    assert not phrases.pitched[0].flags.writeable  # memory-mapped


def test_arrangements_of_one_tune_stand_on_one_side(tmp_path: Path) -> None:
    folder = tmp_path / "arranged"
    (folder / "nottingham").mkdir(parents=True)
    rows = ["file,tune_source,tune,style"]
    for tune in range(12):
        for letter in "ab":
            name = f"nottingham/tune{tune}_{letter}.mid"
            (folder / name).write_bytes(write_midi(song(2 * tune + (letter == "b"), bars=4)))
            rows.append(f"{name},nottingham,tune{tune},folk")
    (folder / "index.csv").write_text("\n".join(rows))
    corpus = take("multitrack_arranged", folder, tmp_path, show_progress=False)
    for side in (corpus.train, corpus.valid, corpus.test):
        tunes = [piece.name.rpartition("_")[0] for piece in side]
        assert all(tunes.count(tune) == 2 for tune in tunes)


def test_a_plain_folder_of_midi_is_merged_too(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.mid").write_bytes(write_midi(song(number)))
    take("mine", folder, tmp_path, show_progress=False)
    assert "18 bars" in build("mine", tmp_path)


def test_bars_of_another_metre_part_the_phrases() -> None:
    metres = (Metre(0, 4, 4), Metre(4 * BAR, 3, 4), Metre(4 * BAR + 1440, 4, 4))
    score = Score(song(0, 9).tracks, metres=metres, length=9 * BAR)
    assert [stretch.length // BAR for stretch in even_stretches(score)] == [4, 4]


def test_phrases_that_were_never_cut_say_how(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"python -m generator\.training\.phrases lpd"):
        load_phrases(["lpd"], "train", tmp_path)


def lpd_file(tracks: dict[str, tuple[int, bool, np.ndarray]], resolution: int = 24) -> bytes:
    """A file as pypianoroll writes it: CSC matrices without scipy."""
    arrays: dict[str, np.ndarray] = {"tempo": np.full(96, 90.0), "downbeat": np.zeros(96, bool)}
    info: dict[str, object] = {"beat_resolution": resolution, "name": "song"}
    for number, (name, (program, is_drum, roll)) in enumerate(tracks.items()):
        step, pitch = np.nonzero(roll)
        order = np.lexsort((step, pitch))
        key = f"pianoroll_{number}_csc_"
        arrays[key + "shape"] = np.array(roll.shape)
        arrays[key + "indices"] = step[order]
        arrays[key + "data"] = roll[step[order], pitch[order]]
        counts = np.bincount(pitch, minlength=roll.shape[1])
        arrays[key + "indptr"] = np.concatenate([[0], np.cumsum(counts)])
        info[str(number)] = {"program": program, "is_drum": is_drum, "name": name}
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **arrays)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("info.json", json.dumps(info))
    return out.getvalue()


def test_a_file_of_the_lakh_pianoroll_dataset(tmp_path: Path) -> None:
    bass = np.zeros((4 * 96, 128), np.uint8)
    bass[0:24, 40] = 100
    bass[48:60, 43] = 70
    drums = np.zeros((4 * 96, 128), np.uint8)
    drums[::24, 36] = 90
    data = lpd_file({"Drums": (0, True, drums), "Bass": (33, False, bass), "Piano": (0, False, 0 * bass)})
    score = lpd_score(data)
    assert score.length == 4 * BAR
    assert score.tempos[0].bpm == 90
    assert [track.role for track in score.tracks] == ["drums", "bass", "piano"]
    assert score.tracks[1].notes.tolist() == [(0, 480, 40, 100), (960, 240, 43, 70)]
    roll = score_to_bandroll(score)
    assert (roll.pitched[0] == STRUCK).sum() == 2
    assert roll.drums.sum() == 16
    folder = tmp_path / "lpd_5" / "TRAAA"
    folder.mkdir(parents=True)
    (folder / "abc.npz").write_bytes(data)
    (folder / "torn.npz").write_bytes(data[:200])
    corpus = take("lpd", tmp_path / "lpd_5", tmp_path, show_progress=False)
    assert len(corpus.pieces) == 1
    assert "pypianoroll" in corpus.unreadable[0][1]
