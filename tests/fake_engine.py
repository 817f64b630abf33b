"""FakeEngine: keeps the engine's promises without weights. The same seed gives the same notes, a piece that
was cut off goes on where it was, and it can be as slow or as broken as a test wants it.

A server in a process of its own takes it by OSTINATO_ENGINE=tests.fake_engine.FakeEngine and
FAKE_ENGINE_DELAY.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from generator.engine.blend import Blend, Source
from generator.engine.decoder import Decoder
from generator.engine.prior import SPREAD
from generator.engine.rows import Chunk, GenerationError, GenerationRequest, NoteRow, Opening
from generator.music.notes import TICKS_PER_QUARTER
from generator.music.score import Track, n_bars
from generator.music.styles import STYLES, Style
from generator.networks.cell_vae import CellVAE, CellVAEConfig
from generator.networks.vae import MusicVAE, VAEConfig
from generator.networks.vae_priors import Prior
from tests.tiny_band import tiny_band

WEIGHTS = "f" * 64
BEAT = TICKS_PER_QUARTER


def no_hook(beat: int) -> None:
    """Nothing happens before a beat."""


class FakeEngine:
    """A quarter note a track and beat; a chunk a beat. delay: seconds a beat takes.

    before_beat: called with the number of each new beat before it is written; a test lets it raise or wait.
    """

    delay = float(os.environ.get("FAKE_ENGINE_DELAY", "0"))
    before_beat: Callable[[int], None] = staticmethod(no_hook)

    def __init__(self, device: str | None = None, *, lanes: int | None = None, memory_mb: int = 0) -> None:
        self.device = device or "cpu"
        self.loaded: list[str] = []
        self.requests: list[GenerationRequest] = []
        self.running = False

    @property
    def styles(self) -> list[Style]:
        return list(STYLES.values())

    def start(self) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False

    def load_style(self, name: str) -> None:
        if name not in self.loaded:
            self.loaded.append(name)

    def stats(self) -> dict[str, object]:
        return {"device": self.device, "styles_loaded": self.loaded, "notes": 0, "first_note_ms_p50": None}

    def generate(
        self, request: GenerationRequest, cancelled: Callable[[], bool]
    ) -> Iterator[Opening | Chunk]:
        self.requests.append(request)
        style = STYLES[request.style]
        if request.prime is not None and len(request.prime.metres) > 1:
            raise GenerationError("metre_changes", "This piece changes its metre on the way.")
        metre = request.metre or style.metres[0]
        prime_bars = n_bars(request.prime) if request.prime is not None else 0
        prime_tracks: tuple[Track, ...] = request.prime.tracks if request.prime is not None else ()
        bars, beats = prime_bars + request.bars, metre[0] * 4 // metre[1]
        heads: list[dict[str, object]] = [
            {"name": v.name, "role": v.role, "program": v.program, "is_drum": False} for v in style.voices
        ]
        if prime_tracks:
            heads = [
                {"name": t.name, "role": t.role, "program": t.program, "is_drum": t.is_drum}
                for t in prime_tracks
            ]
        tempo = request.tempo or style.tempo
        yield Opening(heads, tempo, metre, bars, bars * beats * BEAT, WEIGHTS)
        if request.prime is not None and not request.resume:
            yield Chunk(rows_of(prime_tracks), prime_bars * beats * BEAT, prime_bars)
        told = {tuple(note) for note in request.resume}
        for beat in range(prime_bars * beats, bars * beats):
            notes = [note for note in beat_notes(request.seed, beat, len(heads)) if tuple(note) not in told]
            if not notes:
                continue
            self.before_beat(beat)
            time.sleep(self.delay)
            if cancelled():
                return
            yield Chunk(notes, (beat + 1) * BEAT, (beat + 1) // beats)

    def ask(self, family: str, ask: Any) -> Any:
        """Of networks that have learnt nothing: a band's piece, or a blend, whose ends and even steps are the
        path's own.
        """
        if family == "musegan":
            return tiny_band().run([ask])[0]
        assert family == "vae"
        torch.manual_seed(0)
        blend = Blend(torch.device("cpu"), Path())
        blend.network = CellVAE(CellVAEConfig(latent=4, step=4, hidden=8, context=4)).eval()
        blend.weights = WEIGHTS
        blend.directions = {name: torch.ones(4) for name in ("denser", "higher")}
        blend.sources = {
            kind: Source(Decoder(MusicVAE(tiny_vae(kind)).eval()), Prior.normal(6, SPREAD[kind]), WEIGHTS)
            for kind in TINY_TRACKS
        }
        return blend.run([ask])[0]


TINY_TRACKS = {"tune": ("melody",), "beat": ("drums",), "trio": ("melody", "melody", "drums")}


def tiny_vae(kind: str) -> VAEConfig:
    """Two bars of what is drawn."""
    tracks = TINY_TRACKS[kind]
    return VAEConfig(
        tracks, 2, latent=6, token=4, view=4, reader=4, writer=6, across=4, conductor=4, bar=6, code=4
    )


def beat_notes(seed: int, beat: int, n_tracks: int) -> list[NoteRow]:
    """The notes of one beat: they hang on the seed and their place alone, as the real engine's do."""
    return [
        [
            track,
            beat * BEAT,
            BEAT,
            40 + 12 * (n_tracks - track) % 60 + zlib.crc32(f"{seed} {beat} {track}".encode()) % 12,
            84,
        ]
        for track in range(n_tracks)
    ]


def rows_of(tracks: tuple[Track, ...]) -> list[NoteRow]:
    """A prime's notes as rows, in order of onset."""
    rows = [
        [number, int(n["onset"]), int(n["duration"]), int(n["pitch"]), int(n["velocity"])]
        for number, track in enumerate(tracks)
        for n in track.notes
    ]
    return sorted(rows, key=lambda row: (row[1], row[0]))
