"""The handler: one thread a request, kept for the next."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from musicsite.handler import SiteHandler, Threads

seen: list[tuple[str, object]] = []


def view(_request: HttpRequest) -> HttpResponse:
    """Notes its thread and its thread's connection to the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    seen.append((threading.current_thread().name, connection.connection))
    return HttpResponse("said")


urlpatterns = [path("here/", view)]


async def ask(handler: SiteHandler) -> int:
    """Status of the answer at /here/."""
    headers = [(b"host", b"localhost")]
    scope = {"type": "http", "method": "GET", "path": "/here/", "query_string": b"", "headers": headers}
    communicator: Any = ApplicationCommunicator(handler, scope)  # type: ignore[no-untyped-call]
    await communicator.send_input({"type": "http.request", "body": b"", "more_body": False})
    status: int = (await communicator.receive_output(timeout=10))["status"]
    assert (await communicator.receive_output(timeout=10))["body"] == b"said"
    await communicator.wait(timeout=10)
    return status


@pytest.mark.django_db(transaction=True)
@override_settings(ROOT_URLCONF=__name__)
async def test_the_next_request_has_the_thread_and_the_connection_of_the_last() -> None:
    seen.clear()
    handler = SiteHandler()
    assert [await ask(handler) for _ in range(3)] == [200, 200, 200]
    threads, connections = zip(*seen, strict=True)
    assert len(set(threads)) == len(set(map(id, connections))) == 1
    assert threads[0].startswith("request")


def test_requests_at_the_same_time_have_a_thread_each_and_few_are_kept() -> None:
    threads = Threads(kept=1)
    with threads.one() as first, threads.one() as second:
        assert first is not second
    with threads.one() as third, threads.one() as fourth:
        assert third is second  # the one given back first: the others were let go
        assert fourth not in (first, second)
        assert gone(first)
        assert not gone(third)


def gone(thread: ThreadPoolExecutor) -> bool:
    """Whether a thread takes no more work."""
    try:
        thread.submit(int)
    except RuntimeError:
        return True
    return False
