"""What a network sounds like so far: one piece, written by the engine's own writer."""

from __future__ import annotations

from pathlib import Path

import torch

from generator.engine.rows import Chunk, GenerationRequest, Opening, Row
from generator.engine.writer import AnyWriter, writer_for
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Tempo, Track
from generator.music.styles import STYLES
from generator.networks import checkpoints


def score_of(items: list[Opening | Chunk]) -> Score:
    """What the engine handed out, as a score."""
    opening = next(item for item in items if isinstance(item, Opening))
    rows: list[list[tuple[int, int, int, int]]] = [[] for _ in opening.tracks]
    for item in items:
        if isinstance(item, Chunk):
            for track, onset, duration, pitch, velocity in item.notes:
                rows[track].append((onset, duration, pitch, velocity))
    tracks = tuple(
        Track(str(t["name"]), str(t["role"]), int(str(t["program"])), bool(t["is_drum"]), make_notes(notes))
        for t, notes in zip(opening.tracks, rows, strict=True)
    )
    return Score(tracks, (Tempo(0, opening.tempo),), (Metre(0, *opening.metre),), opening.length)


def write_many(writer: AnyWriter, requests: list[GenerationRequest]) -> list[Score]:
    """The scores of some requests in one style, all in one batch, without a thread."""
    rows = [Row(r, STYLES[r.style], lambda: False, writer.checkpoint.sha256) for r in requests]
    for row in rows:
        row.begin()
    while left := [row for row in rows if not row.finished]:
        writer.step(left)
    return [score_of(_drain(row)) for row in rows]


def _drain(row: Row) -> list[Opening | Chunk]:
    items: list[Opening | Chunk] = []
    while (item := row.out.get()) is not None:
        if isinstance(item, Exception):
            raise item
        items.append(item)
    return items


def write(weights: Path, name: str, *, bars: int = 16, seed: int = 1) -> Score | None:
    """A piece by the weights in this file; None where the network is measured and not played."""
    if name not in STYLES:
        return None
    writer = writer_for(checkpoints.load(weights), 1, torch.device("cpu"))
    return write_many(writer, [GenerationRequest(style=name, bars=bars, seed=seed)])[0]
