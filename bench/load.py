"""Many people at once: open sockets that stream, a gallery that is looked at, pieces being written."""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import Any

from websockets.asyncio.client import connect
from websockets.typing import Origin

from bench.figures import Figure
from bench.generation import memory
from tests.browser.server import Server

SOCKETS, JOBS = 200, 4
REQUESTS_A_SECOND = 50
SECONDS = float(os.environ.get("CROWD_SECONDS", "60"))
LONG = 512  # bars, at a fifth of a second a beat: longer than we listen


async def request(server: Server, path: str, body: Any = None, cookie: str = "") -> tuple[bytes, bytes]:
    """One HTTP/1.1 request on a connection of its own. Returns (head, body)."""
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
    begun = time.perf_counter()
    top, _ = await request(server, "/api/v1/pieces/")
    if b" 200 " in top.split(b"\r\n")[0] + b" ":
        took.append(1000 * (time.perf_counter() - begun))


async def measure(server: Server) -> tuple[list[float], list[int], int, int, list[float]]:
    """Latencies of the list, what each socket heard, sockets that were cut off, requests, memory by time."""
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
    heard = [0] * SOCKETS
    sockets = [asyncio.create_task(listen(server, jobs[n % JOBS], cookie, heard, n)) for n in range(SOCKETS)]
    await asyncio.sleep(5)
    took: list[float] = []
    held = [memory(server.pid)]
    begun, n = time.perf_counter(), 0
    looks = set()
    while (now := time.perf_counter() - begun) < SECONDS:
        if n / REQUESTS_A_SECOND <= now:
            looks.add(asyncio.create_task(look(server, took)))
            n += 1
            if n % (10 * REQUESTS_A_SECOND) == 0:
                held.append(memory(server.pid))
        else:
            await asyncio.sleep(0.002)
    await asyncio.wait(looks, timeout=30)
    dropped = sum(socket.done() for socket in sockets)
    for socket in sockets:
        socket.cancel()
    await asyncio.gather(*sockets, return_exceptions=True)
    return took, heard, dropped, n, held


def crowd(server: Server, _runs: int) -> list[Figure]:
    """200 sockets on four long pieces that go on all the time, and 50 looks at the gallery a second.

    The engine is the tests' own, which writes at the pace of music, so that the sockets stream to the end.
    CROWD_SECONDS says for how long.
    """
    server.stop()
    kept = dict(server.environment)
    server.environment |= {
        "OSTINATO_ENGINE": "tests.fake_engine.FakeEngine",
        "FAKE_ENGINE_DELAY": "0.2",
        "MAX_BARS": str(LONG),
        "API_RATE": "1000000/min",
        "GUEST_GENERATIONS_AT_ONCE": str(JOBS),
    }
    server.start()
    try:
        took, heard, dropped, asked, held = asyncio.run(measure(server))
    finally:
        server.environment = kept
        server.stop()
        server.start()
    return [
        Figure("gallery list in a crowd", "ms", tuple(took), (99, 150.0), key="crowd_list_ms_p99"),
        Figure("requests not answered in a crowd", "", (float(asked - len(took)),), (50, 0.0)),
        Figure("sockets dropped", "of 200", (float(dropped),), (50, 0.0), key="crowd_sockets_dropped"),
        Figure("messages heard by a socket", "", tuple(map(float, heard)), more_is_better=True),
        Figure("memory gained in a crowd", "MB", (held[-1] - held[0],), key="crowd_memory_gained_mb"),
    ]
