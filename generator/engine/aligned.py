"""Pieces side by side: which track answers which, and how many bars they share.

What has to be repeated, cut or mapped for that is told in sentences.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from generator.music import notes as n
from generator.music.cells import Reading, read_score, role_number
from generator.music.score import ROLES, Score, Track, bar_edges, concatenate, cut

MOST_BARS = 64
"""Bars of a path; longer pieces are cut."""

# Roles that do the same in different kinds of music; every other one is like itself alone.
_LIKE = {"soprano": "top", "melody": "top"}


@dataclass(frozen=True)
class Aligned:
    """A piece as one corner of a path: it has as many tracks and bars as the others.

    score: its tracks in the order of the path, empty where only others play. reading: the same in cells.
    """

    score: Score
    reading: Reading


def align(scores: list[Score], names: list[str]) -> tuple[list[Aligned], tuple[str, ...]]:
    """Bring pieces to one row of tracks and one number of bars. names: what the sentences call them.

    A shorter piece is repeated from its beginning until the longest ends. Returns the corners, and what was
    done in sentences.
    """
    said: list[str] = []
    n_bars = min(MOST_BARS, max(1, *(bar_edges(score).size - 1 for score in scores)))
    long: list[Score] = []
    for score, name in zip(scores, names, strict=True):
        whole, sentences = _to_length(score, n_bars, name)
        long.append(whole)
        said += sentences
    rows = _rows(long)
    corners = []
    for k, score in enumerate(long):
        tracks = tuple(_of_piece(row, k) for row in rows)
        whole = replace(score, tracks=tracks)
        corners.append(Aligned(whole, read_score(whole)))
        said += [f"{names[k]}: {change}" for change in corners[-1].reading.changes]
    # Bars of more than four quarters are read in parts, so the numbers of bars may differ still.
    fewest = min(corner.reading.steps.size for corner in corners)
    corners = [_first_bars(corner, fewest) for corner in corners]
    return corners, (*_mapped(rows, names), *said)


Row = list[Track | None]
"""One track of the path: what each piece plays in it, if anything."""


def _of_piece(row: Row, piece: int) -> Track:
    """What a piece plays in a row: nothing, on the first other's instrument, where it has no such track."""
    own = row[piece]
    return own if own is not None else replace(next(t for t in row if t), notes=n.make_notes())


def _rows(scores: list[Score]) -> list[Row]:
    """Match the tracks of all pieces, one piece after another."""
    rows: list[Row] = []
    for k, score in enumerate(scores):
        heard = [track for track in score.tracks if track.notes.size]
        for number, track in _partners([next(t for t in row if t) for row in rows], heard):
            if number is None:
                rows.append([*([None] * k), track])
            else:
                rows[number].append(track)
        for row in rows:
            row.extend([None] * (k + 1 - len(row)))
    return rows


def _partners(known: list[Track], new: list[Track]) -> list[tuple[int | None, Track]]:
    """For each new track the number of the known one that it answers: one of its role, else one that does the
    same, else by height. Drums answer drums alone. None where all known ones are taken.
    """
    free = dict(enumerate(known))
    found: list[tuple[int | None, Track]] = []
    left = list(new)
    for likeness in (_role, _part):
        for track in list(left):
            partner = next((i for i, own in free.items() if likeness(own) == likeness(track)), None)
            if partner is not None:
                found.append((partner, track))
                del free[partner]
                left = [other for other in left if other is not track]
    pitched = sorted((i for i, own in free.items() if not own.is_drum), key=lambda i: -_height(free[i]))
    for track in sorted(left, key=lambda track: -_height(track)):
        partner = pitched.pop(0) if pitched and not track.is_drum else None
        found.append((partner, track))
    place = {id(track): i for i, track in enumerate(new)}
    return sorted(found, key=lambda pair: place[id(pair[1])])


def _role(track: Track) -> str:
    return ROLES[role_number(track)]


def _part(track: Track) -> str:
    return _LIKE.get(_role(track), _role(track))


def _height(track: Track) -> float:
    return float(track.notes["pitch"].mean()) if track.notes.size else 0.0


def _to_length(score: Score, n_bars: int, name: str) -> tuple[Score, list[str]]:
    """The score with so many bars: repeated from its beginning, or cut."""
    edges = bar_edges(score)
    own = edges.size - 1
    if own > n_bars:
        return cut(score, 0, int(edges[n_bars])), [f"{name} is cut after bar {n_bars}."]
    if own < 1:
        return score, []
    whole = replace(score, length=int(edges[-1]))
    if own == n_bars:
        return whole, []
    long = concatenate(*([whole] * -(-n_bars // own)))
    end = int(bar_edges(long)[n_bars])
    return cut(long, 0, end), [f"{name} has {own} bars and is repeated up to bar {n_bars}."]


def _first_bars(corner: Aligned, n_bars: int) -> Aligned:
    """The first bars of a corner."""
    if corner.reading.steps.size == n_bars:
        return corner
    score = cut(corner.score, 0, int(corner.reading.edges[n_bars]))
    return Aligned(score, read_score(score))


def _mapped(rows: list[Row], names: list[str]) -> list[str]:
    """Sentences: which tracks answer each other under different names, and which play alone."""
    said = []
    for row in rows:
        own = [(name, track.name) for name, track in zip(names, row, strict=True) if track is not None]
        if len(own) == 1:
            said.append(f"{own[0][1]} of {own[0][0]} has no partner: it comes out of silence.")
        elif len({track for _, track in own}) > 1:
            said.append(" answers ".join(f"{track} of {name}" for name, track in own) + ".")
    return said
