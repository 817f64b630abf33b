"""Every request gets a name, so that what a person was told can be found in the log."""

import contextvars
import re
import secrets
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

# A proxy may have named the request already; what it says ends up in logs and pages, so its form is checked.
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")


def new_request_id() -> str:
    return secrets.token_hex(8)


class RequestIdMiddleware:
    """Sets `request.request_id`, and the X-Request-ID header of the answer."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        given = request.headers.get("X-Request-ID", "")
        name = given if GIVEN.fullmatch(given) else new_request_id()
        request.request_id = name  # type: ignore[attr-defined]
        request_id.set(name)
        if self.is_async:
            return self.answer(request, name)
        response = self.get_response(request)
        response["X-Request-ID"] = name
        return response

    async def answer(self, request: HttpRequest, name: str) -> HttpResponseBase:
        response: HttpResponseBase = await self.get_response(request)
        response["X-Request-ID"] = name
        return response
