"""Putting work into the queue with the transaction that asks for it."""

from __future__ import annotations

from typing import Any

import dramatiq
from django.db import transaction


def in_background(actor: dramatiq.Actor[Any, Any], *args: Any) -> None:
    """Have an actor called by a worker: with this transaction where the queue is a table, else after it."""
    message = actor.message(*args)
    broker = dramatiq.get_broker()
    if getattr(broker, "is_in_database", False):
        broker.enqueue(message)
    else:
        transaction.on_commit(lambda: broker.enqueue(message))
