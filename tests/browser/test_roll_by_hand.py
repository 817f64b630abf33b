"""The roll and its player under hands: wheel, ruler, keys, fingers."""

import re
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.browser.people import sign_up
from tests.browser.pieces import tune, upload

EIGHT_NOTES = re.compile("Piano roll, 8 notes, 1 track, 2 bars")


@pytest.fixture
def roll(page: Page, piece: str) -> Locator:
    """alice's tune on its page: C major up the scale in quarters, two bars at 120."""
    page.goto(f"/pieces/{piece}/")
    roll = page.get_by_role("img", name=EIGHT_NOTES)
    expect(roll).to_be_visible()
    return roll


def tell(page: Page, what: str) -> Any:
    """What the page's player (`player`) or the view of its roll (`view`) says."""
    return page.evaluate(
        "() => { const { player, roll } = document.querySelector('ostinato-player');"
        f"const view = roll.viewport; return {what} }}"
    )


def until(page: Page, what: str) -> None:
    """Wait until an expression holds. (Playwright's own way is an `eval` to the page's security policy.)"""
    for _ in range(100):
        if page.evaluate(what):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {what}")


def middle(roll: Locator) -> tuple[float, float]:
    box = roll.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def place_button(page: Page, place: str) -> Locator:
    return page.get_by_role("slider", name="Position").and_(page.locator(f'[aria-valuetext="{place}"]'))


def test_ctrl_and_wheel_zoom_at_the_pointer_and_f_shows_everything_again(page: Page, roll: Locator) -> None:
    whole, tick = tell(page, "view.scale"), tell(page, "view.tick(view.width / 2)")
    page.mouse.move(*middle(roll))
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    assert tell(page, "view.scale") > 1.3 * whole
    # The pixel under the pointer still shows the same time; half a pixel is lost to rounding.
    assert tell(page, "view.tick(view.width / 2)") == pytest.approx(tick, abs=10)
    page.keyboard.press("f")
    assert tell(page, "view.scale") == pytest.approx(whole, rel=0.01)


def test_the_line_that_shows_the_place_is_high_enough_for_a_mouse(page: Page, roll: Locator) -> None:
    box = page.get_by_role("slider", name="Position").bounding_box()
    assert box is not None
    assert box["height"] >= 24


def test_the_ruler_seeks_where_it_is_clicked_and_loops_what_is_dragged(page: Page, roll: Locator) -> None:
    box = roll.bounding_box()
    assert box is not None
    ruler = box["y"] - 10
    left, right = (box["x"] + tell(page, f"view.x({tick})") for tick in (1920, 3840))
    page.mouse.click(left + 2, ruler)
    expect(place_button(page, "Bar 2, beat 1")).to_be_attached()
    page.mouse.move(left + 4, ruler)
    page.mouse.down()
    page.mouse.move(right - 4, ruler, steps=5)
    page.mouse.up()
    loop = page.get_by_role("button", name="Loop")
    expect(loop).to_have_attribute("aria-pressed", "true")
    assert tell(page, "player.loop") == [1920, 3840]
    page.keyboard.press("l")
    expect(loop).to_have_attribute("aria-pressed", "false")


def test_the_keys_play_pause_step_by_bars_and_notes_and_mute(page: Page, roll: Locator) -> None:
    expect(page.get_by_role("grid", name="Notes")).to_be_attached()
    page.keyboard.press("ArrowRight")
    expect(place_button(page, "Bar 1, beat 2")).to_be_attached()
    page.keyboard.press("d")
    expect(place_button(page, "Bar 2, beat 1")).to_be_attached()
    page.keyboard.press("Home")
    expect(place_button(page, "Bar 1, beat 1")).to_be_attached()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.get_by_role("button", name="Tracks").click()
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Mute Melody")).to_have_attribute("aria-pressed", "true")


def test_a_letter_typed_into_the_tempo_is_not_a_command(page: Page, roll: Locator) -> None:
    tempo = page.get_by_role("spinbutton", name="Tempo")
    tempo.fill("400")
    tempo.press("Enter")
    expect(tempo).to_have_value("240")
    tempo.press("l")
    expect(page.get_by_role("button", name="Loop")).to_have_attribute("aria-pressed", "false")


def test_a_pressed_key_of_the_keyboard_sounds(page: Page, roll: Locator) -> None:
    box = roll.bounding_box()
    assert box is not None
    # The note is short, and a busy machine may answer a question from here only after it has died away.
    page.evaluate(
        "() => { window.loudest = 0;"
        "setInterval(() => { loudest = Math.max(loudest, ostinato.level()) }, 20) }"
    )
    page.mouse.click(box["x"] - 12, box["y"] + tell(page, "view.y(67) + view.rowHeight / 2"))
    # Pressed, not played from the score: its note has no tick.
    until(page, "ostinato.sounded.some(note => note.pitch === 67 && note.tick === null)")
    until(page, "loudest > 0.005")


def fingers(session: CDPSession, kind: str, points: list[tuple[float, float]]) -> None:
    touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def test_two_fingers_zoom_the_roll_and_not_the_page(phone: Page) -> None:
    sign_up(phone, "fingers")
    phone.goto(f"/pieces/{upload(phone, 'tune.mid', tune())}/")
    roll = phone.get_by_role("img", name=EIGHT_NOTES)
    expect(roll).to_be_visible()
    roll.scroll_into_view_if_needed()
    before = tell(phone, "view.scale")
    x, y = middle(roll)
    session = phone.context.new_cdp_session(phone)
    fingers(session, "touchStart", [(x - 40, y), (x + 40, y)])
    for step in range(1, 6):
        fingers(session, "touchMove", [(x - 40 - 6 * step, y), (x + 40 + 6 * step, y)])
    fingers(session, "touchEnd", [])
    assert tell(phone, "view.scale") > 1.5 * before
    assert phone.evaluate("visualViewport.scale") == 1
