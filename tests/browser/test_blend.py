"""Sliding from one piece to another."""

import re

from playwright.sync_api import Page, expect

from generator.music.midi import write_midi
from generator.music.notes import make_notes
from generator.music.score import Score, Track
from tests.browser.pieces import tune, upload


def low_tune() -> bytes:
    """Two bars an octave and a half below the other tune, in eighths."""
    rows = [(240 * i, 240, 43 + (i * 5) % 12, 90) for i in range(16)]
    return write_midi(Score((Track("Melody", "melody", 0, False, make_notes(rows)),), length=3840))


def test_a_person_slides_by_keys_from_one_piece_to_another_and_keeps_the_middle(page: Page) -> None:
    high, low = upload(page, "high.mid", tune()), upload(page, "low.mid", low_tune())
    page.goto(f"/pieces/{high}/")
    page.get_by_role("link", name="Blend with").click()
    page.get_by_label("B", exact=True).select_option(low)
    page.get_by_role("button", name="Blend", exact=True).click()
    expect(page.get_by_text("33 points are ready.")).to_be_visible(timeout=60_000)
    slider = page.get_by_role("slider", name="From high to low")
    roll = page.get_by_role("img", name=re.compile("Piano roll")).first
    expect(page.locator("#player")).to_be_visible()
    expect(page.get_by_role("img", name="Piano roll, 8 notes, 1 track, 2 bars").first).to_be_visible()
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "0 % high, 100 % low")
    expect(page.get_by_role("img", name="Piano roll, 16 notes, 1 track, 2 bars").first).to_be_visible()
    slider.press("Home")
    for _ in range(16):
        slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "50 % high, 50 % low")
    expect(roll).to_be_visible()
    expect(page.get_by_text(re.compile("The model redraws \\d+ % of its notes"))).to_have_count(2)
    page.get_by_role("button", name="Keep this point").click()
    expect(page.get_by_role("heading", name=re.compile("×"))).to_be_visible()
    expect(page.get_by_text("Draft", exact=True)).to_be_visible()
