"""A worker answers a monitor by itself."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django.fixtures import Settings

from generator import engines
from generator.worker import GeneratorProcess
from generator.worker_address import WorkerAddress

pytestmark = pytest.mark.django_db


@pytest.fixture
def generator() -> GeneratorProcess:
    return GeneratorProcess(seats=3)


@pytest.fixture
def address(generator: GeneratorProcess) -> Iterator[str]:
    address = WorkerAddress(generator, "127.0.0.1", 0)
    address.start()
    yield f"http://127.0.0.1:{address.port}"
    address.stop()


def get(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_it_is_well_once_it_has_said_in_the_database_that_it_lives(
    address: str, generator: GeneratorProcess
) -> None:
    status, body = get(f"{address}/healthz")
    assert (status, json.loads(body)["status"]) == (503, "silent")
    generator._show()
    status, body = get(f"{address}/healthz")
    assert (status, json.loads(body)) == (200, {"status": "ok", "worker": generator.name})
    generator.pulse.lease = 0.0  # as long as it has been silent now
    assert get(f"{address}/healthz")[0] == 503


def test_its_figures_are_its_own(address: str, generator: GeneratorProcess) -> None:
    status, body = get(f"{address}/metrics")
    assert status == 200
    labels = f'{{worker="{generator.name}",device="cpu"}}'
    assert f"ostinato_worker_seats{labels} 3" in body.splitlines()
    assert f"ostinato_worker_notes{labels} 0" in body.splitlines()
    assert "ostinato_worker_memory_bytes" in body
    assert "ostinato_queue_waiting" not in body


def test_a_monitor_that_comes_while_the_engine_is_made_sees_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_name: str) -> Callable[..., object]:
        time.sleep(0.2)
        return lambda **_settings: object()

    monkeypatch.setattr("generator.engines.import_string", slow)
    with ThreadPoolExecutor(2) as threads:
        worker, monitor = threads.submit(engines.engine), threads.submit(engines.engine)
    assert worker.result() is monitor.result() is engines.engine()


def test_with_a_token_only_who_sends_it_reads_figures(address: str, settings: Settings) -> None:
    settings.METRICS_TOKEN = "scrape me"
    assert get(f"{address}/metrics")[0] == 403
    assert get(f"{address}/metrics", Authorization="Bearer scrape me")[0] == 200


def test_nothing_else_is_there(address: str) -> None:
    assert get(f"{address}/")[0] == 404
