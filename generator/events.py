"""What a job's socket can say, and how a thread rings for it.

The rows of Event are the truth. What goes through the channel layer only saves the browser's side from
reading them: a message that is lost or comes too late costs a look into the table, never a note.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from typing import Any, Literal, NotRequired, TypedDict

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)

# [track, onset, duration, pitch, velocity]; onset and duration in ticks
NoteRow = list[int]


class TrackHead(TypedDict):
    """A track before it has notes."""

    name: str
    role: str
    program: int
    is_drum: bool


class ErrorWords(TypedDict):
    """What went wrong: for programs, and for people."""

    code: str
    message: str


class OpeningEvent(TypedDict):
    """What the piece will be. metre: [numerator, denominator]; length in ticks."""

    type: Literal["opening"]
    tracks: list[TrackHead]
    tempo: float
    metre: list[int]
    bars: int
    length: int


class NotesEvent(TypedDict):
    """Notes that were made. Every note that begins before tick `until` has now been told."""

    type: Literal["notes"]
    notes: list[NoteRow]
    until: int
    bars_done: int


class PathEvent(TypedDict):
    """How a blend will go: its number of points; of each piece the share of its notes that the network
    redraws; each point's distance from the first, 0 to 1; what was cut, repeated or mapped, in sentences.
    """

    type: Literal["path"]
    points: int
    redrawn: list[float]
    distance: list[float]
    changes: list[str]


class PointEvent(TypedDict):
    """One point of a blend, as a whole score. shares: of each piece, adding up to 1."""

    type: Literal["point"]
    index: int
    shares: list[float]
    score: dict[str, Any]


class AlternativeEvent(TypedDict):
    """One alternative of an infill: its notes, all inside the stretch that was asked for."""

    type: Literal["alternative"]
    index: int
    notes: list[NoteRow]


class FinishedEvent(TypedDict):
    """It is done, and kept as a draft under this code."""

    type: Literal["finished"]
    piece: str | None


class CancelledEvent(TypedDict):
    """It was stopped by its owner; the bars made until then are a draft, where there were any."""

    type: Literal["cancelled"]
    piece: str | None


class FailedEvent(TypedDict):
    """It cannot be finished; the bars made until then are a draft, where there were any."""

    type: Literal["failed"]
    error: ErrorWords
    piece: str | None


# Stored, and numbered from 1 for each job; on the socket each of them also has its "number".
StoredEvent = (
    OpeningEvent
    | NotesEvent
    | PathEvent
    | PointEvent
    | AlternativeEvent
    | FinishedEvent
    | CancelledEvent
    | FailedEvent
)


class QueueEvent(TypedDict):
    """Place in line, while waiting. Not stored nor numbered. wait_seconds: null while no generator is up."""

    type: Literal["queue"]
    position: int
    wait_seconds: float | None


class StateEvent(TypedDict):
    """How the job stands, first on every socket. number: of the last event stored so far."""

    type: Literal["state"]
    number: int
    job: dict[str, Any]


LAST = ("finished", "cancelled", "failed")
"""Types of the event after which nothing comes."""


class GroupMessage(TypedDict):
    """What goes through the channel layer: an event as it goes out on each socket, put into words once for
    all of them. Without `text` the rows must be looked at.
    """

    type: Literal["job.event"]
    number: int
    text: NotRequired[str]
    is_last: NotRequired[bool]


def job_group(code: str) -> str:
    """The channel layer's name for those who listen to a job."""
    return f"job.{code}"


class Bell:
    """Rings for sockets from any thread.

    The in-memory channel layer is a set of asyncio queues and only safe on the loop of the sockets' own
    server, so that loop says here that it exists (`attach`). A process without sockets, in a cluster, has a
    loop of its own for the Redis layer, started at the first ring: a connection to Redis belongs to one loop
    too.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ring on this loop from now on."""
        self._loop = loop

    def ring(self, group: str, message: GroupMessage) -> None:
        """Send to a group, from a thread that is not a loop's. Who cannot be reached will look by itself."""
        layer = get_channel_layer()
        loop = self._usable_loop(layer)
        if layer is None or loop is None:
            return
        try:
            future = asyncio.run_coroutine_threadsafe(layer.group_send(group, message), loop)
        except RuntimeError:
            return  # the loop has just closed, and its sockets with it
        future.add_done_callback(_say_if_failed)

    def _usable_loop(self, layer: Any) -> asyncio.AbstractEventLoop | None:
        with self._lock:
            if self._loop is not None and self._loop.is_running():
                return self._loop
            if isinstance(layer, InMemoryChannelLayer):
                return None  # nobody in this process listens, and from no other could one
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, name="bell", daemon=True).start()
            return self._loop


def _say_if_failed(future: Any) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        logger.warning("A socket could not be rung: %s", error)


bell = Bell()


def tell(code: str, number: int, event: StoredEvent) -> None:
    """Ring for event `number` of a job once the transaction that stored it is through."""
    message: GroupMessage = {
        "type": "job.event",
        "number": number,
        "text": json.dumps({**event, "number": number}),
        "is_last": event["type"] in LAST,
    }
    transaction.on_commit(lambda: bell.ring(job_group(code), message))
