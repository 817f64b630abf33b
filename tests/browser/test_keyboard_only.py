"""Journey 8: no pointer, no sight. The first piece, one note changed, and kept, by keys alone."""

import re

from playwright.sync_api import Page, expect

from tests.browser.keyboard import tab_to
from tests.browser.people import PASSWORD, new_name
from tests.browser.test_notes_by_ear import cell

# Keeps every sentence that the page's live regions say, as a screen reader would read them out.
OVERHEAR = """
() => {
  window.overheard = []
  new MutationObserver(changes => {
    for (const { target } of changes) {
      const element = target.nodeType === 1 ? target : target.parentElement
      const region = element?.closest('[role=status], [role=alert]')
      if (region) overheard.push(region.textContent.trim())
    }
  }).observe(document, { subtree: true, childList: true, characterData: true })
}
"""


def test_a_first_piece_is_made_changed_and_kept_by_keys_alone(page: Page) -> None:
    page.goto("/")
    page.evaluate(OVERHEAR)
    tab_to(page, page.get_by_role("link", name="Make some music"))
    page.keyboard.press("Enter")
    # The studio opens in the same document, so that what is said there is overheard too.
    expect(page.get_by_text(re.compile(r"^8 bars, [1-9][\d,]* notes$"))).to_be_visible()
    said = page.evaluate("overheard")
    bars = [line for line in said if re.match(r"Bar \d of 8", line)]
    assert len(set(bars)) > 2
    assert bars == sorted(bars)
    assert re.fullmatch(r"8 bars, [1-9][\d,]* notes", said[-1])

    tab_to(page, page.get_by_role("button", name="Keep", exact=True))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    title = page.get_by_label("Title of the piece")
    expect(title).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("By keys alone")
    name = new_name("unseen")
    tab_to(page, page.get_by_label("Your name"))
    page.keyboard.type(name)
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="My pieces")).to_be_visible()
    tab_to(page, page.get_by_role("region", name="Kept").get_by_role("link", name="By keys alone"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By keys alone")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Edit", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Pencil")).to_be_visible()
    tab_to(page, cell(page))
    before = cell(page).text_content() or ""
    assert re.fullmatch(r"bar 1, beat \S+, .+, by the model", before), before
    page.keyboard.press("ArrowUp")
    expect(cell(page)).to_have_text(re.compile(r"^bar 1, .*, by the model, edited$"))
    expect(cell(page)).not_to_have_text(before)
    tab_to(page, page.get_by_role("button", name="Save", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
