"""A real server and a real Chromium for the journeys.

The server is `manage.py serve` as people run it, with the weights that ship. A message on the browser's
console, an error in a script or a breach of the content security policy fails the test that caused it. A
failed test leaves a picture and a trace in var/test-results.
"""

import os
import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.browser.chromium import find
from tests.browser.people import new_name, sign_up
from tests.browser.pieces import tune, upload
from tests.browser.server import ROOT, Server

RESULTS = ROOT / "var" / "test-results"
WIDTHS: dict[str, ViewportSize] = {
    "phone": {"width": 360, "height": 740},
    "tablet": {"width": 768, "height": 1024},
    "desktop": {"width": 1440, "height": 900},
}
PATIENCE = 30_000  # milliseconds for a thing to appear, on a machine that is busy with other things
FAILED = pytest.StashKey[bool]()

# Breaches of the content security policy, kept on the window and read when the test ends.
WATCH = """
window.breaches = [];
document.addEventListener('securitypolicyviolation', e =>
  window.breaches.push(`${e.violatedDirective}: ${e.blockedURI} at ${e.sourceFile}:${e.lineNumber}`));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the fixtures see, when they clean up, whether their test failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with the starter gallery. It must also end cleanly when asked to.

    With SITE=http://127.0.0.1:8000 the journeys are driven on a site that runs already.
    """
    if running := os.environ.get("SITE"):
        yield running
        return
    server = Server(tmp_path_factory.mktemp("site"))
    server.start()
    yield server.url
    assert server.stop() == 0, f"Ctrl-C did not end the server cleanly:\n{server.log.read_text()[-4000:]}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as a visitor has it: sound must be unlocked by a gesture."""
    arguments = ["--no-sandbox", "--autoplay-policy=document-user-activation-required"]
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[re.Pattern[str]]:
    """Console messages that a test brings about on purpose (a lost connection): it adds patterns here."""
    return []


Open = Callable[..., Page]


@pytest.fixture
def open_browser(
    request: pytest.FixtureRequest, browser: Browser, site: str, complaints: list[re.Pattern[str]]
) -> Iterator[Open]:
    """open_browser(width="desktop"): a stranger's page. What it complains about fails the test."""
    contexts: list[BrowserContext] = []
    heard: list[str] = []

    def open_one(width: str = "desktop", **options: object) -> Page:
        context = browser.new_context(
            **{"base_url": site, "viewport": WIDTHS[width], "has_touch": width == "phone"} | options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        context.tracing.start(screenshots=True, snapshots=True)
        context.add_init_script(WATCH)
        context.set_default_timeout(PATIENCE)
        context.set_default_navigation_timeout(2 * PATIENCE)
        page = context.new_page()
        page.on(
            "console", lambda message: heard.append(complaint(message)) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: heard.append(f"{error.name}: {error.message}"))
        return page

    yield open_one

    failed = request.node.stash.get(FAILED, True)
    for number, context in enumerate(contexts):
        for page in context.pages:
            heard += page.evaluate("window.breaches ?? []")
        keep_evidence(context, name=f"{request.node.name}-{number}", failed=failed)
        context.close()
    unexpected = [line for line in heard if not any(pattern.search(line) for pattern in complaints)]
    assert not unexpected, "the browser complained:\n" + "\n".join(unexpected)


def complaint(message: ConsoleMessage) -> str:
    """What the browser said, and about which address."""
    return f"{message.text} [{message.location['url']}]"


def keep_evidence(context: BrowserContext, *, name: str, failed: bool) -> None:
    """Leave a picture and a trace of a failed test in var/test-results."""
    if not failed:
        context.tracing.stop()
        return
    stem = re.sub(r"[^\w-]+", "_", name)
    for page in context.pages:
        page.screenshot(path=RESULTS / f"{stem}.png")
    context.tracing.stop(path=RESULTS / f"{stem}.zip")


@pytest.fixture
def page(open_browser: Open) -> Page:
    """A stranger at a desktop."""
    return open_browser()


@pytest.fixture
def phone(open_browser: Open) -> Page:
    """A stranger with a phone, 360 pixels wide."""
    return open_browser("phone")


@pytest.fixture
def alice(page: Page) -> str:
    """The stranger of `page` becomes a member. Returns her name; her password is PASSWORD."""
    name = new_name("alice")
    sign_up(page, name)
    return name


@pytest.fixture
def piece(page: Page, alice: str) -> str:
    """A piece of alice's: an uploaded tune of eight notes over two bars. Returns its code."""
    return upload(page, "tune.mid", tune())
