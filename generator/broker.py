"""DatabaseBroker: Dramatiq without a server. A message is a row, leased while worked on, deleted at the end.

A lease is renewed as long as its process lives, by generator.worker; one that runs out belongs to a dead
process and is taken by the next who looks. Nobody has to notice a death, and nothing can be lost between two
steps: a message is in the table until its work is done.
"""

from __future__ import annotations

import fcntl
import logging
import secrets
import threading
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import dramatiq
from django.conf import settings
from django.db import OperationalError, close_old_connections, connection, connections, transaction
from django.db.models import Q
from django.utils import timezone
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.errors import QueueNotFound
from dramatiq.middleware import Middleware, Retries

from generator.models import Message
from generator.pulse import Pulse

logger = logging.getLogger(__name__)


def process_name() -> str:
    """A name for this process that no other has. It is shown to everybody, so it does not say where it is."""
    return f"generator-{secrets.token_hex(4)}"


class Bell:
    """Wakes who waits for one queue in this process. Rings are counted, so that one between a look into the
    queue and the wait for the next is not missed.
    """

    def __init__(self) -> None:
        self.rings = 0
        self._rung = threading.Condition()

    def ring(self) -> None:
        with self._rung:
            self.rings += 1
            self._rung.notify_all()

    def wait(self, heard: int, timeout: float) -> None:
        """Wait `timeout` seconds at most for a ring after number `heard`."""
        with self._rung:
            self._rung.wait_for(lambda: self.rings != heard, timeout)


class DatabaseBroker(dramatiq.Broker):
    """Queues in the table of generator.Message.

    poll: seconds between looks when nobody rings (a ring is heard inside this process only).
    lease: seconds after which a message that nobody renews is taken for a dead process's.
    """

    is_in_database = True

    def __init__(self, *, middleware: list[Middleware], poll: float, lease: float) -> None:
        super().__init__(middleware=middleware)
        self.poll = poll
        self.lease = timedelta(seconds=lease)
        self.pulse = Pulse(lease)
        self.name = process_name()
        self.seats = threading.Semaphore(1)
        self.closing = False  # set when this process takes nothing more
        self.bells: dict[str, Bell] = {}
        self._n_leases = 0

    def set_seats(self, seats: int) -> None:
        """How many messages this process may have at a time; said once, before its worker starts."""
        self.seats = threading.Semaphore(seats)

    def declare_queue(self, queue_name: str) -> None:
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues[queue_name] = None
            self.bells[queue_name] = Bell()
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        """Store a message, in the caller's transaction if there is one. delay: milliseconds before it is due.

        A message that is stored already (a retry) keeps its row, and loses its lease.
        """
        if message.queue_name not in self.queues:
            raise QueueNotFound(message.queue_name)  # type: ignore[no-untyped-call]
        self.emit_before("enqueue", message, delay)
        stored = Message(
            message_id=message.message_id,
            queue=message.queue_name,
            body=message.encode(),
            turn=int(message.options.get("turn", 0)),
            due=timezone.now() + timedelta(milliseconds=delay or 0),
        )
        Message.objects.bulk_create(
            [stored],
            update_conflicts=True,
            unique_fields=["message_id"],
            update_fields=["queue", "body", "turn", "due", "lease_owner", "lease_until"],
        )
        self.emit_after("enqueue", message, delay)
        transaction.on_commit(self.bells[message.queue_name].ring)
        return message

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 1000) -> Consumer:
        if queue_name not in self.queues:
            raise QueueNotFound(queue_name)  # type: ignore[no-untyped-call]
        # Nothing is taken before a thread is free for it: what lies here could not be taken by another
        # process, nor overtaken by somebody whose turn comes earlier. `prefetch` is made for brokers that are
        # far away.
        return DatabaseConsumer(self, queue_name, timeout=timeout / 1000)

    def flush(self, queue_name: str) -> None:
        Message.objects.filter(queue=queue_name).delete()

    def flush_all(self) -> None:
        Message.objects.all().delete()

    # --- leases ------------------------------------------------------------------------------------

    def lease_next(self, queue_name: str) -> tuple[Message | None, bool]:
        """Lease the message whose turn it is: free or abandoned, and due. None when there is none; and
        whether there may be another.
        """
        if self.closing:
            return None, False
        now = timezone.now()
        free = Q(lease_until=None)
        if self.pulse.trusts_silence:
            free |= Q(lease_until__lt=now)
        ready = Message.objects.filter(free, queue=queue_name, is_dead=False, due__lte=now).order_by(
            "turn", "pk"
        )
        if connection.features.has_select_for_update_skip_locked:
            with transaction.atomic():
                row = ready.select_for_update(skip_locked=True).first()
                leased = row is not None and self._lease(row, free)
                return row if leased else None, leased
        # SQLite: one writer at a time, so the update that still finds the message free is the lock. Looking
        # first without a lock keeps an idle queue from writing at all.
        seen = list(ready[:8])
        for row in seen:
            if self._lease(row, free):
                return row, len(seen) > 1
        return None, bool(seen)

    def _lease(self, row: Message, free: Q) -> bool:
        # Each lease has a name of its own: even this process must not take one for another of its own.
        self._n_leases += 1
        row.lease_owner = f"{self.name}#{self._n_leases}"
        row.lease_until = timezone.now() + self.lease
        mine = Message.objects.filter(free, pk=row.pk)
        return bool(mine.update(lease_owner=row.lease_owner, lease_until=row.lease_until))

    def renew_leases(self) -> int:
        """Say that this process still works on what it has leased. Returns on how many messages."""
        mine = Message.objects.filter(lease_owner__startswith=f"{self.name}#")
        renewed = mine.update(lease_until=timezone.now() + self.lease)
        self.pulse.beat()
        return renewed

    def free_leases(self) -> int:
        """End all leases, when it is known that no other process lives. Returns how many there were."""
        return Message.objects.exclude(lease_owner="").update(lease_owner="", lease_until=None)


