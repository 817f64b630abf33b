"""The site as it runs: its own process, real sockets, real signals. Only the engine is a fake, and slow."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.fake_engine import beat_notes

ROOT = Path(__file__).resolve().parents[2]
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
        headers = {"Content-Type": "application/json", "Cookie": self.cookie}
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


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    for process in site.processes:
        if process.poll() is None:
            process.kill()
            process.wait()


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


def assert_whole(site: Site, ear: Ear) -> None:
    """The listener heard each event once and all notes; there is one piece, and the row says the same."""
    assert ear.events[-1]["type"] == "finished", ear.events[-1]
    assert [event["number"] for event in ear.events] == list(range(1, len(ear.events) + 1))
    assert [event["type"] for event in ear.events].count("opening") == 1
    assert ear.notes == WHOLE
    assert site.made("code, n_notes, bars") == [(ear.events[-1]["piece"], len(WHOLE), BARS)]
    stored = [number for (number,) in site.rows("select number from generator_event order by number")]
    assert stored == [event["number"] for event in ear.events]
    ends = time.monotonic() + 10
    while site.rows("select count(*) from generator_message") != [(0,)]:  # acknowledged right after the end
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_piece_is_heard_as_it_is_written_and_a_cut_line_loses_nothing(site: Site) -> None:
    site.environment["FAKE_ENGINE_DELAY"] = "0.03"
    site.start()
    ear = Ear(site, site.make())
    ear.listen(lambda: len(ear.notes) >= TRACKS)
    assert site.rows("select status from generator_job") == [("running",)]  # heard long before the last note
    ear.listen(lambda: len(ear.events) >= 10)  # the line is cut here
    time.sleep(0.5)
    ear.listen(ear.is_over)
    assert_whole(site, ear)


def test_a_site_killed_in_the_middle_goes_on_when_it_is_started_again(site: Site) -> None:
    process = site.start()
    ear = Ear(site, site.make())
    ear.listen(lambda: len(ear.events) >= 10)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert site.rows("select status from generator_job") == [("running",)]
    site.environment["FAKE_ENGINE_DELAY"] = QUICK
    site.start()
    ear.listen(ear.is_over)
    assert "Taking up 1 unfinished job" in site.log()
    assert_whole(site, ear)
    assert site.rows("select attempt from generator_job") == [(2,)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_site_that_is_stopped_hands_its_jobs_back_and_the_next_start_goes_on(
    site: Site, number: signal.Signals
) -> None:
    process = site.start()
    ear = Ear(site, site.make())
    ear.listen(lambda: len(ear.events) >= 10)
    process.send_signal(number)
    assert process.wait(timeout=30) == 0
    assert site.log().rstrip().endswith("Stopped")
    assert site.rows("select status, handed_back from generator_job") == [("queued", 1)]
    assert site.rows("select count(*) from generator_worker") == [(0,)]
    site.environment["FAKE_ENGINE_DELAY"] = QUICK
    site.start()
    ear.listen(ear.is_over)
    assert_whole(site, ear)


def test_a_stopped_piece_stops_long_before_its_end_and_keeps_its_bars(site: Site) -> None:
    site.start()
    ear = Ear(site, site.make())
    ear.listen(lambda: len(ear.events) >= 8)
    cancel(site, ear.job)
    ear.listen(ear.is_over)
    assert ear.events[-1]["type"] == "cancelled"
    assert len(ear.events) < 4 * BARS / 2
    (status, bars_done), (bars,) = (
        site.rows("select status, bars_done from generator_job")[0],
        site.made("bars")[0],
    )
    assert (status, bars) == ("cancelled", bars_done)


def cancel(site: Site, job: Any) -> None:
    """Press Stop, as the page does: with the token against forgery."""
    page = urllib.request.Request(f"{site.url}/studio/", headers={"Cookie": site.cookie})
    with urllib.request.urlopen(page, timeout=20) as answer:
        csrf = next(
            c.split(";")[0] for c in answer.headers.get_all("Set-Cookie") if c.startswith("csrftoken=")
        )
    headers = {"Cookie": f"{site.cookie}; {csrf}", "X-CSRFToken": csrf.split("=")[1]}
    request = urllib.request.Request(f"{site.url}{job['url']}cancel/", b"", headers, method="POST")
    urllib.request.urlopen(request, timeout=20)


def test_a_worker_in_a_process_of_its_own_is_replaced_by_another_when_it_is_killed(site: Site) -> None:
    site.start("--web-only")
    first = site.command("run_generator", "--seats", "2")
    ear = Ear(site, site.make())
    ear.listen(lambda: len(ear.events) >= 6)
    site.environment["FAKE_ENGINE_DELAY"] = QUICK
    site.command("run_generator", "--seats", "2")
    first.send_signal(signal.SIGKILL)
    ear.listen(ear.is_over)
    assert_whole(site, ear)


def test_the_client_in_the_docs_plays_a_piece(site: Site, tmp_path: Path) -> None:
    site.environment["FAKE_ENGINE_DELAY"] = "0"
    site.start()
    token = make_token(site)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "socket.md").read_text(), re.DOTALL)
    assert len(code.strip().splitlines()) <= 26
    client = tmp_path / "client.py"
    client.write_text(code)
    began = time.monotonic()
    played = subprocess.run(
        [sys.executable, str(client), site.url, token], capture_output=True, text=True, timeout=60, check=True
    )
    lines = played.stdout.splitlines()
    assert len(lines) == 4 * 4 * TRACKS + 1  # four bars, and the last word
    assert lines[0].startswith("bar 1  track 0  pitch ")
    assert lines[-1].split()[0] == "finished"
    assert time.monotonic() - began > 15 * 60 / 160  # sixteen beats, played in time


def make_token(site: Site) -> str:
    """A member's token."""
    code = (
        "from django.contrib.auth.models import User; from rest_framework.authtoken.models import Token; "
        "print(Token.objects.create(user=User.objects.create_user('carol')).key)"
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
