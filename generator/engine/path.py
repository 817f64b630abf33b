"""From what a network dreams between two pieces to a path that a slider can walk.

The network decodes points on the way from A to B; none of them is exactly A or B, and some lie close together
and some far apart. Here every note gets a moment at which it leaves or enters, so that the path begins with
exactly A, ends with exactly B, and takes even steps: the Hamming distance from A (notes of A that are gone,
plus notes that are not A's) rises by the same amount from each point to the next.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from generator.engine.aligned import Aligned
from generator.music.cells import LOWEST, N_KEYS, N_STEPS, SOUNDS, STRUCK
from generator.music.grid import DRUM_CLASSES, TICKS_PER_STEP, drum_class
from generator.music.notes import Ints, Notes, ends, notes_from_columns
from generator.music.score import Metre, Score, Tempo, Track, tempo_at

Key = tuple[int, int, int, int]
"""Track, bar, step, pitch: by this a note is the same note at two points of a path."""

INVENTED = 0.5
"""Notes of neither piece that may sound at once, as a share of the notes that have yet to change."""


@dataclass(frozen=True)
class Event:
    """A note enters or leaves. moment: number of the decoded point. own: it is A's or B's."""

    moment: float
    key: Key
    enters: bool
    own: bool


@dataclass(frozen=True)
class Turn:
    """When a bar goes over. number: which one it is in the row of bars. moment: of the decoded points, when;
    later: than when half of its notes go over as the network has it.
    """

    number: int
    moment: float
    later: float


FIRST = Turn(0, 0.0, 0.0)


def keys_of(end: Aligned) -> dict[Key, list[int]]:
    """Where each note of an end stands, by its key: numbers of the notes of its track."""
    found: dict[Key, list[int]] = defaultdict(list)
    reading = end.reading
    for m, track in enumerate(end.score.tracks):
        bar, step = place_on_grid(track.notes["onset"].astype(np.int64), reading.edges, reading.steps)
        pitch = track.notes["pitch"].astype(np.int64)
        if track.is_drum:  # drums of one class are one drum
            classes = drum_class(pitch)
            stand = np.array([pitches[0] for pitches in DRUM_CLASSES])
            pitch = np.where(classes >= 0, stand[np.maximum(classes, 0)], pitch)
        for i, key in enumerate(zip(bar.tolist(), step.tolist(), pitch.tolist(), strict=True)):
            found[m, *key].append(i)
    return dict(found)


def place_on_grid(ticks: Ints, edges: Ints, steps: Ints) -> tuple[Ints, Ints]:
    """The bar and the nearest step in it of each tick, as the cells have them."""
    bar = np.clip(np.searchsorted(edges, ticks, side="right") - 1, 0, steps.size - 1)
    step = (ticks - edges[bar] + TICKS_PER_STEP // 2) // TICKS_PER_STEP
    over = (step >= steps[bar]) & (bar + 1 < steps.size)
    bar, step = np.where(over, bar + 1, bar), np.where(over, 0, step)
    return bar, np.minimum(step, steps[bar] - 1)


def decoded_keys(on: NDArray[np.bool_]) -> dict[Key, int]:
    """Notes of one decoded point and how many steps each lasts. on: (N, M, T, L)."""
    found: dict[Key, int] = {}
    n_bars, n_tracks = on.shape[:2]
    begins, sounds = on[..., :N_KEYS], on[..., SOUNDS]
    for m in range(n_tracks):
        going = (sounds[:, m] & ~begins[:, m]).reshape(n_bars * N_STEPS, N_KEYS)
        last = np.zeros((n_bars * N_STEPS + 1, N_KEYS), np.int64)
        for t in range(n_bars * N_STEPS - 1, -1, -1):
            last[t] = np.where(going[t], last[t + 1] + 1, 0)
        for bar, step, key in zip(*(x.tolist() for x in np.nonzero(begins[:, m])), strict=True):
            found[m, bar, step, key + LOWEST] = 1 + int(last[bar * N_STEPS + step + 1, key])
        for bar, step, drum in zip(*(x.tolist() for x in np.nonzero(on[:, m, :, STRUCK])), strict=True):
            found[m, bar, step, DRUM_CLASSES[drum][0]] = 1
    return found


def events_of(first: set[Key], last: set[Key], way: Sequence[set[Key]]) -> list[Event]:
    """When each note leaves or enters, in order. way: the decoded points from A to B."""
    n = len(way)
    moments: dict[Key, float] = {}
    unsaid: list[Key] = []
    for key in first - last:
        present = [key in point for point in way]
        if any(present):
            moments[key] = float(max(j for j in range(n) if present[j]) + 1)
        else:
            unsaid.append(key)
    for key in last - first:
        present = [key in point for point in way]
        if any(present):
            moments[key] = float(min(j for j in range(n) if present[j]))
        else:
            unsaid.append(key)
    # What the network cannot say goes and comes with the notes around it, in its own bar and track.
    around: dict[tuple[bool, int, int], list[float]] = defaultdict(list)
    for key, moment in moments.items():
        around[key in first, key[0], key[1]].append(moment)
    for key in unsaid:
        near = around.get((key in first, key[0], key[1])) or around.get((key not in first, key[0], key[1]))
        moments[key] = float(np.median(near)) if near else n / 2
    turns = _turns(moments)
    found = [Event(turns[key[1]].moment, key, key in last, True) for key in moments]
    found += _invented(first | last, way, moments, turns)
    # Of one moment, bar by bar as they take turns; and a bar goes over from its beginning on.
    return sorted(
        found,
        key=lambda e: (e.moment, turns.get(e.key[1], FIRST).number, e.key[2], e.enters, e.key),
    )


def _turns(moments: dict[Key, float]) -> dict[int, Turn]:
    """When each bar goes over: the network says which first, then its neighbours, the sooner one before the
    other. So what has come of B lies together in what is left of A, and no bar is of both for long: notes of
    two pieces mixed, in a bar or from bar to bar, are what neither would say.
    """
    of_bar: dict[int, list[float]] = defaultdict(list)
    for key, moment in moments.items():
        of_bar[key[1]].append(moment)
    middle = {bar: float(np.median(own)) for bar, own in sorted(of_bar.items())}
    bars = list(middle)
    start = min(range(len(bars)), key=lambda i: middle[bars[i]], default=0)
    before, behind, order = bars[:start], bars[start + 1 :], bars[start : start + 1]
    while before or behind:
        sooner = before and (not behind or middle[before[-1]] <= middle[behind[0]])
        order.append(before.pop() if sooner else behind.pop(0))
    times = sorted(middle.values())
    return {bar: Turn(n, times[n], times[n] - middle[bar]) for n, bar in enumerate(order)}


def _invented(
    own: set[Key], way: Sequence[set[Key]], moments: dict[Key, float], turns: dict[int, Turn]
) -> list[Event]:
    """Notes of neither piece, longest lived first, as long as few enough sound at once for even steps.

    They come and go with their bar.
    """
    n = len(way)
    lives: dict[Key, list[int]] = defaultdict(list)
    for j, point in enumerate(way):
        for key in point - own:
            then = j + round(turns.get(key[1], FIRST).later)
            if 0 <= then < n:
                lives[key].append(then)
    own_moments = [moment + turns[key[1]].later for key, moment in moments.items()]
    to_change = np.array([sum(moment > j for moment in own_moments) for j in range(n)])
    changed = len(moments) - to_change
    room = np.floor(INVENTED * np.minimum(to_change, changed)).astype(np.int64)
    found = []
    for key, points in sorted(lives.items(), key=lambda item: (-len(item[1]), item[0])):
        held = [j for j in points if room[j] > 0]
        if len(points) > 1 and held:
            start = held[0]
            stop = next((j for j in range(start, n) if room[j] <= 0 or j > held[-1]), n)
            room[start:stop] -= 1
            found += [Event(float(start), key, True, False), Event(float(stop), key, False, False)]
    return found


def cut_evenly(events: Sequence[Event], n_points: int) -> list[int]:
    """How many of the events have happened at each point, so that the distance from A rises evenly.

    Returns n_points numbers, from 0 to all of them.
    """
    rises = np.array([1 if e.own or e.enters else -1 for e in events], np.int64)
    distance = np.cumsum(rises)
    total = int(distance[-1]) if distance.size else 0
    cuts, at = [0], 0
    for k in range(1, n_points - 1):
        level = round(total * k / (n_points - 1))
        while at < len(events) and (distance[at - 1] if at else 0) < level:
            at += 1
        cuts.append(at)
    return [*cuts, len(events)]


def sets_of(first: set[Key], events: Sequence[Event], cuts: Sequence[int]) -> list[set[Key]]:
    """The notes that sound at each point."""
    now, found, at = set(first), [], 0
    for cut in cuts:
        for event in events[at:cut]:
            (now.add if event.enters else now.discard)(event.key)
        at = cut
        found.append(set(now))
    return found


def distances(sets: Sequence[set[Key]]) -> NDArray[np.float64]:
    """Hamming distance of each point from the first, 1 at the last (all 0 where nothing changes)."""
    from_first = np.array([len(sets[0] ^ now) for now in sets], float)
    return from_first / max(1.0, from_first[-1])


def changed(own: set[Key], before: set[Key], after: set[Key]) -> set[Key]:
    """A piece's notes after a step in the latent space: what the step took away is gone, what it brought is
    there. before, after: what the network draws on both sides of the step.

    Notes that it cannot draw at all stay where most others of their bar and track do.
    """
    drawn: dict[tuple[int, int], list[bool]] = defaultdict(list)
    for key in own & before:
        drawn[key[:2]].append(key in after)
    stay = {place for place, kept in drawn.items() if 2 * sum(kept) >= len(kept)}
    undrawn = {key for key in own - before if key[:2] in stay or key[:2] not in drawn}
    return (own & before & after) | undrawn | (after - before)


@dataclass(frozen=True)
class Voice:
    """Notes of a point before they stand in time: offset in ticks from the bar, duration, pitch, velocity."""

    offset: float
    duration: float
    pitch: int
    velocity: float


class Renderer:
    """Points between pieces as scores, their notes with the timing, length and loudness of the pieces that
    they come from.
    """

    def __init__(self, ends: Sequence[Aligned], lengths: Sequence[dict[Key, int]]) -> None:
        self.ends = tuple(ends)
        self.numbers = [keys_of(end) for end in self.ends]
        self.lengths: dict[Key, int] = {}
        for point in lengths:
            self.lengths |= {key: n for key, n in point.items() if key not in self.lengths}
        self.single = [
            all(_is_single(end.score.tracks[m].notes) for end in self.ends)
            for m in range(len(self.ends[0].score.tracks))
        ]

    def score(self, keys: set[Key], shares: Sequence[float]) -> Score:
        """A point, in the metre of the nearest piece. shares: the weight of each piece, 1 in all; where one
        weighs all, the point is that piece itself.
        """
        order = sorted(range(len(shares)), key=lambda side: -shares[side])  # stable: the first of equals
        near = self.ends[order[0]]
        if shares[order[0]] == 1.0:
            return near.score
        rows: list[list[tuple[int, int, int, int]]] = [[] for _ in near.score.tracks]
        edges = near.reading.edges
        end = int(edges[-1])
        for key in sorted(keys):
            for voice in self._voices(key, shares, order):
                size = int(edges[key[1] + 1] - edges[key[1]])
                onset = int(edges[key[1]]) + round(voice.offset)
                if voice.offset < size and 0 <= onset < end:
                    length = max(1, min(round(voice.duration), end - onset))
                    rows[key[0]].append((onset, length, voice.pitch, max(1, min(127, round(voice.velocity)))))
        tracks = [self._track(m, own, order) for m, own in enumerate(rows)]
        bpm = math.prod(tempo_at(e.score, 0) ** share for e, share in zip(self.ends, shares, strict=True))
        metres = tuple(Metre(m.tick, m.numerator, m.denominator) for m in near.score.metres if m.tick <= end)
        return Score(tuple(tracks), (Tempo(0, bpm),), metres, end)

    def _track(self, m: int, rows: list[tuple[int, int, int, int]], order: Sequence[int]) -> Track:
        table = np.array(rows, np.int64).reshape(-1, 4)
        if self.single[m] and len(table):
            # A line stays a line: a note ends where the next begins.
            table = table[np.argsort(table[:, 0], kind="stable")]
            starts, where = np.unique(table[:, 0], return_inverse=True)
            following = np.append(starts[1:], np.iinfo(np.int32).max)[where]
            table[:, 1] = np.minimum(table[:, 1], following - table[:, 0])
        # The instrument of the nearest piece that plays this track.
        models = [self.ends[side].score.tracks[m] for side in order]
        model = next((track for track in models if track.notes.size), models[0])
        notes = notes_from_columns(table[:, 0], table[:, 1], table[:, 2], table[:, 3])
        return Track(model.name, model.role, model.program, model.is_drum, notes)

    def _voices(self, key: Key, shares: Sequence[float], order: Sequence[int]) -> list[Voice]:
        """A note as the nearest piece that has it plays it; on the grid where none does."""
        has = [side for side in order if key in self.numbers[side]]
        if not has:
            heard = [(s, float(self.ends[s].reading.velocity[key[1], key[0]])) for s in order]
            heard = [(side, loud) for side, loud in heard if loud > 0]
            velocity = _mean([loud for _, loud in heard], [shares[side] for side, _ in heard]) or 80.0
            length = self.lengths.get(key, 1) * TICKS_PER_STEP
            return [Voice(key[2] * TICKS_PER_STEP, length, key[3], velocity)]
        sides = [[self._original(side, key, i) for i in self.numbers[side][key]] for side in has]
        if len({len(own) for own in sides}) > 1:
            return sides[0]
        weights = [shares[side] for side in has]
        return [_between(voices, weights) for voices in zip(*sides, strict=True)]

    def _original(self, side: int, key: Key, number: int) -> Voice:
        end = self.ends[side]
        note = end.score.tracks[key[0]].notes[number]
        offset = int(note["onset"]) - int(end.reading.edges[key[1]])
        return Voice(offset, float(note["duration"]), int(note["pitch"]), float(note["velocity"]))


def _between(voices: Sequence[Voice], weights: Sequence[float]) -> Voice:
    """One note of several pieces, the nearest first: as long as there, since between an eighth and a quarter
    lies no length that either would have; as loud as lies between.
    """
    return replace(voices[0], velocity=_mean([voice.velocity for voice in voices], weights))


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """The weighted mean; that of all alike where nothing weighs, 0 where there is nothing."""
    if not values:
        return 0.0
    total = sum(weights)
    own = weights if total > 0 else [1.0] * len(values)
    return sum(v * w for v, w in zip(values, own, strict=True)) / sum(own)


def _is_single(notes: Notes) -> bool:
    """Whether no two notes sound together."""
    return notes.size < 2 or bool((ends(notes)[:-1] <= notes["onset"][1:]).all())
