"""What people do with one another's pieces: follow, like, collect."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from gallery import notices
from gallery.access import Visitor
from gallery.members import member_or_refuse
from gallery.models import (
    DESCRIPTION_LENGTH,
    Collection,
    CollectionItem,
    Favourite,
    Follow,
    Notification,
    Piece,
    Profile,
)
from gallery.texts import clean_text, clean_title
from musicsite.errors import ApplicationError
from musicsite.people import GUEST_PREFIX

MOST_COLLECTIONS = 200
MOST_IN_A_COLLECTION = 500


def members_named(name: str) -> QuerySet[User]:
    """The member of this name, if any: no guests, and nobody whose account was closed."""
    found = User.objects.filter(username__iexact=name, is_active=True)
    return found.none() if name.lower().startswith(GUEST_PREFIX) else found


def member_named(name: str) -> User | None:
    """The member of this name; None for guests, and for who has left."""
    return members_named(name).first()


@transaction.atomic
def person_follow(*, person: Visitor, followed: User) -> None:
    """Hear of another's new pieces from now on. Following twice is following."""
    member = member_or_refuse(person)
    if member.pk == followed.pk:
        raise ApplicationError(
            "yourself", _("You hear of your own pieces anyway."), status=HTTPStatus.FORBIDDEN
        )
    _row, new = Follow.objects.get_or_create(follower=member, followed=followed)
    if new:
        notices.tell(person=followed, kind=Notification.Kind.FOLLOW, actor=member)


def person_unfollow(*, person: Visitor, followed: User) -> None:
    """Hear no more of another's new pieces."""
    if isinstance(person, User):
        Follow.objects.filter(follower=person, followed=followed).delete()


def piece_like(*, person: Visitor, piece: Piece) -> None:
    """Put a piece among one's favourites."""
    Favourite.objects.get_or_create(person=member_or_refuse(person), piece=piece)


def piece_unlike(*, person: Visitor, piece: Piece) -> None:
    """Take a piece from one's favourites."""
    if isinstance(person, User):
        Favourite.objects.filter(person=person, piece=piece).delete()


def profile_change(
    *,
    person: Visitor,
    about: str | None = None,
    may_train: bool | None = None,
    quiet: Iterable[str] | None = None,
    no_mail: Iterable[str] | None = None,
) -> Profile:
    """Change what a member says of themselves and what they wish to hear."""
    profile, _new = Profile.objects.get_or_create(person=member_or_refuse(person))
    kinds = set(Notification.Kind.values)
    if about is not None:
        profile.about = clean_text(about, DESCRIPTION_LENGTH)
    if may_train is not None:
        profile.may_train = may_train
    if quiet is not None:
        profile.quiet = sorted(kinds & set(quiet))
    if no_mail is not None:
        profile.no_mail = sorted(kinds & set(no_mail))
    profile.save()
    return profile


@transaction.atomic
def collection_create(
    *, person: Visitor, title: str, description: str = "", is_public: bool = False
) -> Collection:
    """Begin a collection."""
    member = member_or_refuse(person)
    if Collection.objects.filter(owner=member).count() >= MOST_COLLECTIONS:
        raise ApplicationError(
            "too_many",
            _("You have %(n)d collections, as many as fit. Delete one to make room.")
            % {"n": MOST_COLLECTIONS},
            status=HTTPStatus.CONFLICT,
        )
    collection = Collection(owner=member)
    return collection_change(collection=collection, title=title, description=description, is_public=is_public)


def collection_change(
    *,
    collection: Collection,
    title: str | None = None,
    description: str | None = None,
    is_public: bool | None = None,
) -> Collection:
    """Rename, describe, show or hide a collection."""
    if title is not None:
        collection.title = clean_title(title)
        if not collection.title:
            sentence = _("A collection needs a title.")
            raise ApplicationError("invalid", sentence, fields={"title": [sentence]})
    if description is not None:
        collection.description = clean_text(description, DESCRIPTION_LENGTH)
    if is_public is not None:
        collection.is_public = is_public
    collection.save()
    return collection


@transaction.atomic
def collection_add(*, collection: Collection, piece: Piece) -> None:
    """Put a piece at the collection's end; one that is in it stays where it is."""
    items = CollectionItem.objects.filter(collection=collection)
    if items.count() >= MOST_IN_A_COLLECTION:
        raise ApplicationError(
            "too_many",
            _("The collection has %(n)d pieces, as many as fit.") % {"n": MOST_IN_A_COLLECTION},
            status=HTTPStatus.CONFLICT,
        )
    last = items.aggregate(last=Max("place"))["last"] or 0
    CollectionItem.objects.get_or_create(collection=collection, piece=piece, defaults={"place": last + 1})
    collection.save(update_fields=["updated"])


def collection_remove(*, collection: Collection, piece: Piece) -> None:
    """Take a piece out of a collection; the piece stays."""
    CollectionItem.objects.filter(collection=collection, piece=piece).delete()
    collection.save(update_fields=["updated"])


def shown_in(collection: Collection, person: Visitor) -> list[Piece]:
    """The collection's pieces that this person may see, in its order."""
    items = CollectionItem.objects.filter(collection=collection).order_by("place", "pk")
    order = {pk: n for n, pk in enumerate(items.values_list("piece_id", flat=True))}
    seen = Piece.objects.visible_to(person).filter(pk__in=order).select_related("owner")
    return sorted(seen.defer("recipe", "changes"), key=lambda piece: order[piece.pk])
