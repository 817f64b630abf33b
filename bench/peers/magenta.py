"""magenta.js in headless Chromium, on wasm: the quickest form of the peer where there is no GPU."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.peers import checkpoints, install
from tests.browser.chromium import find

MODELS = {"basic_rnn": "rnn", "mel_2bar_small": "vae", "trio_4bar": "vae"}


class Files(SimpleHTTPRequestHandler):
    """Serves folders under names, isolated, so that wasm may use threads."""

    def __init__(self, folders: dict[str, Path], *given: Any) -> None:
        self.folders = folders
        super().__init__(*given)

    def translate_path(self, path: str) -> str:
        name, _, rest = path.split("?")[0].lstrip("/").partition("/")
        return str(self.folders.get(name, Path("/nowhere")) / rest)

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, *_given: Any) -> None:
        """Nothing: the figures are what is read."""


class Magenta:
    """A page with the models loaded."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.runs_on = ""
        for name, kind in MODELS.items():
            self.runs_on = page.evaluate("given => load(...given)", [kind, name])

    def seconds(self, name: str, n: int, times: int) -> float:
        """n steps of a melody, or n samples: the median of some calls."""
        call = [MODELS[name], name, n]
        took: list[float] = [self._page.evaluate("given => once(...given)", call) for _ in range(times)]
        return statistics.median(took) / 1000


@contextmanager
def magenta() -> Iterator[Magenta]:
    folders = {
        "magenta": install.packages("magenta"),
        "tfjs": install.packages("tfjs"),
        "checkpoints": install.FOLDER / "checkpoints",
        "page": Path(__file__).parent,
    }
    checkpoints.write_all(folders["checkpoints"])
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, folders))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find(), args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/page/magenta.html")
            yield Magenta(page)
            browser.close()
    finally:
        server.shutdown()
