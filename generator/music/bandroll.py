"""The band's roll: five roles on a grid of sixteenths, and scores ⇄ it.

Pitched cells tell three things apart: silence, a note that begins and a note that goes on, so that two short
notes are not one long one. Drums are nine named pieces of a kit, each struck or not. Why this grid:
docs/decisions/0008-a-band-on-sixteenths.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from generator.music import notes as n
from generator.music import score as s
from generator.music.key import estimate_key, key_number, to_white_keys
from generator.music.notes import TICKS_PER_QUARTER, MusicError, Notes
from generator.music.score import Metre, Score, Tempo, Track

BAND = ("bass", "drums", "guitar", "piano", "strings")
PITCHED = ("bass", "guitar", "piano", "strings")
KIT = (
    "kick", "snare", "closed hat", "open hat", "low tom", "mid tom", "high tom", "crash", "ride",
)  # fmt: skip
KIT_PITCHES = (36, 38, 42, 46, 45, 47, 50, 49, 51)
"""The General MIDI key that each piece of the kit is written with."""
PROGRAMS = {"bass": 33, "drums": 0, "guitar": 25, "piano": 0, "strings": 48}

STEPS_PER_BAR = 16
TICKS_PER_STEP = TICKS_PER_QUARTER // 4
TICKS_PER_BAR = TICKS_PER_STEP * STEPS_PER_BAR
LOWEST, N_PITCHES = 24, 84  # C1 to B7, as MuseGAN has them
SILENT, HELD, STRUCK = 0, 1, 2

# General MIDI's percussion, 35-81, onto the nine: shakers and the like play the hats' part, congas the toms'.
_FOLD = {
    0: (35, 36),
    1: (37, 38, 39, 40, 67, 68, 75, 76, 77),
    2: (42, 44, 54, 69, 70, 73, 78, 80, 82),
    3: (46, 74, 79, 81),
    4: (41, 43, 45, 64, 66, 86),
    5: (47, 48, 61, 63, 65, 87),
    6: (50, 60, 62),
    7: (49, 52, 55, 57, 58),
    8: (51, 53, 56, 59, 71, 72),
}
KIT_OF = np.full(128, -1, dtype=np.int64)
for _piece, _keys in _FOLD.items():
    KIT_OF[list(_keys)] = _piece

# The roles of the Lakh Pianoroll Dataset: sound effects (96-103, 112-127) have none.
ROLE_OF_PROGRAM = np.full(128, -1, dtype=np.int64)
ROLE_OF_PROGRAM[:96] = ROLE_OF_PROGRAM[104:112] = PITCHED.index("strings")
ROLE_OF_PROGRAM[0:8] = PITCHED.index("piano")
ROLE_OF_PROGRAM[24:32] = PITCHED.index("guitar")
ROLE_OF_PROGRAM[32:40] = PITCHED.index("bass")

Cells = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class BandRoll:
    """Five roles over a number of 4/4 bars.

    pitched: (4, N, 16, 84) uint8 of SILENT, HELD, STRUCK; roles as in PITCHED, pitches from LOWEST up.
    drums: (N, 16, 9) uint8, 1 where a piece of KIT is struck.
    """

    pitched: Cells
    drums: Cells

    @property
    def n_bars(self) -> int:
        """How many bars it has."""
        return int(self.drums.shape[0])


def role_of_track(track: Track) -> str | None:
    """The role of the band that a track plays: by its role or name where that says one, else by its program.

    None for a sound effect.
    """
    if track.is_drum:
        return "drums"
    if track.role in PITCHED:
        return track.role
    found = int(ROLE_OF_PROGRAM[track.program])
    return None if found < 0 else PITCHED[found]


def merge_roles(score: Score) -> Score:
    """The score with its tracks merged into the five roles, as in BAND; a role may have no notes."""
    parts: dict[str, list[Notes]] = {role: [] for role in BAND}
    for track in score.tracks:
        role = role_of_track(track)
        if role is not None:
            parts[role].append(track.notes)
    tracks = tuple(
        Track(role.title(), role, PROGRAMS[role], role == "drums", n.merge(*parts[role])) for role in BAND
    )
    return replace(score, tracks=tracks)


def semitones_to_white_keys(score: Score) -> int:
    """How far to move the score so that it stands in C major or A minor; 0 when it has no key."""
    key = estimate_key(s.all_notes(score))
    return 0 if key is None else to_white_keys(key_number(key))


def score_to_bandroll(score: Score, *, semitones: int = 0) -> BandRoll:
    """Draw a score on the grid, onsets and ends moved to the nearest sixteenth.

    semitones: moves the pitched tracks. Pitches outside C1 to B7 are brought in by octaves. Notes that fall
    behind the last full bar are cut. Raises MusicError when the score holds a bar that is not four quarters.
    """
    edges = s.bar_edges(score)
    if (np.diff(edges) != TICKS_PER_BAR).any():
        raise MusicError("a band's roll has bars of four quarters only; this score has others")
    n_bars = edges.size - 1
    merged = {track.role: track.notes for track in merge_roles(score).tracks}
    pitched = np.zeros((len(PITCHED), n_bars * STEPS_PER_BAR, N_PITCHES), dtype=np.uint8)
    for roll, role in zip(pitched, PITCHED, strict=True):
        _draw(roll, merged[role], semitones)
    drums = np.zeros((n_bars * STEPS_PER_BAR, len(KIT)), dtype=np.uint8)
    step = (merged["drums"]["onset"] + TICKS_PER_STEP // 2) // TICKS_PER_STEP
    piece = KIT_OF[merged["drums"]["pitch"]]
    kept = (piece >= 0) & (step < drums.shape[0])
    drums[step[kept], piece[kept]] = 1
    return BandRoll(
        pitched.reshape(len(PITCHED), n_bars, STEPS_PER_BAR, N_PITCHES),
        drums.reshape(n_bars, STEPS_PER_BAR, len(KIT)),
    )


def _draw(roll: Cells, notes: Notes, semitones: int) -> None:
    """Mark the notes in an empty (n_steps, 84) roll."""
    n_steps = roll.shape[0]
    start = (notes["onset"].astype(np.int64) + TICKS_PER_STEP // 2) // TICKS_PER_STEP
    stop = np.maximum((n.ends(notes) + TICKS_PER_STEP // 2) // TICKS_PER_STEP, start + 1)
    start, stop = np.minimum(start, n_steps), np.minimum(stop, n_steps)
    pitch = fold_pitches(notes["pitch"].astype(np.int64) + semitones)
    length = stop - start
    within = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    roll[np.repeat(start, length) + within, np.repeat(pitch, length)] = HELD
    inside = start < n_steps
    roll[start[inside], pitch[inside]] = STRUCK


def fold_pitches(pitch: NDArray[np.int64]) -> NDArray[np.int64]:
    """MIDI pitches as rows of the grid, those beside it brought in by octaves."""
    low = np.maximum(0, -(-(LOWEST - pitch) // 12))
    high = np.maximum(0, -(-(pitch - (LOWEST + N_PITCHES - 1)) // 12))
    return pitch + 12 * (low - high) - LOWEST


def roll_to_notes(cells: Cells, *, velocity: int = 80, semitones: int = 0) -> Notes:
    """The notes of one pitched role.

    cells: (N, 16, 84) of SILENT, HELD, STRUCK. A held cell with nothing sounding before it is silence.
    semitones: moves the notes; those that would leave MIDI's range stay an octave inside it.
    """
    table = cells.reshape(-1, cells.shape[-1]).T  # (84, n_steps)
    pitch, start = np.nonzero(table == STRUCK)
    padded = np.concatenate([table, np.zeros((table.shape[0], 1), np.uint8)], axis=1)
    # For each step the next one that is not held: where a note that goes on there stops.
    index = np.where(padded != HELD, np.arange(padded.shape[1]), padded.shape[1])
    following = np.minimum.accumulate(index[:, ::-1], axis=1)[:, ::-1]
    stop = following[pitch, start + 1]
    midi = pitch.astype(np.int64) + LOWEST + semitones
    midi += np.where(midi > 127, -12, 0) + np.where(midi < 0, 12, 0)
    return n.notes_from_columns(
        start * TICKS_PER_STEP,
        (stop - start) * TICKS_PER_STEP,
        midi,
        accents(start, velocity),
    )


def drums_to_notes(drums: Cells, *, velocity: int = 88) -> Notes:
    """The notes of the drums: (N, 16, 9) → a sixteenth each, on General MIDI's keys."""
    step, piece = np.nonzero(drums.reshape(-1, drums.shape[-1]))
    return n.notes_from_columns(
        step * TICKS_PER_STEP,
        np.full(step.size, TICKS_PER_STEP),
        np.array(KIT_PITCHES)[piece],
        accents(step, velocity),
    )


def accents(step: NDArray[np.int64], velocity: int) -> NDArray[np.int64]:
    """Velocities for notes that begin at these sixteenths: louder on the bar, then on the beat."""
    louder = np.where(
        step % STEPS_PER_BAR == 0, 12, np.where(step % 4 == 0, 6, np.where(step % 2 == 0, 0, -8))
    )
    return np.clip(velocity + louder, 1, 127)


def bandroll_to_score(roll: BandRoll, *, bpm: float = 110.0, semitones: int = 0) -> Score:
    """The roll as a score of five tracks, in the order of BAND; semitones moves all but the drums."""
    tracks = []
    for role in BAND:
        if role == "drums":
            notes = drums_to_notes(roll.drums)
        else:
            notes = roll_to_notes(roll.pitched[PITCHED.index(role)], semitones=semitones)
        tracks.append(Track(role.title(), role, PROGRAMS[role], role == "drums", notes))
    return Score(tuple(tracks), (Tempo(0, bpm),), (Metre(0, 4, 4),), roll.n_bars * TICKS_PER_BAR)
