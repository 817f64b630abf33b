"""The page of the export: ask for it, see how far it is, fetch it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gallery.exports import export_file, export_start
from gallery.models import Export
from gallery.pages import page_action
from musicsite.accounts import for_members

LOOK_AGAIN = 2  # seconds after which the page asks again while it is being written


@never_cache
@require_safe
@for_members
def export_page(request: HttpRequest) -> HttpResponse:
    """How far the last export is. Without a script too: the page loads itself anew while it is written."""
    assert isinstance(request.user, User)
    export = Export.objects.filter(owner=request.user).order_by("-created").first()
    response = render(request, "gallery/export.html", {"export": export})
    if export is not None and export.finished is None:
        response["Refresh"] = str(LOOK_AGAIN)
    return response


@page_action
def export_new(request: HttpRequest) -> HttpResponse:
    export_start(person=request.user)
    return redirect("settings_export")


@require_safe
@for_members
def export_download(request: HttpRequest, code: str) -> HttpResponseBase:
    export = get_object_or_404(Export, owner_id=request.user.pk, code=code, state=Export.State.READY)
    file = export_file(export)
    if not file.exists():
        raise Http404
    return FileResponse(file.open("rb"), as_attachment=True, filename="ostinato.zip")
