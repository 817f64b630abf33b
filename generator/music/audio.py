"""Score → sound: the mix and its tracks, as WAV, OGG/Vorbis, MP3 or a ZIP of WAVs.

symusic's synthesizer plays a SoundFont, soundfile writes the file. `python -m generator.music.audio` does it
in a process of its own: it takes an Order as JSON on its input and says how far it is, a share a line, on
its output. In the site's process everybody's notes would stand still for as long.

The synthesizer plays a sample at the key that stands in its header and reads no other tuning by semitones:
the bank must be one made for it (frontend/scripts/serverbank.mjs).
"""

from __future__ import annotations

import json
import os
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import symusic
from numpy.typing import NDArray

from generator.music.midi import write_midi
from generator.music.notes import MusicError
from generator.music.score import Score, Track, duration_seconds, score_from_json, score_to_json

Samples = NDArray[np.float32]

SAMPLE_RATE = 44_100
# The loudest sample of a mix, 1 dB below what a file can hold: MP3 and Vorbis overshoot a little.
PEAK = 0.89
# A quiet piece is made louder by this factor at most, so that a single soft note does not shout.
MOST_GAIN = 4.0
STEMS = "stems"
# The process that renders leaves the processor to those who listen, and ends whatever it is given.
NICE, CPU_SECONDS = 10, 120
REFUSED = 2  # its exit status when the order cannot be met; the reason stands on its error output


@dataclass(frozen=True)
class FileFormat:
    """How soundfile names a kind of file, and what it is called elsewhere."""

    suffix: str
    content_type: str
    container: str
    subtype: str


FORMATS: Mapping[str, FileFormat] = {
    "wav": FileFormat("wav", "audio/wav", "WAV", "PCM_16"),
    "ogg": FileFormat("ogg", "audio/ogg", "OGG", "VORBIS"),
    "mp3": FileFormat("mp3", "audio/mpeg", "MP3", "MPEG_LAYER_III"),
    STEMS: FileFormat("zip", "application/zip", "WAV", "PCM_16"),
}


class AudioError(MusicError):
    """This cannot be rendered; the message says why, in a sentence for people."""


