"""The pieces' pages: what they show to whom, and how often they ask the database."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from gallery.opinions import comment_add, piece_rate
from gallery.remixing import piece_remix
from gallery.services import piece_change, piece_delete
from gallery.sharing import link_of
from gallery.templatetags.miniature import miniature
from tests.conftest import Make, small_score

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    """A stranger's."""
    return Client()


@pytest.fixture
def alices(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def test_home_plays_the_newest_public_piece_that_has_notes(
    browser: Client, alice: User, make_piece: Make
) -> None:
    make_piece(alice, title="Older", visibility="public")
    newest = make_piece(alice, title="Newest", visibility="public")
    make_piece(alice, title="Private")
    page = browser.get("/")
    assert page.context["hero"]["piece"]["code"] == newest.code
    assert [piece.title for piece in page.context["newest"]] == ["Newest", "Older"]


def test_home_without_a_piece_still_shows_its_button(browser: Client) -> None:
    page = browser.get("/")
    assert (page.status_code, page.context["hero"]) == (200, None)


def test_the_library_sorts_kept_drafts_and_deleted(alices: Client, alice: User, make_piece: Make) -> None:
    kept, draft, gone = make_piece(alice), make_piece(alice, is_draft=True), make_piece(alice)
    piece_delete(piece=gone)
    context = alices.get("/pieces/").context
    assert [list(context[name]) for name in ("kept", "drafts", "deleted")] == [[kept], [draft], [gone]]


def test_a_stranger_sees_an_empty_library(browser: Client) -> None:
    assert browser.get("/pieces/").status_code == 200


def test_a_private_piece_has_a_page_for_its_owner_alone(
    alices: Client, browser: Client, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, title="Rain <b>")
    page = alices.get(f"/pieces/{piece.code}/")
    assert page.context["may_edit"] is True
    assert "Rain &lt;b&gt;" in page.content.decode()
    assert browser.get(f"/pieces/{piece.code}/").status_code == 404


def test_an_unlisted_piece_opens_by_its_link_and_hangs_nowhere(
    browser: Client, alice: User, make_piece: Make
) -> None:
    piece = make_piece(alice, visibility="unlisted")
    link = link_of(piece)
    assert link is not None
    page = browser.get(f"/pieces/{link.code}/")
    assert (page.status_code, page.context["may_edit"]) == (200, False)
    assert piece.code not in page.content.decode()
    assert piece.code not in browser.get("/gallery/").content.decode()


def test_the_gallery_comes_in_pages(
    browser: Client, alice: User, make_piece: Make, settings: Settings
) -> None:
    for number in range(26):
        make_piece(alice, title=f"Piece {number}", visibility="public")
    first = browser.get("/gallery/").context["page"]
    assert len(first.cards) == 24
    second = browser.get(f"/gallery/?after={first.after}").context["page"]
    assert [card.piece.title for card in second.cards] == ["Piece 1", "Piece 0"]
    assert second.after == ""
    assert browser.get("/gallery/?after=nonsense").status_code == 200


def test_who_finds_nothing_is_offered_three_pieces_to_begin_with(
    browser: Client, alice: User, make_piece: Make
) -> None:
    for _ in range(5):
        make_piece(alice, visibility="public")
    assert browser.get("/gallery/?q=nothing+of+this+name").content.decode().count('class="card"') == 3
    assert browser.get("/gallery/").content.decode().count('class="card"') == 5


@pytest.mark.parametrize("address", ["/", "/gallery/", "/pieces/"])
def test_a_page_asks_the_database_as_often_for_many_pieces_as_for_one(
    alices: Client, alice: User, make_piece: Make, address: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            alices.get(address)
        return len(captured)

    make_piece(alice, visibility="public")
    queries()
    few = queries()
    for _ in range(5):
        make_piece(alice, visibility="public")
    assert queries() == few


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="others say their plans in other words")
def test_a_piece_is_shown_without_reading_all_others(
    alices: Client, alice: User, bob: User, make_piece: Make
) -> None:
    piece = make_piece(alice, visibility="public", licence="cc0")
    piece_change(piece=piece_remix(parent=piece, person=bob), visibility="public", licence="cc0")
    comment = comment_add(piece=piece, person=bob, text="Fine.")
    with CaptureQueriesContext(connection) as asked:
        alices.get(piece.get_absolute_url())
        alices.delete(f"/api/v1/comments/{comment.code}/")
    questions = [query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT")]
    assert questions
    with connection.cursor() as cursor:
        for question in questions:
            cursor.execute(f"EXPLAIN QUERY PLAN {question}")
            assert not [step for *_ids, step in cursor.fetchall() if step.startswith("SCAN")], question


def test_a_miniature_draws_each_note_where_it_is(alice: User, make_piece: Make) -> None:
    piece = make_piece(alice, title='Rain "1"', score=small_score(1))
    drawing = miniature(piece)
    assert drawing.startswith('<svg class="miniature" viewBox="0 0 3200 960"')
    assert 'aria-label="Rain &quot;1&quot;, 4 notes"' in drawing
    (path,) = re.findall(r'<path class="role-melody" d="([^"]*)"/>', drawing)
    # Four quarters fill the 3200 wide drawing: one begins every 800.
    assert [int(x) for x in re.findall(r"M(\d+) ", path)] == [0, 800, 1600, 2400]
    assert "style=" not in drawing


def test_a_miniature_is_drawn_once(alice: User, make_piece: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = make_piece(alice)
    first = miniature(piece)
    monkeypatch.setattr("gallery.templatetags.miniature.draw", None)
    assert miniature(piece) == first


def test_a_card_says_what_is_so_now_to_whoever_looks(
    alice: User, bob: User, alices: Client, make_piece: Make
) -> None:
    bobs = Client()
    bobs.force_login(bob)
    piece = make_piece(alice, title="First", visibility="public")

    def card(browser: Client) -> str:
        page = browser.get("/gallery/").content.decode()
        return " ".join(re.findall(r'<article class="card".*?</article>', page, re.DOTALL))

    assert ('data-use="own"' in card(alices), 'data-use="reserved"' in card(bobs)) == (True, True)
    piece_rate(piece=piece, person=bob, harmony=4, interest=4)
    assert "by 1 listener" in card(alices)
    piece_change(piece=piece, title="Second", licence="cc0")
    assert ("Second" in card(bobs), "First" in card(bobs)) == (True, False)
    assert 'data-use="open"' in card(bobs)
    bobs.cookies["django_language"] = "de"
    assert "Second abspielen" in card(bobs)


def test_a_piece_without_notes_has_an_empty_miniature(alice: User, make_piece: Make) -> None:
    from generator.music.score import Score

    assert miniature(make_piece(alice, score=Score(tracks=(), length=1920))).endswith("></svg>")


def test_pages_let_no_script_or_style_of_others_in(browser: Client) -> None:
    policy = browser.get("/")["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert rules["style-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"


def test_the_studio_shows_a_job_and_what_it_continues(
    alices: Client, alice: User, make_piece: Make, make_job: Make
) -> None:
    job, piece = make_job(alice), make_piece(alice, bars=4)
    page = alices.get(f"/studio/?job={job.code}&continue={piece.code}&bar=3")
    assert page.context["job"]["code"] == job.code
    going_on = page.context["continue_from"]
    assert (going_on["piece"], going_on["bars"], going_on["n_bars"]) == (piece.code, 3, 4)
    assert going_on["score"]["length"] == 3 * 1920
    assert page.context["limits"]["max_bars"] == 64


@pytest.mark.parametrize(("bar", "bars"), [("", 4), ("0", 1), ("99", 4), ("x", 4), ("²", 4)])
def test_a_bar_that_is_not_there_means_the_nearest_that_is(
    alices: Client, alice: User, make_piece: Make, bar: str, bars: int
) -> None:
    piece = make_piece(alice, bars=4)
    assert (
        alices.get("/studio/", {"continue": piece.code, "bar": bar}).context["continue_from"]["bars"] == bars
    )


@pytest.mark.parametrize("query", ["job=nothing", "continue=nothing"])
def test_the_studio_of_something_that_is_not_there_is_not_there(browser: Client, query: str) -> None:
    assert browser.get(f"/studio/?{query}").status_code == 404
