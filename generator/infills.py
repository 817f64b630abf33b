"""Infills: a band plays some bars of a piece's tracks anew, in several alternatives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from generator import bands
from generator.engines import engine, engine_device
from generator.events import AlternativeEvent, NoteRow
from generator.models import MAX_SEED, Event, Job
from generator.music.bandroll import TICKS_PER_BAR, role_of_track
from generator.music.casting import common_runs, roles_for
from generator.music.joins import join_distance
from generator.music.midi import read_midi
from generator.music.notes import Ints, Notes, make_notes
from generator.music.score import Score, bar_edges, score_to_json
from generator.services import job_append, job_create
from musicsite.errors import refused

PHRASE = 4
"""Bars in a band's phrase."""
MOST_ALTERNATIVES = 8
TRIES = 6
"""So many draws for each alternative, of which the one that joins best with the bars around is told."""
BELIEVED = timedelta(days=7)
"""For so long a saved note is known to be the band's."""


def is_infill(job: Job) -> bool:
    """Whether a job asks for some bars of a piece instead of a piece."""
    return bool(job.request.get("kind") == bands.INFILL)


def infill_create(*, owner: User, idempotency_key: str = "", **asked: Any) -> Job:
    """Put it in line. asked: what `infill_request` takes. Raises ApplicationError as that does."""
    return job_create(owner=owner, request=infill_request(**asked), idempotency_key=idempotency_key)


def infill_request(
    *,
    score: Score,
    tracks: list[int],
    start: int,
    end: int,
    arranger: str,
    seed: int | None,
    alternatives: int,
) -> dict[str, Any]:
    """What its job is to do: these tracks from tick `start` to `end`, played anew along with the others.

    The band hears the phrases of four bars that hold them. Raises ApplicationError, with the reason, for what
    it cannot play.
    """
    if unknown := [number for number in tracks if number >= len(score.tracks)]:
        raise refused("tracks", _("There is no track %(n)d.") % {"n": unknown[0]})
    if not start < end <= score.length:
        raise refused("end", _("Choose a stretch of the piece."))
    roles = roles_for(score)
    wanted = {number: roles[number] for number in tracks}
    if len(set(wanted.values())) < len(wanted):
        raise refused("tracks", _("Two of these tracks play one part of a band. Choose one of them."))
    first, last = phrases_around(score, start, end)
    given: list[dict[str, Any]] = [
        {"track": number, "role": role}
        for number, role in enumerate(roles)
        if role not in wanted.values() and role_of_track(score.tracks[number]) is not None
    ]
    edges = bar_edges(score)
    begin, stop = int(edges[first - 1]), int(edges[last])
    if not any(within(score.tracks[one["track"]].notes, begin, stop).size for one in given):
        raise refused(
            "tracks", _("The other tracks play nothing here, so there is nothing to play along with.")
        )
    return {
        "model": bands.MODEL,
        "kind": bands.INFILL,
        "style": arranger,
        "arranger": arranger,
        "bars": last - first + 1,
        "seed": seed,
        "wanted": [
            {"track": number, "role": role, **around(score.tracks[number].notes, edges, start, end)}
            for number, role in wanted.items()
        ],
        "begin": begin,
        "start": start,
        "end": end,
        "alternatives": alternatives,
        "given": {
            "piece": None,
            "score": score_to_json(score),
            "tracks": given,
            "first_bar": first,
            "last_bar": last,
        },
    }


def around(notes: Notes, edges: Ints, start: int, end: int) -> dict[str, list[list[int]]]:
    """A track's notes within a bar before tick `start` and behind `end`, to which what is new has to join."""
    before = edges[max(0, int(np.searchsorted(edges, start)) - 1)]
    behind = edges[min(len(edges) - 1, int(np.searchsorted(edges, end, "right")))]
    return {
        "before": within(notes, int(before), start).tolist(),
        "behind": within(notes, end, int(behind)).tolist(),
    }


def within(notes: Notes, begin: int, stop: int) -> Notes:
    """The notes that begin from one tick on and before another."""
    return notes[(notes["onset"] >= begin) & (notes["onset"] < stop)]


