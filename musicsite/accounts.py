"""Guests who become members. Sign-up, login and passwords are allauth's, in our templates.

A guest is a user like any other, so that pieces and jobs have an owner from the first press: a row with a
name of the form guest-… and no password. Signing up gives that row a name and a password; signing in to an
account that is there already moves the guest's things over.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_next_redirect_url
from django import forms
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from rest_framework.authtoken.models import Token

from gallery import listing
from gallery.exports import export_file
from gallery.models import Collection, Comment, Export, Piece, PieceParent, Rating
from gallery.notices import unread_count
from generator.models import ArrangerVote, Job
from generator.votes import votes_move
from musicsite.codes import new_code
from musicsite.languages import on_sign_in
from musicsite.people import GUEST_PREFIX, is_guest, is_member

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
RECEIPT = "account_receipt"

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def person(request: HttpRequest) -> dict[str, Any]:
    """For templates: who is asking."""
    user = getattr(request, "user", AnonymousUser())
    member = is_member(user)
    return {
        "person": {
            "is_guest": is_guest(user),
            "is_member": member,
            "name": user.get_username() if member else "",
            "unread": unread_count(user) if member else 0,
        },
    }


def guest_create() -> User:
    """A new guest's row."""
    guest = User(username=GUEST_PREFIX + new_code())
    guest.set_unusable_password()
    guest.save()
    return guest


def guest_sign_in(request: HttpRequest) -> User:
    """Who is asking; a stranger becomes a guest, signed in."""
    if isinstance(request.user, User):
        return request.user
    with transaction.atomic():
        guest = guest_create()
        login(request, guest, backend=BACKEND)
    return guest


@transaction.atomic
def guest_move(*, guest: User, member: User) -> None:
    """Give all that a guest has to a member, and let the guest go."""
    Piece.objects.owned_by(guest).update(owner=member)
    # The keys were the guest's; among the member's they could collide.
    Job.objects.owned_by(guest).update(owner=member, idempotency_key="")
    votes_move(guest=guest, member=member)
    guest.delete()


def guests_idle() -> Any:
    """Guests whom no session remembers, or who have not come for settings.GUEST_KEEP_DAYS."""
    since = timezone.now() - timedelta(days=settings.GUEST_KEEP_DAYS)
    idle = User.objects.filter(username__startswith=GUEST_PREFIX, date_joined__lt=since)
    idle = (
        idle.exclude(last_login__gte=since)
        .exclude(pieces__created__gte=since)
        .exclude(jobs__created__gte=since)
    )
    return idle.filter(password__startswith="!").distinct()


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Where allauth learns of guests."""

    def new_user(self, request: HttpRequest) -> User:
        """The row that signs up: the guest's own, with all that it has."""
        if isinstance(request.user, User) and is_guest(request.user):
            return User.objects.get(pk=request.user.pk)
        return User()

    def clean_username(self, username: str, shallow: bool = False) -> str:
        if username.lower().startswith(GUEST_PREFIX):
            raise ValidationError(
                _("Names that begin with “guest-” are for guests. Choose another."), code="guest_name"
            )
        cleaned: str = super().clean_username(username, shallow=shallow)
        return cleaned

    def login(self, request: HttpRequest, user: User) -> None:
        before = request.user
        super().login(request, user)
        if isinstance(before, User) and before.pk != user.pk and is_guest(before):
            guest_move(guest=before, member=user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        on_sign_in(user, response)
        return response


# --- who may see which of allauth's pages ----------------------------------------------------------


def not_for_members(view: View) -> Callable[..., HttpResponseBase]:
    """Signing in and up: who has done so goes on to where the link led. A guest may still do both."""

    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_member(request.user):
            return HttpResponseRedirect(
                get_next_redirect_url(request) or reverse(settings.LOGIN_REDIRECT_URL)
            )
        return view(request, *args, **kwargs)

    return gate


def for_members(view: View) -> Callable[..., HttpResponseBase]:
    """Pages of an account: a guest is asked to sign up, a stranger to sign in."""

    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_member(request.user):
            return view(request, *args, **kwargs)
        page = "account_signup" if is_guest(request.user) else "account_login"
        return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': request.get_full_path()})}")

    return gate


# --- settings --------------------------------------------------------------------------------------


@never_cache
@for_members
def settings_page(request: HttpRequest) -> HttpResponse:
    """Theme, password, e-mail, token, and the way out."""
    assert isinstance(request.user, User)
    context = {
        "has_token": Token.objects.filter(user=request.user).exists(),
        "has_email": bool(request.user.email),
        "email": request.user.email,
    }
    return render(request, "musicsite/settings.html", context)


class DeleteForm(forms.Form):
    """Asks for the name and the password, so that no account goes by a slip or on a borrowed screen."""

    username = forms.CharField(
        label=gettext_lazy("Your name, to confirm"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if name.lower() != self.user.username.lower():
            raise ValidationError(
                _("This is not the name of your account, which is “%s”.") % self.user.username
            )
        return name

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError(_("This is not your password."))
        return password


def account_counts(user: User) -> dict[str, int]:
    """What goes when the account goes."""
    pieces = Piece.objects.owned_by(user)
    return {
        "pieces": pieces.count(),
        "public": pieces.public().count(),
        "drafts": pieces.drafts().count(),
        "jobs": Job.objects.owned_by(user).count(),
        "tokens": Token.objects.filter(user=user).count(),
        "ratings": Rating.objects.filter(person=user).count(),
        "votes": ArrangerVote.objects.filter(person=user).count(),
        "comments": Comment.objects.filter(author=user).count(),
        "collections": Collection.objects.filter(owner=user).count(),
        "exports": Export.objects.filter(owner=user).count(),
    }


@transaction.atomic
def account_delete(*, user: User) -> dict[str, Any]:
    """Delete an account with all that is in it, at once and for good. Returns the receipt."""
    receipt = {
        "username": user.username,
        "when": timezone.now().isoformat(timespec="seconds"),
        **account_counts(user),
    }
    # Pieces, jobs with all that they told, tokens and e-mail addresses hang on the row; other devices'
    # sessions name a row that is gone; a worker in the middle of a job finds it gone at its next write, and
    # stops.
    spoken_of = set(Rating.objects.filter(person=user).values_list("piece_id", flat=True))
    spoken_of |= set(Comment.objects.filter(author=user).values_list("piece_id", flat=True))
    parents = PieceParent.objects.filter(child__owner=user, parent__isnull=False)
    spoken_of |= {pk for pk in parents.values_list("parent_id", flat=True) if pk is not None}
    for export in Export.objects.filter(owner=user):
        export_file(export).unlink(missing_ok=True)
    user.delete()
    for piece_id in spoken_of:
        listing.refresh_figures(piece_id)
    return receipt


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@for_members
def account_delete_page(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    form = DeleteForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        receipt = account_delete(user=user)
        logout(request)
        request.session[RECEIPT] = receipt
        request.session.set_expiry(3600)
        return redirect("account_deleted")
    status = 400 if request.method == "POST" else 200
    context = {"form": form, "counts": account_counts(user)}
    return render(request, "musicsite/account_delete.html", context, status=status)


@never_cache
def account_deleted_page(request: HttpRequest) -> HttpResponse:
    """The receipt: what was deleted. Shown to the browser that did it, for an hour."""
    receipt = request.session.get(RECEIPT)
    if receipt is None:
        return redirect("home")
    return render(request, "musicsite/account_deleted.html", {"receipt": receipt})
