"""What all answers have: a name by which to find them in the log, an ETag for programs, and compression."""

import contextvars
import gzip
import io
import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

# A proxy may have named the request already; what it says ends up in logs and pages, so its form is checked.
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
ACCEPTS_GZIP = re.compile(r"\bgzip\b")


def new_request_id() -> str:
    return secrets.token_hex(8)


class RequestIdMiddleware:
    """Sets `request.request_id`, and the X-Request-ID header of the answer: so what a person was told can be
    found in the log.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        name = given if GIVEN.fullmatch(given) else new_request_id()
        request.request_id = name  # type: ignore[attr-defined]
        request_id.set(name)
        response = self.get_response(request)
        response["X-Request-ID"] = name
        return response


class ApiReadsMiddleware(ConditionalGetMiddleware):
    """What a program reads has an ETag, and is not sent again to who has it.

    Kept by the visitor's own cache alone, which asks each time: what is revoked is gone at once.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        read = request.method == "GET" and response.status_code == 200 and request.path.startswith("/api/v1/")
        if not read or not self.needs_etag(response):
            return response
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Authorization", "Cookie"])
        return super().process_response(request, response)


class CompressionMiddleware(MiddlewareMixin):
    """Words go out compressed to who can read that; files do not, being so already, and asked for in parts.

    As Django's GZipMiddleware, which takes twice as long to make a page a twentieth smaller. A page holds
    secrets beside what somebody typed, so its length is made a random one (BREACH).
    """

    COMPRESSED = (
        "text/html",
        "application/json",
        "application/atom+xml",
        "application/xml",
        "application/vnd.recordare.musicxml+xml",
        "image/svg+xml",
    )
    LEAST = 200  # bytes; a packet has room for more
    LEVEL = 4
    PADDING = 100  # bytes at most

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.get("Content-Type", "").partition(";")[0]
        if not isinstance(response, HttpResponse) or kind not in self.COMPRESSED:
            return response
        if len(response.content) < self.LEAST or response.has_header("Content-Encoding"):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if not ACCEPTS_GZIP.search(request.headers.get("Accept-Encoding", "")):
            return response
        response.content = self.compressed(response.content)
        response["Content-Length"] = str(len(response.content))
        response["Content-Encoding"] = "gzip"
        if response.get("ETag", "").startswith('"'):
            response["ETag"] = f"W/{response['ETag']}"  # other bytes, and the same for who reads them
        return response

    def compressed(self, content: bytes) -> bytes:
        small = io.BytesIO()
        name = "o" * secrets.randbelow(self.PADDING)
        with gzip.GzipFile(name, "wb", self.LEVEL, small, mtime=0) as file:
            file.write(content)
        return small.getvalue()
