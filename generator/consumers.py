"""JobConsumer: tells a job's owner what happens to it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from generator.events import GroupMessage, QueueEvent, StateEvent, bell, job_group
from generator.models import Event, Job
from generator.queue import line
from generator.serializers import job_json

NO_SUCH_JOB = 4404
# A waiting job is told its place this often, when it has changed.
QUEUE_SECONDS = 0.5
# The rows are looked at this often although nobody rang: what a lost ring costs at most.
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
        self.told = after(self.scope)
        self.over = False
        self.telling = asyncio.Lock()
        self.watch: asyncio.Task[None] | None = None
        code = self.scope["url_route"]["kwargs"]["code"]
        await self.accept()
        job = await self.read_job(code)
        if job is None:
            await self.close(NO_SUCH_JOB)
            return
        self.job_id = job.pk
        self.groups.append(job_group(job.code))  # Channels leaves it again when the socket closes
        await self.channel_layer.group_add(job_group(job.code), self.channel_name)
        async with self.telling:
            state = await self.read_state()
            if state is None:  # deleted just now
                await self.close(NO_SUCH_JOB)
                return
            await self.send_json(state)
            await self.tell_stored()
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
            event = message.get("event")
            if message["number"] <= self.told:
                return
            if event is not None and message["number"] == self.told + 1:
                await self.tell(event)
            else:
                await self.tell_stored()

    async def tell_stored(self) -> None:
        """Tell all stored events that were not told yet."""
        for event in await self.read_events(self.told):
            await self.tell(event)

    async def tell(self, event: dict[str, Any]) -> None:
        await self.send_json(event)
        self.told = event["number"]
        self.over = event["type"] in ("finished", "cancelled", "failed")
        if self.over:
            await self.close()  # nothing more will ever come

    async def look_after(self, waiting: bool) -> None:
        """While the job is not over: its place in line, and a look at the rows in case a ring was lost."""
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
            if loop.time() - looked >= LOOK_SECONDS:
                looked = loop.time()
                async with self.telling:
                    if not self.over:
                        await self.tell_stored()

    # --- the rows, read in threads -----------------------------------------------------------------

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def read_job(self, code: str) -> Job | None:
        return Job.objects.owned_by(self.scope["user"]).filter(code=code).first()

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def read_state(self) -> StateEvent | None:
        job = Job.objects.select_related("piece").filter(pk=self.job_id).first()
        return {"type": "state", "number": job.n_events, "job": job_json(job)} if job else None

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def read_events(self, after: int) -> list[dict[str, Any]]:
        rows = Event.objects.filter(job_id=self.job_id, number__gt=after).order_by("number")
        return [{**payload, "number": number} for number, payload in rows.values_list("number", "payload")]

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def read_place(self) -> QueueEvent | None:
        job = Job.objects.filter(pk=self.job_id, status=Job.Status.QUEUED).first()
        if job is None:
            return None
        position, wait_seconds = line().place(job)
        return {"type": "queue", "position": position, "wait_seconds": wait_seconds}


def after(scope: dict[str, Any]) -> int:
    """Number of the last event that the browser has seen, from ?after=; 0 when that cannot be read."""
    said = parse_qs(scope["query_string"].decode("ascii", "replace")).get("after", ["0"])[0]
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
