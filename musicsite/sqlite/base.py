"""Django's SQLite, whose writers of one process wait for each other in line.

SQLite has one writer at a time, and by itself lets the others look again after pauses of up to a tenth of a
second: under load somebody always looks in vain, and a press waits for half a second behind notes that were
asked for later. Here a writer takes its turn before it asks SQLite, which then only has to keep processes
apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from musicsite.sqlite.turns import Turns

WRITES = ("BEGIN", "INSERT", "UPDATE", "DELETE")

turns: defaultdict[str, Turns] = defaultdict(Turns)
"""Of this process's writers, by file."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that holds its turn from BEGIN to the end of the transaction, or for one statement."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._in_turn)
        self._turns: Turns | None = None  # while it is ours

    def _in_turn(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.connection.in_transaction or not sql.startswith(WRITES):
            return execute(sql, params, many, context)
        self._begin_turn()
        try:
            return execute(sql, params, many, context)
        finally:
            self._end_turn()

    def _begin_turn(self) -> None:
        mine = turns[str(self.settings_dict["NAME"])]
        if not mine.take(self.settings_dict["OPTIONS"].get("timeout", 5)):
            raise OperationalError("database is locked")
        self._turns = mine

    def _end_turn(self) -> None:
        """Let the next one in, unless a transaction is still open."""
        if self._turns is not None and not (self.connection is not None and self.connection.in_transaction):
            self._turns.give()
            self._turns = None

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()
