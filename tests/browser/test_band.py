"""The band in the studio: what it is asked, one part anew with the rest unchanged, three arrangers blind."""

import json
import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import Open
from tests.browser.studio import job_of, notes_of, piece_of, roll, written

# The lines by which jobs are followed.
JOBS = re.compile(r"/ws/jobs/")
BAND = ["bass", "drums", "guitar", "piano", "strings"]


def by_role(page: Page) -> dict[str, list[list[int]]]:
    """The notes of each part of the piece that the studio shows."""
    return dict(zip(BAND, notes_of(piece_of(page)), strict=True))


def played(page: Page, card: str, bars: int = 32) -> None:
    """A piece of a band in the studio; so long that it still plays when a slow machine comes to press."""
    page.goto("/studio/")
    page.get_by_role("radio", name=re.compile(f"^{card}")).check()
    page.get_by_label("Bars", exact=True).fill(str(bars))
    page.get_by_role("button", name="Generate", exact=True).click()
    written(page, bars=bars)


def take(page: Page, number: int, of: int) -> None:
    expect(page.get_by_text(f"Take {number} of {of}", exact=True)).to_be_visible()


def test_a_person_says_who_plays_how_densely_and_in_what_form(page: Page) -> None:
    page.goto("/studio/")
    page.get_by_role("radio", name="Hybrid band").check()
    page.get_by_label("Bars", exact=True).fill("12")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Form", exact=True).fill("ab")
    page.get_by_label("Seed", exact=True).fill("7")
    page.get_by_role("checkbox", name="Guitar").uncheck()
    page.get_by_role("slider", name="Density: Bass").fill("1")
    page.get_by_role("button", name="Generate", exact=True).click()
    written(page, bars=12)
    asked = job_of(page)["request"]
    assert (asked["form"], asked["muted"], asked["density"]) == ("AB", ["guitar"], {"bass": 1.0})
    dense = by_role(page)
    assert dense["guitar"] == []
    # A B A: the third phrase is the first again, but for how long a note holds over its end.
    first, third = ([(n[0] - lo, n[2]) for n in dense["bass"] if lo <= n[0] < lo + 7680] for lo in (0, 15360))
    assert first == third

    page.get_by_role("button", name="Back to as learnt: Bass").click()
    page.get_by_role("checkbox", name="Guitar").check()
    page.get_by_role("button", name="Another").click()
    written(page, bars=12)
    assert job_of(page)["request"]["density"] == {}


def test_one_part_is_drawn_anew_while_it_plays_and_the_rest_stays(page: Page) -> None:
    played(page, "Hybrid band")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    first = by_role(page)

    page.get_by_role("button", name="Re-roll drums").click()
    expect(page.get_by_text("The other four tracks are unchanged, note for note.")).to_be_visible()
    take(page, 2, 2)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()  # it plays on
    assert page.evaluate("() => document.querySelector('ostinato-transport').player.position") > 0
    page.wait_for_load_state("networkidle")
    second = by_role(page)
    assert {role for role in BAND if second[role] != first[role]} == {"drums"}

    page.get_by_role("button", name="Same groove, new harmony").click()
    expect(page.get_by_text("Drums: unchanged, note for note. The rest is new.")).to_be_visible()
    third = by_role(page)
    assert third["drums"] == second["drums"]
    assert third["bass"] != second["bass"]

    page.get_by_role("button", name="Latents").click()
    page.get_by_role("button", name="Draw anew: Private, Piano").click()
    expect(page.get_by_text("New: Piano.")).to_be_visible()
    take(page, 4, 4)
    page.get_by_role("button", name="Back to the seed of the piece: Private, Piano").click()
    expect(page.get_by_text("New: Piano.")).to_be_visible()
    take(page, 5, 5)
    assert by_role(page) == third

    for number in (4, 3, 2, 1):
        page.keyboard.press("Control+z")
        take(page, number, 5)
    page.wait_for_load_state("networkidle")
    assert by_role(page) == first
    expect(roll(page, notes=sum(map(len, first.values())), tracks=5)).to_be_visible()
    page.reload()
    written(page, bars=32)
    assert by_role(page) == first


@pytest.mark.parametrize("card", ["Composed band", "Jam"])
def test_every_arranger_keeps_its_promise(page: Page, card: str) -> None:
    played(page, card, bars=8)
    page.get_by_role("button", name="Re-roll bass").click()
    expect(page.get_by_text("New: Bass. The other four tracks are unchanged, note for note.")).to_be_visible()
    page.get_by_role("button", name="Same groove, new harmony").click()
    expect(page.get_by_text("Drums: unchanged, note for note. The rest is new.")).to_be_visible()


def test_drums_are_said_by_their_names(page: Page) -> None:
    played(page, "Hybrid band", bars=8)
    page.get_by_role("button", name="Tracks", exact=True).click()
    page.get_by_role("button", name="Drums", exact=True).click()
    named = re.compile(r"^bar \d+, beat [\d.]+, (Kick|Snare|Crash|Ride|\w+ hat|\w+ tom), Drums")
    expect(page.locator("[role=gridcell][tabindex='0']")).to_have_text(named)


