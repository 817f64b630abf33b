"""What search engines may look at: public pieces, and the pages that lead to them."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from gallery.models import Piece

ROBOTS = """User-agent: *
Disallow: /api/
Disallow: /accounts/
Disallow: /settings/
Disallow: /admin/
Disallow: /embed/
Disallow: /oembed/

Sitemap: {sitemap}
"""


class PageSitemap(Sitemap):  # type: ignore[type-arg]
    """The pages that are always there."""

    changefreq = "daily"

    def items(self) -> list[str]:
        return ["home", "gallery", "studio"]

    def location(self, item: str) -> str:
        return reverse(item)


class PieceSitemap(Sitemap):  # type: ignore[type-arg]
    """Public pieces."""

    limit = 5000

    def items(self) -> QuerySet[Piece]:
        return Piece.objects.shown().order_by("pk").only("code", "updated")

    def lastmod(self, item: Piece) -> datetime:
        return item.updated


class PersonSitemap(Sitemap):  # type: ignore[type-arg]
    """People who show pieces."""

    limit = 5000

    def items(self) -> QuerySet[User]:
        shown = Piece.objects.shown().values("owner")
        return User.objects.filter(pk__in=shown, is_active=True).order_by("pk").only("username")

    def location(self, item: User) -> str:
        return reverse("person", args=[item.username])


SITEMAPS = {"pages": PageSitemap, "pieces": PieceSitemap, "people": PersonSitemap}


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What a search engine leaves alone, and where the map is."""
    sitemap = request.build_absolute_uri(reverse("sitemap"))
    return HttpResponse(ROBOTS.format(sitemap=sitemap), content_type="text/plain; charset=utf-8")
