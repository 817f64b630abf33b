"""Bars of a track are played anew, in alternatives to choose from, and nothing else is touched."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from generator.music.midi import read_midi, write_midi
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Track
from tests.browser.people import new_name, sign_up
from tests.browser.pieces import upload
from tests.browser.studio import wait_for_end
from tests.browser.test_draw import PIANO
from tests.browser.test_edit_notes import edit, notes, point, view

BAR = 1920
GUITAR, STRINGS = 2, 4
PITCHES = (60, 64, 67, 72, 71, 67, 65, 62)


def ruler(page: Page, roll: Locator, bar: int, *, extend: bool = False) -> None:
    """Press a bar's number above the roll."""
    box = roll.bounding_box()
    assert box is not None
    x = box["x"] + view(page, f"view.x({(bar - 1) * BAR + 600})")
    page.keyboard.down("Shift") if extend else None
    page.mouse.click(x, box["y"] - 12)
    page.keyboard.up("Shift") if extend else None


def others(page: Page, track: int, *, count: int = 5) -> list[list[list[int]]]:
    return [notes(page, other) for other in range(count) if other != track]


def inside(rows: list[list[int]], first: int, last: int) -> list[list[int]]:
    return [row for row in rows if (first - 1) * BAR <= row[0] < last * BAR]


def outside(rows: list[list[int]], first: int, last: int) -> list[list[int]]:
    return [row for row in rows if row not in inside(rows, first, last)]


