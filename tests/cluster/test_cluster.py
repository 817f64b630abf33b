"""The cluster: PostgreSQL, Redis, two web processes and two workers, each killed in turn in mid-run."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.error
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cluster.servers import PostgreSQL, Redis
from tests.live_site import QUICK, SLOW, TRACKS, WHOLE, Ear, Site

pytestmark = pytest.mark.cluster

LEASE = "3"


class Web(Site):
    """One web process of the cluster; its rows are read from PostgreSQL."""

    def __init__(self, folder: Path, database: PostgreSQL, redis: Redis) -> None:
        folder.mkdir()
        super().__init__(folder)
        self.database = database
        self.environment |= {
            "DATABASE_URL": database.url,
            "REDIS_URL": redis.url,
            "SECRET_KEY": "of this test alone, and of all its processes",
            "QUEUE_LEASE_SECONDS": LEASE,
            "GUEST_GENERATIONS_AT_ONCE": "60",
        }

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.url) as database:
            return database.execute(query.encode()).fetchall()

    def worker(self, delay: str) -> subprocess.Popen[bytes]:
        """Start a worker whose engine takes `delay` seconds a beat."""
        self.environment["FAKE_ENGINE_DELAY"] = delay
        return self.command("run_generator", "--seats", "4")


class Cluster:
    """Two web processes; workers are started by the tests."""

    def __init__(self, folder: Path) -> None:
        self.database = PostgreSQL(folder / "postgresql")
        self.redis = Redis(folder / "redis")
        self.webs = [Web(folder / name, self.database, self.redis) for name in ("web-1", "web-2")]
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self.database.start()
        self.redis.start()
        for web in self.webs:
            web.start("--web-only")

    def worker(self, delay: str = SLOW) -> subprocess.Popen[bytes]:
        worker = self.webs[0].worker(delay)
        self.workers.append(worker)
        return worker

    def two_workers(self, delay: str = SLOW) -> None:
        """Two workers that both have said that they live."""
        for _ in range(2):
            self.worker(delay)
        self.wait_until(lambda: self.webs[0].rows("select count(*) from generator_worker") == [(2,)])

    def wait_until(self, true: Callable[[], bool], seconds: float = 60.0) -> None:
        ends = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < ends, f"it never came true:\n{self.webs[0].log()[-3000:]}"
            time.sleep(0.1)

    def stop(self) -> None:
        for web in self.webs:
            for process in web.processes:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        self.redis.kill()
        self.database.kill()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def ears(cluster: Cluster, n: int) -> list[Ear]:
    """n jobs asked for of the first web process, each to be heard through the second."""
    first, second = cluster.webs
    jobs = [first.make() for _ in range(n)]
    second.cookie = first.cookie
    return [Ear(second, job) for job in jobs]


def assert_all_whole(cluster: Cluster, heard: list[Ear]) -> None:
    """Every listener heard all notes once and in order, and each job is one piece."""
    web = cluster.webs[0]
    for ear in heard:
        assert ear.events[-1]["type"] == "finished", ear.events[-1]
        assert [event["number"] for event in ear.events] == list(range(1, len(ear.events) + 1))
        assert ear.notes == WHOLE
    pieces = [code for (code,) in web.made("code")]
    assert sorted(pieces) == sorted(ear.events[-1]["piece"] for ear in heard)
    assert len(set(pieces)) == len(heard)
    assert web.rows("select distinct status from generator_job") == [("done",)]


def hear_all(cluster: Cluster, heard: list[Ear]) -> None:
    for ear in heard:
        ear.listen(ear.is_over, seconds=120)
    assert_all_whole(cluster, heard)


def test_a_socket_on_one_process_hears_what_a_worker_does_for_another(cluster: Cluster) -> None:
    cluster.two_workers(QUICK)
    hear_all(cluster, ears(cluster, 4))
    second = cluster.webs[1]
    second.cookie = ""
    with pytest.raises(urllib.error.HTTPError):
        second.ask("GET", "/api/v1/generations/no-such-job/")


def test_a_killed_worker_is_replaced_by_the_other_within_seconds(cluster: Cluster) -> None:
    cluster.two_workers()
    heard = ears(cluster, 4)
    heard[0].listen(lambda: len(heard[0].events) >= 8)
    cluster.workers[0].send_signal(signal.SIGKILL)
    cluster.worker(QUICK)
    cluster.workers[1].send_signal(signal.SIGTERM)  # goes home in good order, and the rest is quick
    hear_all(cluster, heard)
    assert cluster.workers[1].wait(timeout=30) == 0


def test_a_killed_web_process_costs_its_listeners_a_reconnection(cluster: Cluster) -> None:
    cluster.two_workers("0.03")
    heard = ears(cluster, 2)
    heard[0].listen(lambda: len(heard[0].events) >= 4)
    second = cluster.webs[1]
    second.processes[0].send_signal(signal.SIGKILL)
    second.processes[0].wait()
    second.start("--web-only")
    hear_all(cluster, heard)


def test_redis_dies_and_forgets_everything_and_no_job_is_lost(cluster: Cluster) -> None:
    cluster.two_workers("0.03")
    heard = ears(cluster, 10)  # more than there are seats: two wait in Redis alone
    heard[0].listen(lambda: len(heard[0].events) >= 4)
    cluster.redis.kill()
    # A request that comes meanwhile is taken, and waits in its row.
    late = cluster.webs[0].make()
    cluster.redis.start()
    heard.append(Ear(cluster.webs[1], late))
    hear_all(cluster, heard)


def test_postgresql_dies_and_comes_back_and_no_job_is_lost(cluster: Cluster) -> None:
    cluster.two_workers("0.03")
    heard = ears(cluster, 4)
    heard[0].listen(lambda: len(heard[0].events) >= 4)
    cluster.database.kill()
    with pytest.raises(urllib.error.HTTPError) as refused:
        cluster.webs[0].make()
    assert refused.value.code == 503
    answer = json.load(refused.value)
    assert answer["code"] == "database_away"
    assert "safe" in answer["message"]
    time.sleep(2 * float(LEASE))  # by now each worker would take the other for dead
    cluster.database.start()
    hear_all(cluster, heard)
    attempts = cluster.webs[0].rows("select attempt - handed_back from generator_job")
    # An outage is no fault of a job.
    assert set(attempts) == {(1,)}, cluster.webs[0].log()[-6000:]


def test_a_stopped_job_stops_in_another_process(cluster: Cluster) -> None:
    from tests.generator.test_live import cancel

    cluster.two_workers()
    (ear,) = ears(cluster, 1)
    ear.listen(lambda: len(ear.notes) >= TRACKS)
    cancel(cluster.webs[0], ear.job)
    ear.listen(ear.is_over)
    assert ear.events[-1]["type"] == "cancelled"
