"""What people do on a piece's page: rate, comment, like, publish, remix, report. None needs a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from gallery import likeness, moderation, opinions, people, sharing
from gallery.forms import AppealForm, CommentForm, PublishForm, RatingForm, ReportForm
from gallery.models import Collection, Comment, Piece, Profile
from gallery.pages import Action, back, checked, mine, open_piece, page_action
from gallery.people_views import own_collection, person_or_404, said_profile, seen_collection
from gallery.recipes import recipe_file
from gallery.remixing import piece_remix
from gallery.services import piece_change
from gallery.tags import tags_of
from gallery.words import licence_words
from musicsite.accounts import for_members, guest_sign_in
from musicsite.errors import ApplicationError


@ensure_csrf_cookie
@require_safe
def alike(request: HttpRequest, code: str) -> HttpResponse:
    """Pieces that sound like one."""
    piece = open_piece(request, code)
    return render(request, "gallery/alike.html", {"piece": piece, "cards": likeness.alike(piece)})


@page_action
def rate(request: HttpRequest, code: str) -> HttpResponse:
    piece = open_piece(request, code)
    opinions.piece_rate(piece=piece, person=request.user, **checked(RatingForm(request.POST)))
    return back(request, "rating")


@page_action
def unrate(request: HttpRequest, code: str) -> HttpResponse:
    opinions.rating_take_back(piece=open_piece(request, code), person=request.user)
    return back(request, "rating")


@page_action
def comment(request: HttpRequest, code: str) -> HttpResponse:
    piece = open_piece(request, code)
    written = opinions.comment_add(piece=piece, person=request.user, **checked(CommentForm(request.POST)))
    if written.held_at is not None:
        messages.info(request, _("Kept: a moderator looks at links of new members before others see them."))
    return back(request, f"comment-{written.code}")


@page_action
def comment_delete(request: HttpRequest, code: str) -> HttpResponse:
    opinions.comment_delete(comment=seen_comment(request, code), person=request.user)
    return back(request, "comments")


def seen_comment(request: HttpRequest, code: str) -> Comment:
    """A comment that the visitor may read, on a piece that they may open. Raises Http404 otherwise."""
    found = Comment.objects.visible_to(request.user).select_related("piece__owner", "author")
    comment = get_object_or_404(found, code=code)
    if not Piece.objects.visible_to(request.user).filter(pk=comment.piece_id).exists():
        raise Http404
    return comment


@page_action
def like(request: HttpRequest, code: str) -> HttpResponse:
    people.piece_like(person=request.user, piece=open_piece(request, code))
    return back(request)


@page_action
def unlike(request: HttpRequest, code: str) -> HttpResponse:
    people.piece_unlike(person=request.user, piece=open_piece(request, code))
    return back(request)


@page_action
def collect(request: HttpRequest, code: str) -> HttpResponse:
    """Put a piece into one of my collections; into a new one where a title is sent."""
    piece = open_piece(request, code)
    title = request.POST.get("title", "").strip()
    if title:
        collection = people.collection_create(person=request.user, title=title)
    else:
        owned = Collection.objects.owned_by(request.user)
        collection = get_object_or_404(owned, code=request.POST.get("collection", ""))
    people.collection_add(collection=collection, piece=piece)
    messages.success(request, _("It is in “%(title)s” now.") % {"title": collection.title})
    return back(request)


@page_action
def remix(request: HttpRequest, code: str) -> HttpResponse:
    """A draft of one's own with the same notes, to be changed; a stranger becomes a guest."""
    parent = open_piece(request, code)
    child = piece_remix(parent=parent, person=guest_sign_in(request))
    return HttpResponseRedirect(child.get_absolute_url())


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """How a piece is shown, and to whom."""
    piece = mine(request, code)
    if request.method == "GET":
        is_new = piece.visibility == Piece.Visibility.PRIVATE
        values: dict[str, Any] = {
            "title": piece.title,
            "description": piece.description,
            "tags": ", ".join(tags_of(piece)),
            "visibility": Piece.Visibility.PUBLIC if is_new else piece.visibility,
            "licence": Piece.Licence.CC_BY if is_new and piece.published is None else piece.licence,
        }
        return render(request, "gallery/publish.html", publish_context(piece, values, {}))
    form = PublishForm(request.POST)
    try:
        data = checked(form)
        piece_change(piece=piece, **{**data, "tags": data["tags"].split(",")})
    except ApplicationError as refusal:
        errors = dict(refusal.fields) or {"request": [refusal.message]}
        context = publish_context(piece, request.POST.dict(), errors)
        return render(request, "gallery/publish.html", context, status=refusal.status)
    said = {
        Piece.Visibility.PUBLIC: _("It hangs in the gallery now."),
        Piece.Visibility.UNLISTED: _("Who has the link sees it now."),
        Piece.Visibility.PRIVATE: _("Only you see it now."),
    }
    messages.success(request, said[Piece.Visibility(piece.visibility)])
    return HttpResponseRedirect(piece.get_absolute_url())


