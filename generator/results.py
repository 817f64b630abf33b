"""From a job's events to the music that they tell."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.words import key_name, style_title
from generator.events import NoteRow, OpeningEvent, StoredEvent
from generator.models import Job
from generator.music.key import estimate_key
from generator.music.midi import read_midi
from generator.music.notes import notes_from_columns
from generator.music.score import Metre, Score, Tempo, Track, all_notes, cut

RECIPE_VERSION = 1


def events_of(job: Job) -> list[StoredEvent]:
    """All that was told, in order."""
    return [
        cast(StoredEvent, payload)
        for payload in job.events.order_by("number").values_list("payload", flat=True)
    ]


def notes_told(events: list[StoredEvent]) -> list[NoteRow]:
    """The notes in the events, in the order in which they were told."""
    return [note for event in events if event["type"] == "notes" for note in event["notes"]]


def made_so_far(job: Job) -> Score | None:
    """The job's music: all of it when it is done, whole bars otherwise. None when there is no bar yet."""
    events = events_of(job)
    opening = next((event for event in events if event["type"] == "opening"), None)
    if opening is None or (job.status != Job.Status.DONE and not job.bars_done):
        return None
    score = score_of(opening, notes_told(events), read_midi(bytes(job.prime)) if job.prime else None)
    if job.status == Job.Status.DONE:
        return score
    numerator, denominator = opening["metre"]
    return cut(score, 0, job.bars_done * Metre(0, numerator, denominator).bar)


def score_of(opening: OpeningEvent, notes: list[NoteRow], prime: Score | None) -> Score:
    """The score that an opening and notes tell. A prime's changes of tempo stay."""
    rows = np.array(notes, dtype=np.int64).reshape(-1, 5)
    tracks = []
    for number, head in enumerate(opening["tracks"]):
        own = rows[rows[:, 0] == number]
        part = notes_from_columns(own[:, 1], own[:, 2], own[:, 3], own[:, 4])
        tracks.append(Track(head["name"], head["role"], head["program"], head["is_drum"], part))
    numerator, denominator = opening["metre"]
    return Score(
        tracks=tuple(tracks),
        tempos=prime.tempos if prime is not None else (Tempo(0, opening["tempo"]),),
        metres=prime.metres if prime is not None else (Metre(0, numerator, denominator),),
        length=opening["length"],
    )


def title_of(job: Job, score: Score) -> str:
    """A name to begin with: the style and the key, asked for or heard."""
    style = style_title(job.request["style"])
    if key := job.request.get("key") or estimate_key(all_notes(score)):
        return _("%(style)s in %(key)s") % {"style": style, "key": key_name(key)}
    return style


def recipe_of(job: Job) -> dict[str, Any]:
    """Everything that is needed to make the same notes again, and when and on what it was done."""
    return {
        "version": RECIPE_VERSION,
        **job.request,
        "seed": job.seed,
        "weights": job.weights,
        "device": job.device,
        "complete": job.status == Job.Status.DONE,
        "made": timezone.now().isoformat(timespec="seconds"),
    }
