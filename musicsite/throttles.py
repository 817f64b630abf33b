"""How often one person may ask; a stranger is told by the network address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView


class PersonThrottle(SimpleRateThrottle):
    """Everything that one person asks of the API."""

    scope = "person"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        who = (
            f"person-{request.user.pk}"
            if request.user.is_authenticated
            else f"address-{self.get_ident(request)}"
        )
        return f"throttle-{self.scope}-{who}"


class GenerationsThrottle(PersonThrottle):
    """Presses of Generate."""

    scope = "generations"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return request.method != "POST" or super().allow_request(request, view)


class UploadsThrottle(PersonThrottle):
    """Files sent."""

    scope = "uploads"


class GuestsThrottle(SimpleRateThrottle):
    """New guests from one address: who throws the cookie away does not start over without end."""

    scope = "guests"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        return None if request.user.is_authenticated else f"throttle-{self.scope}-{self.get_ident(request)}"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return request.method != "POST" or super().allow_request(request, view)
