"""The site in German: made, heard and kept without an English word, on a phone's width too."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.pages import PAGES, STRANGERS_PAGES
from tests.browser.test_layout import STICKS_OUT

# Words that no German sentence of ours has.
ENGLISH = re.compile(
    r"\b(the|and|with|your|you|are|not|from|this|piece|pieces|notes|bars|sign|make|settings|save|play)\b",
    re.IGNORECASE,
)
# On how many lines an element's text stands.
LINES = """
element => {
  const text = document.createRange()
  text.selectNodeContents(element)
  return new Set([...text.getClientRects()].map(({ top }) => top)).size
}
"""
PLACES = [PAGES["home"], PAGES["studio"], PAGES["gallery"], PAGES["library"], PAGES["draw"], PAGES["status"]]


@pytest.fixture
def visitor(open_browser: Open) -> Page:
    """A German stranger with a phone."""
    return open_browser("phone", locale="de-DE")


def english_of(page: Page) -> list[str]:
    """Lines of a page that have English words; titles and names of music are as their authors wrote them."""
    lines = page.locator("body").inner_text().splitlines()
    titles = (
        page.locator(".card a, h1, h2").all_inner_texts()
        if "/gallery" in page.url or page.url.endswith("/")
        else []
    )
    return [line for line in lines if ENGLISH.search(line) and line not in titles]


@pytest.mark.parametrize("address", [*PLACES, STRANGERS_PAGES["sign-up"], STRANGERS_PAGES["sign-in"]])
def test_a_german_sees_no_english_and_nothing_sticks_out(visitor: Page, address: str) -> None:
    visitor.goto(address)
    assert visitor.locator("html").get_attribute("lang") == "de"
    assert english_of(visitor) == []
    assert visitor.evaluate(STICKS_OUT) == 0


def test_a_german_makes_a_piece_from_start_to_end(visitor: Page) -> None:
    visitor.goto("/studio/")
    visitor.get_by_role("button", name="Erzeugen", exact=True).click()
    expect(visitor.get_by_text(re.compile(r"^8 Takte, [1-9]\d* Noten$"))).to_be_visible()
    expect(visitor.get_by_role("img", name=re.compile(r"^Pianorolle, \d+ Noten"))).to_be_visible()
    expect(
        visitor.get_by_role("button", name="Abspielen").or_(visitor.get_by_role("button", name="Pause")).first
    ).to_be_visible()


def test_a_german_has_all_that_can_be_done_with_a_piece_in_sight(visitor: Page) -> None:
    visitor.goto("/studio/")
    visitor.get_by_role("button", name="Erzeugen", exact=True).click()
    names = ("Behalten", "Noch eins", "Ändern")
    buttons = [visitor.get_by_role("button", name=name, exact=True) for name in names]
    for one in (*buttons, visitor.get_by_role("link", name="Bearbeiten")):
        expect(one).to_be_in_viewport(ratio=1)
        assert one.evaluate(LINES) == 1


def test_switching_the_language_keeps_the_page_and_its_address(page: Page) -> None:
    page.goto("/gallery/?sort=best")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page).to_have_url(re.compile(r"/gallery/\?sort=best$"))
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en-gb")
