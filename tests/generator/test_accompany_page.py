"""The page where one chooses what a band plays along with: what it offers and says before any press."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery.models import Piece
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Track
from tests.conftest import Make
from tests.generator.test_bands import song

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def page(browser: Client, piece: Piece) -> str:
    answer = browser.get("/accompany/", {"piece": piece.code})
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_track_is_offered_with_a_role_and_a_way_to_hear_it(
    browser: Client, alice: User, make_piece: Make
) -> None:
    html = page(browser, make_piece(alice, score=song(), title="Reel"))
    assert re.search(r'value="0" checked.*?Fiddle.*?14 notes', html, re.DOTALL)
    assert '<option value="strings" selected>Strings</option>' in html
    assert "Hear Fiddle alone" in html
    assert "Hear Kit alone" in html
    assert 'aria-label="Role of Kit"' not in html  # drums play the drums
    data = json.loads(html.split('id="page-data" type="application/json">')[1].split("</script>")[0])
    assert (data["runs"], data["n_bars"]) == ([[1, 5]], 5)
    assert "4/4 only" not in html


def test_bars_that_are_in_common_time_are_proposed_when_others_are_not(
    browser: Client, alice: User, make_piece: Make
) -> None:
    melody = Track("Melody", "melody", 0, False, make_notes([(0, 480, 60, 80)]))
    score = Score((melody,), metres=(Metre(0, 3, 4), Metre(2880, 4, 4)), length=2880 + 4 * 1920)
    html = page(browser, make_piece(alice, score=score, title="Two metres"))
    assert "The band plays in 4/4 only. Bars in 4/4: 3–6." in html
    assert re.search(r'id="first-bar"[^>]*value="3"', html)
    assert re.search(r'id="last-bar"[^>]*value="6"', html)


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        (song(Metre(0, 3, 4)), "no bar here is in 4/4"),
        (Score((Track("Rest"),), length=1920), "There is no note in it"),
    ],
)
def test_a_piece_that_no_band_can_play_along_with_says_why(
    browser: Client, alice: User, make_piece: Make, score: Score, reason: str
) -> None:
    html = page(browser, make_piece(alice, score=score, title="Waltz"))
    assert reason in html
    assert "accompany-go" not in html


def test_whose_author_keeps_all_rights_is_not_offered_to_others(
    browser: Client, bob: User, make_piece: Make
) -> None:
    shown = make_piece(bob, score=song(), title="Mine alone", visibility=Piece.Visibility.PUBLIC)
    assert "keeps all rights" in page(browser, shown)
    private = make_piece(bob, score=song(), title="Private")
    assert browser.get("/accompany/", {"piece": private.code}).status_code == 404


def test_without_a_piece_one_chooses_uploads_or_draws(browser: Client, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, score=song(), title="Reel")
    html = browser.get("/accompany/").content.decode()
    assert f'<option value="{piece.code}">Reel</option>' in html
    assert 'id="upload-form"' in html
    assert 'href="/draw/"' in html


def test_a_pieces_page_leads_here(browser: Client, alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, score=song(), title="Reel")
    html = browser.get(piece.get_absolute_url()).content.decode()
    assert f'href="/accompany/?piece={piece.code}"' in html
