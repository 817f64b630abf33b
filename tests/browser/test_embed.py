"""Journey 5, the third step: a piece on another site's page plays, is led by it, and can be taken back."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import FrameLocator, Page, expect

LISTEN = """
window.heard = []
addEventListener('message', e => e.data?.ostinato === 1 && window.heard.push(e.data))
"""
PAGE = """<!doctype html><title>Somebody's page</title><body><p>My song</p>
<iframe src="{src}" width="{width}" height="{height}" title="A piece" allow="autoplay"></iframe>
<script src="/listen.js"></script></body>"""


@pytest.fixture
def elsewhere() -> Iterator[dict[str, str]]:
    """Another site, with a strict policy of its own. Set "page" to what it serves; its address is "url"."""
    site: dict[str, str] = {"page": ""}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_script = self.path == "/listen.js"
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if is_script else "text/html; charset=utf-8")
            policy = "default-src 'none'; script-src 'self'; frame-src *"
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write((LISTEN if is_script else site["page"]).encode())

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # Another name than the site's own: cookies and storage are those of a stranger.
    site["url"] = f"http://localhost:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield site
    server.shutdown()


@pytest.fixture
def public(page: Page, piece: str) -> str:
    """Alice's tune, public. Returns its code."""
    show(page, piece, "public")
    return piece


def show(page: Page, code: str, visibility: str) -> None:
    page.goto("/pieces/")
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    address = f"/api/v1/pieces/{code}/"
    answer = page.request.patch(address, headers={"X-CSRFToken": token}, data={"visibility": visibility})
    assert answer.ok, answer.text()


def embed(page: Page, elsewhere: dict[str, str], src: str, width: int, height: int) -> FrameLocator:
    elsewhere["page"] = PAGE.format(src=src, width=width, height=height)
    page.goto(elsewhere["url"])
    return page.frame_locator("iframe")


def say(page: Page, **message: object) -> None:
    page.evaluate(
        "said => document.querySelector('iframe').contentWindow.postMessage({ostinato: 1, ...said}, '*')",
        message,
    )


def heard(page: Page, event: str, **like: object) -> None:
    """Wait until the embed has told this."""
    page.wait_for_function(
        "([event, like]) => heard.some(m => m.event === event"
        " && Object.entries(like).every(([k, v]) => m[k] === v))",
        arg=[event, like],
    )


def test_an_embed_of_300_by_120_plays_and_answers_the_page_around_it(
    page: Page, public: str, elsewhere: dict[str, str], site: str
) -> None:
    frame = embed(page, elsewhere, f"{site}/embed/{public}/", 300, 120)
    heard(page, "ready", title="tune", bars=2)
    frame.get_by_role("button", name="Play tune").click()
    expect(frame.get_by_role("button", name="Pause tune")).to_be_visible()
    heard(page, "playing")
    inside = page.frames[1]
    inside.wait_for_function("() => window.ostinato.level() > 0.01")

    say(page, do="mute", id="m")
    heard(page, "muted", on=True, id="m")
    inside.wait_for_function("() => window.ostinato.level() < 0.001")
    say(page, do="mute", on=False)
    heard(page, "muted", on=False)
    say(page, do="pause", id="p")
    heard(page, "paused", id="p")
    expect(frame.get_by_role("button", name="Play tune")).to_be_visible()
    say(page, do="seek", bar=2, id="s")
    heard(page, "position", bar=2, beat=1, seconds=2, id="s")
    say(page, do="play")
    heard(page, "ended")
    say(page, do="dance", id="d")
    heard(page, "refused")


@pytest.mark.parametrize(("size", "width", "height"), [("mini", 300, 60), ("full", 720, 420)])
def test_the_other_sizes_play_too(
    page: Page, public: str, elsewhere: dict[str, str], site: str, size: str, width: int, height: int
) -> None:
    frame = embed(page, elsewhere, f"{site}/embed/{public}/?size={size}&theme=light&bar=2", width, height)
    heard(page, "ready", bar=2)
    frame.get_by_role("button", name=re.compile("^Play")).first.click()
    page.frames[1].wait_for_function("() => window.ostinato.level() > 0.01")


def test_an_embed_of_a_piece_that_is_private_again_says_so(
    page: Page, public: str, elsewhere: dict[str, str], site: str, complaints: list[re.Pattern[str]]
) -> None:
    complaints.append(re.compile("status of 404"))
    frame = embed(page, elsewhere, f"{site}/embed/{public}/", 300, 120)
    expect(frame.get_by_role("link", name="tune")).to_be_visible()
    show(page, public, "private")
    frame = embed(page, elsewhere, f"{site}/embed/{public}/", 300, 120)
    expect(frame.get_by_role("heading", name="No longer public")).to_be_visible()


def test_no_other_page_may_be_framed(
    page: Page, public: str, elsewhere: dict[str, str], site: str, complaints: list[re.Pattern[str]]
) -> None:
    complaints += [re.compile("frame-ancestors"), re.compile("frame", re.I)]
    embed(page, elsewhere, f"{site}/pieces/{public}/", 300, 120)
    page.wait_for_timeout(500)
    assert page.frames[1].url.startswith("chrome-error://") or "tune" not in page.frames[1].content()
