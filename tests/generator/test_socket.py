"""A job's socket: who may listen, and that each event is told once and in order whatever happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.authtoken.models import Token

from generator import consumers
from generator.events import bell, job_group
from generator.models import Event, Job, Worker
from generator.services import job_append, job_cancel, job_start
from musicsite.asgi import application
from tests.conftest import REQUEST, events, run
from tests.fake_engine import FakeEngine

pytestmark = pytest.mark.django_db(transaction=True)


def token_header(user: User) -> tuple[bytes, bytes]:
    return b"authorization", f"Token {Token.objects.get_or_create(user=user)[0].key}".encode()


@asynccontextmanager
async def listening(job: Job, *, after: int | None = None, user: User | None = None) -> AsyncIterator[Any]:
    """A socket on the job, of its owner's program."""
    header = await sync_to_async(lambda: token_header(user or job.owner))()
    query = "" if after is None else f"?after={after}"
    socket = WebsocketCommunicator(application, f"/ws/jobs/{job.code}/{query}", headers=[header])
    connected, _ = await socket.connect()
    assert connected
    yield socket
    await socket.disconnect()


async def hear(socket: Any, *, until: str = "") -> list[dict[str, Any]]:
    """What the socket says, up to an event of that type, places in line left out."""
    heard: list[dict[str, Any]] = []
    while not heard or heard[-1]["type"] != until:
        said = await socket.receive_json_from(timeout=5)
        if said["type"] != "queue":
            heard.append(said)
    return heard


def make(owner: User, **request: Any) -> Job:
    from generator.services import job_create

    return job_create(owner=owner, request={**REQUEST, **request})


async def test_the_state_comes_first_then_all_that_happens(queued_job: Job) -> None:
    async with listening(queued_job) as socket:
        state = await socket.receive_json_from()
        assert (state["type"], state["number"]) == ("state", 0)
        assert (state["job"]["code"], state["job"]["status"]) == (queued_job.code, "queued")
        writing = asyncio.create_task(sync_to_async(run, thread_sensitive=False)(queued_job))
        heard = await hear(socket, until="finished")
        job = await writing
    assert heard == await sync_to_async(events)(job)
    assert [event["number"] for event in heard] == list(range(1, 11))


async def test_who_comes_late_hears_all_of_it(queued_job: Job) -> None:
    job = await sync_to_async(run)(queued_job)
    async with listening(job) as socket:
        state = await socket.receive_json_from()
        assert (state["number"], state["job"]["status"]) == (10, "done")
        assert await hear(socket, until="finished") == await sync_to_async(events)(job)


async def test_who_comes_back_hears_only_what_is_new(queued_job: Job) -> None:
    job = await sync_to_async(run)(queued_job)
    async with listening(job, after=7) as socket:
        await socket.receive_json_from()
        assert [event["number"] for event in await hear(socket, until="finished")] == [8, 9, 10]


async def test_the_socket_closes_when_all_is_told(queued_job: Job) -> None:
    job = await sync_to_async(run)(queued_job)
    async with listening(job) as socket:
        await hear(socket, until="finished")
        assert await socket.receive_output() == {"type": "websocket.close"}
    async with listening(job, after=10) as socket:
        assert (await socket.receive_json_from())["job"]["status"] == "done"
        assert await socket.receive_output() == {"type": "websocket.close"}


async def test_a_line_cut_in_the_middle_loses_and_doubles_nothing(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeEngine, "delay", 0.01)
    job = await sync_to_async(make)(alice, bars=8)
    heard: list[dict[str, Any]] = []
    writing = asyncio.create_task(sync_to_async(run, thread_sensitive=False)(job))
    while not heard or heard[-1]["type"] != "finished":
        async with listening(job, after=len(heard)) as socket:
            await socket.receive_json_from()
            for _ in range(6):  # then the line is cut
                if not heard or heard[-1]["type"] != "finished":
                    said = await socket.receive_json_from(timeout=5)
                    heard += [said] if said["type"] != "queue" else []
    job = await writing
    assert heard == await sync_to_async(events)(job)
    assert len(heard) == 1 + 32 + 1


