"""Pages of people: profile, feed, favourites, collections, notifications. None needs a script."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.request import Request

from gallery import lists, moderation, notices, people
from gallery.forms import CollectionForm, NoticesForm, ProfileForm
from gallery.models import Collection, Favourite, Follow, Notification, Piece, Profile, Report
from gallery.moderation import CHOOSABLE
from gallery.pages import back, checked, page_action
from musicsite.accounts import for_members
from musicsite.errors import ApplicationError

MOST_NOTICES = 100
MOST_REPORTS = 50


def person_or_404(name: str) -> User:
    """The member of this name. Raises Http404 for guests and for who has left."""
    found = people.member_named(name)
    if found is None:
        raise Http404
    return found


def said_profile(request: HttpRequest | Request, name: str) -> Profile:
    """What a member says of themselves. Raises Http404 where that is nothing, or not for the visitor."""
    profile = Profile.objects.select_related("person").filter(person=person_or_404(name)).first()
    if profile is None or not profile.about_for(request.user):
        raise Http404
    return profile


@ensure_csrf_cookie
@require_safe
def person(request: HttpRequest, name: str) -> HttpResponse:
    """A member: what they say of themselves, their public pieces and collections."""
    followers = Follow.objects.filter(followed=OuterRef("pk"))
    found = (
        people.members_named(name)
        .select_related("profile")
        .annotate(
            n_followers=Count("followers"), is_followed=Exists(followers.filter(follower_id=request.user.pk))
        )
        .first()
    )
    if found is None:
        raise Http404
    wish = lists.Wish.read(request.GET, owner=found.pk)
    profile = found.profile if hasattr(found, "profile") else Profile(person=found)
    is_me = found.pk == request.user.pk
    context: dict[str, Any] = {
        "member": found,
        "profile": profile,
        "about": profile.about_for(request.user),
        "my_report": moderation.report_of(request.user, profile, *(() if is_me else (found,))),
        "n_followers": found.n_followers,
        "wish": wish,
        "page": lists.page_of(wish, after=request.GET.get("after", "")),
        "collections": Collection.objects.shown().filter(owner=found).order_by("-created")[:20],
        "is_me": is_me,
        "is_followed": found.is_followed,
        "reasons": CHOOSABLE,
    }
    return render(request, "gallery/person.html", context)


@page_action
def follow(request: HttpRequest, name: str) -> HttpResponse:
    people.person_follow(person=request.user, followed=person_or_404(name))
    return back(request)


@page_action
def unfollow(request: HttpRequest, name: str) -> HttpResponse:
    people.person_unfollow(person=request.user, followed=person_or_404(name))
    return back(request)


@never_cache
@require_safe
@for_members
def feed(request: HttpRequest) -> HttpResponse:
    """New pieces of those whom I follow."""
    assert isinstance(request.user, User)
    wish = lists.Wish.read(request.GET, among=lists.followed_by(request.user))
    page = lists.page_of(wish, after=request.GET.get("after", ""))
    followed = User.objects.filter(followers__follower=request.user).order_by("username")
    return render(
        request, "gallery/feed.html", {"page": page, "wish": wish, "followed": list(followed[:100])}
    )


@never_cache
@require_safe
@for_members
def favourites(request: HttpRequest) -> HttpResponse:
    """What I marked, newest first, as far as I may still see it; and my collections."""
    rows = Favourite.objects.filter(person_id=request.user.pk).order_by("-created", "-pk")
    order = {pk: n for n, pk in enumerate(rows.values_list("piece_id", flat=True)[:200])}
    seen = Piece.objects.visible_to(request.user).filter(pk__in=order).select_related("owner")
    pieces = sorted(seen.defer("recipe", "changes"), key=lambda piece: order[piece.pk])
    collections = Collection.objects.owned_by(request.user).order_by("-created")
    return render(request, "gallery/favourites.html", {"pieces": pieces, "collections": collections})


# --- collections -----------------------------------------------------------------------------------


@ensure_csrf_cookie
@require_safe
def collection(request: HttpRequest, code: str) -> HttpResponse:
    """Pieces that somebody put together."""
    found = seen_collection(request, code)
    context = {
        "collection": found,
        "pieces": people.shown_in(found, request.user),
        "may_edit": found.owner_id == request.user.pk,
        "my_report": moderation.report_of(request.user, found),
        "reasons": CHOOSABLE,
    }
    return render(request, "gallery/collection.html", context)


def seen_collection(request: HttpRequest | Request, code: str) -> Collection:
    """A collection that the visitor may open. Raises Http404 for any other, as for none."""
    return get_object_or_404(Collection.objects.visible_to(request.user).select_related("owner"), code=code)


def own_collection(request: HttpRequest, code: str) -> Collection:
    """A collection that the visitor may change. Raises Http404 for any other."""
    return get_object_or_404(Collection.objects.owned_by(request.user).select_related("owner"), code=code)


@page_action
def collection_new(request: HttpRequest) -> HttpResponse:
    made = people.collection_create(person=request.user, **checked(CollectionForm(request.POST)))
    return HttpResponseRedirect(made.get_absolute_url())


@page_action
def collection_change(request: HttpRequest, code: str) -> HttpResponse:
    found = own_collection(request, code)
    people.collection_change(collection=found, **checked(CollectionForm(request.POST)))
    return HttpResponseRedirect(found.get_absolute_url())


@page_action
def collection_delete(request: HttpRequest, code: str) -> HttpResponse:
    own_collection(request, code).delete()
    messages.success(request, _("The collection is gone; the pieces that were in it stay."))
    return redirect("favourites")


@page_action
def collection_remove(request: HttpRequest, code: str) -> HttpResponse:
    found = own_collection(request, code)
    piece = get_object_or_404(
        Piece, code=request.POST.get("piece", ""), pk__in=found.items.values("piece_id")
    )
    people.collection_remove(collection=found, piece=piece)
    return HttpResponseRedirect(found.get_absolute_url())


# --- notifications, reports, wishes ----------------------------------------------------------------


@never_cache
@require_safe
@for_members
def notices_page(request: HttpRequest) -> HttpResponse:
    """What happened, newest first. Looking at it marks it as seen."""
    assert isinstance(request.user, User)
    rows = Notification.objects.filter(person=request.user).select_related("actor", "piece", "comment")
    found = list(rows.order_by("-created", "-pk")[:MOST_NOTICES])
    context = {"notices": [(row, notices.sentence(row)) for row in found]}
    response = render(request, "gallery/notices.html", context)
    notices.read_all(request.user)
    return response


@never_cache
@require_safe
@for_members
def reports_page(request: HttpRequest) -> HttpResponse:
    """What I reported, and what became of it."""
    rows = Report.objects.filter(reporter_id=request.user.pk).select_related(
        "piece", "comment__piece", "person", "collection", "profile__person"
    )
    return render(request, "gallery/reports.html", {"reports": rows.order_by("-created")[:MOST_REPORTS]})


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def notices_settings(request: HttpRequest) -> HttpResponse:
    """Which notifications a member wants, in the page and by letter."""
    kinds = Notification.Kind
    if request.method == "POST":
        data = checked(NoticesForm(request.POST))
        people.profile_change(
            person=request.user,
            quiet=set(kinds.values) - set(data["page"]),
            no_mail=set(kinds.values) - set(data["mail"]),
        )
        messages.success(request, _("Kept."))
        return redirect("settings_notices")
    profile = Profile.objects.filter(person_id=request.user.pk).first() or Profile()
    rows = [(k.value, k.label, k not in profile.quiet, k not in profile.no_mail) for k in kinds]
    return render(request, "gallery/notices_settings.html", {"rows": rows})


@never_cache
@require_http_methods(["GET", "POST"])
@for_members
def profile_settings(request: HttpRequest) -> HttpResponse:
    """What a member says of themselves, and whether models may learn from their pieces."""
    assert isinstance(request.user, User)
    errors: dict[str, list[str]] = {}
    profile = Profile.objects.filter(person=request.user).first() or Profile(person=request.user)
    if request.method == "POST":
        try:
            people.profile_change(person=request.user, **checked(ProfileForm(request.POST)))
        except ApplicationError as refusal:
            errors = dict(refusal.fields)
            profile.about = request.POST.get("about", "")
        else:
            messages.success(request, _("Kept."))
            return redirect("person", request.user.username)
    context = {"profile": profile, "errors": errors}
    return render(request, "gallery/profile_settings.html", context, status=400 if errors else 200)
