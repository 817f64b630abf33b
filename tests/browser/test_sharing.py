"""A piece taken along: as a score, as sound, written again by its recipe."""

from __future__ import annotations

import json
import re
from pathlib import Path

import soundfile
from playwright.sync_api import Page, expect

from tests.browser.pieces import finished, generate
from tests.browser.studio import onsets_and_pitches


def test_the_score_shows_the_notes_of_the_roll(page: Page, piece: str) -> None:
    page.goto(f"/pieces/{piece}/")
    page.get_by_role("tab", name="Score").click()
    heads = page.locator("#score-pages .vf-stavenote")
    expect(heads).to_have_count(8)  # two bars of quarters, and no rest
    page.get_by_role("tab", name="Score").press("ArrowLeft")
    expect(page.get_by_role("img", name=re.compile("Piano roll, 8 notes"))).to_be_visible()
    expect(heads.first).to_be_hidden()


def test_a_piece_is_downloaded_as_sound(page: Page, piece: str, tmp_path: Path) -> None:
    page.goto(f"/pieces/{piece}/")
    with page.expect_download() as begun:
        page.get_by_role("link", name="WAV").click()
    file = tmp_path / begun.value.suggested_filename
    begun.value.save_as(file)
    assert file.name == "tune.wav"
    samples, rate = soundfile.read(file)
    assert 4 < len(samples) / rate < 7  # eight quarters at 120, and what rings on
    assert abs(samples).max() > 0.5


def test_a_piece_is_written_again_and_its_recipe_is_brought_to_another_account(
    page: Page, alice: str, tmp_path: Path
) -> None:
    code = generate(page, seed=11)
    page.goto(f"/pieces/{code}/")
    page.get_by_role("button", name="Reproduce").click()
    expect(page.get_by_text(re.compile(r"Identical: (\d+) of \1 notes\."))).to_be_visible()

    notes = onsets_and_pitches(page.request.get(f"/api/v1/pieces/{code}/").json())
    recipe = tmp_path / "piece.recipe.json"
    recipe.write_bytes(page.request.get(f"/pieces/{code}/recipe/").body())
    assert json.loads(recipe.read_text())["seed"] == 11
    page.context.clear_cookies()  # another browser, another account
    page.goto("/pieces/")
    page.get_by_label("Choose a file").set_input_files(recipe)
    page.wait_for_url(re.compile(r"/studio/\?job="))
    second = finished(page, page.url.rpartition("job=")[2])
    assert second != code
    again = onsets_and_pitches(page.request.get(f"/api/v1/pieces/{second}/").json())
    assert again.tolist() == notes.tolist()
    page.goto(f"/pieces/{second}/")
    expect(page.get_by_text(re.compile(r"Made from a recipe: identical, (\d+) of \1 notes"))).to_be_visible()
