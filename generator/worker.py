"""The worker of one process: its engine, the threads that take jobs, the pulse that says that it lives."""

from __future__ import annotations

import logging
import resource
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import dramatiq
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection, connections
from django.utils import timezone
from redis.exceptions import RedisError

from generator import actors, services, stops
from generator.broker import DatabaseBroker, ProcessLock, process_name
from generator.engines import engine, is_made, style_names
from generator.models import Job, Worker
from generator.pulse import Pulse
from generator.queue import keeps_order, resend_lost

logger = logging.getLogger(__name__)

# How often a running job's row is looked at: what a cancel by another process takes at most to be noticed.
LOOK_SECONDS = 0.25
PULSE_SECONDS = 2.0
IDLE_THREAD_MS = 250
# Rows of workers that died are cleared away after this.
FORGET = timedelta(hours=1)


class GeneratorProcess:
    """Takes jobs until it is stopped. seats: how many it writes at a time. say: hears what it is doing."""

    def __init__(self, *, seats: int, say: Callable[[str], None] = logger.info) -> None:
        self.seats = seats
        self.say = say
        self.broker = dramatiq.get_broker()
        self.name = self.broker.name if isinstance(self.broker, DatabaseBroker) else process_name()
        self.pulse = Pulse(settings.QUEUE_LEASE_SECONDS)
        self.lock = ProcessLock(settings.VAR_DIR / "worker.lock")
        self.worker = dramatiq.Worker(self.broker, worker_threads=seats, worker_timeout=IDLE_THREAD_MS)
        self.worker.queue_prefetch = seats  # a job that waits here could be written elsewhere
        self._stopping = threading.Event()
        self._beating = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self._started = False

    def stats(self) -> dict[str, Any]:
        """Its figures, for pages and monitors."""
        return {
            **engine().stats(),
            "seats": self.seats,
            "running": len(stops.running()),
            "memory_bytes": memory_bytes(),
        }

    def load(self) -> None:
        """Start the engine and make it ready for the commonest request. Takes a second or two."""
        begun = time.monotonic()
        engine().start()
        style = settings.DEFAULT_STYLE
        if style in style_names():
            self.warm_up(style)
            self.say(
                f"Loaded the weights of {style} on {engine().stats()['device']} "
                f"in {time.monotonic() - begun:.1f} s"
            )
        else:
            self.say(f"There are no weights of {style} in generator/weights: that style cannot be generated")

    def warm_up(self, style: str) -> None:
        """Read the weights and write a bar for nobody: what torch does only the first time is then done."""
        from generator.engine.rows import GenerationRequest

        engine().load_style(style)
        for _part in engine().generate(GenerationRequest(style=style, bars=1, seed=0), lambda: False):
            pass

    def start(self) -> None:
        """Take jobs from now on."""
        self._started = True
        actors.going_home.clear()
        actors.process.name = self.name
        alone = self.lock.take() and connection.vendor == "sqlite"
        if isinstance(self.broker, DatabaseBroker):
            self.broker.closing = False
            self.broker.set_seats(self.seats)
            # A SQLite file is this machine's, so who is alone here is alone: all leases are those of the
            # dead.
            if alone and (freed := self.broker.free_leases()):
                self.say(f"Taking up {freed} unfinished {'job' if freed == 1 else 'jobs'}")
        if alone:
            Worker.objects.all().delete()
        self._show()
        self._beating.start()
        self.worker.start()

    def stop(self, *, timeout: float = 10.0) -> None:
        """Put back in line what is being written, and end. Safe to call at any time after __init__."""
        if isinstance(self.broker, DatabaseBroker):
            self.broker.closing = True
        actors.going_home.set()
        stops.stop_all()
        if self._started:
            self.worker.stop(timeout=int(timeout * 1000))
            self._stopping.set()
            self._beating.join(timeout)
            Worker.objects.filter(name=self.name).delete()
        if is_made():
            engine().stop()
        self.lock.release()

    # --- the pulse ---------------------------------------------------------------------------------

    def _beat(self) -> None:
        due = 0.0
        every = min(PULSE_SECONDS, settings.QUEUE_LEASE_SECONDS / 4)
        while not self._stopping.wait(LOOK_SECONDS):
            try:
                self._stop_what_is_over()
                if time.monotonic() >= due:
                    due = time.monotonic() + every
                    if isinstance(self.broker, DatabaseBroker):
                        self.broker.renew_leases()
                    self._show()
                    if not keeps_order(self.broker):
                        self._sweep()
            except (DatabaseError, InterfaceError) as error:
                logger.warning("The database does not answer: %s", error)
                close_old_connections()
        connections.close_all()

    def _sweep(self) -> None:
        """Take up what dead workers left, and send again what the queue has lost."""
        services.jobs_take_up(worker=self.name, running=stops.running(), others=self.pulse.trusts_silence)
        try:
            if n := resend_lost(self.broker):
                self.say(f"Sent {n} waiting {'job' if n == 1 else 'jobs'} again: the queue had lost them")
        except RedisError as error:
            logger.warning("The queue does not answer: %s", error)

    def _stop_what_is_over(self) -> None:
        """Stop jobs whose rows say that they are not to go on: cancelled by another process, or deleted."""
        if mine := stops.running():
            going = set(
                Job.objects.filter(pk__in=mine, status=Job.Status.RUNNING).values_list("pk", flat=True)
            )
            for job_id in set(mine) - going:
                stops.stop(job_id)

    def _show(self) -> None:
        """Say that we live."""
        now = timezone.now()
        Worker.objects.update_or_create(
            name=self.name, defaults={"seats": self.seats, "stats": self.stats(), "seen": now}
        )
        self.pulse.beat()
        Worker.objects.filter(seen__lt=now - FORGET).delete()


def memory_bytes() -> int | None:
    """What this process holds in memory now, where the system says so (Linux)."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return None
