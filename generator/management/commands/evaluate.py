"""manage.py evaluate rnn: measure the networks that ship."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generator.networks.checkpoints import WEIGHTS, CheckpointError
from generator.training.cards import write_card
from generator.training.evaluate_rnn import evaluate, table
from generator.training.sources import DatasetError


class Command(BaseCommand):
    help = "Measures the shipped networks on held-out music; as a table, or as JSON with --json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("family", choices=["rnn"])
        parser.add_argument("--only", metavar="NAME", help="one network, such as chorale")
        parser.add_argument("--json", action="store_true", help="print JSON alone")
        parser.add_argument(
            "--cards", action="store_true", help="write the figures to the model cards as well"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        figures: dict[str, Any] = {}
        lines: dict[str, list[str]] = defaultdict(list)
        try:
            for network, name, figure in evaluate(only=options["only"]):
                figures[name] = figure
                lines[network].append(table(name, figure))
                if not options["json"]:
                    self.stdout.write(lines[network][-1])
        except (CheckpointError, DatasetError) as error:
            raise CommandError(str(error)) from error
        for network in lines if options["cards"] else ():
            self.stderr.write(f"wrote {write_card(network, WEIGHTS, chr(10).join(lines[network]))}")
        if options["json"]:
            self.stdout.write(json.dumps(figures, indent=2))
