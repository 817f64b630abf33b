"""JobConsumer: tells a job's owner what happens to it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from urllib.parse import parse_qs

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from generator.events import LAST, GroupMessage, QueueEvent, StateEvent, bell, job_group
from generator.models import Event, Job
from generator.queue import place
from generator.serializers import job_json
from musicsite.codes import could_be_code

NO_SUCH_JOB = 4404
# A waiting job is told its place this often, when it has changed.
QUEUE_SECONDS = 0.5
# The rows are looked at after so long without a ring: what a lost one costs at most.
LOOK_SECONDS = 2.0
# Something is said at least this often while a job waits, so that a browser can tell a quiet line from a dead
# one.
SILENCE_SECONDS = 4.0


class JobConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """One browser's ear on one job, in the words of events.py. Takes no orders.

    It joins the job's group before it reads the rows, so an event in between is heard twice rather than
    never, and what comes twice is dropped by its number. A ring with a number that is not the next one sends
    it back to the rows. So each event goes out once and in order, whatever the channel layer does.
    """

    async def connect(self) -> None:
        bell.attach(asyncio.get_running_loop())
        self.told, self.told_at = after(self.scope), float("-inf")
        self.over = False
        self.telling = asyncio.Lock()
        self.watch: asyncio.Task[None] | None = None
        code = self.scope["url_route"]["kwargs"]["code"]
        await self.accept()
        if not could_be_code(code):
            await self.close(NO_SUCH_JOB)
            return
        self.groups.append(job_group(code))  # Channels leaves it again when the socket closes
        await self.channel_layer.group_add(job_group(code), self.channel_name)
        async with self.telling:
            found = await self.read_start(code)
            if found is None:
                await self.close(NO_SUCH_JOB)
                return
            self.job_id, state, events = found
            await self.send_json(state)
            for event in events:
                await self.tell(event)
            if not self.over and state["job"]["finished"] and self.told >= state["number"]:
                self.over = True  # it was over before, and the browser had heard all of it
                await self.close()
        if not self.over:
            self.watch = asyncio.create_task(self.look_after(state["job"]["status"] == Job.Status.QUEUED))

    async def disconnect(self, code: int) -> None:
        watch = getattr(self, "watch", None)
        if watch is not None:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As Channels does it, without a way through another thread for each message: what asks the database
        here looks after its connection by itself.
        """
        await getattr(self, get_handler_name(message))(message)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Nothing that a browser says here means anything."""

    @classmethod
    async def decode_json(cls, text_data: str) -> None:
        """What is not read need not be well-formed."""

    async def job_event(self, message: GroupMessage) -> None:
        """The bell: pass the event on when it is the next one, else go and read what was missed."""
        if self.over or not hasattr(self, "job_id"):
            return
        async with self.telling:
            if message["number"] <= self.told:
                return
            if "text" in message and message["number"] == self.told + 1:
                await self.say(message["number"], message["text"], message["is_last"])
            else:
                await self.tell_stored()

    async def tell_stored(self) -> None:
        """Tell all stored events that were not told yet."""
        for event in await self.read_events(self.told):
            await self.tell(event)

    async def tell(self, event: dict[str, Any]) -> None:
        await self.say(event["number"], await self.encode_json(event), event["type"] in LAST)

    async def say(self, number: int, text: str, is_last: bool) -> None:
        """Send an event, in its words."""
        await self.send(text_data=text)
        self.told, self.told_at = number, asyncio.get_running_loop().time()
        self.over = is_last
        if self.over:
            await self.close()  # nothing more will ever come

    async def look_after(self, waiting: bool) -> None:
        """While the job is not over: its place in line, and a look at the rows in case a ring was lost.

        Who hears one ring after another need not look: what was lost between them shows by their numbers.
        """
        loop = asyncio.get_running_loop()
        said: QueueEvent | None = None
        said_at = looked = loop.time()
        while not self.over:
            await asyncio.sleep(QUEUE_SECONDS if waiting else LOOK_SECONDS)
            if waiting and not self.over:
                place = await self.read_place()
                waiting = place is not None
                if place is not None and (place != said or loop.time() - said_at > SILENCE_SECONDS):
                    await self.send_json(place)
                    said, said_at = place, loop.time()
            if loop.time() - max(looked, self.told_at) >= LOOK_SECONDS:
                looked = loop.time()
                async with self.telling:
                    if not self.over:
                        await self.tell_stored()

    # --- the rows, read in threads -----------------------------------------------------------------

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def read_start(self, code: str) -> tuple[int, StateEvent, list[dict[str, Any]]] | None:
        """The visitor's own job: its id, how it stands, and what was not told yet. None when it is not there,
        or somebody else's.
        """
        job = Job.objects.owned_by(self.scope["user"]).select_related("piece").filter(code=code).first()
        if job is None:
            return None
        state: StateEvent = {"type": "state", "number": job.n_events, "job": job_json(job)}
        return job.pk, state, stored_events(job.pk, self.told)

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def read_events(self, after: int) -> list[dict[str, Any]]:
        return stored_events(self.job_id, after)

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def read_place(self) -> QueueEvent | None:
        job = Job.objects.filter(pk=self.job_id, status=Job.Status.QUEUED).first()
        if job is None:
            return None
        position, wait_seconds = place(job)
        return {"type": "queue", "position": position, "wait_seconds": wait_seconds}


def stored_events(job_id: int, after: int) -> list[dict[str, Any]]:
    """A job's events behind number `after`, as the socket says them."""
    rows = Event.objects.filter(job_id=job_id, number__gt=after).order_by("number")
    return [{**payload, "number": number} for number, payload in rows.values_list("number", "payload")]


def after(scope: dict[str, Any]) -> int:
    """Number of the last event that the browser has seen, from ?after=; 0 when that cannot be read."""
    said = parse_qs(scope["query_string"].decode("ascii", "replace")).get("after", ["0"])[0]
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
