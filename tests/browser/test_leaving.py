"""Journey 7: who leaves takes everything along, and leaves nothing behind but what others made of it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.people import delete_account, new_name, sign_up
from tests.browser.pieces import finished, generate, publish, tune, upload


def test_everything_is_taken_along_brought_elsewhere_and_then_deleted(
    page: Page, phone: Page, tmp_path: Path
) -> None:
    leaver = new_name("leaver")
    sign_up(page, leaver)
    shown = upload(page, "Shown.mid", tune())
    publish(page, shown)
    made = generate(page, seed=7)
    sign_up(phone, new_name("stays"))
    phone.goto(f"/pieces/{shown}/")
    phone.get_by_role("button", name="Remix", exact=True).tap()
    expect(phone.get_by_role("heading", name="Shown, remixed")).to_be_visible()

    page.goto("/settings/")
    page.get_by_role("link", name="Everything as one file").click()
    page.get_by_role("button", name="Put it together").click()
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download").click()
    with zipfile.ZipFile(io.BytesIO(Path(begun.value.path()).read_bytes())) as everything:
        names = everything.namelist()
        recipes = [json.loads(everything.read(name)) for name in names if name.endswith("recipe.json")]
        assert len([name for name in names if name.endswith(".mid")]) == 2
        assert len([name for name in names if name.endswith(".musicxml")]) == 2
        assert len([name for name in names if name.endswith(".wav")]) == 2
    recipe = tmp_path / "taken.recipe.json"
    recipe.write_text(json.dumps(next(own for own in recipes if own.get("seed") == 7)))

    phone.goto("/pieces/")
    phone.get_by_label("Choose a file").set_input_files(recipe)
    phone.wait_for_url(re.compile(r"/studio/\?job="))
    again = finished(phone, phone.url.rpartition("job=")[2])
    phone.goto(f"/pieces/{again}/")
    expect(phone.get_by_text(re.compile(r"Made from a recipe: identical, (\d+) of \1 notes"))).to_be_visible()

    delete_account(page, leaver)
    expect(page.get_by_role("definition").nth(2)).to_have_text("2")
    for code in (shown, made):
        assert page.request.get(f"/pieces/{code}/").status == 404

    phone.goto("/pieces/")
    phone.get_by_role("link", name="Shown, remixed").click()
    expect(phone.get_by_role("region", name="Family").get_by_text("Author removed")).to_be_visible()
    phone.get_by_role("button", name="Play", exact=True).first.tap()
    expect(phone.get_by_role("button", name="Pause").first).to_be_visible()
