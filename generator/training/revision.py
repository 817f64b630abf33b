"""Which state of the code made a weight file."""

from __future__ import annotations

import subprocess


def revision() -> str:
    """The short name of the commit that is checked out; "unknown" where there is none."""
    try:
        command = ["git", "rev-parse", "--short", "HEAD"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
