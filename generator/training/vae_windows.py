"""Pieces of the data sets → windows of two or sixteen bars of tokens, for MusicVAE.

As in the paper (Roberts et al., ICML 2018, section 4.1): bars of 4/4 on a grid of sixteenths, a window at
every bar, windows with a longer rest than one bar left out. Windows of one piece stand all on one side of the
split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.music import notes as n
from generator.music.grid import (
    DRUM_CLASSES,
    HOLD,
    NOTE_OFF,
    TICKS_PER_STEP,
    Tokens,
    drum_tokens,
    melody_tokens,
)
from generator.music.notes import TICKS_PER_QUARTER, Notes
from generator.music.score import Score, Track, cut
from generator.networks.vae import VAEConfig
from generator.training.corpora import stretches
from generator.training.datasets import load
from generator.training.readers import Piece

BAR = 16
"""Steps in a bar."""
LOWEST, HIGHEST = 24, 108
"""Pitches that transposition keeps to."""

Windows = NDArray[np.int16]


@dataclass(frozen=True)
class Window:
    """Windows of one set and side. tokens: (W, M, N, T). piece: (W,) the number of each one's piece."""

    tokens: Windows
    piece: NDArray[np.int64]


def in_four(piece: Piece) -> Iterator[Score]:
    """The parts of a piece that are counted in 4/4, each from a bar line on. 2/4 is read two bars at a
    time.
    """
    score = piece.score
    if len(score.metres) > 1:
        parts = [part for part, _ in stretches(piece)]
    elif piece.regular or piece.name.startswith("pop909"):
        parts = [cut(score, piece.bar_offset, score.length)] if piece.bar_offset < score.length else []
    else:
        parts = []
    for part in parts:
        metre = part.metres[0]
        if (metre.numerator, metre.denominator) in {(4, 4), (2, 2), (2, 4)}:
            yield part


def tune(score: Score) -> Notes:
    """The melody's notes: of the track with that role, else of the first that is not drums."""
    pitched = [track for track in score.tracks if not track.is_drum and track.notes.size]
    chosen = next((track for track in pitched if track.role == "melody"), pitched[0] if pitched else None)
    return chosen.notes if chosen is not None else n.make_notes()


