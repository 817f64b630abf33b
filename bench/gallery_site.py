"""What bench.gallery asks a gallery for, from inside its site: VAR_DIR or DATABASE_URL names the database.

Prints JSON: the cookie of a member who follows many, and by name the addresses and the questions that the
first of them asks the database.
"""

from __future__ import annotations

import json
import os
import random
import sys
from typing import Any, TypedDict

READER = "seed-00000"  # whom a feed is read as; follows 200 people
PERSON = "seed-00001"
SORTS = ("new", "rising", "best", "remixed")
# One value of each filter; nothing has this arranger, is this dense, or has that many voices.
CHIPS = (
    "model=musegan", "arranger=jamming", "style=chorale", "key=Eb+minor", "tempo=slow", "length=long",
    "tracks=5", "density=dense", "voices=many", "range=wide", "licence=cc0", "tag=winter",
)  # fmt: skip
ADDRESSES = (
    *(f"/gallery/?sort={sort}" for sort in SORTS),
    *(f"/gallery/?sort={sort}&{chip}" for chip in CHIPS for sort in ("new", "best")),
    "/gallery/?sort=best&key=Eb+minor&tracks=5&tempo=slow",
    "/gallery/?sort=best&licence=cc0&voices=few",
    "/gallery/?q=waltz",
    "/gallery/?q=w",
    "/gallery/?q=seed",
    "/gallery/?q=winter+river&sort=best",
    "/gallery/?q=waltz&style=folk&sort=rising",
    "/gallery/?q=zzzz",
    f"/people/{PERSON}/",
    f"/people/{PERSON}/?q=waltz&sort=best",
    "/feed/",
    "/feed/?style=folk&sort=best",
    "/gallery/feed.atom",
    f"/people/{PERSON}/feed.atom",
    "/tags/winter/feed.atom",
    *(f"/api/v1/gallery/?sort={sort}" for sort in SORTS),
    "/api/v1/gallery/?q=waltz&sort=best",
    "/api/v1/feed/",
    f"/api/v1/people/{PERSON}/pieces/",
    "/api/v1/pieces/?visibility=public",
)
N_PLACES = 40  # different ones, so that most of their cards were never drawn before


class Asked(TypedDict):
    """addresses: of one kind, to be asked in turn. queries: to the database, for the first of them."""

    addresses: list[str]
    queries: int


class Site(TypedDict):
    cookie: str
    asked: dict[str, Asked]


def places(sort: str) -> list[str]:
    """Pages from anywhere in an order."""
    from gallery.lists import SORTS, write_place
    from gallery.models import Listing

    column = SORTS[sort][0]
    rows, n = Listing.objects.order_by(f"-{column}", "-piece_id"), Listing.objects.count()
    rng = random.Random(sort)  # nosec B311 - no secret
    found = [rows[place] for place in rng.sample(range(n), min(n, N_PLACES))]
    return [f"/gallery/?sort={sort}&after={write_place(row, column)}" for row in found]


def site() -> Site:
    """Exits where an address does not answer."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username=READER))
    kinds = {address: [address] for address in ADDRESSES}
    kinds |= {f"/gallery/?sort={sort}&after=…": places(sort) for sort in SORTS}
    asked: dict[str, Asked] = {}
    for name, addresses in kinds.items():
        answer: Any = client.get(addresses[0])
        if answer.status_code != 200:
            sys.exit(f"{addresses[0]} answers {answer.status_code}")
        with CaptureQueriesContext(connection) as queries:
            client.get(addresses[0])
        asked[name] = {"addresses": addresses, "queries": len(queries)}
    return {"cookie": f"sessionid={client.cookies['sessionid'].value}", "asked": asked}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "musicsite.settings")
    import django

    django.setup()
    json.dump(site(), sys.stdout)
