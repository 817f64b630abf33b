"""Varying a piece on its page, and drawing one out of nothing."""

import re

from playwright.sync_api import Page, expect

from tests.browser.pieces import tune, upload
from tests.browser.studio import piece_of, written


def test_a_person_varies_a_piece_by_keys_and_is_told_what_became_of_it(page: Page) -> None:
    code = upload(page, "reel.mid", tune())
    page.goto(f"/pieces/{code}/")
    far = page.get_by_role("slider", name="How far")
    far.focus()
    page.keyboard.press("ArrowRight")
    expect(far).to_have_attribute("aria-valuetext", "35 %")
    page.get_by_role("button", name="Vary it").press("Enter")
    expect(page.get_by_role("heading", name="reel, varied")).to_be_visible()
    expect(page.get_by_text("Draft", exact=True)).to_be_visible()
    expect(page.locator("#varied")).to_have_text(
        re.compile(r"^Varied: reel\. \d+ % of the notes were kept\.$")
    )

    page.get_by_role("link", name="reel", exact=True).first.click()
    page.get_by_role("button", name="Denser").click()
    expect(page.get_by_role("heading", name="reel, denser")).to_be_visible()
    line = page.locator("#varied").text_content() or ""
    found = re.search(r"Notes a bar ([\d.]+) → ([\d.]+)", line)
    assert found is not None, line
    assert float(found[1]) == 4.0
    assert float(found[2]) > 4.0
    expect(page.locator("#family").get_by_text("Made denser")).to_be_visible()


def test_a_person_draws_a_tune_out_of_nothing(page: Page) -> None:
    page.goto("/studio/")
    page.get_by_role("radio", name=re.compile("^Tune")).check(force=True)
    expect(page.get_by_label("Only notes of this scale")).to_be_hidden()
    page.get_by_role("button", name="Generate").click()
    written(page)
    piece = piece_of(page)
    assert (piece["model"], piece["style"], piece["bars"]) == ("vae", "tune", 8)
