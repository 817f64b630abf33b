"""From what a network dreams between two pieces to a path that a slider can walk.

The network decodes points on the way from A to B; none of them is exactly A or B, and some lie close together
and some far apart. Here every note gets a moment at which it leaves or enters, so that the path begins with
exactly A, ends with exactly B, and takes even steps: the Hamming distance from A (notes of A that are gone,
plus notes that are not A's) rises by the same amount from each point to the next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

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
    found = [Event(moment, key, key in last, True) for key, moment in moments.items()]
    found += _invented(first | last, way, moments)
    # Within one moment what leaves and what enters go together, bar by bar.
    return sorted(found, key=lambda e: (e.moment, e.key[1], e.key[2], e.enters, e.key))


def _invented(own: set[Key], way: Sequence[set[Key]], moments: dict[Key, float]) -> list[Event]:
    """Notes of neither piece, longest lived first, as long as few enough sound at once for even steps."""
    n = len(way)
    lives: dict[Key, list[int]] = defaultdict(list)
    for j, point in enumerate(way):
        for key in point - own:
            lives[key].append(j)
    to_change = np.array([sum(moment > j for moment in moments.values()) for j in range(n)])
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


@dataclass(frozen=True)
class Voice:
    """Notes of a point before they stand in time: offset in ticks from the bar, duration, pitch, velocity."""

    offset: float
    duration: float
    pitch: int
    velocity: float


class Renderer:
    """Points of a path as scores, their notes with the timing, length and loudness of the end they come
    from.
    """

    def __init__(self, first: Aligned, last: Aligned, lengths: Sequence[dict[Key, int]]) -> None:
        self.ends = (first, last)
        self.numbers = (keys_of(first), keys_of(last))
        self.lengths: dict[Key, int] = {}
        for point in lengths:
            self.lengths |= {key: n for key, n in point.items() if key not in self.lengths}
        self.single = [
            all(_is_single(end.score.tracks[m].notes) for end in self.ends)
            for m in range(len(first.score.tracks))
        ]

    def score(self, keys: set[Key], share: float) -> Score:
        """The point at `share` of the way, in the metre of the nearer end. 0 and 1 are the ends
        themselves.
        """
        if share in (0.0, 1.0):
            return self.ends[int(share)].score
        near = self.ends[int(share > 0.5)]
        rows: list[list[tuple[int, int, int, int]]] = [[] for _ in near.score.tracks]
        edges = near.reading.edges
        end = int(edges[-1])
        for key in sorted(keys):
            for voice in self._voices(key, share):
                size = int(edges[key[1] + 1] - edges[key[1]])
                onset = int(edges[key[1]]) + round(voice.offset)
                if voice.offset < size and 0 <= onset < end:
                    length = max(1, min(round(voice.duration), end - onset))
                    rows[key[0]].append((onset, length, voice.pitch, max(1, min(127, round(voice.velocity)))))
        tracks = [self._track(m, own, near) for m, own in enumerate(rows)]
        a, b = (tempo_at(e.score, 0) for e in self.ends)
        tempo = Tempo(0, a ** (1 - share) * b**share)
        metres = tuple(Metre(m.tick, m.numerator, m.denominator) for m in near.score.metres if m.tick <= end)
        return Score(tuple(tracks), (tempo,), metres, end)

    def _track(self, m: int, rows: list[tuple[int, int, int, int]], near: Aligned) -> Track:
        table = np.array(rows, np.int64).reshape(-1, 4)
        if self.single[m] and len(table):
            # A line stays a line: a note ends where the next begins.
            table = table[np.argsort(table[:, 0], kind="stable")]
            starts, where = np.unique(table[:, 0], return_inverse=True)
            following = np.append(starts[1:], np.iinfo(np.int32).max)[where]
            table[:, 1] = np.minimum(table[:, 1], following - table[:, 0])
        # The instrument of the nearer end, unless only the other plays this track.
        own = near.score.tracks[m]
        other = self.ends[near is self.ends[0]].score.tracks[m]
        model = own if own.notes.size or not other.notes.size else other
        notes = notes_from_columns(table[:, 0], table[:, 1], table[:, 2], table[:, 3])
        return Track(model.name, model.role, model.program, model.is_drum, notes)

    def _voices(self, key: Key, share: float) -> list[Voice]:
        """A note as its end plays it; between the two where both have it; on the grid where neither does."""
        sides = [[self._original(side, key, i) for i in self.numbers[side].get(key, [])] for side in (0, 1)]
        if sides[0] and sides[1]:
            if len(sides[0]) != len(sides[1]):
                return sides[int(share > 0.5)]
            return [_between(a, b, share) for a, b in zip(*sides, strict=True)]
        if sides[0] or sides[1]:
            return sides[0] or sides[1]
        loud = [float(e.reading.velocity[key[1], key[0]]) for e in self.ends]
        known = [v for v in loud if v > 0] or [80.0]
        velocity = loud[0] * (1 - share) + loud[1] * share if len(known) == 2 else known[0]
        return [Voice(key[2] * TICKS_PER_STEP, self.lengths.get(key, 1) * TICKS_PER_STEP, key[3], velocity)]

    def _original(self, side: int, key: Key, number: int) -> Voice:
        end = self.ends[side]
        note = end.score.tracks[key[0]].notes[number]
        offset = int(note["onset"]) - int(end.reading.edges[key[1]])
        return Voice(offset, float(note["duration"]), int(note["pitch"]), float(note["velocity"]))


def _between(a: Voice, b: Voice, share: float) -> Voice:
    def mix(x: float, y: float) -> float:
        return x * (1 - share) + y * share

    pitch = a.pitch if share <= 0.5 else b.pitch
    return Voice(mix(a.offset, b.offset), mix(a.duration, b.duration), pitch, mix(a.velocity, b.velocity))


def _is_single(notes: Notes) -> bool:
    """Whether no two notes sound together."""
    return notes.size < 2 or bool((ends(notes)[:-1] <= notes["onset"][1:]).all())
