"""python -m tests.cluster.run: all that `make test-cluster` checks. What it starts it stops again.

First the tests of jobs, queue, sockets and API on PostgreSQL instead of SQLite, then the cluster itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.cluster.servers import PostgreSQL, installed

ON_POSTGRESQL = ["tests/generator", "tests/site/test_accounts.py"]
ONLY_SQLITE = ["tests/generator/test_live.py"]


ONCE_MORE = ["--last-failed", "--last-failed-no-failures", "none"]


def pytest(*words: str, **environment: str) -> int:
    """Run tests, those that failed once more (see the Makefile); what they print is seen. Returns 0 when all
    passed.
    """
    command = [sys.executable, "-m", "pytest", "-q", *words]
    for more in ([], ONCE_MORE):
        status = subprocess.run([*command, *more], env=os.environ | environment, check=False).returncode
        if not status:
            return 0
    return status


def main() -> int:
    if not installed():
        print(
            "PostgreSQL or Redis is not installed; make test-cluster installs them where it may.",
            file=sys.stderr,
        )
        return 1
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as a user of its own where we are root
        database = PostgreSQL(Path(folder) / "postgresql")
        try:
            database.start()
            print("== Jobs, queue, sockets and API on PostgreSQL", flush=True)
            skipped = [word for test in ONLY_SQLITE for word in ("--deselect", test)]
            failed = pytest(*ON_POSTGRESQL, *skipped, DATABASE_URL=database.url)
        finally:
            database.kill()
    print("== Two web processes and two workers, each killed in turn", flush=True)
    return pytest("-m", "cluster", "tests/cluster") or failed


if __name__ == "__main__":
    sys.exit(main())
