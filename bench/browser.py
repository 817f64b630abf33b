"""How soon one hears something, and how smoothly the roll moves: in a real Chromium."""

import json
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.figures import Figure
from tests.browser.chromium import find
from tests.browser.server import ROOT, Server

LOOKS_AROUND = 1_500  # milliseconds between a page's load and the press

# Stamps the press, then looks every few milliseconds whether something is heard.
STOPWATCH = """
() => {
  window.heardAfter = new Promise(done => {
    addEventListener('pointerdown', ({ timeStamp }) => {
      const look = () => {
        if (window.ostinato.level() > 0.002) done(performance.now() - timeStamp)
        else setTimeout(look, 8)
      }
      look()
    }, { capture: true, once: true })
  })
}
"""


def press_to_sound(server: Server, runs: int) -> list[Figure]:
    """From the press of "Make some music" to the first signal on the last node before the loudspeaker.

    Each run is a first visit: nothing is in the browser's cache, and the visitor is a stranger.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        waits = tuple(one_visit(browser, server.url) for _ in range(runs))
        browser.close()
    return [Figure("press to first sound", "ms", waits, promise=(95, 1000.0))]


def one_visit(browser: Browser, url: str) -> float:
    """Milliseconds from press to sound of one stranger."""
    context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto("/")
    page.wait_for_timeout(LOOKS_AROUND)
    page.evaluate(STOPWATCH)
    page.get_by_role("link", name="Make some music").click()
    milliseconds = float(page.evaluate("window.heardAfter"))
    context.close()
    return milliseconds


def roll_frames() -> list[Figure]:
    """Frames a second of the piano roll with 10,000 notes, in each way of moving it."""
    npm = ["npm", "--prefix", "frontend", "run", "--silent", "bench:build"]
    subprocess.run(npm, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scroll.json"
        command = [".venv/bin/python", "frontend/bench/scroll.py", "--json", str(file)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        ways = json.loads(file.read_text())
    return [
        Figure(
            f"roll with 10,000 notes, {way}",
            "frames/s",
            (measured["frames_per_second"],),
            promise=None if way == "zooming" else (5, 50.0),
            more_is_better=True,
        )
        for way, measured in ways.items()
    ]