def publish_context(piece: Piece, values: dict[str, Any], errors: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "piece": piece,
        "values": values,
        "errors": errors,
        "licences": [(value, licence_words(value)) for value in Piece.Licence.values],
    }


@page_action
def take_down(request: HttpRequest, code: str) -> HttpResponse:
    piece = mine(request, code)
    piece_change(piece=piece, visibility=Piece.Visibility.PRIVATE)
    messages.success(request, _("Only you see it now."))
    return HttpResponseRedirect(piece.get_absolute_url())


@page_action
def link_renew(request: HttpRequest, code: str) -> HttpResponse:
    """End the link of an unlisted piece and make another."""
    piece = mine(request, code)
    if piece.visibility != Piece.Visibility.UNLISTED:
        raise ApplicationError("not_unlisted", _("Only an unlisted piece has a link."), status=409)
    sharing.link_open(piece=piece, renew=True)
    messages.success(request, _("The old link opens nothing any more. This is the new one."))
    return back(request, "link")


@require_safe
def recipe(request: HttpRequest, code: str) -> HttpResponse:
    """All that is needed to make the piece again, as a file."""
    piece = open_piece(request, code)
    if not piece.recipe:
        raise Http404
    response = HttpResponse(recipe_file(piece, request.user), content_type="application/json")
    name = slugify(piece.title, allow_unicode=True) or piece.address
    if disposition := content_disposition_header(True, f"{name}.recipe.json"):
        response["Content-Disposition"] = disposition
    return response


# --- reports ---------------------------------------------------------------------------------------


def report_view(find: Callable[..., moderation.Subject]) -> Action:
    """A view that reports what `find` knows by the code or name in the address."""

    @page_action
    def report(request: HttpRequest, **address: str) -> HttpResponse:
        data = checked(ReportForm(request.POST))
        moderation.report_create(reporter=request.user, subject=find(request, **address), **data)
        messages.success(
            request, _("Reported. A moderator looks at it; you see what becomes of it under Reports.")
        )
        return back(request)

    return report


report_piece = report_view(open_piece)
report_comment = report_view(seen_comment)
report_person = report_view(lambda request, name: person_or_404(name))
report_collection = report_view(seen_collection)
# What members say of themselves; they may stay as they are.
report_profile = report_view(said_profile)


@page_action
def appeal_piece(request: HttpRequest, code: str) -> HttpResponse:
    return appealed(request, mine(request, code))


@page_action
def appeal_collection(request: HttpRequest, code: str) -> HttpResponse:
    return appealed(request, own_collection(request, code))


@page_action
def appeal_profile(request: HttpRequest) -> HttpResponse:
    return appealed(request, get_object_or_404(Profile, person_id=request.user.pk))


def appealed(request: HttpRequest, subject: Piece | Collection | Profile) -> HttpResponse:
    moderation.appeal(author=request.user, subject=subject, **checked(AppealForm(request.POST)))
    messages.success(request, _("Another moderator looks at it again. You are told here."))
    return back(request)
