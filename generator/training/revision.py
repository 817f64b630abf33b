"""Which code made something."""

from __future__ import annotations

import subprocess


def revision() -> str:
    """The commit of the code that runs, ending in "-dirty" where files differ from it.

    "unknown" where there is no git.
    """
    try:
        return subprocess.run(
            ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
