"""The studio: what is asked is what is written, and what is written is kept, whatever happens on the way."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.bad_line import BadLine
from tests.browser.conftest import Open
from tests.browser.keyboard import tab_to
from tests.browser.listening import lag, listen, recording
from tests.browser.people import PASSWORD, new_name
from tests.browser.server import Server
from tests.browser.studio import (
    job_of,
    notes_of,
    notes_sounded,
    onsets_and_pitches,
    piece_of,
    roll,
    wait_for_end,
    written,
)


def test_what_is_heard_is_on_the_beat_of_the_roll(page: Page) -> None:
    page.goto("/studio/")
    page.get_by_role("radio", name="Pop piano").check()
    page.get_by_role("button", name="Generate").click()
    expect(roll(page, tracks=2, bars=8)).to_be_visible()
    listen(page)
    expect(page.get_by_text("Bar 5, beat 1")).to_be_attached()
    heard = recording(page)
    written(page)
    late, agreement = lag(heard, onsets_and_pitches(piece_of(page)))
    assert abs(late) < 0.04
    assert agreement > 1


@pytest.fixture(scope="module")
def slow_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site on a slow machine: here there is time to do something while a piece is written."""
    server = Server(tmp_path_factory.mktemp("slow"), OSTINATO_ENGINE="tests.slow_engine.SlowEngine")
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def slow_page(open_browser: Open, slow_site: str) -> Page:
    return open_browser(base_url=slow_site)


def test_stopping_keeps_the_bars_that_are_written(slow_page: Page) -> None:
    page = slow_page
    page.goto("/studio/")
    page.get_by_role("radio", name="Pop piano").check()
    page.get_by_label("Bars", exact=True).fill("64")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_text(re.compile(r"^Bar [3-9] of 64"))).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    stopped = page.get_by_text(re.compile(r"^Stopped after (\d+) bars, kept as a draft in My pieces$"))
    expect(stopped).to_be_visible(timeout=2_000)
    job = job_of(page)
    assert job["status"] == "cancelled"
    assert 2 <= job["bars_done"] < 64
    piece = piece_of(page)
    assert piece["is_draft"]
    assert piece["bars"] == job["bars_done"]
    expect(stopped).to_have_text(f"Stopped after {piece['bars']} bars, kept as a draft in My pieces")
    page.get_by_role("link", name="My pieces").click()
    drafts = page.get_by_role("region", name="Drafts")
    expect(drafts.get_by_role("link", name=piece["title"])).to_be_visible()
    expect(drafts.get_by_text(f"{piece['bars']} bars")).to_be_visible()


def test_a_dropped_socket_neither_loses_nor_doubles_a_note(slow_page: Page) -> None:
    page = slow_page
    line = BadLine(page, after=3, times=2)
    page.goto("/studio/")
    page.get_by_label("Tempo", exact=True).first.fill("240")
    page.get_by_role("button", name="Generate").click()
    written(page)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible(timeout=60_000)
    assert line.connections == 3
    piece = piece_of(page)
    expect(roll(page, notes=piece["n_notes"])).to_be_visible()
    expected = sorted((t, note[0], note[2]) for t, notes in enumerate(notes_of(piece)) for note in notes)
    assert sorted(notes_sounded(page)) == expected


def test_a_site_that_goes_away_just_at_the_end_still_offers_to_keep_the_piece(
    page: Page, complaints: list[re.Pattern[str]]
) -> None:
    complaints.append(re.compile("ERR_CONNECTION_REFUSED"))
    away = ["for a moment", "and for another"]

    def answer(route: Route) -> None:
        if away:
            away.pop()
            route.abort("connectionrefused")
        else:
            route.continue_()

    page.route("**/api/v1/pieces/*/", answer)
    page.goto("/studio/")
    page.get_by_label("Bars", exact=True).fill("2")
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_text("Reconnecting; nothing is lost")).to_be_visible()
    expect(page.get_by_role("button", name="Keep", exact=True)).to_be_visible()
    written(page, bars=2)


def test_a_page_opened_again_in_the_middle_shows_the_whole_piece(slow_page: Page) -> None:
    page = slow_page
    page.goto("/studio/")
    page.get_by_label("Bars", exact=True).fill("32")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_text(re.compile(r"^Bar [2-9] of 32"))).to_be_visible()
    page.reload()
    written(page, bars=32)
    expect(roll(page, notes=piece_of(page)["n_notes"])).to_be_visible()


def test_the_same_seed_gives_the_same_notes_and_another_seed_others(page: Page) -> None:
    def written_with(seed: str) -> list[list[list[int]]]:
        page.goto("/studio/")
        page.get_by_text("More", exact=True).click()
        page.get_by_label("Seed", exact=True).fill(seed)
        page.get_by_role("button", name="Generate").click()
        written(page)
        return notes_of(piece_of(page))

    first = written_with("4711")
    assert written_with("4711") == first
    assert written_with("4712") != first


