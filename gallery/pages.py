"""How pages take what a form sends: with a script and without, the same services, the same sentences."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.response import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gallery.models import Piece
from musicsite.errors import ApplicationError, error_body
from musicsite.people import is_member

Action = Callable[..., HttpResponse]


def page_action(view: Action) -> Action:
    """A view that does one thing and leads back to a page.

    What a service refuses is said: to a script as the API says it (frontend/src/forms.ts shows it beside the
    field and keeps what was typed), to a browser without one as a message on the page it came from.
    """

    @wraps(view)
    @require_POST
    def act(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ApplicationError as refusal:
            if by_script(request):
                response = JsonResponse(
                    error_body(refusal.code, refusal.message, refusal.fields), status=refusal.status
                )
                if refusal.retry_after is not None:
                    response["Retry-After"] = str(max(1, math.ceil(refusal.retry_after)))
                return response
            if refusal.code == "members_only" and not is_member(request.user):
                return HttpResponseRedirect(
                    f"{reverse('account_signup')}?{urlencode({'next': back_address(request)})}"
                )
            messages.error(request, refusal.message)
            return back(request)

    return act  # type: ignore[return-value]


def by_script(request: HttpRequest) -> bool:
    """Whether a script of ours sent the form."""
    return request.headers.get("X-Requested-With") == "fetch"


def back_address(request: HttpRequest) -> str:
    """The page of ours that the form was on: its `next` field, or where the browser says it comes from."""
    for address in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if address and url_has_allowed_host_and_scheme(
            address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return address
    return reverse("home")


def back(request: HttpRequest, place: str = "") -> HttpResponseRedirect:
    """Lead back to the page that the form was on, to the element with this id."""
    address = back_address(request).partition("#")[0]
    return HttpResponseRedirect(f"{address}#{place}" if place else address)


def checked(form: forms.Form) -> dict[str, Any]:
    """What a form holds. Raises ApplicationError with its sentences when something in it cannot be."""
    if form.is_valid():
        return form.cleaned_data
    fields = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
    said = " ".join(sentence for sentences in fields.values() for sentence in sentences)
    raise ApplicationError("invalid", said or _("Nothing was done."), fields=fields)


def open_piece(request: HttpRequest, code: str) -> Piece:
    """A piece that the visitor may open. Raises Http404 for any other, as for none."""
    piece = Piece.objects.opened_by(request.user, code)
    if piece is None:
        raise Http404
    return piece


def mine(request: HttpRequest, code: str) -> Piece:
    """A piece that the visitor may change. Raises Http404 for any other, as for none."""
    piece = Piece.objects.owned_by(request.user).there().select_related("owner").filter(code=code).first()
    if piece is None:
        raise Http404
    return piece
