"""Measure the real server and engine: make bench, or make bench JSON=figures.json

Prints each figure's median, 95th percentile and promise, and how busy the machine was meanwhile.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, percentile, table
from bench.generation import first_note, many_at_once, memory, thirty_two_bars
from generator.music.midi import read_midi
from tests.browser.server import ROOT, Server

STARTS = 5
BUSY = 0.5
"""Load average above which figures are not worth keeping: something else runs on this machine."""


def starts(server: Server) -> Figure:
    """From the start of the process to the first page served, weights loaded; the first start left out."""
    server.start()
    server.stop()
    seconds = []
    for _ in range(STARTS):
        seconds.append(server.start())
        server.stop()
    return Figure("start to serving", "s", tuple(seconds), promise=(95, 4.0))


def midi_parse(runs: int) -> Figure:
    """Reading the longest piece of the starter gallery."""
    data = max((file.read_bytes() for file in (ROOT / "generator/starter").glob("*.mid")), key=len)
    took = []
    for _ in range(runs):
        begun = time.perf_counter()
        read_midi(data)
        took.append(1000 * (time.perf_counter() - begun))
    return Figure("MIDI read", "ms", tuple(took))


def measure(runs: int) -> list[Figure]:
    """All figures, in the order of a visit."""
    with tempfile.TemporaryDirectory(prefix="ostinato-bench-") as folder:
        server = Server(Path(folder))
        figures = [starts(server)]
        server.start()
        try:
            figures += first_note(server, runs)
            assert server.process is not None
            held = memory(server.process.pid)
            figures.append(Figure("memory, all styles loaded", "MB", (held,), promise=(95, 700.0)))
            figures += thirty_two_bars(server, runs)
            figures += many_at_once(server, runs)
        finally:
            server.stop()
    return [*figures, midi_parse(runs)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured")
    parser.add_argument("--runs", type=int, default=20)
    given = parser.parse_args()
    before = os.getloadavg()[0]
    if before > BUSY:
        print(f"Caution: this machine is busy already (load {before:.1f}); all figures suffer.")
    figures = measure(given.runs)
    print(table(figures))
    after = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, {platform.platform()}, load {before:.1f} before, {after:.1f} after")
    if given.json is not None:
        found = {
            figure.name: {
                "unit": figure.unit,
                "p50": statistics.median(figure.runs),
                "p95": percentile(figure.runs, 95),
                "runs": list(figure.runs),
                "promise": figure.promise,
                "kept": figure.kept,
            }
            for figure in figures
        }
        given.json.write_text(
            json.dumps({"load": before, "cores": os.cpu_count(), "figures": found}, indent=2)
        )


if __name__ == "__main__":
    main()
