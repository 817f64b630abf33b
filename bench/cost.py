"""What a piece costs: python -m bench.cost [--pieces 40]. The numbers of docs/scale.md.

Processor seconds of the whole server (site, queue, engine) and bytes of its database for a piece asked for,
heard over the socket and kept; and what an open socket holds in memory.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
from pathlib import Path

from bench.client import generate
from bench.generation import memory, styles
from tests.browser.server import Server


def processor_seconds(pid: int) -> float:
    """Of a process, in user and system mode, up to now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def database_bytes(file: Path) -> int:
    """Pages in use, without the log in front of them."""
    with sqlite3.connect(file, timeout=20) as database:
        pages, free, size = (
            database.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pieces", type=int, default=40)
    n = parser.parse_args().pieces
    with tempfile.TemporaryDirectory() as var:
        server = Server(Path(var))
        server.start()
        try:
            for style in styles(server):
                generate(server.url, style=style, bars=32)
                file = Path(var) / "ostinato.sqlite3"
                seconds, held = processor_seconds(server.pid), database_bytes(file)
                notes = sum(len(generate(server.url, style=style, bars=32).notes) for _ in range(n)) / n
                seconds = (processor_seconds(server.pid) - seconds) / n
                held = (database_bytes(file) - held) // n
                print(
                    f"{style}, 32 bars: {notes:.0f} notes, {1000 * seconds:.0f} ms of processor, "
                    f"{held:,} bytes kept; the process holds {memory(server.pid):.0f} MB"
                )
        finally:
            server.stop()


if __name__ == "__main__":
    main()
