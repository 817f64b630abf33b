"""How pages stand: nothing sticks out on a phone, nothing jumps while it loads."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import WIDTHS
from tests.browser.pages import PAGES, STRANGERS_PAGES
from tests.browser.people import new_name, sign_up
from tests.browser.pieces import tune, upload

# The sum of all shifts that no press explains, as browsers measure it.
SHIFT = """
() => new Promise(done => {
  let sum = 0
  new PerformanceObserver(list => {
    for (const shift of list.getEntries()) if (!shift.hadRecentInput) sum += shift.value
  }).observe({ type: 'layout-shift', buffered: true })
  setTimeout(() => done(sum), 300)
})
"""
STICKS_OUT = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


@pytest.fixture
def member(phone: Page) -> dict[str, str]:
    """A member with a phone and one piece. Returns what addresses of pages need."""
    name = new_name("pocket")
    sign_up(phone, name)
    return {"piece": upload(phone, "tune.mid", tune()), "name": name}


def test_no_page_of_a_member_is_wider_than_a_phone(phone: Page, member: dict[str, str]) -> None:
    wide = {}
    for name, address in PAGES.items():
        phone.goto(address.format(**member))
        wide[name] = phone.evaluate(STICKS_OUT)
    assert wide == dict.fromkeys(PAGES, 0)


@pytest.mark.parametrize("name", STRANGERS_PAGES)
def test_no_page_of_a_stranger_is_wider_than_a_phone(
    phone: Page, name: str, complaints: list[re.Pattern[str]]
) -> None:
    complaints.append(re.compile("status of 404"))
    phone.goto(STRANGERS_PAGES[name])
    assert phone.evaluate(STICKS_OUT) == 0


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_nothing_jumps_while_a_page_loads(page: Page, piece: str, width: str) -> None:
    page.set_viewport_size(WIDTHS[width])
    shifts = {}
    for name in ("home", "studio", "gallery", "library", "piece"):
        page.goto(PAGES[name].format(piece=piece), wait_until="networkidle")
        shifts[name] = round(page.evaluate(SHIFT), 2)  # a pixel or two while fonts settle rounds to nothing
    assert shifts == dict.fromkeys(shifts, 0)
