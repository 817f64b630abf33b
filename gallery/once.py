"""Idempotency keys: a request that creates, sent twice with one key, creates once and is answered alike.

A request for music keeps its key in its job, which answers it as long as it is there and says how far it is;
what else creates is wrapped in once(), and its answer kept for a day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from gallery.models import OnceKey
from gallery.models.requests import KEY_LENGTH
from musicsite.errors import ApplicationError, refused

HEADER = "Idempotency-Key"
KEEP = timedelta(days=1)

KEY_PARAMETER = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="The same key with the same request within a day gets the first answer again.",
)


def key_of(request: Request) -> str:
    """The key that came with a request, or nothing. Raises ApplicationError for what is none."""
    key = request.headers.get(HEADER, "").strip()
    if len(key) > KEY_LENGTH or not key.isprintable():
        raise refused(HEADER, _("An Idempotency-Key has at most %(n)d printable signs.") % {"n": KEY_LENGTH})
    return key


def same_check(first: object, now: object) -> None:
    """Raises ApplicationError when a key that came with one request comes again with another."""
    if first != now:
        raise ApplicationError(
            "idempotency_key_reused",
            _("This Idempotency-Key was used for another request. Take a new one for each request."),
            status=HTTPStatus.CONFLICT,
        )


def once(method: Callable[..., Response]) -> Callable[..., Response]:
    """Wraps a view's method that creates something.

    The row with the key is made before the work, so that of two that come together one is told to wait. A
    request that was refused leaves no row: it may come again with the same key.
    """

    @wraps(method)
    def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = key_of(request)
        if not key or not isinstance(request.user, User):
            return method(view, request, *args, **kwargs)
        digest = digest_of(request)
        row, is_new = OnceKey.objects.get_or_create(
            person=request.user, key=key, defaults={"request": digest}
        )
        if not is_new:
            return again(row, digest)
        try:
            response = method(view, request, *args, **kwargs)
        except BaseException:
            row.delete()
            raise
        OnceKey.objects.filter(pk=row.pk).update(
            status=response.status_code, answer=json.loads(JSONRenderer().render(response.data) or b"null")
        )
        return response

    return answer


def digest_of(request: Request) -> str:
    """SHA-256 of what is asked. A form is told by its fields: what parts them is made up for each sending."""
    digest = hashlib.sha256(f"{request.method} {request.path}\0".encode())
    if request.content_type.startswith("multipart/"):
        form: Any = request.data
        for name in sorted(form):
            for value in form.getlist(name):
                is_file = isinstance(value, UploadedFile)
                digest.update(f"{name}\0{value.name if is_file else value}\0".encode())
                if is_file:
                    digest.update(value.read())
                    value.seek(0)
    else:
        digest.update(request._request.body)
    return digest.hexdigest()


def again(row: OnceKey, digest: str) -> Response:
    """The answer that the first request with this key got."""
    same_check(row.request, digest)
    if not row.status:
        raise ApplicationError(
            "in_progress",
            _("The first request with this key is still being answered."),
            status=HTTPStatus.CONFLICT,
            retry_after=1,
        )
    return Response(row.answer, status=row.status)


def keys_purge() -> int:
    """Forget keys that are older than a day. Returns how many."""
    gone, _by_model = OnceKey.objects.filter(created__lt=timezone.now() - KEEP).delete()
    return gone
