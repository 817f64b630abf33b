"""Which code made something."""

from __future__ import annotations

import subprocess


def revision() -> str:
    """The commit of the code that runs, "unknown" where there is no git."""
    try:
        return subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
