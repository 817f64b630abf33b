"""The gallery by the API: lists, opinions, families, people. HTTP in, one service, HTTP out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import permissions, status
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from gallery import families, likeness, lists, moderation, notices, opinions, people, sharing
from gallery.api import own_piece, visible_piece
from gallery.models import (
    Collection,
    Comment,
    Favourite,
    Follow,
    Notification,
    Piece,
    Profile,
    Rating,
    Report,
)
from gallery.once import KEY_PARAMETER, once
from gallery.people_views import person_or_404, said_profile, seen_collection
from gallery.plays import piece_played
from gallery.remixing import piece_remix
from gallery.serializers import PieceOutput, pages_of
from gallery.social_serializers import (
    CardOutput,
    CardPage,
    CollectionChangeInput,
    CollectionDetailOutput,
    CollectionInput,
    CollectionOutput,
    CommentInput,
    CommentOutput,
    FamilyOutput,
    GalleryQuery,
    LinkOutput,
    NoticeOutput,
    OpinionOutput,
    PersonOutput,
    RatingInput,
    RatingOutput,
    ReportInput,
    ReportOutput,
)
from musicsite.errors import ApplicationError

CURSOR = [
    OpenApiParameter("cursor", str, description="From `next` or `previous` of the page before."),
    OpenApiParameter("page_size", int),
]


class Newest(CursorPagination):
    """Pages by a place in time."""

    page_size = 24
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = ("-created", "-pk")


class Public(APIView):
    """Anybody may ask; what they may do the services say."""

    permission_classes = [permissions.AllowAny]


def valid(serializer: Any) -> dict[str, Any]:
    """What was sent, checked."""
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data


def paged(request: Request, rows: Any, serializer: Any, view: APIView) -> Response:
    """A page of rows, newest first."""
    paginator = Newest()
    page: Any = paginator.paginate_queryset(rows, request, view=view)
    data = serializer(page, many=True, context={"person": request.user}).data
    return paginator.get_paginated_response(data)


def cards(request: Request, **more: Any) -> Response:
    """A page of a list of shown pieces, as the query asks for it."""
    asked = valid(GalleryQuery(data=request.query_params))
    wish = lists.Wish.read(asked, **more)
    page = lists.page_of(wish, after=asked.get("after", ""), size=asked["page_size"])
    following = None
    if page.after:
        kept = {name: value for name, value in asked.items() if value != ""}
        following = request.build_absolute_uri(f"{request.path}?{urlencode({**kept, 'after': page.after})}")
    shown: Any = page.cards  # the stubs know no many=True
    results = CardOutput(shown, many=True, context={"person": request.user}).data
    return Response({"next": following, "results": results})


class GalleryView(Public):
    """Everybody's public pieces: sorted, filtered, searched."""

    @extend_schema(operation_id="gallery_list", parameters=[GalleryQuery], responses=CardPage)
    def get(self, request: Request) -> Response:
        return cards(request)


class FeedView(APIView):
    """Public pieces of those whom I follow."""

    @extend_schema(operation_id="feed_list", parameters=[GalleryQuery], responses=CardPage)
    def get(self, request: Request) -> Response:
        assert isinstance(request.user, User)
        return cards(request, among=lists.followed_by(request.user))


# --- a piece ---------------------------------------------------------------------------------------


