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
    kept = []
    page.on("request", lambda request: kept.append(request) if request.url.endswith("/pieces/") else None)
    page.get_by_role("button", name="Keep this point").dblclick()
    expect(page.get_by_role("heading", name=re.compile("×"))).to_be_visible()
    expect(page.get_by_text("Draft", exact=True)).to_be_visible()
    assert [request.method for request in kept] == ["POST"]


def scale_from(first: int) -> bytes:
    """Two bars of eighths up from a pitch."""
    rows = [(240 * i, 240, first + i % 12, 90) for i in range(16)]
    return write_midi(Score((Track("Melody", "melody", 0, False, make_notes(rows)),), length=3840))


def test_a_person_drags_over_the_pad_and_keeps_the_way_with_its_four_parents(page: Page) -> None:
    codes = [upload(page, f"{name}.mid", scale_from(60 + 2 * i)) for i, name in enumerate(("ash", "elm"))]
    codes += [upload(page, "oak.mid", tune()), upload(page, "yew.mid", low_tune())]
    page.goto("/blend/")
    for name, code in zip("ABCD", codes, strict=True):
        page.get_by_label(name, exact=True).select_option(code)
    page.get_by_role("button", name="Blend", exact=True).click()
    expect(page.get_by_text("The pad is ready.")).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile("The model redraws \\d+ % of its notes"))).to_have_count(4)

    across = page.get_by_role("slider", name="Left to right")
    across.focus()
    for key in ["ArrowDown"] * 9:
        page.keyboard.press(key)
    expect(across).to_have_attribute("aria-valuetext", "0 % ash, 0 % elm, 100 % oak, 0 % yew")
    expect(page.get_by_role("img", name="Piano roll, 8 notes, 1 track, 2 bars").first).to_be_visible()
    for key in ["ArrowRight"] * 9:
        page.keyboard.press(key)
    expect(across).to_have_attribute("aria-valuetext", "0 % ash, 0 % elm, 0 % oak, 100 % yew")

    page.get_by_role("button", name="Record what I drag").click()
    page.get_by_role("button", name="Play", exact=True).first.click()
    pad = page.locator("#blend-pad").bounding_box()
    assert pad is not None
    page.mouse.move(pad["x"] + pad["width"] - 3, pad["y"] + pad["height"] - 3)
    page.mouse.down()
    page.mouse.move(pad["x"] + pad["width"] / 2, pad["y"] + pad["height"] / 2, steps=12)
    page.mouse.up()
    expect(across).to_have_attribute("aria-valuetext", "25 % ash, 25 % elm, 25 % oak, 25 % yew")
    page.wait_for_function("() => document.querySelector('#player').player.position > 480")
    page.get_by_role("button", name="Stop and keep what I dragged").click()
    expect(page.get_by_text("Draft", exact=True)).to_be_visible()
    for name in ("ash", "elm", "oak", "yew"):
        expect(page.get_by_role("link", name=name).first).to_be_visible()
