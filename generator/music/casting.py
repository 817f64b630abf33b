"""Casting: which role of a band each track of any piece may play, and which of its bars a band can play."""

from __future__ import annotations

import numpy as np

from generator.music.bandroll import PITCHED, TICKS_PER_BAR, role_of_track
from generator.music.score import Score, Track, bar_edges, metre_at

LOW = 48
"""A part that lies below C3 on average is a bass, whatever it is played on."""
MOST_GIVEN = 3
"""Roles that are given unless a person says otherwise: something must be left to play."""
COMMON_TIME = ((4, 4), (2, 2))


def roles_for(score: Score) -> list[str]:
    """A role of BAND for each track. Two pitched tracks share one only where there are more than four.

    A track that says its role has it; then those with most notes choose, by register and by instrument.
    """
    roles = ["drums" if track.is_drum else "" for track in score.tracks]
    taken: set[str] = set()
    for number in sorted(range(len(roles)), key=lambda i: _turn(score.tracks[i])):
        if not roles[number]:
            wishes = _wishes(score.tracks[number])
            roles[number] = next((role for role in wishes if role not in taken), wishes[0])
            taken.add(roles[number])
    return roles


def given_by_default(score: Score, roles: list[str]) -> list[int]:
    """The tracks that are given unless a person says otherwise: one a role, those with most notes first."""
    given: list[int] = []
    by_notes = sorted(range(len(roles)), key=lambda i: -score.tracks[i].notes.size)
    for number in by_notes:
        track = score.tracks[number]
        new = roles[number] not in {roles[other] for other in given}
        if track.notes.size and new and role_of_track(track) is not None and len(given) < MOST_GIVEN:
            given.append(number)
    return sorted(given)


def common_runs(score: Score) -> list[tuple[int, int]]:
    """First and last bar, from 1, of each run of whole bars in 4/4: what a band can play."""
    edges = bar_edges(score)
    runs: list[tuple[int, int]] = []
    for bar in range(1, len(edges)):
        metre = metre_at(score, int(edges[bar - 1]))
        whole = edges[bar] - edges[bar - 1] == TICKS_PER_BAR
        if not whole or (metre.numerator, metre.denominator) not in COMMON_TIME:
            continue
        if runs and runs[-1][1] == bar - 1:
            runs[-1] = (runs[-1][0], bar)
        else:
            runs.append((bar, bar))
    return runs


def _turn(track: Track) -> tuple[bool, int]:
    """Who chooses first."""
    return (track.role not in PITCHED, -track.notes.size)


def _wishes(track: Track) -> list[str]:
    """The pitched roles, the fittest first."""
    named = role_of_track(track)
    if track.role in PITCHED:
        first = [track.role]
    elif track.notes.size and float(np.mean(track.notes["pitch"])) < LOW:
        first = ["bass"]
    else:
        # What a band's strings play is nearest to a voice or a wind, and only what is low is a bass.
        first = ["strings" if named in (None, "bass") else named]
    rest = ("strings", "piano", "guitar", "bass")
    return first + [role for role in rest if role not in first]