def test_j3_draw_be_accompanied_play_bars_anew_undo_and_export(page: Page) -> None:
    """The whole way of somebody who draws a tune and makes a piece of it with a band."""
    page.goto("/draw/")
    expect(page.get_by_role("radio", name="Pencil")).to_be_checked()
    roll = page.get_by_role("img", name="Piano roll")
    page.get_by_role("combobox", name="Track").select_option("Guitar")
    page.get_by_label("Snap").select_option("1/4")
    for half, pitch in enumerate(PITCHES):
        page.mouse.click(*point(page, roll, 960 * half + 100, pitch))
    expect(page.get_by_role("img", name="Piano roll, 8 notes, 5 tracks, 4 bars")).to_be_visible()
    mine = notes(page, GUITAR)
    states = [[notes(page, track) for track in range(5)]]
    page.get_by_role("button", name="Accompany").click()
    expect(page.get_by_text("Your 8 notes are unchanged.")).to_be_visible()
    states.append([notes(page, track) for track in range(5)])
    assert notes(page, PIANO)
    # Bars 3 and 4 of the piano, by their numbers.
    page.get_by_role("combobox", name="Track").select_option("Piano")
    ruler(page, roll, 3)
    ruler(page, roll, 4, extend=True)
    before, beside = notes(page, PIANO), others(page, PIANO)
    page.keyboard.press("i")
    alternatives = page.get_by_role("radiogroup", name="Alternatives")
    expect(alternatives.get_by_role("radio", name="4")).to_be_enabled()
    expect(page.get_by_text("bars 3–4 of Piano", exact=True)).to_be_visible()
    heard = []
    for number in (1, 3, 4, 2):
        page.keyboard.press(str(number))
        expect(alternatives.get_by_role("radio", name=str(number))).to_be_checked()
        heard.append(notes(page, PIANO))
        assert outside(heard[-1], 3, 4) == outside(before, 3, 4)
        assert others(page, PIANO) == beside
    assert len({str(one) for one in heard}) == 4, "four alternatives differ"
    page.keyboard.press("Enter")
    expect(alternatives).to_be_hidden()
    assert notes(page, PIANO) == heard[-1]
    states.append([notes(page, track) for track in range(5)])
    # A third step by hand, then all three back and forth.
    page.get_by_role("combobox", name="Track").select_option("Strings")
    strings = notes(page, STRINGS)
    taken = {pitch for onset, duration, pitch, _ in strings if onset < 4 * BAR and onset + duration > 3 * BAR}
    free = next(
        pitch for pitch in range(74, 60, -1) if pitch not in taken
    )  # a press on a note would choose it
    page.mouse.click(*point(page, roll, 3 * BAR + 100, free))
    states.append([notes(page, track) for track in range(5)])
    assert len(notes(page, STRINGS)) == len(strings) + 1
    for state in reversed(states[:3]):
        page.keyboard.press("Control+z")
        assert [notes(page, track) for track in range(5)] == state
    for state in states[1:]:
        page.keyboard.press("Control+Shift+z")
        assert [notes(page, track) for track in range(5)] == state
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/pieces/*/?edit")
    code = page.url.split("/pieces/")[1].split("/")[0]
    midi = read_midi(page.request.get(f"/api/v1/pieces/{code}/midi/").body())
    assert {track.name for track in midi.tracks} == {"Bass", "Drums", "Guitar", "Piano", "Strings"}
    guitar = next(track for track in midi.tracks if track.name == "Guitar")
    assert [list(note) for note in guitar.notes.tolist()] == mine
    # What the band played anew is known to be the band's.
    stored = page.request.get(f"/api/v1/pieces/{code}/notes/").json()
    origins = dict(
        zip([track["role"] for track in stored["score"]["tracks"]], stored["origins"], strict=True)
    )
    assert origins["guitar"] == "h8"
    assert re.fullmatch(r"m\d+", origins["piano"])


def song_of_three() -> bytes:
    """A MIDI file: a piano, a bass and drums over eight bars."""
    piano = make_notes((i * 480, 240, 60 + i % 5, 90) for i in range(32))
    bass = make_notes((i * BAR, 960, 40, 80) for i in range(8))
    drums = make_notes((i * 960, 60, 36, 100) for i in range(16))
    parts = (("Piano", "piano", 0, piano), ("Bass", "bass", 33, bass), ("Drums", "drums", 0, drums))
    tracks = tuple(Track(name, role, program, role == "drums", rows) for name, role, program, rows in parts)
    return write_midi(Score(tracks, length=8 * BAR))


@pytest.fixture
def song(page: Page, alice: str) -> str:
    """A piece of alice's: a piano, a bass and drums over eight bars."""
    return upload(page, "song.mid", song_of_three())


def choosing(page: Page, song: str) -> Locator:
    """Four alternatives of a bar, to be chosen from."""
    roll = edit(page, song)
    ruler(page, roll, 3)
    page.keyboard.press("i")
    alternatives = page.get_by_role("radiogroup", name="Alternatives")
    expect(alternatives.get_by_role("radio", name="4")).to_be_enabled()
    return alternatives


def box_of(one: Locator) -> dict[str, float]:
    box = one.bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def test_the_alternatives_stand_in_one_row_and_the_heard_one_is_marked(page: Page, song: str) -> None:
    alternatives = choosing(page, song)
    bar = page.get_by_role("group", name="Bars played anew")
    row = [bar.get_by_text("bar 3 of Piano"), *alternatives.get_by_role("radio").all()]
    row += [bar.get_by_role("button", name=name) for name in ("Keep it", "Leave as it was")]
    boxes = [box_of(one) for one in row]
    middles = [box["y"] + box["height"] / 2 for box in boxes]
    assert max(middles) - min(middles) < 2
    assert [box["x"] for box in boxes] == sorted(box["x"] for box in boxes)
    assert all(box["height"] >= 44 and box["width"] >= 44 for box in boxes[1:])
    look = "one => getComputedStyle(one).backgroundColor"
    alternatives.get_by_role("radio", name="3").click()
    grounds = [one.evaluate(look) for one in alternatives.get_by_role("radio").all()]
    assert grounds[2] not in (grounds[0], grounds[1], grounds[3])
    assert bar.get_by_role("button", name="Keep it").evaluate(look) != bar.evaluate(look)
    expect(bar.get_by_text("Number keys hear them, Enter keeps")).to_be_visible()


def test_a_phone_has_the_alternatives_above_a_whole_roll_and_transport(phone: Page) -> None:
    sign_up(phone, new_name("thumb"))
    code = upload(phone, "song.mid", song_of_three())
    choosing(phone, code)
    player = box_of(phone.locator("ostinato-player"))
    bottom = player["y"] + player["height"]
    bar = phone.get_by_role("group", name="Bars played anew")
    inside = [*bar.get_by_role("radio").all(), *bar.get_by_role("button").all()]
    inside.append(phone.get_by_role("button", name=re.compile("^(Play|Pause)$")))
    for box in map(box_of, inside):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["y"] >= player["y"]
        assert box["y"] + box["height"] <= bottom
        assert box["height"] >= 44
    assert box_of(phone.get_by_role("img", name=re.compile("Piano roll")))["height"] > 120
    expect(bar.get_by_text("Number keys hear them")).to_be_hidden()


def test_escape_leaves_all_as_it_was_and_locked_notes_survive(page: Page, song: str) -> None:
    roll = edit(page, song)
    before = notes(page)
    ruler(page, roll, 5)
    page.keyboard.press("i")
    alternatives = page.get_by_role("radiogroup", name="Alternatives")
    expect(alternatives.get_by_role("radio", name="4")).to_be_enabled()
    alternatives.get_by_role("radio", name="3").click()
    assert notes(page) != before
    page.keyboard.press("Escape")
    expect(alternatives).to_be_hidden()
    assert notes(page) == before
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    # The first beats of two bars are locked, by the note; then the bars are played anew four times.
    page.keyboard.press("2")
    page.mouse.click(*point(page, roll, 4 * BAR + 100, 60 + 16 % 5))
    page.keyboard.press("k")
    kept = [4 * BAR, 240, 60 + 16 % 5, 90]
    for _ in range(3):
        ruler(page, roll, 5)
        page.get_by_role("button", name="Play anew").click()
        expect(alternatives.get_by_role("radio", name="4")).to_be_enabled()
        page.get_by_role("button", name="Keep it").click()
        assert kept in notes(page)
        assert outside(notes(page), 5, 5) == outside(before, 5, 5)
    # The lock outlives a save and a reload.
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True)).to_be_attached()
    page.reload()
    expect(page.get_by_role("radio", name="Pencil")).to_be_visible()
    held = "track => document.querySelector('ostinato-player').session.editor.score.tracks[track].notes"
    locked = page.evaluate(f"({held}.filter(note => note.locked).map(note => note.onset))", 0)
    assert locked == [4 * BAR]
    for _ in range(4):
        page.keyboard.press("Control+z")
    assert notes(page) == before


def test_who_leaves_the_page_while_bars_are_played_anew_has_their_job_cancelled(
    page: Page, song: str
) -> None:
    roll = edit(page, song)
    ruler(page, roll, 1)
    ruler(page, roll, 8, extend=True)
    with page.expect_response("**/api/v1/infills/") as asked:
        page.keyboard.press("i")
    job = asked.value.json()["code"]
    page.goto("/gallery/")
    wait_for_end(page, f"/api/v1/infills/{job}/", status="cancelled")


