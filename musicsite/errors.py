"""What goes wrong, told to people and to programs: a code, a sentence, the request's name."""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.template.exceptions import TemplateDoesNotExist
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from musicsite.middleware import request_id

logger = logging.getLogger(__name__)


class ApplicationError(Exception):
    """A request that the site will not carry out.

    code: for programs, stays the same. message: for people: what happened, what is safe, what to do next.
    fields: sentences by the name of the field that they are about. retry_after: seconds after which it may
    work.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = HTTPStatus.BAD_REQUEST,
        fields: Mapping[str, list[str]] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = int(status)
        self.fields = dict(fields or {})
        self.retry_after = retry_after


def refused(field: str, sentence: str) -> ApplicationError:
    """The refusal of one thing that was asked: its field, and why."""
    return ApplicationError("invalid", sentence, fields={field: [sentence]})


def in_words(seconds: float) -> str:
    """About how long a wait is: "12 seconds", "5 minutes", "3 hours"."""
    seconds = max(1, math.ceil(seconds))
    if seconds < 120:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    minutes = math.ceil(seconds / 60)
    if minutes < 120:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours = math.ceil(minutes / 60)
    return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}


def error_body(code: str, message: str, fields: Mapping[str, list[str]] | None = None) -> dict[str, Any]:
    """The API's answer to what went wrong."""
    body: dict[str, Any] = {"code": code, "message": message, "request_id": request_id.get()}
    if fields:
        body["fields"] = dict(fields)
    return body


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's: alone turns an exception into a status. None for what nobody foresaw."""
    if isinstance(error, ApplicationError):
        set_rollback()
        response = Response(error_body(error.code, error.message, error.fields), status=error.status)
        if error.retry_after is not None:
            response["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
        return response
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None  # handler500 says so, and the log has the rest
    set_rollback()
    code, message, fields = in_our_words(error)
    response = Response(error_body(code, message, fields), status=error.status_code)
    if (wait := getattr(error, "wait", None)) is not None:
        response["Retry-After"] = str(max(1, math.ceil(wait)))
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    return response


def in_our_words(error: exceptions.APIException) -> tuple[str, str, dict[str, list[str]]]:
    """Code, sentence and fields of one of REST framework's exceptions."""
    if isinstance(error, exceptions.ValidationError):
        fields = field_sentences(error.detail)
        names = ", ".join(name for name in fields if name != "request")
        message = (
            _("Nothing was done: look at %(names)s.") % {"names": names}
            if names
            else " ".join(*fields.values())
        )
        return "invalid", message, fields
    if isinstance(error, exceptions.Throttled):
        wait = in_words(getattr(error, "wait", None) or 1)
        return "throttled", _("That was a lot at once. Try again in %(wait)s.") % {"wait": wait}, {}
    if isinstance(error, exceptions.NotFound):
        return (
            "not_found",
            _("There is nothing here for you: it is not there, no longer there, or not yours."),
            {},
        )
    if isinstance(error, exceptions.NotAuthenticated):
        return "not_signed_in", _("Sign in first, or send a token."), {}
    if isinstance(error, exceptions.AuthenticationFailed):
        return "bad_token", _("This token is not valid. Make a new one in the settings."), {}
    if isinstance(error, exceptions.PermissionDenied):
        if "CSRF" in str(error.detail):
            return "csrf", CSRF_MESSAGE(), {}
        return "not_allowed", _("You may not do this."), {}
    if isinstance(error, exceptions.MethodNotAllowed):
        return "method_not_allowed", _("This address does not take that method."), {}
    if isinstance(error, exceptions.UnsupportedMediaType):
        return (
            "unsupported_media_type",
            _("Send the kind of content that this address takes, as the docs say."),
            {},
        )
    if isinstance(error, exceptions.NotAcceptable):
        return "not_acceptable", _("This address does not answer in that form."), {}
    if isinstance(error, exceptions.ParseError):
        return "unreadable", _("The request could not be read: it is not well-formed."), {}
    return str(error.default_code), str(error.detail), {}


def CSRF_MESSAGE() -> str:  # noqa: N802 - a text, translated when it is asked for
    return _("The page was open for too long to be sure that it was you. Reload it and try again.")


def field_sentences(detail: Any, name: str = "") -> dict[str, list[str]]:
    """Sentences by field, nested names joined by a dot. What concerns no field is under "request"."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, value in detail.items():
            inner = name if key == "non_field_errors" else f"{name}.{key}" if name else str(key)
            for field, sentences in field_sentences(value, inner).items():
                found.setdefault(field, []).extend(sentences)
        return found
    if isinstance(detail, list):
        found = {}
        for value in detail:
            for field, sentences in field_sentences(value, name).items():
                found.setdefault(field, []).extend(sentences)
        return found
    return {name or "request": [str(detail)]}


# --- pages -----------------------------------------------------------------------------------------


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asked."""
    return request.path.startswith("/api/")


def error_page(
    request: HttpRequest, status: HTTPStatus, code: str, message: str, *, retry_after: float | None = None
) -> HttpResponse:
    """An error as a page, or as JSON where a program asked."""
    response: HttpResponse
    if wants_json(request):
        response = JsonResponse(error_body(code, message), status=status)
    else:
        context = {"request_id": request_id.get(), "message": message, "code": code}
        response = render(request, f"{int(status)}.html", context, status=status)
    if retry_after is not None:
        response["Retry-After"] = str(max(1, math.ceil(retry_after)))
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(
        request, HTTPStatus.BAD_REQUEST, "bad_request", _("The request could not be understood.")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN, "not_allowed", _("You may not do this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN, "csrf", CSRF_MESSAGE())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    message = _("There is nothing at this address, or it is not for you to see.")
    return error_page(request, HTTPStatus.NOT_FOUND, "not_found", message)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """allauth's limits on signing in and up, all of them over within minutes."""
    message = _("Too many tries from here. Nothing is lost; wait a minute and try again.")
    return error_page(request, HTTPStatus.TOO_MANY_REQUESTS, "throttled", message, retry_after=60)


def server_error(request: HttpRequest) -> HttpResponse:
    """Told without anything that might be what broke: no database, no context processors."""
    status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "server_error"
    message = _("Something went wrong on our side. What you had kept is safe. Try again in a moment.")
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        status, code = HTTPStatus.SERVICE_UNAVAILABLE, "database_away"
        message = _(
            "Our database is away for a moment. What you had kept is safe, and what is being written goes on "
            "when it is back. Try again in a minute."
        )
    if wants_json(request):
        return JsonResponse(error_body(code, message), status=status)
    context = {"request_id": request_id.get(), "message": message}
    try:
        page: str = loader.render_to_string("500.html", context)
    except TemplateDoesNotExist:
        page = message
    return HttpResponse(page, status=status)
