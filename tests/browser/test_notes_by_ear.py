"""The roll for who does not see it: every note by keyboard, said in words."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from generator.music.midi import write_midi
from generator.music.notes import NOTE
from generator.music.score import Metre, Score, Tempo, Track
from tests.browser.keyboard import tab_to
from tests.browser.pieces import upload


def cell(page: Page) -> Locator:
    """The note that the cursor is on."""
    return page.locator("[role=gridcell][tabindex='0']")


def many_notes(n: int) -> bytes:
    """A MIDI file of two tracks with n notes together, sixteenths up and down."""
    rows = [(120 * i, 120, 60 + i % 24, 80) for i in range(n // 2)]
    notes = np.array(rows, dtype=NOTE)
    tracks = (Track("Piano", "piano", 0, False, notes), Track("Bass", "bass", 33, False, notes))
    return write_midi(Score(tracks, (Tempo(0, 120.0),), (Metre(0, 4, 4),), 120 * n))


def test_every_note_is_reached_by_arrows_and_said_with_place_pitch_and_length(page: Page, piece: str) -> None:
    page.goto(f"/pieces/{piece}/")
    grid = page.get_by_role("grid", name="Notes")
    expect(grid).to_be_attached()
    tab_to(page, cell(page))
    said = []
    for _ in range(8):
        expect(cell(page)).to_be_focused()
        said.append(cell(page).text_content() or "")
        page.keyboard.press("ArrowRight")
    assert said[0] == "bar 1, beat 1, C4, quarter, Melody, by hand"
    assert said[5] == "bar 2, beat 2, A4, quarter, Melody, by hand"
    assert len(set(said)) == 8
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    expect(cell(page)).to_have_text(said[0])
    page.keyboard.press("End")
    expect(cell(page)).to_have_text(said[7])


def test_a_note_that_the_cursor_comes_to_sounds_and_is_played_from(page: Page, piece: str) -> None:
    page.goto(f"/pieces/{piece}/")
    tab_to(page, cell(page))
    page.keyboard.press("ArrowRight")
    # Walking from the page itself speaks through a live region instead.
    expect(page.get_by_text("Bar 1, beat 2", exact=True)).to_be_attached()
    heard = page.evaluate("ostinato.sounded.map(note => [note.pitch, note.tick])")
    assert heard == [[62, None]]
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_with_ten_thousand_notes_only_those_near_the_cursor_stand_in_the_page(page: Page, alice: str) -> None:
    page.goto(f"/pieces/{upload(page, 'long.mid', many_notes(10_000))}/")
    tab_to(page, cell(page))
    page.keyboard.press("End")
    expect(cell(page)).to_have_text("bar 313, beat 2.75, G4, sixteenth, Piano, by hand")
    page.keyboard.press("ArrowDown")
    expect(cell(page)).to_have_text("bar 313, beat 2.75, G4, sixteenth, Bass, by hand")
    assert page.get_by_role("gridcell").count() <= 9
    begun = page.evaluate("performance.now()")
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    took = page.evaluate("performance.now()") - begun
    assert took / 20 < 100, f"a step took {took / 20:.0f} ms"


@pytest.mark.parametrize("width", [360, 1440])
def test_who_walks_by_keys_sees_where_the_cursor_is(page: Page, piece: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"/pieces/{piece}/")
    tab_to(page, cell(page))
    page.keyboard.press("End")
    box = cell(page).bounding_box()
    assert box is not None
    assert box["height"] > 20
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
