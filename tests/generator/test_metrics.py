"""What a monitor reads."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from generator.models import Worker
from tests.conftest import Make, run

pytestmark = pytest.mark.django_db


def test_a_scrape_tells_queue_workers_latencies_and_failures(
    client: Client, alice: User, make_job: Make
) -> None:
    run(make_job(alice))
    make_job(alice)
    Worker.objects.create(name="w-1", seats=3, stats={"device": "cpu", "rows": 2, "notes": 12_345})
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    assert "ostinato_queue_waiting 1" in lines
    assert 'ostinato_jobs{status="done"} 1' in lines
    assert 'ostinato_worker_rows{worker="w-1",device="cpu"} 2' in lines
    assert 'ostinato_worker_notes{worker="w-1",device="cpu"} 12345' in lines
    assert any(line.startswith('ostinato_first_note_seconds{quantile="0.95"}') for line in lines)
    form = re.compile(r"# (HELP|TYPE) \w+ .+|\w+(\{\w+=\".*\"(,\w+=\".*\")*\})? [-+.0-9e]+")
    assert all(form.fullmatch(line) for line in lines)


def test_with_a_token_only_who_sends_it_may_look(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "scrape me"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer scrape me"}).status_code == 200


def test_without_a_token_only_this_machine_may_look(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
