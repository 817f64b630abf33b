"""What the gallery holds: pieces, what people say of them, where they come from, and who keeps order."""

from gallery.access import Visitor
from gallery.models.families import PieceParent
from gallery.models.likeness import Likeness
from gallery.models.listing import Listing
from gallery.models.moderation import Report
from gallery.models.opinions import Comment, Rating
from gallery.models.people import Collection, CollectionItem, Favourite, Follow, Notification, Profile
from gallery.models.piece import DESCRIPTION_LENGTH, TITLE_LENGTH, Piece, PieceQuerySet
from gallery.models.plays import PlayCount
from gallery.models.requests import Export, OnceKey
from gallery.models.sharing import ShareLink
from gallery.models.tags import PieceTag, Tag

__all__ = [
    "DESCRIPTION_LENGTH",
    "TITLE_LENGTH",
    "Collection",
    "CollectionItem",
    "Comment",
    "Export",
    "Favourite",
    "Follow",
    "Likeness",
    "Listing",
    "Notification",
    "OnceKey",
    "Piece",
    "PieceParent",
    "PieceQuerySet",
    "PieceTag",
    "PlayCount",
    "Profile",
    "Rating",
    "Report",
    "ShareLink",
    "Tag",
    "Visitor",
]
