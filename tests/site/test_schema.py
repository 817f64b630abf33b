"""The API is what its schema says: an operation with made-up input never answers with a 500."""

from __future__ import annotations

import json
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

pytestmark = pytest.mark.django_db
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
    assert set(schema["paths"]) == {
        "/api/v1/generations/",
        "/api/v1/generations/{code}/",
        "/api/v1/generations/{code}/cancel/",
        "/api/v1/pieces/",
        "/api/v1/pieces/{code}/",
        "/api/v1/pieces/{code}/audio/",
        "/api/v1/pieces/{code}/audio/state/",
        "/api/v1/pieces/{code}/keep/",
        "/api/v1/pieces/{code}/reproduction/",
        "/api/v1/recipes/",
        "/api/v1/pieces/{code}/midi/",
        "/api/v1/pieces/{code}/musicxml/",
        "/api/v1/pieces/{code}/restore/",
        "/api/v1/styles/",
        "/api/v1/tokens/",
        "/api/v1/uploads/",
    }


def test_the_schema_can_be_read_and_browsed_without_another_site() -> None:
    browser = Client()
    assert b"openapi: 3" in browser.get("/api/schema/").content
    page = browser.get("/api/docs/").content.decode()
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in page
    assert "://" not in page.replace("http://testserver", "")
    assert "<script>" not in page


api = schemathesis.openapi.from_dict(get_schema())


@api.parametrize()
@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_input_breaks_an_operation(case: Any, alice: User) -> None:
    token, _made = Token.objects.get_or_create(user=alice)
    asked = requests.Request(**case.as_transport_kwargs(base_url="http://localhost")).prepare()
    answer = Client(raise_request_exception=False).generic(
        str(asked.method),
        str(asked.path_url),
        data=asked.body or b"",
        content_type=str(asked.headers.get("Content-Type", "application/json")),
        headers={"Authorization": f"Token {token.key}"},
    )
    assert answer.status_code < 500, case.as_curl_command()
    if answer.status_code >= 400:
        assert {"code", "message", "request_id"} <= set(json.loads(answer.content))
