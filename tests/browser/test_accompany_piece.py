"""A band plays along with tracks of a piece: from a file, or from any piece that may be used."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from generator.music.midi import read_midi, write_midi
from generator.music.notes import make_notes
from generator.music.score import Metre, Score, Track
from tests.browser.people import new_name, sign_up
from tests.browser.pieces import upload

BARS = 4


def reel(metre: Metre = Metre(0, 4, 4)) -> bytes:  # noqa: B008 - a constant
    """A fiddle and a bass over four bars, as a MIDI file."""
    beat = metre.bar // metre.numerator
    n = BARS * metre.numerator
    fiddle = make_notes((i * beat, beat // 2, 67 + 2 * (i % 4), 90) for i in range(n))
    bass = make_notes((i * metre.bar, metre.bar, 40 + 5 * (i % 2), 80) for i in range(BARS))
    tracks = (Track("Fiddle", "other", 40, False, fiddle), Track("Deep", "other", 58, False, bass))
    return write_midi(Score(tracks, metres=(metre,), length=BARS * metre.bar))


def sounded(page: Page) -> set[int]:
    """The tracks that were heard so far."""
    return set(page.evaluate("ostinato.sounded.map(note => note.track)"))


def notes(page: Page) -> dict[str, list[Any]]:
    """The notes that the page shows, by role."""
    found: dict[str, list[Any]] = page.evaluate(
        "() => Object.fromEntries([...document.querySelector('ostinato-player').roll.tracks]"
        ".map(({ track, index }) => [track.role, index.notes.map(n => [n.onset, n.duration, n.pitch])]))"
    )
    return found


def test_a_file_is_brought_its_tracks_are_heard_and_given_roles_and_a_band_plays_along(page: Page) -> None:
    page.goto("/pieces/")
    page.locator("#upload-file").set_input_files(
        {"name": "reel.mid", "mimeType": "audio/midi", "buffer": reel()}
    )
    page.get_by_role("link", name="Accompany it").click()
    expect(page.get_by_role("heading", name="Accompany", level=1)).to_be_visible()
    expect(page.get_by_label("Role of Fiddle")).to_have_value("strings")
    expect(page.get_by_label("Role of Deep")).to_have_value("bass")
    # Each may be heard alone before it is accepted.
    hear = page.get_by_role("button", name="Hear Deep alone")
    hear.click()
    expect(hear).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => ostinato.sounded.length > 0")
    hear.click()
    expect(hear).to_have_attribute("aria-pressed", "false")
    assert sounded(page) == {1}
    # What is wrong is said before the press.
    page.get_by_role("spinbutton", name="Last").fill("9")
    page.get_by_role("spinbutton", name="Last").press("Tab")
    expect(page.get_by_text("The piece has bars 1 to 4.")).to_be_visible()
    page.get_by_role("spinbutton", name="Last").fill("4")
    page.get_by_role("spinbutton", name="Last").press("Tab")
    page.get_by_label("Role of Fiddle").select_option("Guitar")
    page.get_by_role("radio", name="Composed band").check(force=True)
    page.get_by_role("button", name="Accompany").click()
    expect(page.get_by_text("20 given notes are unchanged.")).to_be_visible()
    shown = notes(page)
    assert shown["guitar"] == [[i * 480, 240, 67 + 2 * (i % 4)] for i in range(16)]
    assert shown["bass"] == [[i * 1920, 1920, 40 + 5 * (i % 2)] for i in range(BARS)]
    assert any(shown[role] for role in ("drums", "piano", "strings"))
    page.get_by_role("button", name="Keep").click()
    page.wait_for_url("**/pieces/*/")
    expect(page.get_by_role("heading", name="reel, accompanied", level=1)).to_be_visible()
    family = page.get_by_role("list", name="Made from")
    expect(family).to_contain_text("Accompanied")
    expect(family).to_contain_text("20 kept")
    code = page.url.split("/pieces/")[1].strip("/")
    midi = read_midi(page.request.get(f"/api/v1/pieces/{code}/midi/").body())
    guitar = next(track for track in midi.tracks if track.name == "Guitar")
    assert [[int(n["onset"]), int(n["duration"]), int(n["pitch"])] for n in guitar.notes] == shown["guitar"]
    assert guitar.program == 40  # the fiddle's own sound


def test_from_a_pieces_page_with_some_of_its_bars_on_a_phone(phone: Page) -> None:
    sign_up(phone, new_name("band"))
    code = upload(phone, "reel.mid", reel())
    phone.goto(f"/pieces/{code}/")
    phone.get_by_role("link", name="Accompany", exact=True).tap()
    phone.get_by_role("checkbox", name=re.compile("Deep")).uncheck()
    phone.get_by_role("spinbutton", name="First").fill("3")
    phone.get_by_role("spinbutton", name="First").press("Tab")
    phone.get_by_role("button", name="Accompany").tap()
    expect(phone.get_by_text("8 given notes are unchanged.")).to_be_visible()
    assert phone.evaluate("document.querySelector('ostinato-player').player.length") == 2 * 1920
    phone.get_by_role("link", name="Open it").tap()
    expect(phone.get_by_role("heading", name="reel, accompanied", level=1)).to_be_visible()


def test_a_waltz_is_told_that_a_band_plays_in_common_time(page: Page, alice: str) -> None:
    code = upload(page, "waltz.mid", reel(Metre(0, 3, 4)))
    page.goto(f"/accompany/?piece={code}")
    expect(page.get_by_text("The band plays in 4/4 only, and no bar here is in 4/4.")).to_be_visible()


def test_all_five_roles_leave_nothing_to_play(page: Page, alice: str) -> None:
    parts = [Track(name, "other", 0, False, make_notes([(0, 1920, 60, 80)])) for name in ("A", "B", "C")]
    kit = Track("Kit", "drums", 0, True, make_notes([(0, 120, 36, 80)]))
    deep = Track("Deep", "other", 32, False, make_notes([(0, 1920, 36, 80)]))
    code = upload(page, "five.mid", write_midi(Score((*parts, kit, deep), length=1920)))
    page.goto(f"/accompany/?piece={code}")
    for box in page.get_by_role("checkbox").all():
        box.check()
    expect(page.get_by_text("All five roles are given.")).to_be_visible()
    page.get_by_label("Role of A").select_option("Bass")
    expect(page.get_by_text("Tracks that share a role become one")).to_be_visible()
