"""The slider and the pad: how soon a path is ready, a drag is seen and heard, and how even the steps are."""

from __future__ import annotations

import json
import time
import urllib.request
from http.cookiejar import CookieJar
from itertools import combinations
from typing import Any

import numpy as np
import torch
from playwright.sync_api import Page, expect, sync_playwright

from bench.figures import Figure
from generator.engine.aligned import Aligned
from generator.engine.blend import Blend, PathAsk
from generator.engine.path import keys_of
from generator.engine.square import unevenness
from generator.music.cells import read_score
from generator.music.midi import read_midi
from generator.music.score import Score, bar_edges, cut
from tests.browser.chromium import find
from tests.browser.server import ROOT, Server

BARS = 16
SIDE = 9
ASK = 0.02  # seconds between two looks at a job
N_PAIRS, N_SQUARES = 36, 8
PATIENCE = 300.0

# Moves the slider while the music plays. Answers with the milliseconds until a frame shows the new point, and
# how late on the audio clock, in milliseconds, the first note after the next beat was planned.
DRAG = """
async target => {
  const { player } = document.querySelector('#player')
  const slider = document.querySelector('#blend-slider')
  const frame = () => new Promise(done => requestAnimationFrame(done))
  const begun = performance.now()
  slider.value = String(target)
  slider.dispatchEvent(new Event('input', { bubbles: true }))
  const wanted = slider.getAttribute('aria-valuetext')
  await frame()
  const seen = performance.now() - begun
  const at = player.position, rate = player.bpm * 480 / 60
  const beat = (Math.floor(at / 480) + 1) * 480
  const deadline = performance.now() + 3000
  const known = window.ostinato.sounded.length
  const now = window.ostinato.now()
  let late = null
  while (late === null && performance.now() < deadline) {
    await frame()
    const fresh = window.ostinato.sounded.slice(known).filter(note => note.tick !== null && note.tick >= beat)
    if (fresh.length) late = Math.max(0, 1000 * (fresh[0].time - (now + (fresh[0].tick - at) / rate)))
  }
  return [seen, late, wanted]
}
"""


def pieces() -> list[Score]:
    """The starter gallery, its first sixteen bars."""
    found = [read_midi(file.read_bytes()) for file in sorted((ROOT / "generator" / "starter").glob("*.mid"))]
    return [cut(score, 0, int(bar_edges(score)[min(BARS, bar_edges(score).size - 1)])) for score in found]


def slider(server: Server, runs: int) -> list[Figure]:
    """All of it."""
    return [*evenness(), *ready(server, runs), *drags(server, runs)]


def evenness() -> list[Figure]:
    """Largest step over mean step: of the slider between all pairs of starter pieces, of the pad's rows and
    columns, and of its diagonals. The pad's pieces are in one metre: where metres differ, bars change their
    length half way, and notes at the end of the longer bar go all at once.
    """
    family = Blend(torch.device("cpu"), ROOT / "generator" / "weights")
    family.load()
    scores = pieces()
    pairs = list(combinations(scores, 2))[:N_PAIRS]
    steps = [np.diff(family.run([PathAsk(pair)])[0].distance) for pair in pairs]
    even = tuple(float(own.max() / own.mean()) for own in steps)
    back = float(sum((own < 0).sum() for own in steps))
    alike = [score for score in scores if score.metres[0].bar == scores[0].metres[0].bar]
    rng = np.random.default_rng(0)
    straight, diagonal = [], []
    for _ in range(N_SQUARES):
        four = [alike[i] for i in rng.permutation(len(alike))[:4]]
        way = family.run([PathAsk(tuple(four), points=SIDE)])[0]
        found = unevenness([notes_of(point) for point in way.points], SIDE)
        straight += [*found["rows"], *found["columns"]]
        diagonal += found["diagonals"]
    return [
        Figure("slider: largest step over mean", "times", even, (100, 1.5), key="slider_evenness_worst"),
        Figure("slider: steps backwards", "", (back,), (100, 0.0)),
        Figure("pad: largest step over mean, rows and columns", "times", tuple(straight), (100, 1.5),
               key="pad_evenness_worst"),
        Figure("pad: largest step over mean, diagonals", "times", tuple(diagonal),
               key="pad_diagonal_evenness"),
    ]  # fmt: skip


def notes_of(point: Score) -> set[Any]:
    """A point's notes by track, bar, step and pitch, as the network's grid has them."""
    return set(keys_of(Aligned(point, read_score(point))))


def ready(server: Server, runs: int) -> list[Figure]:
    """From the request to all 33 points of two pieces of sixteen bars in the answer, over HTTP."""
    codes = starter_codes(server)
    seconds = []
    for run in range(runs + 1):
        a, b = codes[run % len(codes)], codes[(run + 1) % len(codes)]
        seconds.append(one_path(server.url, a, b))
    # The first reads the weights.
    return [
        Figure("33 points of two pieces ready", "s", tuple(seconds[1:]), (95, 2.0), key="path_ready_s_p95")
    ]


def starter_codes(server: Server) -> list[str]:
    """The four longest public pieces."""
    with urllib.request.urlopen(f"{server.url}/api/v1/gallery/") as answer:
        shown = [one["piece"] for one in json.load(answer)["results"]]
    return [piece["code"] for piece in sorted(shown, key=lambda piece: -int(piece["bars"]))[:4]]


def one_path(site: str, a: str, b: str) -> float:
    """Seconds until a guest has the whole path."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    body = json.dumps({"pieces": [a, b]}).encode()
    address = f"{site}/api/v1/interpolations/"
    asked = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})
    begun = time.perf_counter()
    with opener.open(asked, timeout=PATIENCE) as answer:
        job = json.load(answer)
    while job["status"] in ("queued", "running"):
        time.sleep(ASK)
        with opener.open(f"{address}{job['code']}/", timeout=PATIENCE) as answer:
            job = json.load(answer)
    if job["status"] != "done":
        raise RuntimeError(f"the path ended badly: {job['error']}")
    return time.perf_counter() - begun


def drags(server: Server, runs: int) -> list[Figure]:
    """From a move of the slider to the frame that shows it; how late the notes after the next beat come."""
    codes = starter_codes(server)
    seen, late = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        page = browser.new_page(base_url=server.url, viewport={"width": 1440, "height": 900})
        page.goto(f"/blend/?a={codes[0]}&b={codes[1]}")
        expect(page.get_by_text("33 points are ready.")).to_be_visible(timeout=60_000)
        page.get_by_role("button", name="Play", exact=True).first.click()
        page.wait_for_function("() => window.ostinato.level() > 0.002")
        for run in range(runs):
            one_seen, one_late = drag(page, 4 + 7 * run % 25)
            seen.append(one_seen)
            if one_late is not None:
                late.append(one_late)
            page.wait_for_timeout(200)
        browser.close()
    return [
        Figure("drag to roll", "ms", tuple(seen), (95, 100.0), key="drag_to_roll_ms_p95"),
        Figure(
            "drag to sound, beyond the next beat", "ms", tuple(late), (95, 100.0), key="drag_to_sound_ms_p95"
        ),
    ]


def drag(page: Page, target: int) -> tuple[float, float | None]:
    """Milliseconds until it is seen, and by which the sound is late."""
    seen, late, _words = page.evaluate(DRAG, target)
    return float(seen), None if late is None else float(late)
