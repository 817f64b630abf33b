"""manage.py evaluate rnn, evaluate musegan, evaluate vae: measure the networks that ship."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generator.networks.band_checkpoints import MODELS
from generator.networks.checkpoints import WEIGHTS, CheckpointError
from generator.training import (
    band_cards,
    evaluate_musegan,
    evaluate_rnn,
    evaluate_vae,
    vae_cards,
    vae_dimensions,
)
from generator.training.cards import write_card
from generator.training.sources import DatasetError

NAMES = {
    "rnn": evaluate_rnn.NAMES,
    "musegan": MODELS,
    "vae": (*evaluate_vae.NAMES, "dimensions"),
}
"""What can be measured alone."""


class Command(BaseCommand):
    help = "Measures the shipped networks on held-out music; as a table, or as JSON with --json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("family", choices=["rnn", "musegan", "vae"])
        parser.add_argument("--only", metavar="NAME", help="one network, such as chorale or hybrid/scratch")
        parser.add_argument("--json", action="store_true", help="print JSON alone")
        parser.add_argument(
            "--cards", action="store_true", help="write the figures to the model cards as well"
        )
        parser.add_argument(
            "--pictures",
            metavar="FOLDER",
            type=Path,
            help="of vae: draw what the most active dimensions do, as SVG files",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        names, only = NAMES[options["family"]], options["only"]
        if only is not None and only not in names:
            raise CommandError(f"There is no {only!r} to measure; say {', '.join(names)}.")
        if options["family"] == "musegan":
            self._musegan(options)
            return
        if options["family"] == "vae":
            self._vae(options)
            return
        figures: dict[str, Any] = {}
        lines: dict[str, list[str]] = defaultdict(list)
        try:
            for network, name, figure in evaluate_rnn.evaluate(only=options["only"]):
                figures[name] = figure
                lines[network].append(evaluate_rnn.table(name, figure))
                if not options["json"]:
                    self.stdout.write(lines[network][-1])
        except (CheckpointError, DatasetError) as error:
            raise CommandError(str(error)) from error
        for network in lines if options["cards"] else ():
            self.stderr.write(f"wrote {write_card(network, WEIGHTS, chr(10).join(lines[network]))}")
        if options["json"]:
            self.stdout.write(json.dumps(figures, indent=2))

    def _musegan(self, options: dict[str, Any]) -> None:
        found: dict[str, Any] = {}
        try:
            for name, row in evaluate_musegan.evaluate(only=options["only"]):
                found[name] = row
                if not options["json"]:
                    self.stdout.write(evaluate_musegan.table(name, row) + "\n")
        except (CheckpointError, DatasetError) as error:
            raise CommandError(str(error)) from error
        if not options["json"]:
            self.stdout.write(evaluate_musegan.paper_table(found))
        for name in found if options["cards"] else ():
            if name in MODELS:
                self.stderr.write(f"wrote {band_cards.write_card(name, WEIGHTS, found[name])}")
        if options["json"]:
            self.stdout.write(json.dumps(evaluate_musegan.as_json(found), indent=2))

    def _vae(self, options: dict[str, Any]) -> None:
        found: dict[str, Any] = {}
        try:
            for section, figures in self._vae_sections(options):
                found[section] = figures
                if not options["json"]:
                    self.stdout.write(evaluate_vae.table(section, figures))
        except (CheckpointError, DatasetError) as error:
            raise CommandError(str(error)) from error
        for path in vae_cards.write_cards(WEIGHTS, found) if options["cards"] else ():
            self.stderr.write(f"wrote {path}")
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2))

    def _vae_sections(self, options: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        only, folder = options["only"], options["pictures"]
        if only != "dimensions":
            yield from evaluate_vae.evaluate(only=only)
        if folder is not None or only in (None, "dimensions"):
            networks = evaluate_vae.present(WEIGHTS)
            yield "dimensions", vae_dimensions.evaluate(WEIGHTS, networks, folder)