@dataclass(frozen=True)
class Order:
    """What is to be rendered.

    kind: one of FORMATS. target: the file to write. bank: a SoundFont 2 or 3. tags: title, artist, comment.
    most_seconds: longer music is refused. extras: further files in the ZIP of stems, text by name.
    """

    score: Score
    kind: str
    target: Path
    bank: Path
    most_seconds: float
    tags: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(
            {
                "score": score_to_json(self.score),
                "kind": self.kind,
                "target": str(self.target),
                "bank": str(self.bank),
                "most_seconds": self.most_seconds,
                "tags": dict(self.tags),
                "extras": dict(self.extras),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Order:
        data: dict[str, Any] = json.loads(text)
        paths = {name: Path(data[name]) for name in ("target", "bank")}
        return cls(**{**data, **paths, "score": score_from_json(data["score"])})


def render(order: Order, say: Callable[[float], None] = lambda share: None) -> None:
    """Write the file that is ordered; `say` hears the share done, 0 to 1.

    Raises AudioError when the music is too long, has nothing to be heard, or there is no such bank or format.
    """
    if order.kind not in FORMATS:
        raise AudioError(f"there is no format {order.kind!r}; there are {', '.join(FORMATS)}")
    seconds = duration_seconds(order.score)
    if seconds > order.most_seconds:
        raise AudioError(
            f"it lasts {seconds / 60:.0f} minutes, and sound is rendered for pieces of up to "
            f"{order.most_seconds / 60:.0f} minutes"
        )
    played = [track for track in order.score.tracks if track.notes.size]
    if not played:
        raise AudioError("it has no notes")
    mixed = np.zeros((2, 0), dtype=np.float32)
    for number, samples in enumerate(play(order.score, played, order.bank), start=1):
        mixed = add(mixed, samples)
        say(0.6 * number / len(played))
    gain = level(mixed)
    if order.kind == STEMS:
        write_stems(order, played, gain, lambda share: say(0.6 + 0.4 * share))
    else:
        write(order.target, mixed * gain, order.kind, order.tags, lambda share: say(0.6 + 0.4 * share))


def play(score: Score, tracks: list[Track], bank: Path) -> Iterator[Samples]:
    """Each track as the synthesizer plays it, alone: (2, n) float32, n to the end of its last note's sound.

    The synthesizer has no effect that tracks share, so their sum is what it plays of all of them together.
    """
    if not bank.is_file():
        raise AudioError(f"the sound font {bank.name} is not installed")
    synthesizer: Any = symusic.Synthesizer(sf_path=str(bank), sample_rate=SAMPLE_RATE)
    for track in tracks:
        alone = Score((track,), score.tempos, score.metres, score.length)
        parsed = symusic.Score.from_midi(write_midi(alone))
        yield np.asarray(synthesizer.render(parsed, stereo=True), dtype=np.float32)


def add(one: Samples, other: Samples) -> Samples:
    """Both at once, as long as the longer: (2, n) float32."""
    longer, shorter = (one, other) if one.shape[1] >= other.shape[1] else (other, one)
    both = longer.copy()
    both[:, : shorter.shape[1]] += shorter
    return both


def level(samples: Samples) -> float:
    """The factor that brings the loudest sample to PEAK, at most MOST_GAIN; 1 for silence."""
    loudest = float(np.abs(samples).max(initial=0.0))
    return min(PEAK / loudest, MOST_GAIN) if loudest > 0 else 1.0


def write(
    target: Path | BytesIO,
    samples: Samples,
    kind: str,
    tags: Mapping[str, str],
    say: Callable[[float], None] = lambda share: None,
) -> None:
    """Write (2, n) samples as a file of FORMATS, a second at a time: libsndfile fails on large ones."""
    form = FORMATS[kind]
    with soundfile.SoundFile(
        target,
        "w",
        samplerate=SAMPLE_RATE,
        channels=samples.shape[0],
        format=form.container,
        subtype=form.subtype,
    ) as file:
        for name in ("title", "artist", "comment"):
            if text := tags.get(name):
                setattr(file, name, text)
        for start in range(0, samples.shape[1], SAMPLE_RATE):
            file.write(np.clip(samples[:, start : start + SAMPLE_RATE].T, -1.0, 1.0))
            say(min(1.0, (start + SAMPLE_RATE) / samples.shape[1]))


def write_stems(order: Order, tracks: list[Track], gain: float, say: Callable[[float], None]) -> None:
    """Write a ZIP with a WAV a track, all by the mix's factor, so that together they are the mix.

    The tracks are played a second time: that takes less than a second, and to hold ten minutes of each of
    sixteen tracks would take gigabytes.
    """
    with zipfile.ZipFile(order.target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        pairs = zip(tracks, play(order.score, tracks, order.bank), strict=True)
        for number, (track, samples) in enumerate(pairs, start=1):
            out = BytesIO()
            write(out, samples * gain, "wav", {**order.tags, "title": track.name})
            archive.writestr(stem_name(number, track), out.getvalue())
            say(number / len(tracks))
        for name, text in order.extras.items():
            archive.writestr(name, text)


def stem_name(number: int, track: Track) -> str:
    """A file name for a track, told apart by its number: "1 Soprano.wav". Nothing in it that a path means."""
    kept = "".join(sign if sign.isalnum() or sign in " -_'" else " " for sign in track.name)
    return f"{number} {' '.join(kept.split())[:60]}".strip() + ".wav"


def main() -> None:
    order = Order.from_json(sys.stdin.read())
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        render(order, lambda share: print(f"{share:.3f}", flush=True))
    except MusicError as error:
        print(str(error), file=sys.stderr)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
