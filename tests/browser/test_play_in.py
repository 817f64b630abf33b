"""Notes played by hand into the roll: on the letters of the keyboard, and on a MIDI instrument."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.test_edit_notes import notes
from tests.browser.test_roll_by_hand import until

PIANO = 1
# A keyboard and a sounding instrument at the end of a cable, as the browser would show them.
CABLE = """
window.sent = [];
const input = { name: 'Small keyboard', onmidimessage: null };
const output = { id: 'out', name: 'Big organ', send: (bytes, time) => window.sent.push([...bytes]) };
window.strike = (...data) => input.onmidimessage({ data, timeStamp: performance.now() });
navigator.requestMIDIAccess = async () =>
  ({ inputs: new Map([['in', input]]), outputs: new Map([['out', output]]), onstatechange: null });
"""


def open_roll(page: Page) -> None:
    page.goto("/draw/")
    page.get_by_role("button", name="Play in by hand").click()
    expect(page.get_by_role("button", name="Record")).to_be_visible()


def record(page: Page) -> None:
    """Press Record and wait until the bar that is counted in is over."""
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("button", name="Stop recording")).to_be_visible()


def pitches(page: Page) -> list[Any]:
    return [row[2] for row in notes(page, PIANO)]


def test_letters_are_a_piano_and_what_they_play_is_recorded_on_the_grid(page: Page) -> None:
    open_roll(page)
    page.get_by_role("button", name="Letters play notes").click()
    page.keyboard.press("a")
    # Heard, and neither written nor taken for the key that goes a bar back.
    until(page, "ostinato.sounded.some(note => note.pitch === 60 && note.tick === null)")
    assert notes(page, PIANO) == []
    record(page)
    for letter in "sdf":
        page.keyboard.down(letter)
        page.wait_for_timeout(150)
        page.keyboard.up(letter)
    page.get_by_role("button", name="Stop recording").click()
    assert pitches(page) == [62, 64, 65]
    assert all(onset % 120 == 0 and length % 120 == 0 for onset, length, *_ in notes(page, PIANO))
    page.keyboard.press("Control+z")
    assert notes(page, PIANO) == []
    # Off again, the letters mean what they meant.
    page.get_by_role("button", name="Letters play notes").click()
    page.keyboard.press("e")
    assert len(notes(page, PIANO)) == 1


def test_a_midi_keyboard_records_and_the_piece_plays_on_the_chosen_instrument(page: Page) -> None:
    page.add_init_script(CABLE)
    open_roll(page)
    page.get_by_role("button", name="Use MIDI").click()
    expect(page.get_by_text("Listening to Small keyboard.")).to_be_visible()
    page.evaluate("strike(0x90, 67, 101)")
    until(page, "ostinato.sounded.some(note => note.pitch === 67 && note.velocity === 101)")
    page.evaluate("strike(0x80, 67, 0)")
    page.get_by_role("checkbox", name="Quantise").uncheck()
    record(page)
    page.evaluate("strike(0x90, 72, 55)")
    page.wait_for_timeout(200)
    page.evaluate("strike(0x90, 72, 0)")
    page.get_by_role("button", name="Stop recording").click()
    assert [row[2:] for row in notes(page, PIANO)] == [[72, 55]]
    page.get_by_label("Play on").select_option("Big organ")
    page.evaluate("document.querySelector('ostinato-player').player.stop()")
    page.get_by_role("button", name="Play", exact=True).click()
    until(
        page, "sent.some(([status, pitch, velocity]) => status === 0x91 && pitch === 72 && velocity === 55)"
    )


def test_where_there_is_no_midi_a_sentence_says_so(page: Page) -> None:
    page.add_init_script("delete Navigator.prototype.requestMIDIAccess")
    open_roll(page)
    page.get_by_role("button", name="Use MIDI").click()
    expect(page.get_by_text(re.compile("This browser has no MIDI"))).to_be_visible()
