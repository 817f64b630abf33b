"""Site, sockets, worker and engine in one process: the embedded default."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import time
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection
from django.urls import get_resolver

from gallery.models import Piece
from generator.events import bell
from generator.starter import STARTER_NAME, starter_files
from generator.worker import GeneratorProcess
from musicsite import STARTED, static, tables
from musicsite.arguments import whole_number
from musicsite.sqlite.checkpoints import Checkpoints

STOP_SECONDS = 3


class Command(BaseCommand):
    help = "Serve the site with its sockets, its worker and its engine, in this one process."
    requires_system_checks: list[
        str
    ] = []  # they are made below, where they can be told apart from a traceback

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (HOST)")
        parser.add_argument(
            "--port",
            type=whole_number(0, 65535),
            default=settings.PORT,
            help="port to listen on, 0 for any (PORT)",
        )
        parser.add_argument("--web-only", action="store_true", help="no worker: another process generates")
        parser.add_argument(
            "--keep-static",
            action="store_true",
            help="do not collect static files, even if they have changed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        listener = self.listen(options["host"], options["port"])
        generator, checkpoints = None, Checkpoints()
        if not options["web_only"]:
            generator = GeneratorProcess(seats=settings.WORKER_SEATS, say=self.say)
        try:
            self.prepare(collect=not options["keep_static"])
            checkpoints.start()
            if generator:
                generator.load()
                generator.start()
            # What was loaded stays for good: no garbage collection need look through it while notes are due.
            gc.collect()
            gc.freeze()
            # From here the server hears the signals itself; what it passes on when it has ended is not news.
            signal.signal(signal.SIGTERM, lambda *_: None)
            signal.signal(signal.SIGINT, lambda *_: None)
            self.serve(listener)
        except KeyboardInterrupt:
            pass
        finally:
            self.go(generator)
            checkpoints.stop()
            self.say("Stopped")

    def say(self, line: str) -> None:
        """One line about what is being done, at once, also where the output is a file."""
        self.stdout.write(line)
        self.stdout.flush()

    def listen(self, host: str, port: int) -> socket.socket:
        """Take the port before anything else, so that a second start says at once what is wrong."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            listener.close()
            raise CommandError(
                f"Cannot listen on {host}:{port}: {error.strerror}. "
                "Is the site running already? Another port: PORT=9000 make run"
            ) from None
        return listener

    def prepare(self, *, collect: bool) -> None:
        """Bring database, static files and starter gallery up to date; nothing to do on a second start."""
        self.say(f"Database: {connection.settings_dict['NAME']}")
        with tables.one_at_a_time():
            if plan := tables.missing():
                self.say(f"Migrating: {len(plan)} steps")
                call_command("migrate", verbosity=0, interactive=False)
        if collect and not settings.DEBUG and not static.is_collected():
            self.say("Collecting static files: hashing and compressing, only when they have changed")
            static.collect()
        with tables.one_at_a_time():
            self.load_starter()
        get_resolver().url_patterns  # noqa: B018 - loads all views now, not while the first visitor waits

    def load_starter(self) -> None:
        """Load the starter gallery where there is none yet."""
        if starter_files() and not Piece.objects.filter(owner__username=STARTER_NAME).exists():
            self.say("Loading the starter gallery")
            call_command("starter", stdout=self.stdout)

    def serve(self, listener: socket.socket) -> None:
        """Serve until a signal comes."""
        config = uvicorn.Config(
            "musicsite.asgi:application",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            ws_max_size=64 * 1024,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        server = Server(config, ready=lambda: self.say(f"Ready at http://{shown}:{port}/ ({self.took()})"))
        server.run(sockets=[listener])

    def took(self) -> str:
        return f"{time.monotonic() - STARTED:.1f} s after the start; Ctrl-C stops it"

    def go(self, generator: GeneratorProcess | None) -> None:
        """End in good order. A second Ctrl-C ends at once; the next start takes up what was left."""
        self.say("Stopping")
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
        if generator:
            generator.stop()
        gc.freeze()  # nor at the end, which would otherwise take seconds


class Server(uvicorn.Server):
    """uvicorn on this thread; its loop is the one on which the in-memory channel layer lives."""

    def __init__(self, config: uvicorn.Config, *, ready: Any) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        bell.attach(asyncio.get_running_loop())
        await super().startup(sockets=sockets)
        if self.started:
            self.ready()
