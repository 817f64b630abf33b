"""Measures the real thing: python -m bench.run [--runs 20] [--json FILE] [PART ...]. `make bench` runs all.

Everything but the MIDI and engine parts is measured from outside, on `manage.py serve` with the weights that
ship: over HTTP, over the socket, in a real Chromium. Each part's figures are printed, and written to the
file, as soon as they are there. On a machine that is busy with other things the figures are of no use, and a
warning says so.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench import blend, browser, client, engine, gallery, generation, load, midi
from bench.figures import Figure, percentile, table
from tests.browser.server import ROOT, Server

BUSY = 0.5  # jobs a core that run beside us, on average over the last minute


def machine() -> dict[str, object]:
    """What it was measured on, and how busy that was."""
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    processors = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "processor": processors[0].split(":")[1].strip() if processors else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
    }


def introduce(where: dict[str, object]) -> bool:
    """Print what it is measured on. Whether that is busy with other things, which is printed too."""
    print(f"{where['processor']}, {where['cores']} cores, load {where['load']}")
    busy = os.getloadavg()[0] > BUSY * len(os.sched_getaffinity(0))
    if busy:
        print(
            f"WARNING: this machine is busy (load {where['load']}); what follows measures that too.",
            file=sys.stderr,
        )
    return busy


def starts(server: Server, runs: int) -> list[Figure]:
    """Seconds from the start of the process to an answer, weights loaded; files and tables are there."""
    seconds = []
    for _ in range(runs):
        server.stop()
        seconds.append(server.start())
    return [Figure("start to serving", "s", tuple(seconds), promise=(95, 4.0))]


def memory(server: Server, runs: int) -> list[Figure]:
    """Of the whole process, site and one style, after that style has written a piece."""
    server.stop()
    server.start()
    bench_style = generation.styles(server)[0]
    megabytes = []
    for _ in range(min(runs, 3)):
        client.generate(server.url, style=bench_style, bars=32)
        megabytes.append(generation.memory(server.pid))
    return [Figure("memory, site and one style", "MB", tuple(megabytes), promise=(95, 700.0))]


Part = Callable[[Server, int], list[Figure]]
PARTS: dict[str, Part] = {
    "start": starts,
    "memory": memory,
    "engine": lambda _server, runs: engine.throughput(runs),
    "likelihood": lambda _server, runs: engine.likelihood(runs),
    "first-note": generation.first_note,
    "32-bars": generation.thirty_two_bars,
    "many": generation.many_at_once,
    "wait": generation.waits,
    "crowd": load.crowd,
    "gallery": gallery.lists,
    "blend": blend.slider,
    "sound": browser.press_to_sound,
    "roll": lambda _server, _runs: browser.roll_frames(),
    "midi": lambda _server, runs: midi.read_and_write(runs),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them when none is named"
    )
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--json", type=Path, help="write what was measured to this file")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")

    where = machine()
    busy = introduce(where)

    # Ended from outside it still takes its servers along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as var:
        server = Server(Path(var))
        try:
            server.start()
            for name in arguments.parts or PARTS:
                print(f"… {name}", flush=True)
                found = PARTS[name](server, arguments.runs)
                print(table(found), flush=True)
                figures += found
                if arguments.json:
                    write(arguments.json, where, busy, figures)
        finally:
            server.stop()
    print()
    print(table(figures))
    return 0


def write(file: Path, where: dict[str, object], busy: bool, figures: list[Figure]) -> None:
    """What was measured so far, for programs."""
    said = {"machine": where, "busy": busy, **by_key(figures), "figures": as_json(figures)}
    file.write_text(json.dumps(said, indent=2) + "\n")


def by_key(figures: list[Figure]) -> dict[str, float]:
    """The figures that have a name for programs: of each the percentile that counts."""
    return {figure.key: figure.value for figure in figures if figure.key}


def as_json(figures: list[Figure]) -> list[dict[str, object]]:
    """Figures for a file: percentiles, and every run."""
    return [
        {
            "name": figure.name,
            "unit": figure.unit,
            "p50": percentile(figure.runs, 50),
            "p95": percentile(figure.runs, 95),
            "promise": figure.promise,
            "kept": figure.kept,
            "runs": figure.runs,
        }
        for figure in figures
    ]


if __name__ == "__main__":
    sys.exit(main())
