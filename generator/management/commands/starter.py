"""Hangs the starter gallery, or has it made anew."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from generator.starter import FOLDER, StarterError, starter_files, starter_load, starter_make


class Command(BaseCommand):
    help = "Load the starter gallery as public pieces of the account “ostinato”; again, only what is new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--make", action="store_true", help="write the pieces of recipes.json with the engine first"
        )
        parser.add_argument(
            "--folder", type=Path, default=FOLDER, help="where the pieces and recipes.json lie"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        try:
            if options["make"]:
                made = starter_make(folder, say=self.stdout.write)
                self.stdout.write(f"Made {made} pieces in {folder}")
                return
            new = starter_load(folder)
        except (StarterError, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Starter gallery: {len(starter_files(folder))} pieces, {new} of them new")
