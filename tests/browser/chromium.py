"""Finds the Chromium that the browser tests drive; as a script, installs one where there is none.

python -m tests.browser.chromium prints the path of a Chromium that starts.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def starts(path: str) -> bool:
    """Whether the program at `path` runs; Ubuntu's chromium-browser may be an empty shell."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def candidates() -> Iterator[str]:
    """What might be a Chromium here: the person's own choice, the system's, Playwright's."""
    if chosen := os.environ.get("CHROMIUM"):
        yield chosen
        return
    yield from (path for name in NAMES if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def find() -> str | None:
    """The path of a Chromium that starts, or None."""
    return next((path for path in candidates() if Path(path).exists() and starts(path)), None)


def install() -> None:
    """Install Chromium by the package manager where that is allowed, else by Playwright itself."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("== Installing Chromium with apt-get", file=sys.stderr)
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"]):
            subprocess.run(command, stdout=sys.stderr, check=False)
        if find():
            return
    print("== Installing Chromium with Playwright", file=sys.stderr)
    subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], stdout=sys.stderr, check=False
    )


def main() -> int:
    path = find()
    if path is None:
        install()
        path = find()
    if path is None:
        print(
            "No Chromium here, and none could be installed. Install one (on Debian: apt-get install "
            "chromium) or say where it is: CHROMIUM=/path/to/chromium make test",
            file=sys.stderr,
        )
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
