"""Two people and a piece between them: rated, written about, remixed; each sees what the other does."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import new_name, sign_up
from tests.browser.pieces import publish, tune, upload
from tests.browser.test_edit_notes import notes, point

pytestmark = pytest.mark.browser


@pytest.fixture
def piece(page: Page, alice: str) -> str:
    """Alice's public piece, open in her browser."""
    code = upload(page, "shared.mid", tune())
    publish(page, code)
    return code


def test_what_a_listener_does_the_author_sees_without_reloading(page: Page, phone: Page, piece: str) -> None:
    bob = new_name("bob")
    sign_up(phone, bob)
    phone.goto(f"/pieces/{piece}/")
    phone.get_by_role("group", name="Does it sound well together?").get_by_role("radio", name="4 of 5").check(
        force=True
    )
    phone.get_by_role("group", name="Is it interesting?").get_by_role("radio", name="5 of 5").check(
        force=True
    )
    phone.get_by_role("button", name="Rate", exact=True).tap()
    expect(phone.get_by_role("button", name="Change my rating")).to_be_visible()
    expect(page.get_by_text("Harmony")).to_be_visible(timeout=2_000)
    expect(page.get_by_role("link", name=re.compile("What happened, 1 new"))).to_be_visible()

    phone.get_by_label("Write about it").fill("Lovely <b>turn</b> 👩‍🎤")
    phone.get_by_role("spinbutton", name="Bar").fill("2")
    phone.get_by_role("button", name="Send").tap()
    expect(phone.get_by_text("1 comment", exact=True)).to_be_visible()
    expect(page.get_by_text("Lovely <b>turn</b> 👩‍🎤")).to_be_visible(timeout=2_000)

    page.get_by_role("link", name="Bar 2, 1 comment").click()
    expect(page.get_by_text("Bar 2, beat 1")).to_be_attached()
    expect(page).to_have_url(re.compile(r"\?bar=2"))


def test_what_cannot_be_sent_stays_in_its_field(
    phone: Page, piece: str, complaints: list[re.Pattern[str]]
) -> None:
    complaints.append(re.compile("status of 429"))
    sign_up(phone, new_name("carl"))
    phone.goto(f"/pieces/{piece}/")
    for n in range(6):
        phone.get_by_label("Write about it").fill(f"Remark {n}")
        phone.get_by_role("button", name="Send").tap()
        expect(phone.get_by_text(f"Remark {n}")).to_be_visible()
    phone.get_by_label("Write about it").fill("One more")
    phone.get_by_role("button", name="Send").tap()
    expect(phone.get_by_text("Your text is still here")).to_be_visible()
    expect(phone.get_by_label("Write about it")).to_have_value("One more")


def test_a_remix_knows_where_it_comes_from(page: Page, phone: Page, piece: str) -> None:
    sign_up(phone, new_name("dora"))
    phone.goto(f"/pieces/{piece}/")
    phone.get_by_role("button", name="Remix", exact=True).tap()
    expect(phone.get_by_role("heading", name="shared, remixed")).to_be_visible()
    family = phone.get_by_role("region", name="Family")
    expect(family.get_by_role("link", name="shared")).to_be_visible()
    expect(family.get_by_text("8 kept · 0 changed · 0 new")).to_be_visible()
    # It is private: its parent's author does not learn of it.
    page.reload()
    expect(page.get_by_role("region", name="Family")).to_have_count(0)


def test_everything_about_a_piece_can_be_read_and_sent_without_a_script(
    page: Page, piece: str, without_script: Page
) -> None:
    reader = without_script
    reader.goto("/gallery/")
    reader.get_by_role("link", name="shared").first.click()
    expect(reader.get_by_role("heading", name="shared")).to_be_visible()
    expect(reader.get_by_role("link", name="Sign up to rate it")).to_be_visible()
    reader.goto("/gallery/?q=nothing+of+this+name")
    expect(reader.get_by_role("heading", name="Nothing fits")).to_be_visible()


@pytest.fixture
def without_script(page: Page) -> Page:
    """A stranger whose browser runs no scripts."""
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, base_url=str(page.url).split("/pieces")[0])
    return context.new_page()


def test_back_leads_to_where_the_list_was(page: Page, piece: str) -> None:
    page.goto("/gallery/?sort=new")
    page.get_by_role("link", name="Best").click()
    expect(page).to_have_url(re.compile("sort=best"))
    page.get_by_role("link", name="shared").first.click()
    expect(page.get_by_role("heading", name="Rating")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("sort=best"))
    expect(page.get_by_role("link", name="Best")).to_have_attribute("aria-current", "true")


