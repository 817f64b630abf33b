"""The site as it runs, for tests from outside: processes of its own, real sockets, a fake engine."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.fake_engine import beat_notes

ROOT = Path(__file__).resolve().parents[1]
CSRF = "0123456789abcdef" * 2
STARTS_WITHIN = 180.0  # a busy machine may take its time
BARS, TRACKS = 32, 4  # of a chorale
SLOW, QUICK = "0.1", "0.005"  # seconds a beat: thirteen for the whole, or less than one
WHOLE = [note for beat in range(4 * BARS) for note in beat_notes(7, beat, TRACKS)]


class Site:
    """`manage.py serve` on a port of its own, with a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "VAR_DIR": str(folder),
            "PORT": str(self.port),
            "OSTINATO_ENGINE": "tests.fake_engine.FakeEngine",
            "FAKE_ENGINE_DELAY": SLOW,
            "QUEUE_LEASE_SECONDS": "2",
            "QUEUE_POLL_SECONDS": "0.1",
            "PYTHONUNBUFFERED": "1",
        }
        self.cookie = ""
        self.processes: list[subprocess.Popen[bytes]] = []

    def command(self, *words: str) -> subprocess.Popen[bytes]:
        """Start one of Django's commands; what it says goes to a file."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start serving, and wait until it does."""
        process = self.command("serve", "--keep-static", *words)
        ends = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < ends and process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5)
                return process
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"it did not start:\n{self.log()}")

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One request of a guest's browser."""
        headers = {
            "Content-Type": "application/json",
            "Cookie": f"{self.cookie}; csrftoken={CSRF}" if self.cookie else f"csrftoken={CSRF}",
            "X-CSRFToken": CSRF,  # a page's script sends the cookie's value back as a header
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            for cookie in answer.headers.get_all("Set-Cookie", []):
                if cookie.startswith("sessionid="):
                    self.cookie = cookie.split(";")[0]
            return json.load(answer)

    def make(self) -> Any:
        """Ask for a long piece."""
        return self.ask("POST", "/api/v1/generations/", {"style": "chorale", "bars": BARS, "seed": 7})

    def listen(self, job: Any, after: int) -> ClientConnection:
        return connect(
            f"ws://127.0.0.1:{self.port}{job['socket']}?after={after}",
            additional_headers={"Cookie": self.cookie, "Origin": self.url},
            open_timeout=20,
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What stands in the database, read past Django."""
        with sqlite3.connect(self.folder / "ostinato.sqlite3", timeout=20) as database:
            return database.execute(query).fetchall()

    def made(self, columns: str) -> list[tuple[Any, ...]]:
        """The pieces that were made here, the starter gallery's left out."""
        return self.rows(
            f"select {columns} from gallery_piece"
            " where owner_id not in (select id from auth_user where username = 'ostinato')"
        )


class Ear:
    """Listens to a job, however often the line is cut, and keeps each event."""

    def __init__(self, site: Site, job: Any) -> None:
        self.site = site
        self.job = job
        self.events: list[dict[str, Any]] = []

    def listen(self, enough: Callable[[], bool], seconds: float = 60.0) -> None:
        """Listen until it is enough, coming back with the last number whenever the line is cut."""
        ends = time.monotonic() + seconds
        while not enough():
            assert time.monotonic() < ends, f"it took too long:\n{self.site.log()}"
            try:
                with self.site.listen(self.job, after=len(self.events)) as line:
                    while not enough():
                        event = json.loads(line.recv(timeout=ends - time.monotonic()))
                        if event["type"] not in ("state", "queue"):
                            self.events.append(event)
            except (OSError, ConnectionClosed):
                time.sleep(0.1)

    def is_over(self) -> bool:
        return bool(self.events) and self.events[-1]["type"] in ("finished", "failed", "cancelled")

    @property
    def notes(self) -> list[list[int]]:
        return [note for event in self.events if event["type"] == "notes" for note in event["notes"]]
