"""Small views of the site as a whole."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework import serializers, status
from rest_framework.authtoken.models import Token
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from musicsite.errors import ApplicationError
from musicsite.people import is_guest


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether this process can answer: 200 when its database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class SwaggerView(SpectacularSwaggerSplitView):
    """The API to browse. Its page comes with a style sheet inside; nothing of ours is on it."""


class TokenOutput(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Send it as `Authorization: Token …`.")


class TokenView(APIView):
    """Make an API token. One a person: a new one ends the old one."""

    @extend_schema(request=None, responses={201: TokenOutput})
    @transaction.atomic
    def post(self, request: Request) -> Response:
        person = request.user
        assert isinstance(person, User)
        if is_guest(person):
            raise ApplicationError(
                "members_only", _("Sign up to get a token. All that you made stays with you."), status=403
            )
        Token.objects.filter(user=person).delete()
        return Response({"token": Token.objects.create(user=person).key}, status=status.HTTP_201_CREATED)
