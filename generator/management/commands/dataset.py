"""manage.py dataset: the data sets that networks are trained on."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generator.training import datasets


class Command(BaseCommand):
    help = "List, fetch, take in and check the data sets that networks are trained on."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        datasets.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = datasets.run(
                options["what"], options["names"], options["origin"], options["limit"], options["root"]
            )
        except datasets.DatasetError as error:
            raise CommandError(str(error)) from error
        for line in lines:
            self.stdout.write(line)
