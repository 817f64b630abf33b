"""What holds at every address of the API; a new one is among them by being there."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from drf_spectacular import generators
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from gallery.models import Piece
from generator.music.midi import write_midi
from tests.conftest import Make, small_score
from tests.site.api_scene import ApiScene, operations

pytestmark = pytest.mark.django_db
generator: Any = generators.SchemaGenerator
SCHEMA: dict[str, Any] = generator().get_schema(request=None, public=True)
OPERATIONS = operations(SCHEMA)
READS = [path for method, path in OPERATIONS if method == "get"]
# A token is told once and kept nowhere: asked again, another is made, and the one before ends.
NEVER_THE_SAME = {"/api/v1/tokens/"}
# How a sound comes along is asked again and again until it is there, and is nothing to be kept.
NOT_KEPT = {"/api/v1/pieces/{code}/audio/", "/api/v1/pieces/{code}/audio/state/"}
# As many as there are styles, and as fit beside a piece.
SHORT = {"/api/v1/styles/", "/api/v1/pieces/{code}/alike/"}


@pytest.fixture
def scene(alice: User, bob: User, make_piece: Make) -> ApiScene:
    return ApiScene(alice, bob, make_piece)


def parameters(method: str, path: str) -> set[str]:
    return {parameter["name"] for parameter in SCHEMA["paths"][path][method].get("parameters", [])}


def answer_schema(method: str, path: str) -> dict[str, Any]:
    """The schema of an answer with 200; empty for a file."""
    content = SCHEMA["paths"][path][method]["responses"].get("200", {}).get("content", {})
    schema: dict[str, Any] = content.get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return SCHEMA["components"]["schemas"][name] if name else schema


@pytest.mark.parametrize("path", sorted(set(READS) - NOT_KEPT))
def test_what_is_read_is_not_sent_again_to_who_has_it(
    as_alice: APIClient, scene: ApiScene, path: str
) -> None:
    address = scene.address(path)
    first = as_alice.get(address)
    assert first.status_code == 200, first.content
    assert {"private", "no-cache"} <= {word.strip() for word in first["Cache-Control"].split(",")}
    again = as_alice.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert as_alice.get(address, headers={"If-None-Match": '"another"'}).status_code == 200


@pytest.mark.parametrize(
    "path", [path for path in READS if "results" in answer_schema("get", path).get("properties", {})]
)
def test_a_list_is_read_on_from_a_place(path: str) -> None:
    assert "next" in answer_schema("get", path)["properties"]
    assert parameters("get", path) >= {"page_size"}
    assert parameters("get", path) & {"cursor", "after"}


@pytest.mark.parametrize("path", READS)
def test_no_list_comes_whole_but_those_that_cannot_grow(path: str) -> None:
    assert answer_schema("get", path).get("type") != "array" or path in SHORT


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_creates_takes_a_key(method: str, path: str) -> None:
    creates = {"201", "202"} & set(SCHEMA["paths"][path][method]["responses"]) and method == "post"
    takes = "Idempotency-Key" in parameters(method, path)
    assert takes == bool(creates and path not in NEVER_THE_SAME)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_who_asks_too_often_is_told_when_to_come_again(
    as_alice: APIClient, scene: ApiScene, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    monkeypatch.setattr(
        SimpleRateThrottle, "THROTTLE_RATES", {**SimpleRateThrottle.THROTTLE_RATES, "person": "1/min"}
    )
    cache.clear()
    send = getattr(as_alice, method)
    send(scene.address(path))
    refused = send(scene.address(path))
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused.json()["request_id"] == refused["X-Request-ID"]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_refusal_has_a_code_a_sentence_and_the_requests_name(
    stranger: APIClient, scene: ApiScene, method: str, path: str
) -> None:
    stranger.credentials(HTTP_AUTHORIZATION="Token nobodys", HTTP_X_REQUEST_ID="request-17")
    refused = getattr(stranger, method)(scene.address(path))
    said = refused.json()
    assert (refused.status_code, said["code"], said["request_id"]) == (401, "bad_token", "request-17")
    assert (said["message"].endswith("."), refused["X-Request-ID"]) == (True, "request-17")


def test_an_address_that_there_is_not_refuses_alike(stranger: APIClient) -> None:
    refused = stranger.get("/api/v1/nothing/")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert refused.json()["request_id"] == refused["X-Request-ID"]


@pytest.mark.parametrize("path", ["pieces/{code}/link/", "pieces/{code}/remix/", "collections/"])
def test_a_key_makes_one_of_two_requests(as_alice: APIClient, scene: ApiScene, path: str) -> None:
    address = scene.address(f"/api/v1/{path}")
    first, again = (
        as_alice.post(address, {"title": "Set"}, format="json", headers={"Idempotency-Key": "k"})
        for _ in range(2)
    )
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())


@pytest.mark.parametrize("path", ["/api/v1/collections/", "/api/v1/generations/"])
@pytest.mark.parametrize("key", ["k" * 129, "a\x7fb"])
def test_what_is_no_key_is_refused_whatever_is_asked_for(as_alice: APIClient, path: str, key: str) -> None:
    asked = {"title": "Set", "style": "chorale", "bars": 2}
    refused = as_alice.post(path, asked, format="json", headers={"Idempotency-Key": key})
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["Idempotency-Key"])


def test_a_key_makes_one_piece_of_a_file_sent_twice(as_alice: APIClient, alice: User) -> None:
    def send(title: str, bars: int) -> Any:
        file = SimpleUploadedFile(f"{title}.mid", write_midi(small_score(bars)), "audio/midi")
        return as_alice.post("/api/v1/uploads/", {"file": file}, headers={"Idempotency-Key": "k"})

    first, again, other = send("tune", 2), send("tune", 2), send("tune", 3)
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    assert again.json() == first.json()
    assert Piece.objects.owned_by(alice).count() == 1
