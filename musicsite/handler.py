"""Django's handler with one thread a request, kept for the next one with its connection to the database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.http import HttpRequest, HttpResponseBase

KEPT = 8
"""Idle threads that are kept. What many ask for at once goes through more, which are let go afterwards."""


class Threads:
    """Lends a thread to each request; the one given back last goes out first, so that few are warm.

    Used on the event loop alone.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self.kept = kept
        self._idle: list[ThreadPoolExecutor] = []

    @contextmanager
    def one(self) -> Iterator[ThreadPoolExecutor]:
        thread = self._idle.pop() if self._idle else ThreadPoolExecutor(1, thread_name_prefix="request")
        try:
            yield thread
        finally:
            if len(self._idle) < self.kept:
                self._idle.append(thread)
            else:
                thread.submit(connections.close_all)
                thread.shutdown(wait=False)


class SiteHandler(ASGIHandler):
    """Runs a request from the first middleware to the last in one go, in one thread.

    All that the site's requests do is synchronous. Django's own handler goes back to the event loop around
    each middleware, some twenty times a request, and each time waits for whoever holds the interpreter.
    """

    def __init__(self) -> None:
        self.threads = Threads()
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        with self.threads.one() as thread:
            async with ThreadSensitiveContext(executor=thread):
                await super().__call__(scope, receive, send)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response)(request)
