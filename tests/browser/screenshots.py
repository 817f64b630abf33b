"""Takes a picture of every page at three widths in both themes, and the README's picture of the studio.

python -m tests.browser.screenshots [FOLDER]; `make screenshots` writes to var/screenshots.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import find
from tests.browser.conftest import PATIENCE, WIDTHS
from tests.browser.pages import PAGES, STRANGERS_PAGES
from tests.browser.people import new_name, sign_up
from tests.browser.pieces import tune, upload
from tests.browser.server import ROOT, Server
from tests.browser.studio import job_of, written

README_PICTURE = ROOT / "docs" / "images" / "studio.png"
SEED = "1685"


@contextmanager
def site() -> Iterator[str]:
    """The address of a site: SITE, where one runs already, or one of our own."""
    if running := os.environ.get("SITE"):
        yield running
        return
    with tempfile.TemporaryDirectory() as var:
        server = Server(Path(var))
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


def generate(page: Page) -> None:
    """A chorale of eight bars in the studio, played to its middle and paused."""
    page.goto("/studio/")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Seed", exact=True).fill(SEED)
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Generate").click()
    written(page)


def picture(page: Page, file: Path) -> None:
    """The whole page, once its pictures and letters are there."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file, full_page=True)
    print(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file, flush=True)


def pictures(browser: Browser, url: str, folder: Path) -> None:
    """All pages: as a stranger sees them, then as a member with a few pieces does."""
    for theme in ("dark", "light"):
        context = browser.new_context(base_url=url, color_scheme=theme)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        for width, size in WIDTHS.items():
            page.set_viewport_size(size)
            for name, address in STRANGERS_PAGES.items():
                page.goto(address)
                picture(page, folder / theme / f"{name}-{width}.png")
        name = new_name("clara")
        sign_up(page, name)
        upload(page, "A tune.mid", tune())
        page.set_viewport_size(WIDTHS["desktop"])
        generate(page)
        job = job_of(page)
        for width, size in WIDTHS.items():
            page.set_viewport_size(size)
            page.goto(f"/studio/?job={job['code']}")
            written(page)
            picture(page, folder / theme / f"studio-written-{width}.png")
            for name, address in PAGES.items():
                page.goto(address.format(piece=job["piece"], name=name))
                picture(page, folder / theme / f"{name}-{width}.png")
        context.close()


def readme_picture(browser: Browser, url: str) -> None:
    """The studio in the middle of a piece, as it comes."""
    context = browser.new_context(base_url=url, color_scheme="dark", viewport=WIDTHS["desktop"])
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    generate(page)
    expect(page.get_by_text("Bar 3, beat 1")).to_be_attached()
    page.get_by_role("button", name="Pause").click()
    README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=README_PICTURE)
    context.close()


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "var/screenshots")
    with site() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        pictures(browser, url, folder)
        readme_picture(browser, url)
        browser.close()


if __name__ == "__main__":
    main()