def test_why_it_cannot_is_said_in_a_waltz_and_beside_empty_tracks(page: Page, alice: str) -> None:
    rows = make_notes((i * 480, 240, 60, 90) for i in range(12))
    waltz = Score((Track("Piano", "piano", 0, False, rows),), metres=(Metre(0, 3, 4),), length=12 * 480)
    edit(page, upload(page, "waltz.mid", write_midi(waltz)))
    page.get_by_role("button", name="Play anew").click()
    bar = page.get_by_role("group", name="Bars played anew")
    expect(bar).to_contain_text("The band plays in 4/4 only, and these bars are not.")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.goto("/draw/")
    expect(page.get_by_role("radio", name="Pencil")).to_be_checked()
    page.keyboard.press("i")
    expect(bar).to_contain_text("along with the other tracks, and they are empty.")


def test_a_drawing_in_another_metre_is_told_before_the_press(page: Page) -> None:
    page.goto("/draw/")
    expect(page.get_by_role("radio", name="Pencil")).to_be_checked()
    page.get_by_label("Metre").select_option("3/4")
    expect(page.get_by_text("The band plays in 4/4 only. Choose 4/4")).to_be_visible()
    page.get_by_label("Metre").select_option("4/4")
    expect(page.get_by_text("The band plays in 4/4 only. Choose 4/4")).to_be_hidden()
