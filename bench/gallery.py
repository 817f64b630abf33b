"""How long the gallery's lists take when it is full, on SQLite and on PostgreSQL: python -m bench.run gallery

Two made-up galleries, the one ten times the other, are written into var/bench once and measured from then on
(GALLERY_FOLDER says where else). Requests come at a steady rate over HTTP, whether those before are answered
or not, one address after another, so that what is dear makes those beside it wait as it would elsewhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Figure, percentile
from bench.gallery_site import Site
from bench.load import request
from tests.browser.server import ROOT, Server
from tests.cluster import servers

RATE = 20.0  # requests a second
PATIENCE = 30.0  # seconds for an answer; a later one counts as one that took so long
FOLDER = Path(os.environ.get("GALLERY_FOLDER") or ROOT / "var" / "bench")
PIECES = (10_000, 100_000)
RATINGS, COMMENTS = 10, 2  # for each piece
MOST_MS = {"sqlite": 150.0, "postgresql": 100.0}
MOST_QUERIES = 8
# What writes the made-up rows: when it changes, they are written anew.
WRITERS = ("seeding.py", "search.py", "facets.py", "listing.py", "ranking.py")

Times = dict[str, list[float]]  # milliseconds of each run, by the kind of address


def lists(server: Server, runs: int) -> list[Figure]:
    """Of each database: every list and the slowest, the most queries, and what ten times the pieces cost."""
    figures = []
    for vendor in ("sqlite", "postgresql") if postgresql_starts() else ("sqlite",):
        found = {pieces: measured(server, vendor, pieces, runs) for pieces in PIECES}
        for pieces, (times, queries) in found.items():
            worst = max(times, key=lambda kind: percentile(times[kind], 95))
            name, key = f"gallery of {pieces:,}, {vendor}", f"{vendor}_{pieces}"
            promise = (95, MOST_MS[vendor])
            every = tuple(ms for one in times.values() for ms in one)
            slowest = tuple(times[worst])
            figures += [
                Figure(f"{name}: every list", "ms", every, promise, key=f"gallery_ms_p95_{key}"),
                Figure(f"{name}: {worst}", "ms", slowest, promise, key=f"gallery_slowest_ms_p95_{key}"),
                Figure(
                    f"{name}: queries", "a page", queries, (100, MOST_QUERIES), key=f"gallery_queries_{key}"
                ),
            ]
        small, large = (found[pieces][0] for pieces in PIECES)
        grown = tuple(statistics.median(large[kind]) / statistics.median(small[kind]) for kind in small)
        name = f"ten times the pieces, {vendor}"
        figures.append(Figure(name, "times", grown, (100, 2.0), key=f"gallery_tenfold_{vendor}"))
    return figures


def postgresql_starts() -> bool:
    """Whether it can be measured here; why not is printed."""
    if not servers.installed():
        print("  without PostgreSQL, which is not installed: make test-cluster installs it", flush=True)
        return False
    try:
        with database("postgresql", FOLDER / f"gallery-{PIECES[0]}"):
            return True
    except (OSError, RuntimeError, subprocess.CalledProcessError) as reason:
        print(f"  without PostgreSQL, which does not start: {reason}", flush=True)
        return False


def measured(server: Server, vendor: str, pieces: int, runs: int) -> tuple[Times, tuple[float, ...]]:
    """Milliseconds by kind of address, and queries a page, of a gallery that is written where none is."""
    folder = FOLDER / f"gallery-{pieces}"
    folder.mkdir(parents=True, exist_ok=True)
    version = folder / f"{vendor}.version"
    if not version.exists() or version.read_text() != wanted():
        version.unlink(missing_ok=True)
        shutil.rmtree(folder / vendor, ignore_errors=True)
    with database(vendor, folder) as address:
        places = {"VAR_DIR": str(folder), "DATABASE_URL": address, "API_RATE": "1000000/min"}

        def python(*words: str, **more: str) -> str:
            environment = os.environ | places | {"OMP_NUM_THREADS": "1"}
            done = subprocess.run(
                [sys.executable, *words], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
            )
            return done.stdout.decode()

        python("manage.py", "migrate", "-v0")
        if not version.exists():
            begun = time.monotonic()
            sizes = {"pieces": pieces, "ratings": RATINGS * pieces, "comments": COMMENTS * pieces}
            print(f"  writing a gallery of {pieces:,} into {vendor}", flush=True)
            python("manage.py", "seed", *(f"--{name}={n}" for name, n in sizes.items()))
            print(f"  written in {time.monotonic() - begun:.0f} s", flush=True)
            version.write_text(wanted())
        site: Site = json.loads(python("-m", "bench.gallery_site"))
        there = Server(folder, **places, STATIC_ROOT=server.environment["STATIC_ROOT"])
        there.start()
        try:
            times = asyncio.run(ask(there, site, runs))
        finally:
            there.stop()
    print(f"  {vendor}, {pieces:,} pieces: ms at p50 and p95, queries", flush=True)
    for kind, one in times.items():
        half, late = statistics.median(one), percentile(one, 95)
        print(f"  {kind:56} {half:6.1f} {late:6.1f} {site['asked'][kind]['queries']:2}", flush=True)
    return times, tuple(float(asked["queries"]) for asked in site["asked"].values())


def wanted() -> str:
    """Changes with what writes the made-up rows."""
    digest = hashlib.sha256()
    for name in WRITERS:
        digest.update((ROOT / "gallery" / name).read_bytes())
    return digest.hexdigest()


@contextmanager
def database(vendor: str, folder: Path) -> Iterator[str]:
    """The address of a database whose files lie in the folder, for as long as it is needed."""
    if vendor == "sqlite":
        (folder / vendor).mkdir(exist_ok=True)
        yield f"sqlite:///{folder / vendor / 'ostinato.sqlite3'}"
        return
    daemon = servers.PostgreSQL(folder / vendor)
    daemon.start()
    try:
        yield daemon.url
    finally:
        daemon.stop()


async def ask(server: Server, site: Site, runs: int) -> Times:
    """Every kind of address once, untimed, then all of them in turn, so many times."""
    times: Times = {kind: [] for kind in site["asked"]}

    async def one(kind: str, turn: int, *, timed: bool = True) -> None:
        addresses = site["asked"][kind]["addresses"]
        address = addresses[turn % len(addresses)]
        begun = time.perf_counter()
        try:
            asked = request(server, address, cookie=site["cookie"], encoding="gzip")  # as browsers do
            top, _body = await asyncio.wait_for(asked, PATIENCE)
        except TimeoutError:
            top = b"HTTP/1.1 200 late"
        if top.split(b"\r\n")[0].split()[1:2] != [b"200"]:
            raise RuntimeError(f"{address} answers {top.splitlines()[:1]}")
        if timed:
            times[kind].append(1000 * (time.perf_counter() - begun))

    for kind in times:
        await one(kind, 0, timed=False)
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as asked:
        for number in range(runs * len(times)):
            await asyncio.sleep(max(0.0, begun + number / RATE - time.perf_counter()))
            turn, place = divmod(number, len(times))
            asked.create_task(one(list(times)[place], turn + 1))
    return times
