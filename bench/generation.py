"""How fast pieces come: over the real socket of a real server."""

import json
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.client import Heard, generate
from bench.figures import Figure
from tests.browser.server import Server

AT_ONCE = 16
N_WAITING = 50


def styles(server: Server) -> list[str]:
    """The names of the styles that the site has."""
    with urllib.request.urlopen(f"{server.url}/api/v1/styles/") as answer:
        return [style["name"] for style in json.load(answer)]


def first_note(server: Server, runs: int) -> list[Figure]:
    """From the answer 202 to the first note on the socket, in eight bars of each style in turn."""
    names = styles(server)
    for name in names:
        generate(server.url, style=name, bars=1)  # from here on its weights are loaded
    heard = [generate(server.url, style=names[run % len(names)], bars=8) for run in range(runs)]
    return [
        Figure("request accepted", "ms", tuple(1000 * one.accepted for one in heard)),
        Figure(
            "first note on the socket",
            "ms",
            tuple(1000 * one.first_note for one in heard),
            promise=(95, 300.0),
            key="first_note_ms_p95",
        ),
        Figure(
            "first note on the socket, half of them",
            "ms",
            tuple(1000 * one.first_note for one in heard),
            promise=(50, 30.0),
            key="first_note_ms_p50",
        ),
    ]


def thirty_two_bars(server: Server, runs: int) -> list[Figure]:
    """From the answer 202 to the last of 32 bars, and notes a second on the way."""
    figures = []
    for style in styles(server):
        heard = [generate(server.url, style=style, bars=32) for _ in range(runs)]
        figures += [
            Figure(f"32 bars, {style}", "s", tuple(one.finished for one in heard), promise=(95, 5.0)),
            Figure(
                f"notes a second, 1 job, {style}", "notes/s", tuple(map(pace, heard)), more_is_better=True
            ),
        ]
    return figures


def pace(heard: Heard) -> float:
    """Notes a second of one piece. A step of the network is a note, so these are its tokens a second too."""
    return len(heard.notes) / heard.finished


def many_at_once(server: Server, runs: int) -> list[Figure]:
    """Notes a second of all together, with 16 jobs of 32 bars at the same time, for each style.

    The site is given a seat for each; as it ships it has half as many, and the others wait in line.
    """
    server.stop()
    server.environment["WORKER_SEATS"] = str(AT_ONCE)
    server.start()
    figures = []
    for style in styles(server):
        paces, waits = [], []
        for _ in range(max(1, runs // 5)):
            with ThreadPoolExecutor(AT_ONCE) as crowd:
                begun = time.perf_counter()
                jobs = [crowd.submit(generate, server.url, style=style, bars=32) for _ in range(AT_ONCE)]
                heard = [job.result() for job in jobs]
                took = time.perf_counter() - begun
            paces.append(sum(len(one.notes) for one in heard) / took)
            waits += [1000 * one.first_note for one in heard]
        figures += [
            Figure(f"notes a second, {AT_ONCE} jobs, {style}", "notes/s", tuple(paces), more_is_better=True),
            Figure(
                f"first note among {AT_ONCE} jobs, {style}",
                "ms",
                tuple(waits),
                promise=(95, 1000.0),
                key=f"first_note_among_16_ms_p95_{style}",
            ),
        ]
    return figures


def waits(server: Server, _runs: int) -> list[Figure]:
    """Whether the wait that is shown is true: 50 jobs at once, each told how long until it begins.

    The share that began within 1.5 times that (and the half second between two looks at the line).
    """
    server.stop()
    server.environment["WORKER_SEATS"] = "2"
    server.start()
    names = styles(server)
    for _ in range(3):
        generate(server.url, style=names[-1], bars=64)  # from here on a pace is known
    with ThreadPoolExecutor(N_WAITING) as crowd:
        jobs = [crowd.submit(generate, server.url, style=names[-1], bars=64) for _ in range(N_WAITING)]
        heard = [job.result() for job in jobs]
    told = [one for one in heard if one.wait_told is not None]
    true = [one.first_note - one.told_after <= 1.5 * (one.wait_told or 0.0) + 0.5 for one in told]
    return [
        Figure("seconds waited, of 50 at once", "s", tuple(one.first_note for one in heard)),
        Figure(
            "waits that were true, of 50 at once",
            "%",
            (100 * sum(true) / max(1, len(true)),),
            promise=(50, 80.0),
            more_is_better=True,
            key="waits_true_percent",
        ),
    ]


def memory(pid: int) -> float:
    """What a process holds of its own and shared memory now, in MB (resident set)."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) / 1024
