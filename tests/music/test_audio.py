"""Score → sound files: right length, right pitch, tracks that sum to the mix."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from generator.music.audio import FORMATS, SAMPLE_RATE, AudioError, Order, play, render, stem_name
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Tempo, Track
from tests.conftest import small_score

BANK = Path(__file__).resolve().parents[2] / "frontend/soundfonts/server/FluidR3Mono_GM.sf3"


def order(tmp_path: Path, kind: str = "wav", score: Score | None = None) -> Order:
    return Order(
        score=score or small_score(2, pitch=69),
        kind=kind,
        target=tmp_path / f"out.{FORMATS[kind].suffix}",
        bank=BANK,
        most_seconds=60,
        tags={"title": "<b>Été 😀", "artist": "alice", "comment": "http://example.org/pieces/x/"},
        extras={"ostinato.json": "{}"},
    )


def two_tracks() -> Score:
    low = Track("Bass / ../x", "bass", 32, False, make_notes([(0, 1920, 40, 90)]))
    high = Track("Melody", "melody", 0, False, make_notes([(0, 480, 72, 90), (960, 480, 76, 70)]))
    empty = Track("Nothing", "other", 0, False)
    return Score((low, high, empty), (Tempo(0, 120.0),), (Metre(0, 4, 4),), 1920)


@pytest.mark.parametrize("kind", ["wav", "ogg", "mp3"])
def test_a_file_lasts_as_long_as_the_music_and_says_what_it_is(tmp_path: Path, kind: str) -> None:
    asked = order(tmp_path, kind)
    shares: list[float] = []
    render(asked, shares.append)
    with soundfile.SoundFile(asked.target) as file:
        assert (file.samplerate, file.channels) == (SAMPLE_RATE, 2)
        assert file.title == "<b>Été 😀"
        assert file.comment == "http://example.org/pieces/x/"
        samples = file.read()
    # Eight quarters at 120 last four seconds; the last note rings on for some more.
    assert 4.0 < len(samples) / SAMPLE_RATE < 7.0
    assert 0.8 < np.abs(samples).max() < 1.0
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def cents_off(samples: np.ndarray[Any, Any], hertz: float) -> float:
    """How far from `hertz` the comb of eight partials lies that fits the sound best, within six semitones."""
    spectrum = np.sqrt(np.abs(np.fft.rfft(samples * np.hanning(samples.size), 4 * samples.size)))
    width = SAMPLE_RATE / (4 * samples.size)
    cents = np.arange(-600, 601, 10)
    bins = np.round(hertz * 2.0 ** (cents[:, None] / 1200) * np.arange(1, 9) / width).astype(int)
    return float(cents[spectrum[np.minimum(bins, spectrum.size - 1)].sum(axis=1).argmax()])


# What the styles play, and one of each family: piano, vibraphone, organ, guitar, bass, violin, strings,
# choir, trumpet, sax, flute, lead. Their samples lie at keys of all kinds in the font as it comes.
@pytest.mark.parametrize("program", [0, 11, 16, 19, 24, 32, 40, 48, 52, 56, 65, 73, 80])
@pytest.mark.parametrize("pitch", [55, 60, 69])
def test_the_pitch_that_is_written_is_the_pitch_that_sounds(program: int, pitch: int) -> None:
    track = Track("One", "melody", program, False, make_notes([(0, 1920, pitch, 100)]))
    (samples,) = play(Score((track,), length=1920), [track], BANK)
    heard = samples[:, SAMPLE_RATE // 5 :][:, :32768].sum(axis=0)
    # A choir is up to 40 cents away from itself; what plays another key is a semitone away or more.
    assert abs(cents_off(heard, 440.0 * 2.0 ** ((pitch - 69) / 12))) < 50


def test_stems_are_a_file_a_track_and_together_they_are_the_mix(tmp_path: Path) -> None:
    render(order(tmp_path, "wav", two_tracks()))
    mix, _rate = soundfile.read(tmp_path / "out.wav")
    render(order(tmp_path, "stems", two_tracks()))
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == ["1 Bass x.wav", "2 Melody.wav", "ostinato.json"]
        stems = [soundfile.read(BytesIO(archive.read(name)))[0] for name in archive.namelist()[:2]]
    together = np.zeros_like(mix)
    for stem in stems:
        assert np.abs(stem).max() > 0.01
        together[: len(stem)] += stem
    assert np.abs(together - mix).max() < 3 / 2**15  # three roundings to 16 bits


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"most_seconds": 3.0}, "lasts"),
        ({"score": Score((), length=1920)}, "no notes"),
        ({"bank": Path("/nowhere/bank.sf3")}, "bank.sf3 is not installed"),
        ({"kind": "flac"}, "no format 'flac'"),
    ],
)
def test_what_cannot_be_rendered_is_refused_with_the_reason(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    with pytest.raises(AudioError, match=reason):
        render(replace(order(tmp_path), **change))  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_an_order_survives_the_way_to_its_process(tmp_path: Path) -> None:
    asked = order(tmp_path, "stems", two_tracks())
    assert Order.from_json(asked.to_json()) == asked


def test_the_process_tells_how_far_it_is_and_why_it_cannot(tmp_path: Path) -> None:
    def process(asked: Order) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "generator.music.audio"]
        return subprocess.run(command, input=asked.to_json(), capture_output=True, text=True, check=False)

    done = process(order(tmp_path))
    assert (done.returncode, done.stdout.split()[-1]) == (0, "1.000")
    refused = process(replace(order(tmp_path), most_seconds=1.0))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("it lasts")


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a\\b\0c", "رقص 😀 <i>"])
def test_a_stem_has_a_name_that_means_no_path(name: str) -> None:
    made = stem_name(3, Track(name))
    assert made.startswith("3")
    assert made.endswith(".wav")
    assert not set("/\\\0<>") & set(made)
    assert ".." not in made
