"""A stranger who asks for a piece over the API and times what the socket says."""

import json
import time
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any

from websockets.sync.client import connect
from websockets.typing import Origin

PATIENCE = 300.0  # seconds for one piece; more means that something is broken


@dataclass(frozen=True)
class Heard:
    """One piece as it came over the socket; times in seconds, counted from the answer 202."""

    accepted: float  # from the request to the answer
    first_note: float
    finished: float
    notes: list[list[int]] = field(repr=False)  # [track, onset, duration, pitch, velocity]
    bars: int
    wait_told: float | None = None  # the first wait in line that was told, and when it was told
    told_after: float = 0.0


def generate(site: str, **asked: Any) -> Heard:
    """Ask for a piece as a fresh guest and follow it to its end. RuntimeError when it fails.

    site: http://host:port. asked: the body of POST /api/v1/generations/.
    """
    cookies = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    body = json.dumps(asked).encode()
    request = urllib.request.Request(
        f"{site}/api/v1/generations/", data=body, headers={"Content-Type": "application/json"}
    )
    begun = time.perf_counter()
    with opener.open(request, timeout=PATIENCE) as answer:
        job = json.load(answer)
    accepted = time.perf_counter()
    header = "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)
    address = site.replace("http", "ws", 1) + str(job["socket"])
    first_note, notes, bars = 0.0, [], 0
    wait_told, told_after = None, 0.0
    with connect(
        address, origin=Origin(site), additional_headers={"Cookie": header}, max_size=None
    ) as socket:
        while True:
            event = json.loads(socket.recv(timeout=PATIENCE))
            if event["type"] == "queue" and wait_told is None:
                wait_told, told_after = event["wait_seconds"], time.perf_counter() - accepted
            elif event["type"] == "notes":
                first_note = first_note or time.perf_counter()
                notes += event["notes"]
                bars = event["bars_done"]
            elif event["type"] in ("failed", "cancelled"):
                raise RuntimeError(f"job {job['code']} ended badly: {event}")
            elif event["type"] == "finished":
                ended = time.perf_counter()
                return Heard(
                    accepted - begun,
                    first_note - accepted,
                    ended - accepted,
                    notes,
                    bars,
                    wait_told,
                    told_after,
                )
