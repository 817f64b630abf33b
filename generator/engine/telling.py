"""A whole score as an engine tells it: what it is to be, then bar by bar."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from generator.engine.rows import Chunk, Opening
from generator.music.score import Score, bar_edges


def parts(score: Score, weights: str) -> Iterator[Opening | Chunk]:
    """The opening, then a chunk a bar. weights: the SHA-256 of what wrote it."""
    edges = bar_edges(score).tolist()
    heads: list[dict[str, object]] = [
        {"name": t.name, "role": t.role, "program": t.program, "is_drum": t.is_drum} for t in score.tracks
    ]
    metre = (score.metres[0].numerator, score.metres[0].denominator)
    yield Opening(heads, score.tempos[0].bpm, metre, len(edges) - 1, score.length, weights)
    rows = sorted(
        ([number, *row] for number, track in enumerate(score.tracks) for row in track.notes.tolist()),
        key=lambda row: (row[1], row[0]),
    )
    for bar, (start, end) in enumerate(pairwise(edges), start=1):
        until = min(score.length, end)
        yield Chunk([row for row in rows if start <= row[1] < end], until, bar)
