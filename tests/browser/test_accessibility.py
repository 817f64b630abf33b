"""Every page, in both themes and on a phone, as axe-core judges it; and what the eye alone would miss."""

import re
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import PAGES, STRANGERS_PAGES
from tests.browser.people import sign_up
from tests.browser.pieces import publish, tune, upload
from tests.browser.server import ROOT

AXE = (ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
Theme = Literal["dark", "light"]

# What a finger is given: 44 pixels, but for links inside a sentence.
SMALL_TARGETS = """
() => {
  const targets = []
  const collect = root => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) collect(element.shadowRoot)
      const fields = 'input:not([type=range], [type=hidden])'
      if (element.matches(`a[href], button, select, summary, ${fields}`)) targets.push(element)
    }
  }
  collect(document)
  return targets.filter(element => {
    // A finger may also press the label of a field.
    const label = element.closest('label')
    const box = (label ?? element).getBoundingClientRect()
    const inSentence = element.matches('a, .link-button') && getComputedStyle(element).display === 'inline'
    const seen = element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    const offered = seen && box.width > 1 && !element.matches('.skip, .visually-hidden')
    return offered && !inSentence && (box.width < 43.5 || box.height < 43.5)
  }).map(element => `${element.tagName}.${element.className} ${element.textContent.trim().slice(0, 30)}`)
}
"""


def findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical: rule, and the elements that break it."""
    page.evaluate(AXE)
    result: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, { runOnly: { type: 'tag', values: rules } })", RULES
    )
    return [
        f"{violation['id']}: {node['target']} {node['html'][:120]}"
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.fixture(autouse=True)
def let_axe_style(complaints: list[re.Pattern[str]]) -> None:
    """axe-core tries style sheets of its own, which the policy forbids; other tests watch our pages."""
    complaints.append(re.compile("style-src"))


@pytest.fixture
def member(page: Page, alice: str) -> dict[str, str]:
    """Alice with one public piece. Returns what addresses of pages need."""
    code = upload(page, "tune.mid", tune())
    publish(page, code)
    return {"piece": code, "name": alice}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_page_of_a_member_has_a_serious_fault(page: Page, member: dict[str, str], theme: Theme) -> None:
    page.emulate_media(color_scheme=theme)
    found = {}
    for name, address in PAGES.items():
        page.goto(address.format(**member), wait_until="networkidle")
        found[name] = findings(page)
    assert found == {name: [] for name in PAGES}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_page_of_a_stranger_has_a_serious_fault(
    page: Page, theme: Theme, complaints: list[re.Pattern[str]]
) -> None:
    complaints.append(re.compile("status of 404"))
    page.emulate_media(color_scheme=theme)
    found = {}
    for name, address in STRANGERS_PAGES.items():
        page.goto(address, wait_until="networkidle")
        found[name] = findings(page)
    assert found == {name: [] for name in STRANGERS_PAGES}


def test_the_studio_at_work_has_no_serious_fault(page: Page) -> None:
    page.goto("/studio/")
    page.get_by_role("button", name="Generate").click()
    keep = page.get_by_role("button", name="Keep", exact=True)
    expect(keep).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Tracks", exact=True).click()
    page.get_by_text("More", exact=True).click()
    assert findings(page) == []
    keep.click()
    assert findings(page) == []


def test_the_menu_of_a_card_has_no_serious_fault(phone: Page, member: dict[str, str]) -> None:
    sign_up(phone, "reader")
    phone.goto("/gallery/", wait_until="networkidle")
    phone.get_by_role("button", name="More for").first.tap()
    expect(phone.get_by_role("menu").get_by_role("group", name="Report it:")).to_be_visible()
    assert findings(phone) == []
    assert phone.evaluate(SMALL_TARGETS) == []


def test_everything_that_a_finger_presses_is_large_enough(phone: Page) -> None:
    sign_up(phone, "thumbs")
    code = upload(phone, "tune.mid", tune())
    publish(phone, code)
    small = {}
    for name, address in PAGES.items():
        phone.goto(address.format(piece=code, name="thumbs"), wait_until="networkidle")
        small[name] = phone.evaluate(SMALL_TARGETS)
    assert small == {name: [] for name in PAGES}


def test_the_first_stop_of_the_tab_key_leads_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_chosen_theme_is_there_before_anything_is_painted(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/gallery/")
    page.get_by_role("button", name="Use the light theme").click()
    assert ground(page) == "rgb(250, 247, 241)"
    page.goto("/status/", wait_until="commit")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert ground(page) == "rgb(250, 247, 241)"


def ground(page: Page) -> str:
    """The colour of the page itself."""
    page.wait_for_load_state()
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def test_who_wants_little_motion_gets_little(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("/", wait_until="networkidle")
    before = page.locator("#hero-roll").screenshot()
    page.wait_for_timeout(600)
    assert page.locator("#hero-roll").screenshot() == before