async def test_rings_that_are_lost_cost_no_event(queued_job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    rings = 0
    ring = bell.ring

    def lose_most(group: str, message: Any) -> None:
        nonlocal rings
        rings += 1
        if rings % 4 == 0:
            ring(group, message)

    monkeypatch.setattr(bell, "ring", lose_most)
    monkeypatch.setattr(consumers, "LOOK_SECONDS", 0.05)
    async with listening(queued_job) as socket:
        await socket.receive_json_from()
        job = await sync_to_async(run, thread_sensitive=False)(queued_job)
        heard = await hear(socket, until="finished")
    assert rings == 10
    assert heard == await sync_to_async(events)(job)


async def test_a_ring_that_comes_twice_or_too_late_is_not_told_again(queued_job: Job) -> None:
    job = await sync_to_async(job_start)(job_id=queued_job.pk)
    assert job is not None
    async with listening(job) as socket:
        await socket.receive_json_from()
        event: Any = {"type": "notes", "notes": [[0, 0, 480, 60, 84]], "until": 480, "bars_done": 0}
        for _ in range(2):
            await sync_to_async(job_append)(job=job, event=event)
        again = {
            "type": "job.event",
            "number": 1,
            "text": json.dumps({**event, "number": 1}),
            "is_last": False,
        }
        await get_channel_layer().group_send(job_group(job.code), again)
        await sync_to_async(job_append)(job=job, event=event)
        heard = [await socket.receive_json_from() for _ in range(3)]
        assert [said["number"] for said in heard] == [1, 2, 3]
        assert await socket.receive_nothing(timeout=0.1)


async def test_a_job_stopped_in_line_says_so(queued_job: Job) -> None:
    async with listening(queued_job) as socket:
        await socket.receive_json_from()
        await sync_to_async(job_cancel)(job=queued_job)
        assert await hear(socket, until="cancelled") == [{"type": "cancelled", "piece": None, "number": 1}]


async def test_who_waits_is_told_the_place_in_line(
    alice: User, queued_job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "QUEUE_SECONDS", 0.05)
    monkeypatch.setattr("generator.queue.LOOK_SECONDS", 0.0)
    await Worker.objects.acreate(name="w", seats=1)
    second = await sync_to_async(make)(alice)
    async with listening(second) as socket:
        await socket.receive_json_from()
        place = await socket.receive_json_from()
        assert (place["type"], place["position"]) == ("queue", 2)
        assert place["wait_seconds"] == pytest.approx(
            0.4
        )  # two bars before it, at the pace before any measurement
        assert await sync_to_async(job_start)(job_id=queued_job.pk)
        while place["position"] == 2:
            place = await socket.receive_json_from()
        assert place["position"] == 1


async def test_another_persons_job_is_no_job(queued_job: Job, bob: User) -> None:
    async with listening(queued_job, user=bob) as socket:
        assert await socket.receive_output() == {"type": "websocket.close", "code": 4404}


async def test_a_job_that_is_not_there_is_no_job(queued_job: Job, alice: User) -> None:
    await Job.objects.all().adelete()
    async with listening(queued_job, user=alice) as socket:
        assert await socket.receive_output() == {"type": "websocket.close", "code": 4404}


def browser_headers(user: User, origin: str) -> list[tuple[bytes, bytes]]:
    """What a browser sends: the cookie whoever asks it to, and the page's origin."""
    client = Client()
    client.force_login(user)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    return [(b"cookie", cookie.encode()), (b"origin", origin.encode()), (b"host", b"localhost:8000")]


@pytest.mark.parametrize(
    ("origin", "gets_in"),
    [
        ("http://localhost:8000", True),
        ("https://elsewhere.example", False),
        ("http://localhost:9000", False),
        ("null", False),
    ],
)
async def test_a_page_of_another_site_does_not_get_in_with_the_cookie(
    queued_job: Job, alice: User, origin: str, gets_in: bool
) -> None:
    headers = await sync_to_async(browser_headers)(alice, origin)
    socket = WebsocketCommunicator(application, f"/ws/jobs/{queued_job.code}/", headers=headers)
    connected, _ = await socket.connect()
    assert connected is gets_in
    if connected:
        assert (await socket.receive_json_from())["job"]["code"] == queued_job.code
    await socket.disconnect()


async def test_what_a_browser_says_is_not_listened_to(queued_job: Job) -> None:
    async with listening(queued_job) as socket:
        await socket.receive_json_from()
        await socket.send_to(text_data="{ not json")
        await socket.send_to(text_data='{"type": "finished"}')
        await sync_to_async(job_cancel)(job=queued_job)
        assert (await hear(socket, until="cancelled"))[-1]["number"] == 1


@pytest.mark.parametrize("after", ["-1", "ten", "", "9" * 20])
async def test_an_after_that_cannot_be_read_means_from_the_beginning(queued_job: Job, after: str) -> None:
    job = await sync_to_async(run)(queued_job)
    async with listening(job, after=after) as socket:  # type: ignore[arg-type]
        await socket.receive_json_from()
        assert (await socket.receive_json_from())["number"] == 1


async def test_an_address_without_a_socket_is_closed_in_good_order() -> None:
    headers = [(b"origin", b"http://localhost"), (b"host", b"localhost")]
    socket = WebsocketCommunicator(application, "/ws/nothing/", headers=headers)
    connected, code = await socket.connect()
    assert (connected, code) == (False, 4404)


async def test_events_are_stored_even_if_nobody_listens(queued_job: Job) -> None:
    await sync_to_async(run)(queued_job)
    assert await Event.objects.acount() == 10
