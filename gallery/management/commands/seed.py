"""Fills a database with a made-up gallery, to measure with."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from gallery.seeding import seed


class Command(BaseCommand):
    help = (
        "Write made-up people, public pieces, ratings and comments. For measuring; not for a site of people."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pieces", type=int, default=100_000)
        parser.add_argument("--ratings", type=int, default=1_000_000)
        parser.add_argument("--comments", type=int, default=200_000)
        parser.add_argument("--number", type=int, default=1, help="the same number makes the same rows")

    def handle(self, *args: Any, **options: Any) -> None:
        seed(
            pieces=options["pieces"],
            ratings=options["ratings"],
            comments=options["comments"],
            number=options["number"],
            say=self.stdout.write,
        )
