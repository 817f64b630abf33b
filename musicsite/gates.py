"""What stands before Django and the sockets: sizes, origins, tokens."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from channels.db import database_sync_to_async
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http.request import split_domain_port, validate_host
from rest_framework.authtoken.models import Token

# A body that is too large is still read to its end, and thrown away, up to this many times the limit: a
# browser that is cut off while it sends shows "connection lost" instead of the reason.
READ_ON = 64


class BodyLimit:
    """Refuses a body that is larger than anything that the site takes, before Django stores it on disk."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        limit = settings.REQUEST_MAX_BYTES
        said = dict(scope["headers"]).get(b"content-length", b"")
        if said.isdigit() and int(said) > limit:
            await self.refuse(receive, send)
            return
        size = 0

        async def counted() -> dict[str, Any]:
            # A body without a length is counted as it comes; Django takes the break for a visitor who went
            # away.
            nonlocal size
            message: dict[str, Any] = await receive()
            size += len(message.get("body", b""))
            return message if size <= limit else {"type": "http.disconnect"}

        await self.application(scope, counted, send)

    async def refuse(self, receive: Any, send: Any) -> None:
        from gallery.services import upload_too_large
        from musicsite.errors import error_body
        from musicsite.middleware import new_request_id, request_id

        size, more = 0, True
        while more and size <= READ_ON * settings.REQUEST_MAX_BYTES:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        request_id.set(new_request_id())
        refusal = upload_too_large()
        body = json.dumps(error_body(refusal.code, refusal.message, refusal.fields)).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"x-request-id", request_id.get().encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def header(scope: dict[str, Any], name: bytes) -> str:
    """A header's value; empty when it is not there."""
    return next((value.decode("latin1") for key, value in scope["headers"] if key == name), "")


def token_of(scope: dict[str, Any]) -> str:
    """The API token that came with the request, if any."""
    kind, _space, key = header(scope, b"authorization").partition(" ")
    return key.strip() if kind.lower() == "token" else ""


class OriginOrToken:
    """Lets in pages of this site, and programs with a token.

    A browser sends the cookie whoever asks it to, so a page of another site must not get through with it; a
    token is sent on purpose.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        if token_of(scope) or is_same_site(scope):
            return await self.application(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)


def is_same_site(scope: dict[str, Any]) -> bool:
    """Whether the page that opens the socket comes from the very host and port that it asks, one of ours."""
    origin, host = urlsplit(header(scope, b"origin")).netloc.lower(), header(scope, b"host").lower()
    name, _port = split_domain_port(host)
    return bool(origin) and origin == host and validate_host(name, settings.ALLOWED_HOSTS)


class TokenUser:
    """A token says who asks, where one was sent; one that is not valid makes a stranger."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        if key := token_of(scope):
            scope = {**scope, "user": await user_of_token(key)}
        return await self.application(scope, receive, send)


@database_sync_to_async  # type: ignore[untyped-decorator]
def user_of_token(key: str) -> Any:
    token = Token.objects.select_related("user").filter(key=key, user__is_active=True).first()
    return token.user if token else AnonymousUser()


class NoSuchSocket:
    """An address that no socket has: closed with a reason, not with a traceback in the log."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        try:
            return await self.application(scope, receive, send)
        except ValueError as error:
            if "No route found" not in str(error):
                raise
            await receive()
            await send({"type": "websocket.close", "code": 4404})
