"""From what a network dreams between four pieces to a square that one can wander over in even steps.

As on a path between two (path.py), the corners are the pieces themselves, each bar goes over as a whole, and
equal movement changes an equal share of the notes, whatever the network does: it says which bars go first,
and in a bar which notes, not how many. Every bar has a place from left to right and one from top to bottom.
It is the left pieces' until one has come to the first place, and the upper pieces' until one has come to the
second; so each piece has its share of the bars, and a step along a row, a column or a diagonal takes as many
bars over as any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from generator.engine.path import Key

Floats = NDArray[np.float64]
Bar = list[Key]
"""The notes of one piece in one bar, those that the network holds on to longest first."""
GROUPS = 4
"""Of bars that go over from left to right about together: they are spread from top to bottom."""


def square_shares(side: int) -> Floats:
    """The weight of each of the four pieces at each point, row by row: (side * side, 4), 1 in all."""
    x, y = np.meshgrid(np.linspace(0, 1, side), np.linspace(0, 1, side))
    return np.stack([(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y], -1).reshape(-1, 4)


def square_sets(corners: Sequence[set[Key]], dreamt: Sequence[set[Key]], side: int) -> list[set[Key]]:
    """The notes that sound at each point, row by row. dreamt: what the network draws there."""
    life: dict[Key, int] = {key: sum(key in point for point in dreamt) for key in set().union(*corners)}
    bars = [_by_bar(own, life) for own in corners]
    numbers = sorted(set().union(*bars))
    across = _goes_over(numbers, bars, dreamt, (0, 2), (1, 3))
    down = _goes_over(numbers, bars, dreamt, (0, 1), (2, 3))
    order = sorted(numbers, key=lambda bar: (across[bar], bar))
    # Were both orders alike, only two of the four would ever be heard together.
    groups = [sorted(own, key=lambda bar: (down[bar], bar)) for own in np.array_split(order, GROUPS)]
    crossed = [int(own[i]) for i in range(len(order)) for own in groups if i < len(own)]
    steps = np.linspace(0, 1, side)
    x_at = [_places(order, bars, ((0, 1), (2, 3)), y) for y in steps.tolist()]
    y_at = [_places(crossed, bars, ((0, 2), (1, 3)), x) for x in steps.tolist()]
    sets = []
    for y, x_of in zip(steps, x_at, strict=True):
        for x, y_of in zip(steps, y_at, strict=True):
            now: set[Key] = set()
            for bar in numbers:
                a, b, c, d = (own.get(bar, []) for own in bars)
                right, low = _gone(x, x_of[bar]), _gone(y, y_of[bar])
                now.update(_between(_between(a, b, right), _between(c, d, right), low))
            sets.append(now)
    return sets


def _by_bar(own: set[Key], life: dict[Key, int]) -> dict[int, Bar]:
    found: dict[int, Bar] = defaultdict(list)
    for key in sorted(own, key=lambda key: (-life[key], key)):
        found[key[1]].append(key)
    return dict(found)


def _goes_over(
    numbers: Sequence[int],
    bars: Sequence[dict[int, Bar]],
    dreamt: Sequence[set[Key]],
    before: tuple[int, int],
    after: tuple[int, int],
) -> dict[int, int]:
    """Of each bar, at how many points the network draws more of it as the pieces before have it than as those
    after.
    """
    found = {}
    for bar in numbers:
        own = [{key for n in pair for key in bars[n].get(bar, [])} for pair in (before, after)]
        found[bar] = sum(len(point & own[0]) > len(point & own[1]) for point in dreamt)
    return found


def _places(
    order: Sequence[int],
    bars: Sequence[dict[int, Bar]],
    pairs: tuple[tuple[int, int], tuple[int, int]],
    share: float,
) -> dict[int, tuple[float, float]]:
    """Where each bar begins to go over and where it has gone, 0 to 1: as wide as it has notes to change.

    share: how much the second of the pairs of pieces counts.
    """

    def changes(bar: int) -> float:
        own = [len(set(bars[p].get(bar, [])) ^ set(bars[q].get(bar, []))) for p, q in pairs]
        return (1 - share) * own[0] + share * own[1]

    ends = np.cumsum([0.0, *(changes(bar) for bar in order)])
    ends /= max(1e-9, ends[-1])
    return {bar: (float(a), float(b)) for bar, (a, b) in zip(order, pairwise(ends), strict=True)}


def _gone(at: float, place: tuple[float, float]) -> float:
    """How far a bar has gone over, 0 to 1."""
    start, stop = place
    return float(at >= stop) if stop <= start else min(1.0, max(0.0, (at - start) / (stop - start)))


def _between(one: Bar, other: Bar, gone: float) -> Bar:
    """A bar that has gone over from one to the other so far: what both have stays."""
    if gone in (0.0, 1.0):
        return other if gone else one
    shared = set(one) & set(other)
    leaving, coming = ([key for key in own if key not in shared] for own in (one, other))
    stay = [key for key in one if key in shared]
    return [*stay, *leaving[: round((1 - gone) * len(leaving))], *coming[: round(gone * len(coming))]]


def unevenness(sets: Sequence[set[Key]], side: int) -> dict[str, list[float]]:
    """Largest step over mean step of every row, column and diagonal of a square; 1 where all are alike."""
    numbers = np.arange(side * side).reshape(side, side)
    ways = {"rows": list(numbers), "columns": list(numbers.T)}
    ways["diagonals"] = [np.diagonal(numbers), np.diagonal(numbers[:, ::-1])]
    found = {}
    for name, lines in ways.items():
        steps = [[len(sets[a] ^ sets[b]) for a, b in pairwise(line.tolist())] for line in lines]
        found[name] = [max(own) / (sum(own) / len(own)) for own in steps if sum(own)]
    return found
