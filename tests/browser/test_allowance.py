"""What is left of the day is said before it runs out, and a guest is shown the way to more."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.people import PASSWORD, new_name
from tests.browser.server import Server
from tests.browser.studio import written


@pytest.fixture(scope="module")
def strict_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site that gives a guest three pieces a day and a member five; a small change counts as a quarter."""
    limits = {"GUEST_GENERATIONS_PER_DAY": "3", "MEMBER_GENERATIONS_PER_DAY": "5", "SMALL_JOBS_AS_ONE": "4"}
    server = Server(tmp_path_factory.mktemp("strict"), **limits)
    server.start()
    yield server.url
    server.stop()


def generate(page: Page) -> None:
    """Two bars of a band."""
    page.get_by_role("radio", name="Hybrid band").check(force=True)
    page.get_by_label("Bars", exact=True).fill("2")
    page.get_by_role("button", name="Generate", exact=True).click()
    written(page, bars=2)


def test_a_guest_reads_what_is_left_and_signs_up_for_more(open_browser: Open, strict_site: str) -> None:
    page = open_browser(base_url=strict_site)
    page.goto("/studio/")
    left = page.get_by_role("status").filter(has_text="today")
    expect(left).to_contain_text("3 more pieces today, or 12 small changes.")
    expect(left).to_contain_text("A small change is a part or some bars anew, or a further alternative.")
    generate(page)
    expect(left).to_contain_text("2 more pieces today, or 8 small changes.")
    page.get_by_role("button", name="Re-roll drums").click()
    expect(left).to_contain_text("1 more piece today, or 7 small changes.")
    # A piece that is asked for elsewhere counts as well: the page says so when it is opened again.
    page.reload()
    expect(left).to_contain_text("1 more piece today, or 7 small changes.")

    left.get_by_role("link", name="Sign up for 5 a day").click()
    page.get_by_label("Name").fill(new_name("more"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="My pieces")).to_be_visible()
    page.goto("/studio/")
    expect(left).to_contain_text("3 more pieces today, or 15 small changes.")
    expect(left.get_by_role("link")).to_have_count(0)


def test_a_phone_has_the_way_to_more_under_the_thumb(open_browser: Open, strict_site: str) -> None:
    phone = open_browser("phone", base_url=strict_site)
    for address in ("/studio/", "/studio/arrangers/", "/draw/"):
        phone.goto(address)
        left = phone.get_by_role("status").filter(has_text="today")
        expect(
            left.get_by_text(re.compile(r"^\d more pieces? today, or \d+ small changes\.$"))
        ).to_be_visible()
        link = left.get_by_role("link", name="Sign up for 5 a day")
        expect(link).to_be_in_viewport(ratio=1)
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 44


def test_nothing_is_said_while_plenty_is_left(page: Page) -> None:
    page.goto("/studio/")
    page.get_by_label("Bars", exact=True).fill("2")
    page.get_by_role("button", name="Generate", exact=True).click()
    written(page, bars=2)
    expect(page.locator("#allowance")).to_be_hidden()
    expect(page.locator("#allowance")).to_have_text("")