def test_a_piece_is_continued_and_its_bars_stay_note_for_note(page: Page, alice: str, piece: str) -> None:
    page.goto(f"/pieces/{piece}/")
    page.get_by_role("link", name="Continue from the end").click()
    expect(page.get_by_text("Goes on after bar 2 of")).to_be_visible()
    page.get_by_role("radio", name="Pop piano").check()
    page.get_by_label("Bars to add", exact=True).fill("4")
    page.get_by_role("button", name="Generate").click()
    written(page, bars=6)
    longer = piece_of(page)
    before = page.request.get(f"/api/v1/pieces/{piece}/").json()
    two_bars = before["score"]["length"]
    kept = [note for notes in notes_of(longer) for note in notes if note[0] < two_bars]
    assert sorted(kept) == sorted(note for notes in notes_of(before) for note in notes)
    assert longer["n_notes"] > before["n_notes"]


def test_a_locked_key_leaves_no_note_outside_its_scale(page: Page) -> None:
    page.goto("/studio/")
    page.get_by_role("radio", name="Pop piano").check()
    page.get_by_label("Key", exact=True).select_option("C major")
    page.get_by_label("Only notes of this scale").check()
    page.get_by_role("button", name="Generate").click()
    written(page)
    pitches = {note[2] % 12 for notes in notes_of(piece_of(page)) for note in notes}
    assert pitches <= {0, 2, 4, 5, 7, 9, 11}


def test_a_stranger_goes_from_home_to_a_kept_piece_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    tab_to(page, page.get_by_role("link", name="Make some music"))
    page.keyboard.press("Enter")
    written(page)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Keep", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Title of the piece")).to_be_focused()
    page.keyboard.type("By hand")
    tab_to(page, page.get_by_label("Your name"))
    page.keyboard.type(new_name("pointerless"))
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    kept = page.get_by_role("region", name="Kept").get_by_role("link", name="By hand")
    expect(kept).to_be_visible()
    tab_to(page, kept)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By hand")).to_be_visible()


def test_a_phone_has_roll_and_button_in_sight_and_the_settings_in_a_sheet(phone: Page) -> None:
    phone.goto("/studio/")
    phone.get_by_role("button", name="Settings").tap()
    phone.get_by_label("Bars", exact=True).fill("2")
    phone.get_by_role("button", name="Close").first.tap()
    phone.get_by_role("button", name="Generate").tap()
    written(phone, bars=2)
    expect(roll(phone, tracks=4, bars=2)).to_be_in_viewport()
    expect(phone.get_by_role("button", name=re.compile("^(Play|Pause)$"))).to_be_in_viewport()


def test_alternatives_are_heard_by_number_and_enter_keeps_one(page: Page) -> None:
    page.goto("/studio/")
    page.get_by_role("radio", name="Pop piano").check()
    page.get_by_label("Bars", exact=True).fill("2")
    page.get_by_role("group", name="Alternatives").get_by_role("radio", name="4").check()
    page.get_by_role("button", name="Generate", exact=True).click()
    written(page, bars=2)
    first = job_of(page)
    for number in (1, 2, 3, 4):
        expect(page.get_by_role("button", name=f"Hear alternative {number}", exact=True)).to_be_visible()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("3")
    third = page.get_by_role("button", name="Hear alternative 3", exact=True)
    expect(third).to_have_attribute("aria-pressed", "true")
    page.wait_for_url(lambda address: first["code"] not in address)
    heard = job_of(page)
    assert heard["seed"] == first["seed"] + 2
    expect(roll(page, notes=piece_of(page)["n_notes"], bars=2)).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Title of the piece")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.wait_for_url(lambda address: heard["code"] not in address)
    expect(page.get_by_role("button", name="Hear alternative 4", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Hear alternative"))).to_have_count(4)
    assert job_of(page)["seed"] not in range(first["seed"], first["seed"] + 4)


def test_who_leaves_the_studio_gives_up_the_alternatives_but_not_the_piece_on_its_stage(
    slow_page: Page,
) -> None:
    page = slow_page
    page.goto("/studio/")
    page.get_by_role("radio", name="Pop piano").check()
    page.get_by_label("Bars", exact=True).fill("64")
    page.get_by_role("group", name="Alternatives").get_by_role("radio", name="2").check()
    with page.expect_response("**/api/v1/generations/?alternative_of=*") as asked:
        page.get_by_role("button", name="Generate", exact=True).click()
    first, second = job_of(page)["code"], asked.value.json()["code"]
    page.goto("/gallery/")
    wait_for_end(page, f"/api/v1/generations/{second}/", status="cancelled")
    assert page.request.get(f"/api/v1/generations/{first}/").json()["status"] != "cancelled"


def test_when_the_first_alternative_breaks_off_the_others_can_be_heard(page: Page) -> None:
    error = {"code": "engine", "message": "The generator stopped."}
    failed = json.dumps({"type": "failed", "number": 1, "error": error, "piece": None})
    lines: list[WebSocketRoute] = []

    def answer(line: WebSocketRoute) -> None:
        """The first line, the stage's own, tells of a failure."""
        lines.append(line)
        if len(lines) == 1:
            line.send(failed)
        else:
            line.connect_to_server()

    page.route_web_socket(re.compile(r"/ws/jobs/"), answer)
    page.goto("/studio/")
    page.get_by_label("Bars", exact=True).fill("2")
    page.get_by_role("group", name="Alternatives").get_by_role("radio", name="2").check()
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The generator stopped.")
    page.get_by_role("button", name="Hear alternative 2", exact=True).click()
    written(page, bars=2)
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(roll(page, notes=piece_of(page)["n_notes"], bars=2)).to_be_visible()
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => window.ostinato.sounded.length > 0")
