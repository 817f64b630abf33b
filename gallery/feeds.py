"""Atom feeds (RFC 4287) of the gallery, a person and a tag: what is public, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.contrib.syndication.views import Feed
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from gallery.embed import is_xml
from gallery.lists import Wish, page_of
from gallery.models import Piece, Tag
from gallery.templatetags.music import clock
from musicsite.languages import in_site_language

ENTRIES = 30


class PieceFeed(Feed):  # type: ignore[type-arg]
    """What all three have in common. An entry names the piece's page, author, licence and tags."""

    feed_type = Atom1Feed

    @in_site_language
    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().__call__(request, *args, **kwargs)

    def wish(self, about: Any) -> Wish:
        return Wish()

    def items(self, about: Any) -> list[Piece]:
        # By the summary, as the gallery's pages: to sort the pieces themselves would read all of them.
        pieces = [card.piece for card in page_of(self.wish(about), size=ENTRIES).cards]
        prefetch_related_objects(pieces, "tags")
        return pieces

    def item_title(self, item: Piece) -> str:
        return words(item.title)

    def item_description(self, item: Piece) -> str:
        said = f"{item.style_title or _('uploaded')}, {clock(item.seconds)}."
        return f"{said} {words(item.description)}".strip()

    def item_author_name(self, item: Piece) -> str:
        return words(item.author)

    def item_guid(self, item: Piece) -> str:
        return f"urn:ostinato:piece:{item.code}"

    def item_pubdate(self, item: Piece) -> datetime:
        return item.published or item.created

    def item_updateddate(self, item: Piece) -> datetime:
        return item.updated

    def item_categories(self, item: Piece) -> list[str]:
        return [words(tag.name) for tag in item.tags.all()]

    def item_copyright(self, item: Piece) -> str:
        return str(item.get_licence_display())

    def feed_url(self, about: Any) -> str | None:
        return None  # the address that was asked


class GalleryFeed(PieceFeed):
    """Everybody's new pieces."""

    def title(self) -> str:
        return _("Ostinato: new in the gallery")

    def link(self) -> str:
        return reverse("gallery")


class PersonFeed(PieceFeed):
    """One person's new pieces."""

    def get_object(self, request: HttpRequest, name: str) -> User:
        person = User.objects.filter(username=name, is_active=True).first()
        # Who has shown nothing has no feed: a name alone is nobody's business.
        if person is None or not Piece.objects.shown().filter(owner=person).exists():
            raise Http404
        return person

    def title(self, about: User) -> str:
        return _("Ostinato: new by %(name)s") % {"name": words(about.username)}

    def link(self, about: User) -> str:
        return reverse("person", args=[about.username])

    def wish(self, about: User) -> Wish:
        return Wish(owner=about.pk)


class TagFeed(PieceFeed):
    """New pieces with one tag."""

    def get_object(self, request: HttpRequest, tag: str) -> Tag:
        found = Tag.objects.filter(name=tag).first()
        if found is None or not Piece.objects.shown().filter(tags=found).exists():
            raise Http404
        return found

    def title(self, about: Tag) -> str:
        return _("Ostinato: new with the tag %(tag)s") % {"tag": words(about.name)}

    def link(self, about: Tag) -> str:
        return f"{reverse('gallery')}?{urlencode({'tag': about.name})}"

    def wish(self, about: Tag) -> Wish:
        return Wish(filters={"tag": about.name})


def words(text: str) -> str:
    """The signs of a text that XML can hold."""
    return "".join(filter(is_xml, text))
