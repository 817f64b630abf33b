"""The database's tables: which steps are missing, and who of several processes takes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

LOCK = 0x057_1A70  # the number of our lock in PostgreSQL; any, as long as it stays the same


def missing() -> list[Any]:
    """The migrations that have not been made yet."""
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Only one process of a cluster does this at a time; the others wait. SQLite serves one machine, whose
    processes are started one after another.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
