"""An empty roll to draw in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie

from generator.bands import may_accompany


@ensure_csrf_cookie
def draw(request: HttpRequest) -> HttpResponse:
    """The page needs nothing of the server until the drawing is saved."""
    return render(request, "gallery/draw.html", {"may_accompany": may_accompany()})