def is_bass(track: Track) -> bool:
    """Whether a track is a bass, by its role or, where it has none, by its General MIDI program."""
    return not track.is_drum and (track.role == "bass" or (track.role == "other" and track.program // 8 == 4))


def lead(score: Score) -> Notes:
    """The line of a band that carries the tune: a melody where there is one; else of the track whose highest
    line is busiest and highest, drums, bass and sound effects aside.
    """

    def weight(track: Track) -> float:
        onsets, first = np.unique(track.notes["onset"][::-1], return_index=True)
        top = track.notes["pitch"][::-1][first].astype(
            float
        )  # notes lie sorted: the last of an onset is highest
        bars = max(1.0, score.length / (4 * TICKS_PER_QUARTER))
        return float(min(onsets.size / bars, 8.0) * (top.mean() - 30))

    pitched = [t for t in score.tracks if not t.is_drum and t.notes.size and not is_bass(t)]
    named = [track for track in pitched if track.role == "melody"]
    rest = [track for track in pitched if not 96 <= track.program <= 103 and track.program < 112] or pitched
    if named:
        return named[0].notes
    return max(rest, key=weight).notes if rest else n.make_notes()


def merged(score: Score, wanted: Callable[[Track], bool]) -> Notes:
    """The notes of all tracks that are wanted, as one."""
    return n.merge(*(track.notes for track in score.tracks if wanted(track)))


def melody_rows(score: Score, n_steps: int) -> list[Tokens]:
    """The melody alone."""
    return [melody_tokens(tune(score), n_steps)]


def drum_rows(score: Score, n_steps: int) -> list[Tokens]:
    """The drums alone."""
    return [drum_tokens(merged(score, lambda track: track.is_drum), n_steps)]


def trio_rows(score: Score, n_steps: int) -> list[Tokens]:
    """Melody, bass, drums."""
    bass = melody_tokens(merged(score, is_bass), n_steps)
    return [melody_tokens(lead(score), n_steps), bass, *drum_rows(score, n_steps)]


ROWS: dict[tuple[str, ...], Callable[[Score, int], list[Tokens]]] = {
    ("melody",): melody_rows,
    ("drums",): drum_rows,
    ("melody", "melody", "drums"): trio_rows,
}


def longest_rest(tokens: Windows) -> NDArray[np.int64]:
    """The most steps in a row without a sounding note, of each row of melody tokens (W, T). Returns (W,)."""
    longest = np.zeros(len(tokens), np.int64)
    run = np.zeros(len(tokens), np.int64)
    sounding = np.zeros(len(tokens), bool)
    for column in tokens.T:
        sounding = np.where(column == HOLD, sounding, column < NOTE_OFF)
        run = np.where(sounding, 0, run + 1)
        longest = np.maximum(longest, run)
    return longest


def worth_learning(windows: Windows, kinds: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which windows have enough in them: (W, M, N, T) → (W,).

    A lone melody rests a bar at the most; drums alone play in every bar; of several tracks each begins a note
    in at least half of the bars.
    """
    keep = np.ones(len(windows), bool)
    for track, kind in enumerate(kinds):
        own = windows[:, track]
        begins = (own > 0) if kind == "drums" else (own < NOTE_OFF)
        bars = begins.any(-1).sum(-1)
        if len(kinds) > 1:
            keep &= bars >= own.shape[1] // 2
        elif kind == "drums":
            keep &= bars == own.shape[1]
        else:
            keep &= (longest_rest(own.reshape(len(own), -1)) <= BAR) & (bars > 0)
    return keep


def windows_of(score: Score, config: VAEConfig, hop: int) -> Windows:
    """Windows of a score in 4/4, one every `hop` bars: (W, M, N, T). Half-filled last bars count."""
    steps = -(-score.length // TICKS_PER_STEP)
    n_bars = -(-steps // BAR)
    shape = (0, len(config.tracks), config.n_bars, BAR)
    if n_bars < config.n_bars:
        return np.zeros(shape, np.int16)
    rows = np.stack(ROWS[config.tracks](score, n_bars * BAR)).reshape(len(config.tracks), n_bars, BAR)
    starts = range(0, n_bars - config.n_bars + 1, hop)
    found = np.stack([rows[:, start : start + config.n_bars] for start in starts])
    return found[worth_learning(found, config.tracks)]


def load_windows(sets: tuple[str, ...], side: str, config: VAEConfig, hop: int = 1) -> dict[str, Window]:
    """Windows of one side by data set. hop: bars from one window to the next.

    Raises DatasetError, with the command to give, when a set has not been taken in.
    """
    found = {}
    number = 0
    for name in sets:
        parts, owners = [], []
        pieces: list[Piece] = getattr(load(name), side)
        for piece in pieces:
            for score in in_four(piece):
                windows = windows_of(score, config, hop)
                parts.append(windows)
                owners.append(np.full(len(windows), number))
            number += 1
        shape = (0, len(config.tracks), config.n_bars, BAR)
        tokens = np.concatenate([np.zeros(shape, np.int16), *parts])
        found[name] = Window(tokens, np.concatenate([np.zeros(0, np.int64), *owners]))
    return found


def pick(sets: list[Windows], count: int, rng: np.random.Generator) -> Windows:
    """Windows drawn at random: a set of four times the size gives twice as many, so that none is drowned."""
    weights = np.sqrt([len(windows) for windows in sets])
    chosen = rng.multinomial(count, weights / weights.sum())
    return np.concatenate([w[rng.integers(0, len(w), k)] for w, k in zip(sets, chosen, strict=True) if k])


def transposed(windows: Windows, kinds: tuple[str, ...], most: int, rng: np.random.Generator) -> Windows:
    """Each window moved by its own draw of semitones, up to `most` either way and within what is playable."""
    pitched = [track for track, kind in enumerate(kinds) if kind != "drums"]
    if not pitched or not most:
        return windows
    own = windows[:, pitched]
    notes = own < NOTE_OFF
    low = np.where(notes, own, HIGHEST).min((1, 2, 3))
    high = np.where(notes, own, LOWEST).max((1, 2, 3))
    down, up = np.minimum(0, np.maximum(-most, LOWEST - low)), np.maximum(0, np.minimum(most, HIGHEST - high))
    semitones = np.floor(down + rng.random(len(windows)) * (up - down + 1)).astype(np.int16)
    moved = windows.copy()
    moved[:, pitched] = np.where(notes, own + semitones[:, None, None, None], own)
    return moved


def remixed(windows: Windows, kinds: tuple[str, ...], share: float, rng: np.random.Generator) -> Windows:
    """Drums put together anew: in half of the windows, `share` of each drum's bars come from other windows.

    There are far more ways to combine a kick, a snare and cymbals than any data set holds; a network that has
    met only those of its data redraws other drummers badly.
    """
    drums = [track for track, kind in enumerate(kinds) if kind == "drums"]
    if not drums or not share:
        return windows
    own = windows[:, drums].astype(np.int16)
    bits = np.right_shift(own[..., None], np.arange(len(DRUM_CLASSES))) & 1  # (W, D, N, T, 9)
    n, tracks, bars, _, classes = bits.shape
    moved = rng.random((n, tracks, bars, classes)) < share
    moved &= rng.random((n, 1, 1, 1)) < 0.5
    source = np.where(moved, rng.integers(0, n, moved.shape), np.arange(n)[:, None, None, None])
    track, bar, drum = np.ogrid[:tracks, :bars, :classes]
    taken = bits[source, track, bar, :, drum]  # (W, D, N, 9, T)
    mixed = windows.copy()
    mixed[:, drums] = (taken << np.arange(classes)[:, None]).sum(-2)
    return mixed