def test_a_cards_menu_works_by_keys_and_collects(page: Page, phone: Page, piece: str) -> None:
    sign_up(phone, new_name("emil"))
    phone.goto("/gallery/")
    card = phone.get_by_role("article").filter(has=phone.locator(f'a[href="/pieces/{piece}/"]'))
    button = card.get_by_role("button", name="More for shared")
    button.focus()
    phone.keyboard.press("Enter")
    menu = phone.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name="Remix")).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    phone.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    phone.keyboard.press("Enter")
    phone.keyboard.press("c")
    expect(menu.get_by_role("menuitem", name="Collect")).to_be_focused()
    phone.keyboard.press("Enter")
    phone.get_by_label("A new collection").fill("Evenings")
    phone.get_by_role("button", name="Collect in it").tap()
    expect(phone.get_by_text("It is in “Evenings” now.")).to_be_visible()
    button.tap()
    menu.get_by_role("group", name="Report it:").get_by_role("menuitem", name="Copied from somebody").tap()
    expect(phone.get_by_text("Reported.")).to_be_visible()
    phone.goto("/reports/")
    expect(phone.get_by_text("Waits for a moderator")).to_be_visible()


def test_a_stranger_who_listens_is_counted(page: Page, phone: Page, piece: str) -> None:
    phone.goto("/gallery/")
    card = phone.get_by_role("article").filter(has=phone.locator(f'a[href="/pieces/{piece}/"]'))
    with phone.expect_response(re.compile(f"/pieces/{piece}/plays/$")) as told:
        card.get_by_role("button", name="Play shared").tap()
    assert told.value.status == 204
    phone.reload()
    expect(card.get_by_text("1 play", exact=True)).to_be_visible()
    page.goto(f"/pieces/{piece}/")
    expect(page.locator("header").get_by_text("1 play")).to_be_visible()


def test_two_cards_are_chosen_for_a_blend(page: Page, piece: str) -> None:
    second = upload(page, "other.mid", tune())
    publish(page, second)
    page.goto("/gallery/")
    cards = page.get_by_role("article")
    first = cards.filter(has=page.locator(f'a[href="/pieces/{piece}/"]'))
    first.get_by_role("button", name="More for shared").click()
    page.get_by_role("menuitem", name="Blend with …").click()
    expect(page.get_by_text("Blend “shared” with which piece? Choose a second card.")).to_be_visible()
    # The choice outlives a filter; the first piece itself is not offered.
    page.get_by_role("link", name="Best").click()
    expect(page.get_by_text("Choose a second card.")).to_be_visible()
    page.get_by_role("link", name="Blend with other").click()
    expect(page).to_have_url(re.compile(rf"/blend/\?a={piece}&b={second}"))
    page.goto("/gallery/")
    expect(page.get_by_text("Choose a second card.")).to_be_hidden()


def test_notes_are_chosen_and_written_about_and_the_link_opens_there(
    page: Page, phone: Page, piece: str
) -> None:
    sign_up(phone, new_name("flora"))
    phone.goto(f"/pieces/{piece}/")
    phone.get_by_role("button", name="Choose notes").tap()
    # By keys: the sixth note, then the seventh.
    phone.get_by_role("grid", name="Notes").get_by_role("gridcell").first.focus()
    for _ in range(5):
        phone.keyboard.press("ArrowRight")
    phone.keyboard.press("Enter")
    phone.keyboard.press("ArrowRight")
    phone.keyboard.press("Enter")
    expect(phone.locator("#comment-chosen")).to_contain_text("2 notes chosen")
    phone.get_by_role("button", name="Done choosing").tap()
    phone.get_by_label("Write about it").fill("This step")
    phone.get_by_role("button", name="Send").tap()
    link = phone.get_by_role("link", name="bar 2, 2 notes")
    expect(link).to_be_visible()
    page.goto(f"/pieces/{piece}/" + str(link.get_attribute("href")))
    # The sixth note is the second of bar 2.
    expect(page.get_by_text("Bar 2, beat 2")).to_be_attached()


def test_notes_are_chosen_after_editing_and_not_in_its_place(page: Page, alice: str, piece: str) -> None:
    page.goto(f"/pieces/{piece}/")
    choose = page.get_by_role("button", name="Choose notes")
    choose.click()
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(page.get_by_role("radio", name="Pencil")).to_be_visible()
    page.get_by_role("button", name="Done choosing").click()
    # The roll is still the editor's: a press where nothing is draws a note.
    roll = page.get_by_role("img", name=re.compile("Piano roll"))
    roll.scroll_into_view_if_needed()
    page.mouse.click(*point(page, roll, 100, 66))
    assert len(notes(page)) == 9
    page.keyboard.press("Control+z")
    page.get_by_role("button", name="Done", exact=True).click()
    choose.click()
    expect(page.get_by_role("button", name="Done choosing")).to_be_visible()
