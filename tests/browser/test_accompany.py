"""A band plays along with what a person drew."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from generator.music.midi import read_midi
from tests.browser.test_draw import DRUMS, PIANO
from tests.browser.test_edit_notes import notes, point

PITCHES = (60, 64, 67, 72, 71, 67, 65, 62)


@pytest.fixture
def drawn(page: Page) -> list[list[int]]:
    """Eight notes over the four bars of the piano."""
    page.goto("/draw/")
    expect(page.get_by_role("radio", name="Pencil")).to_be_checked()
    roll = page.get_by_role("img", name="Piano roll")
    page.get_by_label("Snap").select_option("1/4")
    for half, pitch in enumerate(PITCHES):
        page.mouse.click(*point(page, roll, 960 * half + 100, pitch))
    expect(page.get_by_role("img", name="Piano roll, 8 notes, 5 tracks, 4 bars")).to_be_visible()
    return notes(page, PIANO)


def accompany(page: Page) -> None:
    page.get_by_role("button", name="Accompany").click()
    expect(page.get_by_text("Your 8 notes are unchanged.")).to_be_visible()


def others(page: Page) -> list[list[list[int]]]:
    """The notes of the four tracks that were not drawn."""
    return [notes(page, track) for track in range(5) if track != PIANO]


def locked(page: Page) -> list[int]:
    """The tracks that the roll shows as locked."""
    return list(page.evaluate("[...document.querySelector('#player').roll.locked]"))


def test_what_is_drawn_stays_and_four_others_play_along(page: Page, drawn: list[list[int]]) -> None:
    accompany(page)
    assert notes(page, PIANO) == drawn
    assert all(others(page)), "each of the four plays something"
    assert locked(page) == [PIANO]
    first = others(page)
    # One step: back to the drawing, and forward to the same notes.
    page.keyboard.press("Control+z")
    assert others(page) == [[], [], [], []]
    assert (notes(page, PIANO), locked(page)) == (drawn, [])
    page.keyboard.press("Control+Shift+z")
    assert (others(page), locked(page)) == (first, [PIANO])
    # Another press is another band along with the same notes.
    accompany(page)
    assert notes(page, PIANO) == drawn
    assert others(page) != first


def test_the_saved_piece_says_whose_each_note_is_and_exports_five_named_tracks(
    page: Page, drawn: list[list[int]]
) -> None:
    accompany(page)
    page.reload()
    expect(page.get_by_role("img", name=re.compile(r"^Piano roll, \d{2,} notes, 5 tracks"))).to_be_visible()
    assert locked(page) == [PIANO]
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/pieces/*/?edit")
    code = page.url.split("/pieces/")[1].split("/")[0]
    stored = page.request.get(f"/api/v1/pieces/{code}/notes/").json()
    roles = [track["role"] for track in stored["score"]["tracks"]]
    by_role = dict(zip(roles, stored["origins"], strict=True))
    assert by_role["piano"] == "h8"
    assert all(re.fullmatch(r"m\d+", by_role[role]) for role in roles if role != "piano")
    midi = read_midi(page.request.get(f"/api/v1/pieces/{code}/midi/").body())
    assert {track.name for track in midi.tracks} == {"Bass", "Drums", "Guitar", "Piano", "Strings"}
    piano = next(track for track in midi.tracks if track.name == "Piano")
    assert [list(note) for note in piano.notes.tolist()] == drawn
    # What was done on the drawing can still be taken back.
    expect(page.get_by_role("radio", name="Pencil")).to_be_checked()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("img", name="Piano roll, 8 notes, 5 tracks, 4 bars")).to_be_visible()


class HeldBand:
    """A band of which the page hears the first bar, and the rest not until `release`."""

    def __init__(self, page: Page) -> None:
        self.held: list[str | bytes] | None = []
        page.route_web_socket(re.compile(r"/ws/jobs/"), self.follow)

    def follow(self, line: WebSocketRoute) -> None:
        self.line = line
        line.connect_to_server().on_message(self.hear)

    def hear(self, message: str | bytes) -> None:
        event = json.loads(message)
        late = event["type"] == "finished" or (event["type"] == "notes" and event["bars_done"] > 1)
        if late and self.held is not None:
            self.held.append(message)
        else:
            self.line.send(message)

    def release(self) -> None:
        held, self.held = self.held or [], None
        for message in held:
            self.line.send(message)


def test_the_tempo_may_change_while_the_band_plays_along(page: Page, drawn: list[list[int]]) -> None:
    band = HeldBand(page)
    page.get_by_role("button", name="Accompany").click()
    expect(page.get_by_text("Bar 1 of 4")).to_be_visible()
    tempo = page.get_by_role("spinbutton", name="Tempo", exact=True)
    tempo.fill("150")
    tempo.press("Tab")
    expect(page.get_by_role("spinbutton", name="Tempo beats a minute")).to_have_value("150")
    expect(page.get_by_role("radio", name="Pencil")).to_be_checked()
    assert others(page) == [[], [], [], []], "what is not played to its end is not kept"
    band.release()
    expect(page.get_by_text("Your 8 notes are unchanged.")).to_be_visible()
    assert all(others(page)), "each of the four plays something"
    assert (notes(page, PIANO), locked(page)) == (drawn, [PIANO])
    page.get_by_role("button", name="Undo").click()
    assert (notes(page, PIANO), others(page)) == (drawn, [[], [], [], []])


def test_a_band_stops_when_the_metre_becomes_one_that_it_does_not_play(
    page: Page, drawn: list[list[int]]
) -> None:
    band = HeldBand(page)
    page.get_by_role("button", name="Accompany").click()
    expect(page.get_by_text("Bar 1 of 4")).to_be_visible()
    with page.expect_request("**/cancel/"):
        page.get_by_label("Metre").select_option("3/4")
    expect(page.get_by_text("The band plays in 4/4 only. Choose 4/4")).to_be_visible()
    band.release()
    page.get_by_label("Metre").select_option("4/4")
    expect(page.get_by_text("The band plays in 4/4 only. Choose 4/4")).to_be_hidden()
    assert (notes(page, PIANO), others(page)) == (drawn, [[], [], [], []])
    accompany(page)
    assert all(others(page)), "each of the four plays something"


def test_nothing_to_play_along_with_is_said(page: Page) -> None:
    page.goto("/draw/")
    page.get_by_role("button", name="Accompany").click()
    expect(page.get_by_text("Draw or play a few notes first")).to_be_visible()


def test_drums_may_be_what_is_drawn(page: Page) -> None:
    page.goto("/draw/")
    expect(page.get_by_role("radio", name="Pencil")).to_be_checked()
    page.get_by_role("combobox", name="Track").select_option("Drums")
    for _ in range(4):
        page.keyboard.press("e")
        page.keyboard.press("ArrowRight")
    kept = notes(page, DRUMS)
    assert kept
    page.get_by_role("button", name="Accompany").click()
    expect(page.get_by_text("notes are unchanged.")).to_be_visible()
    assert notes(page, DRUMS) == kept
    assert notes(page, PIANO)
