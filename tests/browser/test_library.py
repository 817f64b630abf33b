"""My pieces: brought, renamed, deleted and put back, taken away as files."""

import re

from playwright.sync_api import Page, expect

from generator.music.midi import read_midi
from tests.browser.pieces import publish, tune, upload


def test_an_uploaded_midi_file_becomes_a_private_piece(page: Page) -> None:
    page.goto("/pieces/")
    page.get_by_label("Choose a file").set_input_files(
        {"name": "morning.mid", "mimeType": "audio/midi", "buffer": tune()}
    )
    expect(page.get_by_text("is in My pieces, private.")).to_be_visible()
    page.get_by_role("link", name="Open it").click()
    expect(page.get_by_role("heading", name="morning")).to_be_visible()
    expect(page.get_by_role("img", name="Piano roll, 8 notes, 1 track, 2 bars")).to_be_visible()
    expect(page.get_by_text("Private", exact=True)).to_be_visible()


def test_a_corrupt_file_is_refused_with_the_reason_and_the_page_stays_usable(
    page: Page, complaints: list[re.Pattern[str]]
) -> None:
    complaints.append(re.compile("status of 400"))  # the browser's own line about the refusal
    page.goto("/pieces/")
    chooser = page.get_by_label("Choose a file")
    chooser.set_input_files({"name": "broken.mid", "mimeType": "audio/midi", "buffer": tune()[:40]})
    refusal = page.get_by_role("status").filter(has_text="broken.mid was not taken.")
    expect(refusal).to_be_visible()
    expect(refusal).to_contain_text("byte")
    chooser.set_input_files({"name": "whole.mid", "mimeType": "audio/midi", "buffer": tune()})
    expect(page.get_by_text("is in My pieces, private.")).to_be_visible()


def test_a_file_that_is_too_large_is_refused_before_it_travels(page: Page) -> None:
    page.goto("/pieces/")
    page.get_by_label("Choose a file").set_input_files(
        {"name": "long.mid", "mimeType": "audio/midi", "buffer": bytes(3 * 1024 * 1024)}
    )
    expect(page.get_by_text("It has 3.0 MB, and 2 MB is the most.")).to_be_visible(timeout=2_000)


def test_a_deleted_piece_comes_back_by_undo(page: Page, piece: str) -> None:
    page.goto("/pieces/")
    kept = page.get_by_role("region", name="Kept")
    page.get_by_label("More for tune").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("tune is deleted.")).to_be_visible()
    expect(kept.get_by_role("link", name="tune")).to_be_hidden()
    assert page.request.get(f"/pieces/{piece}/").status == 404
    page.get_by_role("button", name="Undo").click()
    expect(kept.get_by_role("link", name="tune")).to_be_visible()
    assert page.request.get(f"/pieces/{piece}/").status == 200


def test_a_piece_is_renamed_where_it_stands(page: Page, piece: str) -> None:
    page.goto("/pieces/")
    page.get_by_label("More for tune").click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Title", exact=True).fill("Ladder")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Ladder")).to_be_visible()
    page.goto(f"/pieces/{piece}/")
    expect(page.get_by_role("heading", name="Ladder")).to_be_visible()


def test_the_downloaded_files_hold_the_notes(page: Page, piece: str) -> None:
    page.goto(f"/pieces/{piece}/")
    with page.expect_download() as midi:
        page.get_by_role("link", name="MIDI").click()
    score = read_midi(midi.value.path().read_bytes())
    assert [int(pitch) for pitch in score.tracks[0].notes["pitch"]] == [60, 62, 64, 65, 67, 69, 71, 72]
    with page.expect_download() as musicxml:
        page.get_by_role("link", name="MusicXML").click()
    assert musicxml.value.path().read_text().count("<step>C</step>") == 2


def test_nobody_else_sees_a_private_piece(page: Page, phone: Page, piece: str) -> None:
    assert page.request.get(f"/pieces/{piece}/").status == 200
    assert phone.request.get(f"/pieces/{piece}/").status == 404


def test_a_published_piece_hangs_in_the_gallery_until_it_is_taken_down(
    page: Page, phone: Page, alice: str
) -> None:
    code = upload(page, "for everybody.mid", tune())
    publish(page, code)
    phone.goto("/gallery/")
    phone.get_by_role("link", name="for everybody").tap()
    expect(phone.get_by_role("link", name=alice).first).to_be_visible()
    page.get_by_role("button", name="Make it private again").click()
    expect(page.get_by_text("Only you see it now.")).to_be_visible()
    assert phone.request.get(f"/pieces/{code}/").status == 404
