"""The picture that other sites show with a link, the miniature as a file, and the words in a page's head."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image

from gallery import cards
from gallery.lettering import DISPLAY, fit, reads_right_to_left, runs_of
from gallery.models import Piece
from generator.music.score import Score
from tests.conftest import Make, small_score

NASTY = 'Rain <script>alert("1")</script> & שלום 😀'

pytestmark = pytest.mark.django_db


def picture(content: bytes) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(BytesIO(content)).convert("RGB"))


def test_a_card_is_as_large_as_open_graph_asks_and_shows_the_notes(
    client: Client, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, visibility="public", score=small_score(2))
    answer = client.get(f"/pieces/{piece.code}/card.png")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    pixels = picture(answer.content)
    assert pixels.shape == (630, 1200, 3)
    # A melody is amber; its eight quarters leave a gap before each other, so one row has eight stretches.
    amber = (np.abs(pixels.astype(int) - (0xE6, 0x9F, 0x00)).sum(axis=2) < 30).astype(int)
    row = amber[amber.sum(axis=1).argmax()]
    assert int((np.diff(np.concatenate([[0], row])) == 1).sum()) == 8


@pytest.mark.parametrize(
    "title", [NASTY, "عنوان القطعة", "夜の合唱曲 한국어", "x" * 120, "कोरल รำลึก Χορός", "\u200d"]
)
def test_a_title_of_any_script_is_drawn_inside_the_picture(title: str) -> None:
    plain = picture(cards.draw("", "by alice", "0:04", small_score()))
    drawn = picture(cards.draw(title, "by alice", "0:04", small_score()))
    changed = np.argwhere((plain != drawn).any(axis=2))
    if title != "\u200d":  # a joiner with nothing to join shows nothing
        assert changed.size > 300
    for y, x in (changed.min(axis=0), changed.max(axis=0)) if changed.size else ():
        assert 0 < y < cards.ROLL_TOP
        assert cards.MARGIN - 8 <= x <= cards.WIDTH - cards.MARGIN + 8


def test_letters_are_drawn_by_a_face_that_has_them() -> None:
    faces = [face for face, _text in runs_of("Aé Ж ع א ก 漢 😀", DISPLAY)]
    assert faces == [
        "instrument-serif", "inter-cyrillic", "noto-arabic", "noto-hebrew", "noto-thai", "unifontex",
    ]  # fmt: skip


def test_a_line_is_read_from_the_side_of_its_first_letter() -> None:
    assert reads_right_to_left("… שלום world")
    assert not reads_right_to_left("12 world שלום")
    assert not reads_right_to_left("")


def test_words_that_do_not_fit_are_made_smaller_and_then_cut() -> None:
    large, small = 60, 30
    (line,) = fit("Rain", DISPLAY, sizes=(large, small), width=400, lines=2)
    assert line.size == large
    lines = fit("Rain on the roof " * 20, DISPLAY, sizes=(large, small), width=400, lines=2)
    assert [line.size for line in lines] == [small, small]
    assert all(line.width <= 400 for line in lines)
    assert lines[-1].runs[-1][1].endswith("…")
    (one,) = fit("x" * 200, DISPLAY, sizes=(large, small), width=400, lines=2)
    assert one.width <= 400


def test_a_piece_without_notes_has_a_card_too() -> None:
    assert picture(cards.draw("Silence", "by alice", "0:00", Score((), length=0))).shape == (630, 1200, 3)


def test_a_miniature_file_is_well_formed_and_has_its_colours_inside(
    client: Client, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, visibility="public", title=NASTY)
    for theme, colour in (("dark", "#e69f00"), ("light", "#8f5f00")):
        answer = client.get(f"/pieces/{piece.code}/roll.svg?theme={theme}")
        assert answer["Content-Type"] == "image/svg+xml"
        svg = ElementTree.fromstring(answer.content)
        (title, path) = list(svg)
        assert title.text == f"{NASTY}, 8 notes"
        assert path.get("fill") == colour
        assert "style" not in answer.content.decode()


@pytest.mark.parametrize("file", ["card.png", "roll.svg"])
def test_a_picture_is_seen_by_those_who_see_its_piece_and_is_told_apart_when_it_changes(
    client: Client, alice: User, make_piece: Make, file: str
) -> None:
    piece = make_piece(alice)
    address = f"/pieces/{piece.code}/{file}"
    assert client.get(address).status_code == 404
    Piece.objects.filter(pk=piece.pk).update(visibility="public", published=piece.created)
    first = client.get(address)
    assert first.status_code == 200
    assert "private" in first["Cache-Control"]
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    piece.refresh_from_db()
    piece.title = "Another"
    piece.save()
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200
    Piece.objects.filter(pk=piece.pk).update(visibility="private")
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 404


def meta(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)">', page))


def test_a_page_tells_other_sites_what_it_is(client: Client, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, visibility="public", title=NASTY)
    page = client.get(f"/pieces/{piece.code}/").content.decode()
    told = meta(page)
    assert told["og:title"] == "Rain &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; שלום 😀"
    assert told["og:image"] == f"http://testserver/pieces/{piece.code}/card.png"
    assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")
    assert told["twitter:card"] == "summary_large_image"
    assert f'<link rel="canonical" href="http://testserver/pieces/{piece.code}/">' in page
    assert "<script>alert" not in page


def test_a_private_page_tells_other_sites_nothing(client: Client, alice: User, make_piece: Make) -> None:
    client.force_login(alice)
    page = client.get(f"/pieces/{make_piece(alice).code}/").content.decode()
    assert not [name for name in meta(page) if name.startswith(("og:", "twitter:"))]