class RatingView(Public):
    """What listeners think of a piece, and what I gave it."""

    @extend_schema(responses=RatingOutput)
    def get(self, request: Request, code: str) -> Response:
        return Response(rating_json(visible_piece(request, code), request))

    @extend_schema(request=RatingInput, responses=RatingOutput)
    def put(self, request: Request, code: str) -> Response:
        piece = visible_piece(request, code)
        opinions.piece_rate(piece=piece, person=request.user, **valid(RatingInput(data=request.data)))
        return Response(rating_json(piece, request))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        opinions.rating_take_back(piece=visible_piece(request, code), person=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PlaysView(Public):
    """A piece was listened to. Counted once an hour for each visitor; who they are is not kept."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, code: str) -> Response:
        network = request.META.get("REMOTE_ADDR", "")
        piece_played(piece=visible_piece(request, code), person=request.user, network=network)
        return Response(status=status.HTTP_204_NO_CONTENT)


def rating_json(piece: Piece, request: Request) -> dict[str, Any]:
    mine = Rating.objects.filter(piece=piece, person_id=request.user.pk).first()
    return {
        "opinion": OpinionOutput(opinions.Opinion(piece)).data,
        "mine": RatingInput(mine).data if mine else None,
    }


class CommentListView(Public):
    """What people wrote about a piece, newest first."""

    @extend_schema(operation_id="comments_list", parameters=CURSOR, responses=pages_of(CommentOutput))
    def get(self, request: Request, code: str) -> Response:
        piece = visible_piece(request, code)
        rows = Comment.objects.visible_to(request.user).filter(piece=piece).select_related("author")
        return paged(request, rows, CommentOutput, self)

    @extend_schema(request=CommentInput, responses={201: CommentOutput}, parameters=[KEY_PARAMETER])
    @once
    def post(self, request: Request, code: str) -> Response:
        piece = visible_piece(request, code)
        data = valid(CommentInput(data=request.data))
        comment = opinions.comment_add(piece=piece, person=request.user, **data)
        return Response(CommentOutput(comment).data, status=status.HTTP_201_CREATED)


class CommentView(Public):
    """One comment."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        opinions.comment_delete(comment=visible_comment(request, code), person=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def visible_comment(request: Request, code: str) -> Comment:
    """A comment that who asks may read, on a piece that they may open. Raises Http404 for any other."""
    rows = Comment.objects.visible_to(request.user).select_related("piece__owner", "author")
    seen = rows.filter(Piece.objects.visible_to(request.user).named_by("piece"))
    return get_object_or_404(seen, code=code)


class FamilyView(Public):
    """What a piece was made from, what was made from it, and what was changed on the way."""

    @extend_schema(responses=FamilyOutput)
    def get(self, request: Request, code: str) -> Response:
        piece = visible_piece(request, code)
        return Response(
            {
                "parents": [relative_json(r, request) for r in families.parents_of(piece, request.user)],
                "children": [relative_json(r, request) for r in families.children_of(piece, request.user)],
            },
        )


def relative_json(relative: families.Relative, request: Request) -> dict[str, Any]:
    row, piece = relative.row, relative.piece
    return {
        "kind": row.kind,
        "share": row.share,
        "kept": row.kept,
        "changed": row.changed,
        "added": row.added,
        "author_removed": relative.is_gone,
        "piece": PieceOutput(piece, context={"person": request.user}).data if piece else None,
    }


class AlikeView(Public):
    """Shown pieces that sound most like a piece, nearest first; none until it was listened to."""

    @extend_schema(operation_id="pieces_alike_list", responses=CardOutput(many=True))
    def get(self, request: Request, code: str) -> Response:
        found: Any = likeness.alike(visible_piece(request, code))  # the stubs know no many=True
        return Response(CardOutput(found, many=True, context={"person": request.user}).data)


class RemixView(Public):
    """A private piece of my own with the same notes, whose parent is this one."""

    permission_classes = [permissions.IsAuthenticated]

    @extend_schema(request=None, responses={201: PieceOutput}, parameters=[KEY_PARAMETER])
    @once
    def post(self, request: Request, code: str) -> Response:
        assert isinstance(request.user, User)
        child = piece_remix(parent=visible_piece(request, code), person=request.user)
        data = PieceOutput(child, context={"person": request.user}).data
        return Response(data, status=status.HTTP_201_CREATED)


class FavouriteView(Public):
    """Whether a piece is among my favourites."""

    @extend_schema(request=None, responses={204: None})
    def put(self, request: Request, code: str) -> Response:
        people.piece_like(person=request.user, piece=visible_piece(request, code))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        people.piece_unlike(person=request.user, piece=visible_piece(request, code))
        return Response(status=status.HTTP_204_NO_CONTENT)


class LinkView(Public):
    """The link to an unlisted piece of mine."""

    @extend_schema(responses=LinkOutput)
    def get(self, request: Request, code: str) -> Response:
        link = sharing.link_of(own_piece(request, code))
        if link is None:
            raise Http404
        return Response({"url": request.build_absolute_uri(reverse("piece", args=[link.code]))})

    @extend_schema(request=None, responses={201: LinkOutput}, parameters=[KEY_PARAMETER])
    @once
    def post(self, request: Request, code: str) -> Response:
        """Revoke it and make another."""
        piece = own_piece(request, code)
        if piece.visibility != Piece.Visibility.UNLISTED:
            raise ApplicationError("not_unlisted", "Only an unlisted piece has a link.", status=409)
        link = sharing.link_open(piece=piece, renew=True)
        data = {"url": request.build_absolute_uri(reverse("piece", args=[link.code]))}
        return Response(data, status=status.HTTP_201_CREATED)


# --- reports ---------------------------------------------------------------------------------------


class ReportView(Public):
    """Report one thing. The same again, while the first report is open, changes that one."""

    def subject(self, request: Request, key: str) -> moderation.Subject:
        """What is reported. Raises Http404 for what who asks may not see."""
        raise NotImplementedError

    @extend_schema(request=ReportInput, responses={201: ReportOutput}, parameters=[KEY_PARAMETER])
    @once
    def post(self, request: Request, code: str = "", name: str = "") -> Response:
        data = valid(ReportInput(data=request.data))
        subject = self.subject(request, code or name)
        report = moderation.report_create(reporter=request.user, subject=subject, **data)
        return Response(ReportOutput(report).data, status=status.HTTP_201_CREATED)


class PieceReportView(ReportView):
    """Report a piece."""

    def subject(self, request: Request, key: str) -> Piece:
        return visible_piece(request, key)


class CommentReportView(ReportView):
    """Report a comment."""

    def subject(self, request: Request, key: str) -> Comment:
        return visible_comment(request, key)


class CollectionReportView(ReportView):
    """Report a collection."""

    def subject(self, request: Request, key: str) -> Collection:
        return seen_collection(request, key)


class PersonReportView(ReportView):
    """Report a member for what they do."""

    def subject(self, request: Request, key: str) -> User:
        return person_or_404(key)


class ProfileReportView(ReportView):
    """Report what a member says of themselves."""

    def subject(self, request: Request, key: str) -> Profile:
        return said_profile(request, key)


class ReportListView(APIView):
    """What I reported, and what became of it."""

    @extend_schema(operation_id="reports_list", parameters=CURSOR, responses=pages_of(ReportOutput))
    def get(self, request: Request) -> Response:
        return paged(request, Report.objects.filter(reporter_id=request.user.pk), ReportOutput, self)


# --- people ----------------------------------------------------------------------------------------


class PersonView(Public):
    """A member."""

    @extend_schema(responses=PersonOutput)
    def get(self, request: Request, name: str) -> Response:
        person = person_or_404(name)
        profile = Profile.objects.filter(person=person).first()
        followers = Follow.objects.filter(followed=person)
        said = {
            "name": person.username,
            "about": profile.about_for(request.user) if profile else "",
            "since": person.date_joined,
            "n_followers": followers.count(),
            "is_followed": followers.filter(follower_id=request.user.pk).exists(),
        }
        return Response(PersonOutput(said).data)


class PersonPiecesView(Public):
    """A member's public pieces."""

    @extend_schema(operation_id="person_pieces_list", parameters=[GalleryQuery], responses=CardPage)
    def get(self, request: Request, name: str) -> Response:
        return cards(request, owner=person_or_404(name).pk)


class FollowView(Public):
    """Whether I follow a member."""

    @extend_schema(request=None, responses={204: None})
    def put(self, request: Request, name: str) -> Response:
        people.person_follow(person=request.user, followed=person_or_404(name))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        people.person_unfollow(person=request.user, followed=person_or_404(name))
        return Response(status=status.HTTP_204_NO_CONTENT)


class FavouriteListView(APIView):
    """My favourites, as far as I may still see them."""

    @extend_schema(operation_id="favourites_list", parameters=CURSOR, responses=pages_of(PieceOutput))
    def get(self, request: Request) -> Response:
        liked = Favourite.objects.filter(person_id=request.user.pk).values("piece_id")
        rows = Piece.objects.visible_to(request.user).filter(pk__in=liked).select_related("owner")
        return paged(request, rows.defer("midi", "recipe", "changes"), PieceOutput, self)


class NoticeListView(APIView):
    """What happened to my pieces, newest first."""

    @extend_schema(operation_id="notices_list", parameters=CURSOR, responses=pages_of(NoticeOutput))
    def get(self, request: Request) -> Response:
        rows = Notification.objects.filter(person_id=request.user.pk).select_related("actor", "piece")
        return paged(request, rows, NoticeOutput, self)

    @extend_schema(request=None, responses={204: None}, operation_id="notices_read")
    def post(self, request: Request) -> Response:
        """I have seen all of them."""
        assert isinstance(request.user, User)
        notices.read_all(request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


# --- collections -----------------------------------------------------------------------------------


class CollectionListView(APIView):
    """My collections."""

    @extend_schema(
        operation_id="collections_list",
        parameters=CURSOR,
        responses=pages_of(CollectionOutput),
    )
    def get(self, request: Request) -> Response:
        rows = Collection.objects.owned_by(request.user).select_related("owner")
        return paged(request, rows, CollectionOutput, self)

    @extend_schema(request=CollectionInput, responses={201: CollectionOutput}, parameters=[KEY_PARAMETER])
    @once
    def post(self, request: Request) -> Response:
        data = valid(CollectionInput(data=request.data))
        made = people.collection_create(person=request.user, **data)
        return Response(CollectionOutput(made).data, status=status.HTTP_201_CREATED)


class CollectionView(Public):
    """One collection, with those of its pieces that who asks may see."""

    @extend_schema(responses=CollectionDetailOutput)
    def get(self, request: Request, code: str) -> Response:
        found = seen_collection(request, code)
        seen = people.shown_in(found, request.user)
        data = {
            **CollectionOutput(found).data,
            "pieces": PieceOutput(seen, many=True, context={"person": request.user}).data,
        }
        return Response(data)

    @extend_schema(request=CollectionChangeInput, responses=CollectionOutput)
    def patch(self, request: Request, code: str) -> Response:
        data = valid(CollectionChangeInput(data=request.data))
        changed = people.collection_change(collection=own_collection(request, code), **data)
        return Response(CollectionOutput(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        own_collection(request, code).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class CollectionPieceView(Public):
    """A piece in a collection of mine."""

    @extend_schema(request=None, responses={204: None})
    def put(self, request: Request, code: str, piece: str) -> Response:
        collection = own_collection(request, code)
        people.collection_add(collection=collection, piece=visible_piece(request, piece))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str, piece: str) -> Response:
        collection = own_collection(request, code)
        inside = Piece.objects.filter(pk__in=collection.items.values("piece_id"))
        people.collection_remove(collection=collection, piece=get_object_or_404(inside, code=piece))
        return Response(status=status.HTTP_204_NO_CONTENT)


def own_collection(request: Request, code: str) -> Collection:
    """A collection that who asks may change. Raises Http404 for any other."""
    owned = Collection.objects.owned_by(request.user).select_related("owner")
    return get_object_or_404(owned, code=code)
