"""How long the gallery's lists take with a gallery full of pieces.

VAR_DIR=/somewhere manage.py seed, then VAR_DIR=/somewhere python -m bench.gallery. Requests come at a steady
rate from one client, as the site's own views answer them (templates, pictures and all); printed are the
median, the 95th percentile and the number of questions to the database.
"""

from __future__ import annotations

import argparse
import functools
import os
import statistics
import sys
import time
from collections.abc import Callable

RATE = 20.0  # requests a second
RUNS = 40
LISTS = {
    "new": "/gallery/",
    "rising": "/gallery/?sort=rising",
    "best": "/gallery/?sort=best",
    "most remixed": "/gallery/?sort=remixed",
    "best, by style": "/gallery/?sort=best&style=chorale",
    "best, rare: key and tracks": "/gallery/?sort=best&key=Eb+minor&tracks=5&tempo=slow",
    "new, by tag": "/gallery/?tag=winter",
    "search, one word": "/gallery/?q=waltz",
    "search, two words, best": "/gallery/?q=winter+river&sort=best",
    "search, nothing found": "/gallery/?q=zzzz",
    "a person": "/people/seed-00001/",
    "api, best": "/api/v1/gallery/?sort=best",
}


def measure(ask: Callable[[], object], runs: int) -> tuple[float, float]:
    """(median, 95th percentile) in ms of so many calls, begun RATE times a second."""
    times = []
    begun = time.perf_counter()
    for turn in range(runs):
        time.sleep(max(0.0, begun + turn / RATE - time.perf_counter()))
        start = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    runs: int = parser.parse_args().runs
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "musicsite.settings")
    os.environ.setdefault("API_RATE", "100000/min")
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from gallery.models import Comment, Listing, Rating

    counts = [model._default_manager.count() for model in (Listing, Rating, Comment)]
    print("{:,} pieces, {:,} ratings, {:,} comments".format(*counts), f"on {connection.vendor}")
    client = Client(headers={"host": "localhost"})
    for name, address in LISTS.items():
        answer = client.get(address)
        if answer.status_code != 200:
            sys.exit(f"{address} answers {answer.status_code}")
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        middle, late = measure(functools.partial(client.get, address), runs)
        print(f"{name:28} {middle:7.1f} ms  p95 {late:7.1f} ms  {len(asked)} queries", flush=True)


if __name__ == "__main__":
    main()
