"""The API is what its schema says: an operation with made-up input never answers with a 500."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import schemathesis
from django.contrib.auth.models import User
from django.test import Client
from drf_spectacular import generators, validation
from drf_spectacular.drainage import GENERATOR_STATS
from hypothesis import HealthCheck, Phase, settings
from rest_framework.authtoken.models import Token
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.conftest import Make
from tests.site.api_scene import ApiScene

pytestmark = pytest.mark.django_db
# The whole API: what is added, or taken away, is meant to be.
PATHS = {
    "/api/v1/arranger-votes/",
    "/api/v1/arranger-votes/{seed}/",
    "/api/v1/collections/",
    "/api/v1/collections/{code}/",
    "/api/v1/collections/{code}/pieces/{piece}/",
    "/api/v1/collections/{code}/report/",
    "/api/v1/comments/{code}/",
    "/api/v1/comments/{code}/report/",
    "/api/v1/drawings/",
    "/api/v1/favourites/",
    "/api/v1/feed/",
    "/api/v1/gallery/",
    "/api/v1/generations/",
    "/api/v1/generations/{code}/",
    "/api/v1/generations/{code}/cancel/",
    "/api/v1/infills/",
    "/api/v1/infills/{code}/",
    "/api/v1/interpolations/",
    "/api/v1/interpolations/{code}/",
    "/api/v1/interpolations/{code}/pieces/",
    "/api/v1/notices/",
    "/api/v1/people/{name}/",
    "/api/v1/people/{name}/about/report/",
    "/api/v1/people/{name}/follow/",
    "/api/v1/people/{name}/pieces/",
    "/api/v1/people/{name}/report/",
    "/api/v1/pieces/",
    "/api/v1/pieces/{code}/",
    "/api/v1/pieces/{code}/alike/",
    "/api/v1/pieces/{code}/audio/",
    "/api/v1/pieces/{code}/audio/state/",
    "/api/v1/pieces/{code}/comments/",
    "/api/v1/pieces/{code}/family/",
    "/api/v1/pieces/{code}/favourite/",
    "/api/v1/pieces/{code}/keep/",
    "/api/v1/pieces/{code}/link/",
    "/api/v1/pieces/{code}/midi/",
    "/api/v1/pieces/{code}/musicxml/",
    "/api/v1/pieces/{code}/notes/",
    "/api/v1/pieces/{code}/plays/",
    "/api/v1/pieces/{code}/rating/",
    "/api/v1/pieces/{code}/remix/",
    "/api/v1/pieces/{code}/report/",
    "/api/v1/pieces/{code}/reproduction/",
    "/api/v1/pieces/{code}/restore/",
    "/api/v1/recipes/",
    "/api/v1/reports/",
    "/api/v1/styles/",
    "/api/v1/tokens/",
    "/api/v1/uploads/",
}
# An answer has a status that the schema names, and the form that the schema says.
CHECKS = [status_code_conformance, response_schema_conformance]
# drf-spectacular says nothing about its types.
validate_schema: Any = validation.validate_schema


def get_schema() -> dict[str, Any]:
    """The schema that /api/schema/ gives."""
    generator: Any = generators.SchemaGenerator
    schema: dict[str, Any] = generator().get_schema(request=None, public=True)
    return schema


def test_the_schema_is_valid_and_complete() -> None:
    GENERATOR_STATS.reset()
    schema = get_schema()
    validate_schema(schema)
    assert not GENERATOR_STATS._error_cache
    assert not GENERATOR_STATS._warn_cache
    assert set(schema["paths"]) == PATHS


def test_the_schema_can_be_read_and_browsed_without_another_site() -> None:
    browser = Client()
    assert b"openapi: 3" in browser.get("/api/schema/").content
    page = browser.get("/api/docs/").content.decode()
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in page
    assert "://" not in page.replace("http://testserver", "")
    assert "<script>" not in page


api = schemathesis.openapi.from_dict(get_schema())


@pytest.fixture
def scene(alice: User, bob: User, make_piece: Make) -> ApiScene:
    return ApiScene(alice, bob, make_piece)


@api.parametrize()
@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_input_breaks_an_operation(case: Any, scene: ApiScene, alice: User) -> None:
    """Each input at an address that was made up too, and at one that leads to something."""
    token, _made = Token.objects.get_or_create(user=alice)
    there = scene.parameters(case.operation.path)
    for parameters in (case.path_parameters, there) if there else (case.path_parameters,):
        case.path_parameters = parameters
        send(case, token.key)


def send(case: Any, token: str) -> None:
    """Send a case and look at the answer."""
    asked = requests.Request(**case.as_transport_kwargs(base_url="http://localhost")).prepare()
    answer = Client(raise_request_exception=False).generic(
        str(asked.method),
        str(asked.path_url),
        data=asked.body or b"",
        content_type=str(asked.headers.get("Content-Type", "application/json")),
        headers={"Authorization": f"Token {token}", **said_in_headers(case)},
    )
    assert answer.status_code < 500, case.as_curl_command()
    if answer.status_code == 304 or not answer.get("Content-Type", "").startswith("application/json"):
        return
    said = Response(
        status_code=answer.status_code,
        headers={name.lower(): [value] for name, value in answer.items()},
        content=answer.content,
        request=asked,
        elapsed=0.0,
        verify=False,
    )
    case.validate_response(said, checks=CHECKS)


def said_in_headers(case: Any) -> dict[str, str]:
    """What the case says beside its body, as far as a header can hold it."""
    headers = {name: str(value) for name, value in (case.headers or {}).items()}
    return {name: value for name, value in headers.items() if value.isascii() and value.isprintable()}