class LeasedMessage(MessageProxy):
    """A message and the lease under which it was taken."""

    def __init__(self, message: dramatiq.Message[Any], lease: str) -> None:
        super().__init__(message)
        self.lease = lease


class DatabaseConsumer(Consumer):
    """Takes messages of one queue while its process has seats."""

    def __init__(self, broker: DatabaseBroker, queue_name: str, *, timeout: float) -> None:
        self.broker = broker
        self.queue_name = queue_name
        self.timeout = timeout
        self._bell = broker.bells[queue_name]
        self._heard = -1
        self._more = True

    def __next__(self) -> MessageProxy | None:
        if not self._more:
            # Without a seat: consumers of empty queues would keep it from the one that has work.
            self._bell.wait(self._heard, min(self.timeout, self.broker.poll))
        if not self.broker.seats.acquire(timeout=self.timeout):
            return None
        row, self._more, self._heard = None, False, self._bell.rings
        try:
            row, self._more = self.broker.lease_next(self.queue_name)
        except OperationalError as error:
            # The database is busy or away; the rows are still there when it comes back.
            logger.warning("The queue cannot be read: %s", error)
            close_old_connections()
        finally:
            if row is None:
                self.broker.seats.release()
        return LeasedMessage(dramatiq.Message.decode(bytes(row.body)), row.lease_owner) if row else None

    def _held(self, message: MessageProxy) -> Any:
        """The message's row, while it is held under our lease: a retry has put it back without one, and
        when the lease ran out another may have taken it."""
        return Message.objects.filter(message_id=message.message_id, lease_owner=message.lease)

    def ack(self, message: MessageProxy) -> None:
        self.broker.seats.release()
        self._held(message).delete()

    def nack(self, message: MessageProxy) -> None:
        self.broker.seats.release()
        self._held(message).update(is_dead=True, lease_owner="", lease_until=None)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        for message in messages:
            self.broker.seats.release()
            self._held(message).update(lease_owner="", lease_until=None)


class DatabaseConnections(Middleware):
    """Gives Dramatiq's threads what a request has: connections that are fresh before, and closed after."""

    def before_process_message(self, broker: dramatiq.Broker, message: MessageProxy) -> None:
        close_old_connections()

    def after_process_message(
        self,
        broker: dramatiq.Broker,
        message: MessageProxy,
        *,
        result: Any | None = None,
        exception: BaseException | None = None,
    ) -> None:
        close_old_connections()

    def before_worker_thread_shutdown(self, broker: dramatiq.Broker, thread: threading.Thread) -> None:
        connections.close_all()

    def before_consumer_thread_shutdown(self, broker: dramatiq.Broker, thread: threading.Thread) -> None:
        connections.close_all()


def make_broker() -> dramatiq.Broker:
    """The broker that the settings ask for: Redis where there is one, else the database."""
    # How often a job is tried is decided by its row (services.job_start). What is tried without end is to get
    # at the row, while the database is away.
    middleware: list[Middleware] = [
        DatabaseConnections(),
        Retries(max_retries=None, min_backoff=500, max_backoff=30_000),  # type: ignore[arg-type]
    ]
    if settings.REDIS_URL:
        from dramatiq.brokers.redis import RedisBroker

        # maintenance_chance is per million calls: at its default a dead worker is noticed after thousands of
        # them.
        return RedisBroker(  # type: ignore[no-untyped-call]
            url=settings.REDIS_URL,
            middleware=middleware,
            namespace="ostinato",
            heartbeat_timeout=int(settings.QUEUE_LEASE_SECONDS * 1000),
            maintenance_chance=1_000_000,
        )
    return DatabaseBroker(
        middleware=middleware, poll=settings.QUEUE_POLL_SECONDS, lease=settings.QUEUE_LEASE_SECONDS
    )


class ProcessLock:
    """A lock file that every worker process of one data folder holds, shared.

    Who gets it alone is the only one alive: all leases in the database then belong to the dead. The system
    lets go of it when a process ends, however it ends.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = file.open("a")

    def take(self) -> bool:
        """Hold the lock. True when nobody else did."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            alone = False
        fcntl.flock(self._file, fcntl.LOCK_SH)
        return alone

    def release(self) -> None:
        """Let go of it, as the end of the process would."""
        self._file.close()
