"""All that a piece's page shows, put together for who looks."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from gallery import families, sharing
from gallery.access import Visitor, is_moderator
from gallery.editing import notes_json
from gallery.made_by import training_data
from gallery.models import Collection, Comment, Favourite, Follow, Piece, Profile, Rating, Report
from gallery.moderation import CHOOSABLE
from gallery.opinions import Opinion
from gallery.plays import plays_of
from gallery.serializers import piece_json
from gallery.tags import tags_of
from gallery.varied import how_varied, varied_from
from gallery.words import licence_words
from generator.bands import may_accompany
from generator.music.notes import MusicError
from generator.music.score import bar_edges
from generator.variations import VARIATION, is_installed
from musicsite.people import is_guest, is_member

# Comments on one page; more of them are there by the API.
MOST_COMMENTS = 200
STRIP_WIDTH = 1000  # of the strip that marks commented bars, in its own units


def piece_context(piece: Piece, person: Visitor) -> dict[str, Any]:
    """The template's context."""
    data = piece_json(piece, person)
    may_edit = piece.owner_id == person.pk
    score = data.pop("score")
    shown = Comment.objects.visible_to(person).filter(piece=piece)
    parents = families.parents_of(piece, person)
    may_use = families.may_be_used(piece, person)
    comments = list(shown.select_related("author").order_by("created", "pk")[:MOST_COMMENTS])
    return {
        "piece": piece,
        "score_json": score,
        "may_edit": may_edit,
        "recipe": piece.recipe,
        "style_title": piece.style_title,
        "training_data": training_data(piece),
        "job": getattr(piece, "job", None),
        "licence": licence_words(piece.licence),
        "tags": tags_of(piece),
        "opinion": Opinion(piece),
        "n_plays": plays_of(piece),
        "comments": comments,
        "marks": marks(piece, comments),
        "parents": parents,
        "varied_from": varied_from(parents),
        "how_varied": how_varied(piece, parents),
        "children": families.children_of(piece, person),
        "may_use": may_use,
        "may_vary": may_use and piece.n_notes > 0 and is_installed(VARIATION),
        "may_accompany": may_accompany(),
        "link": sharing.link_of(piece) if may_edit else None,
        "reasons": CHOOSABLE,
        "is_moderator": is_moderator(person),
        "trains": Profile.objects.filter(person=piece.owner, may_train=True).exists(),
        "author_has_page": not is_guest(piece.owner),
        "page_data": {
            "piece": data,
            "score": score,
            "may_edit": may_edit,
            "may_infill": may_accompany(),
            **notes_json(piece),
        },
        **own_context(piece, person),
    }


def own_context(piece: Piece, person: Visitor) -> dict[str, Any]:
    """What depends on the member who looks: their stars, their heart, their report, their collections."""
    if not isinstance(person, User) or not is_member(person):
        return {}
    return {
        "my_rating": Rating.objects.filter(piece=piece, person=person).first(),
        "is_liked": Favourite.objects.filter(piece=piece, person=person).exists(),
        "is_followed": Follow.objects.filter(followed=piece.owner_id, follower=person).exists(),
        "my_report": Report.objects.filter(piece=piece, reporter=person).order_by("-created").first(),
        "my_collections": list(Collection.objects.owned_by(person).order_by("-created")[:20]),
    }


def marks(piece: Piece, comments: list[Comment]) -> list[dict[str, Any]]:
    """Where commented bars lie in the piece: x from 0 to STRIP_WIDTH, the bar, how many comments."""
    counts: dict[int, int] = {}
    for comment in comments:
        if comment.bar is not None:
            counts[comment.bar] = counts.get(comment.bar, 0) + 1
    if not counts:
        return []
    try:
        score = piece.score
    except MusicError:
        return []
    edges = bar_edges(score)
    length = max(1, int(edges[-1]))
    return [
        {"bar": bar, "n": n, "x": round(STRIP_WIDTH * int(edges[bar - 1]) / length)}
        for bar, n in sorted(counts.items())
        if bar < len(edges)
    ]
