"""The languages that the site speaks: how a reader chooses one, and how scripts come by its words.

A page has one address in every language: which one is shown follows the reader's choice (a cookie, remembered
by a member's account too), else what their browser asks for, else English. docs/decisions/0012 says why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import to_locale
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import JavaScriptCatalog
from django.views.i18n import set_language as choose_language

from gallery.models import Profile
from musicsite.people import is_member

DOMAIN = "djangojs"
YEAR = 365 * 24 * 3600

View = TypeVar("View", bound=Callable[..., Any])


# --- the words of scripts --------------------------------------------------------------------------


def catalogue_version(language: str) -> str:
    """Changes with the translations of the scripts' words; empty for a language that has none.

    English has none: in frontend/src/words.ts a string is its own key.
    """
    folders = (Path(folder) / to_locale(language) / "LC_MESSAGES" for folder in settings.LOCALE_PATHS)
    for file in (folder / f"{DOMAIN}.mo" for folder in folders):
        if file.exists():
            return _digest(file, file.stat().st_mtime_ns)
    return ""


@lru_cache(maxsize=16)
def _digest(file: Path, changed: int) -> str:
    """Of a file's content; `changed` makes a new file another question."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def catalogue_address(language: str) -> str:
    """Where the words of scripts in `language` lie; empty where a page needs none."""
    version = catalogue_version(language)
    return reverse("words", args=[language, version]) if version else ""


@require_safe
def words(request: HttpRequest, language: str, version: str) -> HttpResponseBase:
    """The catalogue as a script. What is at an address never changes: browsers may keep it for ever."""
    if language not in dict(settings.LANGUAGES) or version != catalogue_version(language):
        raise Http404
    with translation.override(language):
        response = JavaScriptCatalog(domain=DOMAIN, packages=["musicsite"]).get(request)
    response["Content-Language"] = language
    patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    return response


# --- the reader's choice ---------------------------------------------------------------------------


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Django's: a cookie, and back to the page. A member's account remembers it for other devices."""
    chosen = request.POST.get("language", "")
    if is_member(request.user) and chosen in dict(settings.LANGUAGES):
        remember(request.user, chosen)
    return choose_language(request)


def remember(person: Any, language: str) -> None:
    """What a member reads, and is written to, in."""
    Profile.objects.update_or_create(person=person, defaults={"language": language})


def language_of(person_id: int, asked_in: str = "") -> str:
    """What a member chose; else the language in which somebody asked for something; else the site's own."""
    chosen = Profile.objects.filter(person_id=person_id).values_list("language", flat=True).first()
    spoken = dict(settings.LANGUAGES)
    return next((language for language in (chosen, asked_in) if language in spoken), settings.LANGUAGE_CODE)


def on_sign_in(person: User, response: HttpResponse) -> None:
    """Bring a member's language to this device; who has none yet has this page's from now on."""
    chosen = Profile.objects.filter(person=person).values_list("language", flat=True).first()
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
    else:
        remember(person, translation.get_language() or settings.LANGUAGE_CODE)


def in_site_language(view: View) -> View:
    """For what is fetched once and shown to many: feeds, and pictures for links."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        with translation.override(settings.LANGUAGE_CODE):
            return view(*args, **kwargs)

    return answer  # type: ignore[return-value]
