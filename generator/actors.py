"""generate(job_id): the Dramatiq actor; a thread that hands a job to the engine and writes what comes."""

from __future__ import annotations

import logging
import threading
import traceback
from typing import TYPE_CHECKING, Any, cast

import dramatiq
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone
from dramatiq.errors import Retry

from generator import bands, blends, engines, infills, services, stops, variations
from generator.broker import make_broker
from generator.company import company
from generator.engines import engine_device
from generator.events import NotesEvent, TrackHead
from generator.models import Job
from generator.queue import keeps_order
from generator.services import AttemptOver
from musicsite.sqlite.turns import behind_others

if TYPE_CHECKING:
    from generator.engine.rows import Chunk, Opening

logger = logging.getLogger(__name__)

QUEUE = "generate"

PARTS = {"rnn": engines.parts_of, bands.MODEL: bands.parts_of, variations.MODEL: variations.parts_of}
"""How each family writes a piece: what it gives, part by part, is told as it comes."""
TELL_THEMSELVES = {blends.KIND: blends.interpolate, bands.INFILL: infills.fill}
"""The kinds of job that are for no piece, and have other things to tell."""

dramatiq.set_broker(make_broker())


class Process:
    """Who this process is: the name under which its worker says that it lives."""

    name = ""


process = Process()

# Set when this process is to end: what it writes goes back in line instead of being cancelled.
going_home = threading.Event()


class AttemptFailed(Retry):
    """Something broke under an attempt and there will be another, after a pause that Dramatiq makes."""


@dramatiq.actor(queue_name=QUEUE)
def generate(job_id: int) -> None:
    """Write a job's music. Whatever happens here, the next attempt goes on where the row says."""
    ordered = keeps_order(dramatiq.get_broker())
    while True:
        if going_home.is_set():
            raise Retry("this process is about to end", delay=0)
        candidate = job_id if ordered else services.first_in_line()
        if candidate is None:
            return
        alone = services.job_died_before(job_id=candidate)
        with company.seat(alone=alone, give_up=going_home.is_set) as seated:
            if not seated:
                continue
            job = services.job_start(job_id=candidate, worker=process.name, waiting_only=not ordered)
            if job is not None:
                write(job)
                return
        if ordered:
            return


def write(job: Job) -> None:
    """An attempt that has begun, to its end. Raises AttemptFailed when there is to be another."""
    from generator.engine.errors import GenerationError

    with stops.stop_for(job.pk) as stop:
        if going_home.is_set():
            stop.set()  # it came just before stops.stop_all was called, or after
        try:
            if tell := TELL_THEMSELVES.get(job.request.get("kind")):
                tell(job)
            else:
                for part in PARTS[job.request["model"]](job, stop.is_set):
                    tell_part(job, part)
            if stop.is_set() and going_home.is_set():
                services.job_hand_back(job=job)
            elif stop.is_set():
                raise AttemptOver  # by its owner, or by a later attempt: the row says so already
            else:
                with behind_others():
                    services.job_finish(job=job)
        except AttemptOver:
            logger.info("Job %s is over for attempt %d", job.code, job.attempt)
        except (OperationalError, InterfaceError) as error:
            stop.set()  # the engine need not go on with it
            logger.warning("Job %s waits for the database: %s", job.code, error)
            hand_back_when_possible(job)
        except GenerationError as error:
            if error.code == "stopped":
                services.job_hand_back(job=job)
            elif error.code != "engine_failed":
                # The request cannot be met, and will not be met by trying again.
                services.job_fail(job=job, code=error.code, message=error.message)
            elif services.job_attempt_failed(job=job, problem=error.message):
                put_back(job)
                raise AttemptFailed(error.message) from error
        except Exception as error:
            logger.exception("Job %s broke in attempt %d", job.code, job.attempt)
            if services.job_attempt_failed(job=job, problem=traceback.format_exc(limit=30)):
                put_back(job)
                raise AttemptFailed(str(error)) from error


def put_back(job: Job) -> None:
    """Where a message belongs to no job, one that is to be tried again must be found in the line."""
    if not keeps_order(dramatiq.get_broker()):
        services.job_wait_again(job=job)


def hand_back_when_possible(job: Job) -> None:
    """Wait for the database, and put the job back in line: what cut it off is no fault of the job's."""
    while not going_home.is_set():
        try:
            services.job_hand_back(job=job)
            return
        except (OperationalError, InterfaceError):
            close_old_connections()
            going_home.wait(0.5)


def tell_part(job: Job, part: Opening | Chunk) -> None:
    """Store one thing that the engine said. Raises AttemptOver when the job is no longer this attempt's."""
    from generator.engine.rows import Opening

    if isinstance(part, Opening):
        if job.n_events:  # an earlier attempt has said it
            return
        services.job_append(
            job=job,
            event={
                "type": "opening",
                "tracks": cast(list[TrackHead], part.tracks),
                "tempo": part.tempo,
                "metre": list(part.metre),
                "bars": part.bars,
                "length": part.length,
            },
            weights=part.weights,
            device=engine_device(),
            bars=part.bars,
        )
        return
    changes: dict[str, Any] = {"bars_done": max(part.bars_done, job.bars_done)}
    if part.notes and job.first_note is None:
        changes["first_note"] = timezone.now()
    event: NotesEvent = {
        "type": "notes",
        "notes": part.notes,
        "until": part.until,
        "bars_done": part.bars_done,
    }
    # Who hears a piece already has notes at hand; who still waits for a first one goes before them.
    with behind_others(job.first_note is not None):
        services.job_append(job=job, event=event, **changes)
