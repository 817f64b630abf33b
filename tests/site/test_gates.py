"""What stands before Django: sizes, names of requests, errors as pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref import testing
from django.test import Client
from pytest_django.fixtures import Settings

from gallery.words import MARKED
from generator.models import Job
from generator.music.styles import STYLES
from musicsite.asgi import application
from musicsite.errors import in_words
from musicsite.static import HashedNames

# asgiref says nothing about its types.
Asked: Any = testing.ApplicationCommunicator


def scope(path: str, **headers: str) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }


async def test_a_body_over_the_limit_is_refused_with_the_limit_before_it_is_stored(
    settings: Settings,
) -> None:
    settings.REQUEST_MAX_BYTES = 1000
    asked = Asked(application, scope("/api/v1/uploads/", content_length="5000", host="localhost"))
    for part in range(5):
        await asked.send_input({"type": "http.request", "body": b"x" * 1000, "more_body": part < 4})
    start, body = await asked.receive_output(), await asked.receive_output()
    said = json.loads(body["body"])
    assert (start["status"], said["code"]) == (413, "too_large")
    assert "2 MB" in said["message"]
    assert dict(start["headers"])[b"x-request-id"].decode() == said["request_id"]


@pytest.mark.django_db(transaction=True)
async def test_a_body_that_does_not_say_how_long_it_is_is_counted(settings: Settings) -> None:
    settings.REQUEST_MAX_BYTES = 1000
    asked = Asked(application, scope("/api/v1/generations/", host="localhost"))
    for _ in range(3):
        await asked.send_input({"type": "http.request", "body": b"x" * 1000, "more_body": True})
    await asked.wait()  # it ends without an answer, and without a job
    assert await asked.receive_nothing()
    assert await Job.objects.acount() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "kept"), [("0123456789abcdef", True), ("x", False), ("<script>alert(1)", False)]
)
def test_a_request_keeps_a_name_that_a_proxy_gave_it(given: str, kept: bool) -> None:
    answer = Client().get("/healthz", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is kept
    assert len(answer["X-Request-ID"]) == 16


@pytest.mark.django_db
def test_an_error_page_names_the_request(settings: Settings) -> None:
    answer = Client().get("/nowhere/")
    assert answer.status_code == 404
    assert answer["X-Request-ID"] in answer.content.decode()


@pytest.mark.django_db
def test_a_page_that_breaks_says_so_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gallery.lists.page_of", None)
    browser = Client(raise_request_exception=False)
    answer = browser.get("/gallery/")
    assert answer.status_code == 500
    assert answer["X-Request-ID"] in answer.content.decode()
    assert "NoneType" not in answer.content.decode()


@pytest.mark.django_db
def test_a_form_that_was_open_too_long_is_refused_in_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "alice", "password": "x"})
    assert answer.status_code == 403
    assert "Reload it" in answer.content.decode()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (59.1, "60 seconds"),
        (119, "119 seconds"),
        (121, "3 minutes"),
        (3600, "60 minutes"),
        (7201, "3 hours"),
    ],
)
def test_a_wait_in_words_is_never_too_short(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_a_file_goes_by_its_plain_name_until_it_has_been_collected() -> None:
    storage = HashedNames(location="/nowhere", base_url="/static/")
    storage.hashed_files = {"css/site.css": "css/site.0123456789ab.css"}
    assert storage.url("css/site.css") == "/static/css/site.0123456789ab.css"
    assert storage.url("css/new.css") == "/static/css/new.css"


def test_the_words_of_every_style_can_be_translated() -> None:
    assert {word for style in STYLES.values() for word in (style.title, style.description)} == set(MARKED)
