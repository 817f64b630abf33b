"""Finds for every shown piece those that sound most like it."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management import BaseCommand, CommandError

from gallery.likeness import likeness_rebuild
from generator.engine.errors import GenerationError

EVERY = 10.0  # seconds between two lines about how far it is
STOPPED = 130


class Teller:
    """Says now and then how far it is, and how long the rest takes at the pace so far."""

    def __init__(self, say: Callable[[str], object], every: float = EVERY) -> None:
        self.say, self.every = say, every
        self.what, self.begun, self.said = "", 0.0, 0.0
        self.first = 0  # how many were done when its clock began

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what != self.what:
            self.what, self.begun, self.said, self.first = what, now, now, done
        if done < total and now - self.said < self.every:
            return
        self.said = now
        line = f"{what} {done:,} of {total:,}"
        if self.first < done < total:
            left = (now - self.begun) / (done - self.first) * (total - done)
            line += f", {duration(left)} left"
        self.say(line)


def duration(seconds: float) -> str:
    """5000 → "1 h 23 min"."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else "less than a minute"


class Command(BaseCommand):
    help = (
        "Listen to shown pieces that were not listened to by these weights, and find the nearest of all anew."
        " It may be stopped (Ctrl-C, SIGTERM), and started again goes on from there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="listen to every piece anew")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            heard = likeness_rebuild(all_anew=options["all"], progress=Teller(self.say))
        except GenerationError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Stopped. What was listened to is kept.", returncode=STOPPED) from None
        self.say(f"Listened to {heard} pieces")

    def say(self, line: str) -> None:
        """At once, also where the output is a file."""
        self.stdout.write(line)
        self.stdout.flush()
