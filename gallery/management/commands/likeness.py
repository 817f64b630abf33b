"""Finds for every shown piece those that sound most like it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from gallery.likeness import likeness_rebuild
from generator.engine.errors import GenerationError


class Command(BaseCommand):
    help = (
        "Listen to shown pieces that were not listened to by these weights, and find the nearest of all anew."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="listen to every piece anew")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            heard = likeness_rebuild(all_anew=options["all"])
        except GenerationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Listened to {heard} pieces")