def test_three_arrangers_are_heard_blind_in_step_and_voted_on(page: Page) -> None:
    page.goto("/studio/")
    page.get_by_label("Bars", exact=True).fill("32")
    page.get_by_role("main").get_by_role("link", name="Three arrangers, one seed").click()
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_text("Before you vote, listen to B and C.")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    rolls = page.get_by_role("img", name=re.compile(r"^Piano roll, [1-9][\d,]* notes?, 5 tracks, 32 bars$"))
    expect(rolls).to_have_count(3)
    for card in ("Hybrid band", "Composed band", "Jam"):
        expect(page.get_by_role("heading", name=card)).to_have_count(0)

    player = "document.querySelector('ostinato-transport').player"
    page.wait_for_function(f"() => {player}.position > 240")
    before = page.evaluate(f"() => {player}.position")
    for letter in "BCA":
        page.keyboard.press(letter.lower())
        expect(page.get_by_role("button", name=f"Hear {letter}", exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
    assert page.evaluate(f"() => {player}.position") > before  # in step: it went on where it was
    expect(page.get_by_text("Which is the best? One vote a seed.")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("^You voted for"))).to_be_hidden()

    page.get_by_role("button", name="Vote for B").click()
    expect(page.get_by_role("heading", name=re.compile("^You voted for"))).to_be_visible()
    share = re.compile(r"^\d+ of \d+ votes?: \d+%, in truth between \d+% and \d+%$")
    expect(page.get_by_text(share)).to_have_count(3)
    mine = page.get_by_role("heading", name=re.compile("^B: .* your vote$"))
    expect(mine).to_be_visible()
    page.reload()
    expect(mine).to_be_visible()

    page.get_by_role("region", name=re.compile("^B: ")).get_by_role("link", name="Re-roll its parts").click()
    page.get_by_role("button", name="Re-roll drums").click()
    expect(page.get_by_text("The other four tracks are unchanged, note for note.")).to_be_visible()


def test_three_of_which_one_broke_off_say_so_when_they_are_opened_again(page: Page) -> None:
    page.goto("/studio/")
    page.get_by_label("Bars", exact=True).fill("2")
    page.get_by_role("main").get_by_role("link", name="Three arrangers, one seed").click()
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_text("Before you vote, listen to B and C.")).to_be_visible()
    error = {"code": "engine", "message": "The generator stopped."}
    failed = json.dumps({"type": "failed", "number": 1, "error": error, "piece": None})
    page.route_web_socket(JOBS, lambda line: line.send(failed))
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("The generator stopped.")
    expect(page.get_by_text("The three are playing it")).to_be_hidden()


def test_a_draw_that_is_left_for_another_piece_holds_nothing_up(page: Page) -> None:
    played(page, "Hybrid band", bars=8)
    first = job_of(page)["code"]
    lines: list[WebSocketRoute] = []

    def answer(line: WebSocketRoute) -> None:
        """The first line stays silent."""
        lines.append(line)
        if len(lines) > 1:
            line.connect_to_server()

    page.route_web_socket(JOBS, answer)
    page.get_by_role("button", name="Re-roll drums").click()
    expect(page.get_by_text("Drawing anew", exact=True)).to_be_visible()
    page.get_by_role("button", name="Another").click()
    page.wait_for_url(lambda address: first not in address)
    written(page)
    page.get_by_role("button", name="Re-roll bass").click()
    expect(page.get_by_text("New: Bass.")).to_be_visible()
    take(page, 2, 2)


def written_on_a_phone(open_browser: Open) -> Page:
    """A band, as it stands on a phone when it is whole."""
    phone = open_browser("phone")
    phone.goto("/studio/")
    phone.get_by_role("button", name="Settings").tap()
    phone.get_by_role("radio", name="Hybrid band").check()
    phone.get_by_role("button", name="Close").first.tap()
    phone.get_by_role("button", name="Generate", exact=True).tap()
    written(phone)
    return phone


def test_a_phone_keeps_its_roll_when_the_latents_are_opened(open_browser: Open) -> None:
    phone = written_on_a_phone(open_browser)
    phone.get_by_role("button", name="Latents").tap()
    last = phone.get_by_role("button", name="Draw anew: Private over time, Strings")
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport(ratio=1)
    drawn = roll(phone, tracks=5)
    drawn.scroll_into_view_if_needed()
    box = drawn.bounding_box()
    assert box is not None
    assert box["height"] > 150
    expect(phone.get_by_role("button", name="Keep", exact=True)).to_be_in_viewport(ratio=1)


def test_a_phone_is_shown_that_the_row_of_parts_goes_on(open_browser: Open) -> None:
    phone = written_on_a_phone(open_browser)
    row = phone.locator(".reroll-bar")
    look = "(row, name) => getComputedStyle(row, '::after')[name]"
    picture, width = row.evaluate(look, "backgroundImage"), float(row.evaluate(look, "width")[:-2])
    assert picture.startswith("linear-gradient")
    # Pushed to its end the row shows its last button whole, beside the fade and not under it.
    row.evaluate("row => row.scrollTo(row.scrollWidth, 0)")
    last, all_of_it = phone.get_by_role("button", name="Latents").bounding_box(), row.bounding_box()
    assert last is not None
    assert all_of_it is not None
    assert last["x"] + last["width"] <= all_of_it["x"] + all_of_it["width"] - width


def test_a_phone_has_the_three_below_one_another(open_browser: Open) -> None:
    phone = open_browser("phone")
    phone.goto("/studio/arrangers/")
    phone.get_by_role("button", name="Generate", exact=True).tap()
    expect(phone.get_by_text("Before you vote, listen to B and C.")).to_be_visible()
    boxes = [phone.get_by_role("region", name=f"Arranger {letter}").bounding_box() for letter in "ABC"]
    tops = [box["y"] for box in boxes if box]
    assert len(tops) == 3
    assert tops == sorted(tops)
    assert phone.evaluate("() => document.documentElement.scrollWidth") <= 360
