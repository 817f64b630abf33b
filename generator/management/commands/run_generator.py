"""The worker alone, on a machine of the cluster: an engine that takes jobs, and no site."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from generator.worker import GeneratorProcess
from generator.worker_address import WorkerAddress
from musicsite import tables
from musicsite.arguments import whole_number


class Command(BaseCommand):
    help = "Take jobs and write music, without serving the site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seats",
            type=whole_number(1, 256),
            default=settings.WORKER_SEATS,
            help="jobs written at the same time (WORKER_SEATS)",
        )
        parser.add_argument(
            "--metrics-port",
            type=whole_number(0, 65535),
            default=settings.WORKER_METRICS_PORT,
            help="port of this worker's /healthz and /metrics, 0 for none (WORKER_METRICS_PORT)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        generator = GeneratorProcess(seats=options["seats"], say=self.say)
        address = self.address(generator, options["metrics_port"]) if options["metrics_port"] else None
        try:
            if tables.missing():
                self.say("Waiting for the tables: a web process makes them")
            while tables.missing() and not ended.wait(1.0):
                pass
            generator.load()
            if not ended.is_set():
                generator.start()
                self.say(f"Ready as {generator.name}, {options['seats']} jobs at a time; Ctrl-C stops it")
                ended.wait()
        finally:
            self.say("Stopping: what is being written goes back in line")
            generator.stop()
            if address:
                address.stop()
            self.say("Stopped")

    def address(self, generator: GeneratorProcess, port: int) -> WorkerAddress:
        """Answer a monitor from the start, so that it sees a worker that waits for its tables too."""
        host = settings.WORKER_METRICS_HOST
        try:
            address = WorkerAddress(generator, host, port)
        except OSError as error:
            raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror}.") from None
        address.start()
        self.say(f"Health and metrics at http://{host}:{address.port}/")
        return address

    def say(self, line: str) -> None:
        """One line about what is being done, at once, also where the output is a file."""
        self.stdout.write(line)
        self.stdout.flush()
