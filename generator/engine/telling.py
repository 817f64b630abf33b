"""A whole score as an engine tells it: what it is to be, then bar by bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from generator.engine.rows import Chunk, Opening, heads
from generator.music.score import Score, bar_edges


def parts(
    score: Score, weights: str, *, told: int = 0, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Opening | Chunk]:
    """The opening, then a chunk a bar. weights: the SHA-256 of what wrote it.

    told: the first bars, which an earlier attempt has told: they are left out, since a score of the same seed
    is the same each time. cancelled is asked before each part; once true, it ends.
    """
    edges = bar_edges(score).tolist()
    metre = (score.metres[0].numerator, score.metres[0].denominator)
    yield Opening(heads(score.tracks), score.tempos[0].bpm, metre, len(edges) - 1, score.length, weights)
    rows = sorted(
        ([number, *row] for number, track in enumerate(score.tracks) for row in track.notes.tolist()),
        key=lambda row: (row[1], row[0]),
    )
    for bar, (start, end) in enumerate(pairwise(edges[told:]), start=told + 1):
        if cancelled():
            return
        yield Chunk([row for row in rows if start <= row[1] < end], min(score.length, end), bar)
