"""The made-up gallery, and the summary that can be made anew."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.forms.models import model_to_dict

from gallery.lists import Wish, page_of
from gallery.models import Comment, Listing, Piece, Rating

pytestmark = pytest.mark.django_db


def test_a_made_up_gallery_is_listed_as_the_services_would_list_it() -> None:
    call_command("seed", pieces=30, ratings=200, comments=40, verbosity=0)
    assert [m.objects.count() for m in (Piece, Rating, Comment, Listing)] == [30, 200, 40, 30]
    before = [model_to_dict(row) for row in Listing.objects.order_by("pk")]
    title = Piece.objects.order_by("pk").values_list("title", flat=True)[0]
    found = [card.piece.title for card in page_of(Wish(text=title)).cards]
    assert title in found
    call_command("relist", verbosity=0)
    after = [model_to_dict(row) for row in Listing.objects.order_by("pk")]
    assert [
        {**row, "rising": pytest.approx(row["rising"]), "best": pytest.approx(row["best"])} for row in before
    ] == after
    assert [card.piece.title for card in page_of(Wish(text=title)).cards] == found


def test_relisting_takes_away_what_is_not_shown() -> None:
    call_command("seed", pieces=3, ratings=0, comments=0, verbosity=0)
    Piece.objects.update(visibility="private")
    call_command("relist", verbosity=0)
    assert Listing.objects.count() == 0
