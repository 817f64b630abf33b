"""The site as it runs: its own process, real sockets, real signals. Only the engine is a fake, and slow."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live_site import BARS, QUICK, ROOT, TRACKS, WHOLE, Ear, Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    for process in site.processes:
        if process.poll() is None:
            process.kill()
            process.wait()


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
