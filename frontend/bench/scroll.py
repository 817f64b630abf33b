"""Frames a second of the piano roll with 10,000 notes, in headless Chromium with software rendering.

python bench/scroll.py [--json FILE]   after `npm run bench:build`; Chromium is found as the tests find it.
"""

import argparse
import functools
import http.server
import json
import os
import shutil
import statistics
import threading
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

BUILT = Path(__file__).resolve().parent.parent / "node_modules" / ".bench"
SECONDS = 4
WAYS = {
    "time": "elapsed => bench.roll.scrollBy(elapsed * 0.6, 0)",
    "time and pitch": "elapsed => bench.roll.scrollBy(elapsed * 0.3, Math.sin(performance.now() / 300) * 6)",
    "playing and following": "elapsed => bench.play(elapsed)",
    "zooming": "elapsed => bench.roll.zoomBy(1 + Math.sin(performance.now() / 500) * 0.02)",
}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing of each file."""


def frames(page: Page, step: str) -> dict[str, float]:
    """Mean frames a second, and the frame time (ms) that 95 of 100 frames keep."""
    times: list[float] = page.evaluate(f"bench.frames({SECONDS}, {step})")
    return {
        "frames_per_second": round(1000 / statistics.fmean(times), 1),
        "p95_ms": round(sorted(times)[int(len(times) * 0.95)], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    handler = functools.partial(Quiet, directory=os.fspath(BUILT))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    results: dict[str, dict[str, float]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 800})
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        print(page.evaluate("bench.showLong(10000)"))
        for name, step in WAYS.items():
            page.evaluate("bench.showLong(10000)")
            results[name] = frames(page, step)
            print(f"{name}: {results[name]['frames_per_second']} frames/s, p95 {results[name]['p95_ms']} ms")
        page.evaluate("bench.showLong(10000)")
        page.evaluate("bench.roll.zoomBy(0.25)")
        results["a quarter of the notes in view"] = frames(page, WAYS["time"])
        print("a quarter of the notes in view:", results["a quarter of the notes in view"])
        browser.close()
    server.shutdown()
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
