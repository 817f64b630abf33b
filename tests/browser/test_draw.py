"""An empty roll: drawn in, kept over a reload, saved as a piece of one's own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_edit_notes import notes, point

PIANO, DRUMS = 1, 0


@pytest.fixture
def roll(page: Page) -> Locator:
    page.goto("/draw/")
    expect(page.get_by_role("radio", name="Pencil")).to_be_checked()
    expect(page.get_by_role("img", name="Piano roll, 0 notes, 5 tracks, 4 bars")).to_be_visible()
    return page.get_by_role("img", name="Piano roll")


def test_a_stranger_draws_eight_notes_and_keeps_them_as_a_piece(page: Page, roll: Locator) -> None:
    page.get_by_label("Snap").select_option("1/4")
    for beat, pitch in enumerate((60, 62, 64, 65, 67, 65, 64, 62)):
        page.mouse.click(*point(page, roll, 480 * beat + 100, pitch))
    drawn = [[480 * beat, 480, pitch, 90] for beat, pitch in enumerate((60, 62, 64, 65, 67, 65, 64, 62))]
    assert notes(page, PIANO) == drawn
    # Each was heard when it was drawn.
    heard = page.evaluate("ostinato.sounded.map(note => note.pitch)")
    assert heard == [row[2] for row in drawn]
    page.get_by_role("combobox", name="Track").select_option("Drums")
    box = page.get_by_role("img", name="Piano roll, 8 notes").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 20, box["y"] + box["height"] - 6)
    assert [row[2] for row in notes(page, DRUMS)] == [36]
    page.get_by_label("Tempo").first.fill("90")
    page.get_by_label("Tempo").first.press("Enter")
    page.reload()
    expect(page.get_by_role("img", name="Piano roll, 9 notes, 5 tracks, 4 bars")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/pieces/*/?edit")
    expect(page.get_by_role("heading", name="Drawn by hand", level=1)).to_be_visible()
    assert notes(page, PIANO) == drawn
    page.keyboard.press("Control+z")
    assert notes(page, DRUMS) == []
    code = page.url.split("/pieces/")[1].split("/")[0]
    stored = page.request.get(f"/api/v1/pieces/{code}/").json()
    assert (stored["tempo"], stored["visibility"], stored["source"]) == (90, "private", "drawn")
    assert [track["role"] for track in stored["score"]["tracks"]] == [
        "drums", "piano", "guitar", "bass", "strings",
    ]  # fmt: skip
    page.goto("/draw/")
    expect(page.get_by_role("img", name="Piano roll, 0 notes, 5 tracks, 4 bars")).to_be_visible()


def test_by_keys_alone_notes_are_written_one_after_the_other(page: Page, roll: Locator) -> None:
    page.keyboard.press("ArrowUp")
    for _ in range(3):
        page.keyboard.press("e")
    page.keyboard.press("ArrowUp")
    assert [row[:3] for row in notes(page, PIANO)] == [[0, 120, 61], [120, 120, 61], [240, 120, 62]]
    page.get_by_role("button", name="Start afresh").click()
    expect(page.get_by_role("img", name="Piano roll, 0 notes, 5 tracks, 4 bars")).to_be_visible()
