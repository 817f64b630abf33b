"""Many people at once: open sockets that stream, a gallery that is looked at, pieces being written."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from websockets.asyncio.client import connect
from websockets.typing import Origin

from bench.figures import Figure
from bench.generation import memory
from tests.browser.server import Server

SOCKETS, JOBS = 200, 4
REQUESTS_A_SECOND = 50
SECONDS = float(os.environ.get("CROWD_SECONDS", "60"))
LONG = 512  # bars
# Seconds that a beat takes to be written: so long that no piece ends while somebody listens.
BEAT = max(0.2, 1.2 * (SECONDS + 60) / (4 * LONG))
LOOK_AT_MEMORY = 5.0  # seconds between two looks


async def request(
    server: Server, path: str, body: Any = None, cookie: str = "", encoding: str = "identity"
) -> tuple[bytes, bytes]:
    """One HTTP/1.1 request on a connection of its own. Returns (head, body), the latter as it came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    data = b"" if body is None else json.dumps(body).encode()
    head = [
        f"{'POST' if data else 'GET'} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: close",
        f"Cookie: csrftoken={'0' * 32}; {cookie}",
        f"X-CSRFToken: {'0' * 32}",
        "Content-Type: application/json",
        f"Content-Length: {len(data)}",
        f"Accept-Encoding: {encoding}",
    ]
    writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + data)
    answer = await reader.read()
    writer.close()
    top, _, rest = answer.partition(b"\r\n\r\n")
    return top, rest


async def listen(server: Server, job: Any, cookie: str, heard: list[int], number: int) -> None:
    """One socket that counts what it hears until it is cut off."""
    address = f"ws://127.0.0.1:{server.port}{job['socket']}"
    async with connect(
        address, origin=Origin(server.url), additional_headers={"Cookie": cookie}, open_timeout=60
    ) as socket:
        async for _message in socket:
            heard[number] += 1


async def look(server: Server, took: list[float]) -> None:
    """What a stranger sees first of what people made."""
    begun = time.perf_counter()
    top, _ = await request(server, "/gallery/")
    if b" 200 " in top.split(b"\r\n")[0] + b" ":
        took.append(1000 * (time.perf_counter() - begun))


@dataclass
class Crowd:
    """took: milliseconds of each look at the list that was answered, of `asked`. heard: messages, by socket.
    dropped: sockets that were cut off. memory: (seconds, MB) of the server, from when all are there.
    """

    took: list[float] = field(default_factory=list)
    asked: int = 0
    heard: list[int] = field(default_factory=lambda: [0] * SOCKETS)
    dropped: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)

    @property
    def slope(self) -> float:
        """MB a minute that the memory grows by, as a straight line through the second half of the time."""
        later = np.array(self.memory[len(self.memory) // 2 :])
        return 60 * float(np.polyfit(later[:, 0], later[:, 1], 1)[0])


async def measure(server: Server) -> Crowd:
    crowd = Crowd()
    top, body = await request(server, "/api/v1/generations/", {"style": "chorale", "bars": LONG})
    cookie = next(
        line.split(b":", 1)[1].split(b";")[0].strip().decode()
        for line in top.split(b"\r\n")
        if line.lower().startswith(b"set-cookie: sessionid")
    )
    jobs = [json.loads(body)]
    for _ in range(JOBS - 1):
        _, body = await request(server, "/api/v1/generations/", {"style": "chorale", "bars": LONG}, cookie)
        jobs.append(json.loads(body))
    sockets = [
        asyncio.create_task(listen(server, jobs[n % JOBS], cookie, crowd.heard, n)) for n in range(SOCKETS)
    ]
    await asyncio.sleep(5)
    begun, told = time.perf_counter(), 0.0
    looks: set[asyncio.Task[None]] = set()
    while (now := time.perf_counter() - begun) < SECONDS:
        if len(crowd.memory) * LOOK_AT_MEMORY <= now:
            crowd.memory.append((now, memory(server.pid)))
        if now - told >= 60:
            told = now
            print(f"  {now:.0f} s: {len(crowd.took)} looks, {crowd.memory[-1][1]:.0f} MB", flush=True)
        if crowd.asked / REQUESTS_A_SECOND <= now:
            one = asyncio.create_task(look(server, crowd.took))
            looks.add(one)
            one.add_done_callback(looks.discard)
            crowd.asked += 1
        else:
            await asyncio.sleep(0.002)
    if looks:
        await asyncio.wait(looks, timeout=30)
    crowd.dropped = sum(socket.done() for socket in sockets)
    for task in (*sockets, *looks):
        task.cancel()
    await asyncio.gather(*sockets, *looks, return_exceptions=True)
    return crowd


def crowd(server: Server, _runs: int) -> list[Figure]:
    """200 sockets on four long pieces that go on all the time, and 50 looks at the gallery a second.

    The engine is the tests' own, which writes at the pace of music, so that the sockets stream to the end.
    CROWD_SECONDS says for how long.
    """
    server.stop()
    kept = dict(server.environment)
    server.environment |= {
        "OSTINATO_ENGINE": "tests.fake_engine.FakeEngine",
        "FAKE_ENGINE_DELAY": f"{BEAT:.3f}",
        "MAX_BARS": str(LONG),
        "API_RATE": "1000000/min",
        "GUEST_GENERATIONS_AT_ONCE": str(JOBS),
    }
    server.start()
    try:
        seen = asyncio.run(measure(server))
    finally:
        server.environment = kept
        server.stop()
        server.start()
    return [
        Figure("gallery list in a crowd", "ms", tuple(seen.took), (99, 150.0), key="crowd_list_ms_p99"),
        Figure("requests not answered in a crowd", "", (float(seen.asked - len(seen.took)),), (50, 0.0)),
        Figure("sockets dropped", "of 200", (float(seen.dropped),), (50, 0.0), key="crowd_sockets_dropped"),
        Figure("messages heard by a socket", "", tuple(map(float, seen.heard)), more_is_better=True),
        Figure(
            "memory gained in a crowd",
            "MB",
            (seen.memory[-1][1] - seen.memory[0][1],),
            key="crowd_memory_gained_mb",
        ),
        Figure(
            "memory's slope in a crowd",
            "MB/min",
            (seen.slope,),
            (50, 1.0),
            key="crowd_memory_mb_per_minute",
        ),
    ]
