"""Journey 1: a stranger hears a first piece, keeps it, and finds it again."""

import re

from playwright.sync_api import Page, expect

from tests.browser.listening import lag, listen, recording
from tests.browser.people import PASSWORD, new_name
from tests.browser.studio import onsets_and_pitches, piece_of, written

A_CHOIR_SPEAKS = 0.1  # seconds until the tone of a choir, which swells, is there


def test_a_stranger_hears_a_piece_as_it_is_written_keeps_it_and_finds_it_again(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Make some music").click()
    expect(
        page.get_by_role("img", name=re.compile(r"Piano roll, [1-9]\d* notes, 4 tracks, 8 bars"))
    ).to_be_visible()
    listen(page)
    expect(page.get_by_role("group", name="Transport").get_by_text("Bar 5, beat 1")).to_be_attached()
    heard = recording(page)
    written(page)
    piece = piece_of(page)
    assert heard.loudness() > 0.01
    late, agreement = lag(heard, onsets_and_pitches(piece))
    assert 0 <= late < A_CHOIR_SPEAKS
    assert agreement > 0.3
    assert 0 <= heard.playhead_lag() < 0.1

    page.get_by_role("button", name="Keep").click()
    page.get_by_label("Title of the piece").fill("First light")
    page.get_by_label("Your name").fill(new_name("stranger"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up and keep").click()
    expect(page.get_by_role("heading", name="My pieces")).to_be_visible()
    kept = page.get_by_role("region", name="Kept")
    expect(kept.get_by_role("link", name="First light")).to_be_visible()
    page.reload()
    expect(kept.get_by_role("link", name="First light")).to_be_visible()
    kept.get_by_role("link", name="First light").click()
    expect(page.get_by_text(str(piece["recipe"]["seed"]), exact=True)).to_be_visible()
    expect(page.get_by_text("Private", exact=True)).to_be_visible()
