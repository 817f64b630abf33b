"""Checkpoints: what SQLite has put into its log is brought into the database, in a thread of its own.

SQLite does so by itself in the commit that makes the log long, and syncs the disk meanwhile: half a second on
a busy one, for which every writer waits. A thread that nobody waits for keeps it from coming to that.
"""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)

EVERY = 3.0  # seconds; with nothing new in the log there is nothing to do


class Checkpoints:
    """start() and stop(); without effect where the database is no SQLite."""

    def __init__(self, every: float = EVERY) -> None:
        self.every = every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)

    def start(self) -> None:
        if connection.vendor == "sqlite":
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self.every):
            try:
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            except DatabaseError as error:
                logger.warning("The database's log was not brought in: %s", error)
        connection.close()