def phrases_around(score: Score, start: int, end: int) -> tuple[int, int]:
    """First and last bar, from 1, of the phrases that hold these ticks.

    Raises ApplicationError where they are not in 4/4.
    """
    edges = bar_edges(score)
    first, last = int(np.searchsorted(edges, start, "right")), int(np.searchsorted(edges, end, "left"))
    runs = common_runs(score)
    run = next((run for run in runs if run[0] <= first and last <= run[1]), None)
    if run is None:
        raise refused("start", bands.only_common_time(runs))
    before = (first - run[0]) // PHRASE * PHRASE
    after = -(-(last - run[0] + 1) // PHRASE) * PHRASE
    return run[0] + before, min(run[1], run[0] + after - 1)


def fill(job: Job) -> None:
    """Have the band play the alternatives and tell them one by one. Raises GenerationError, AttemptOver."""
    told = job.n_events  # an earlier attempt may have told some; they are the same each time
    for index, (notes, weights) in enumerate(alternatives_of(job)):
        if index >= told:
            event: AlternativeEvent = {"type": "alternative", "index": index, "notes": notes}
            job_append(job=job, event=event, weights=weights, device=engine_device(), bars_done=job.bars)


def alternatives_of(job: Job) -> Iterator[tuple[list[NoteRow], str]]:
    """Each alternative's notes, and the weights that made it: of what was drawn so far, the one that joins
    best. While there are others, none comes twice or is empty.
    """
    draws = draws_of(job)
    drawn: list[tuple[list[NoteRow], str]] = []
    told: list[list[NoteRow]] = []
    for _number in range(job.request["alternatives"]):
        drawn += islice(draws, TRIES)
        new = [one for one in drawn if one[0] and one[0] not in told]
        chosen = min(new or drawn[-TRIES:], key=lambda one: seam(job.request, one[0]))
        told.append(chosen[0])
        yield chosen


def draws_of(job: Job) -> Iterator[tuple[list[NoteRow], str]]:
    """One draw of the band after the other, without end."""
    given = read_midi(bytes(job.prime or b""))
    for turn in count():
        yield _played(job.request, (job.seed + turn) % (MAX_SEED + 1), job.seed, given)


def _played(asked: dict[str, Any], own: int, seed: int, given: Score) -> tuple[list[NoteRow], str]:
    """What the wanted tracks play between start and end, their private latents drawn from the seed `own`."""
    ask = bands.ask_from({**bands.PLAIN, **asked}, seed, given)
    for wanted in asked["wanted"]:
        ask = replace(ask, seeds=ask.seeds.reroll(wanted["role"], own))
    if asked["arranger"] == "composer":  # it has no latents of one track's own
        ask = replace(ask, seed=own)
    answer = engine().ask(bands.MODEL, ask)
    parts = {track.role: track.notes for track in answer.score.tracks}
    rows: list[NoteRow] = []
    for wanted in asked["wanted"]:
        for onset, duration, pitch, velocity in parts[wanted["role"]].tolist():
            at = onset + asked["begin"]
            if asked["start"] <= at < asked["end"]:
                rows.append([wanted["track"], at, min(duration, asked["end"] - at), pitch, velocity])
    return rows, answer.weights


def seam(asked: dict[str, Any], notes: list[NoteRow]) -> float:
    """How unlike the bars around both ends of an alternative are, over its tracks; nothing for what is not
    known of them.
    """
    start, end = asked["start"], asked["end"]
    bar = min(TICKS_PER_BAR, end - start)
    total = 0.0
    for wanted in asked["wanted"]:
        mine = make_notes(row[1:] for row in notes if row[0] == wanted["track"])
        ends = (
            (wanted.get("before"), within(mine, start, start + bar)),
            (wanted.get("behind"), within(mine, end - bar, end)),
        )
        is_drum = wanted["role"] == "drums"
        total += sum(join_distance(make_notes(rows), new, is_drum=is_drum) for rows, new in ends if rows)
    return total


def alternatives_json(job: Job) -> list[dict[str, Any]]:
    """The alternatives that were told so far."""
    payloads = job.events.order_by("number").values_list("payload", flat=True)
    return [
        {"index": payload["index"], "notes": payload["notes"]}
        for payload in payloads
        if payload["type"] == "alternative"
    ]


def notes_played(owner: User) -> set[tuple[int, ...]]:
    """Every note that a band has lately offered this person: onset, duration, pitch, velocity.

    Of whichever track: a drawing's tracks stand in another order when it is kept with its band.
    """
    since = timezone.now() - BELIEVED
    told = Event.objects.filter(
        job__owner=owner, job__created__gt=since, job__request__kind=bands.INFILL, payload__type="alternative"
    )
    return {
        tuple(note[1:]) for payload in told.values_list("payload", flat=True) for note in payload["notes"]
    }
