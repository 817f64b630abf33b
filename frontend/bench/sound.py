"""Plays real scores through the real synthesizer in headless Chromium and measures what comes out.

python bench/sound.py   after `npm run bench:build`. A line is a measurement; the last says whether all held.
"""

import functools
import http.server
import itertools
import json
import os
import shutil
import statistics
import sys
import threading
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "node_modules" / ".bench"
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; worker-src 'self' blob:; "
    "connect-src 'self'; media-src 'self'"
)
Levels = list[tuple[float, float]]
failures: list[str] = []


class Site(http.server.SimpleHTTPRequestHandler):
    """Serves the bench under the policy that the real pages have."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing of each file."""


def check(name: str, value: float, low: float, high: float, unit: str) -> None:
    held = low <= value <= high
    print(f"{'ok ' if held else 'BAD'} {name}: {value:.3f} {unit} (wanted {low:g} to {high:g})")
    if not held:
        failures.append(name)


def mean(levels: Levels, start: float, end: float) -> float:
    """Mean loudness between two times, s."""
    return statistics.fmean(level for time, level in levels if start <= time < end)


def onsets(levels: Levels) -> list[float]:
    """Times at which the loudness leaps; at least 0.2 s apart."""
    found: list[float] = []
    for (_, before), (time, level) in itertools.pairwise(levels):
        if level > 0.02 and level > 2 * before + 0.005 and (not found or time - found[-1] > 0.2):
            found.append(time)
    return found


def click_play(page: Page) -> None:
    page.get_by_role("button", name="Play").click()


def drums_stand_on_the_beat(page: Page) -> None:
    notes = [[beat * 480, 100, 38, 110] for beat in range(16)]
    track = {"name": "Drums", "role": "drums", "program": 0, "is_drum": True, "notes": notes}
    time = {"ticks_per_quarter": 480, "length": 7680, "tempos": [[0, 120]], "metres": [[0, 4, 4]]}
    page.evaluate("score => { bench.showPlayer(score) }", time | {"tracks": [track]})
    page.wait_for_timeout(2500)
    click_play(page)
    page.evaluate("bench.record()")
    page.evaluate("bench.watch()")
    page.wait_for_timeout(6000)
    heard = onsets(page.evaluate("bench.recorded"))
    planned: list[dict[str, float]] = page.evaluate("ostinato.sounded")
    late = [min((o - note["time"] for o in heard), key=abs) * 1000 for note in planned[2:10]]
    check("snare after its planned time, median", statistics.median(late), 0, 15, "ms")
    check("spread of that, worst", max(late) - min(late), 0, 8, "ms")
    # The picture: where the playhead was when the stroke left the loudspeaker.
    seen: list[tuple[float, float]] = page.evaluate("bench.watched")
    latency: float = page.evaluate("ostinato.analyser.context.outputLatency")
    off = []
    for note, delay in zip(planned[2:10], late, strict=True):
        out = note["time"] + delay / 1000 + latency
        _, tick = min(seen, key=lambda pair: abs(pair[0] - out))
        off.append(abs(tick - note["tick"]) / 480 * 500)
    check("playhead beside the stroke that is heard, worst", max(off), 0, 40, "ms")


def a_chorale_sounds(page: Page) -> None:
    page.evaluate("score => { bench.showPlayer(score) }", json.loads((HERE / "chorale.json").read_text()))
    page.wait_for_timeout(2500)
    click_play(page)
    page.evaluate("bench.record()")
    page.wait_for_timeout(8000)
    levels: Levels = page.evaluate("bench.recorded")
    start = levels[0][0]
    seconds = [mean(levels, start + s, start + s + 1) for s in range(1, 7)]
    check("chorale, loudness of the softest second", min(seconds), 0.02, 0.4, "RMS")
    check("chorale, loudness of the loudest second", max(seconds), 0.02, 0.4, "RMS")


def a_band_is_loud_but_never_clips(page: Page) -> None:
    page.evaluate("bench.showPlayer(8), 0")
    page.wait_for_timeout(3000)
    page.evaluate("() => { for (let i = 0; i < 5; i++) bench.player.setTrackVolume(i, 1) }")
    page.evaluate("bench.player.setVolume(1)")
    click_play(page)
    peak = 0.0
    for _ in range(40):
        page.wait_for_timeout(100)
        peak = max(peak, page.evaluate("bench.peak()"))
    check("band at full volume, peak", peak, 0.3, 0.999, "of full scale")
    page.evaluate("bench.player.setVolume(0.8)")


def a_mute_is_quick_and_a_pause_is_silent(page: Page) -> None:
    page.evaluate("bench.player.stop(), bench.player.play(), bench.record(), 0")
    page.wait_for_timeout(2000)
    page.evaluate("() => { for (let i = 0; i < 5; i++) bench.player.setMuted(i, true) }")
    muted: float = page.evaluate("ostinato.now()")
    page.wait_for_timeout(1200)
    levels: Levels = page.evaluate("bench.recorded")
    check("loudness before the mute", mean(levels, muted - 1, muted), 0.02, 0.5, "RMS")
    # The reverberation dies away behind it.
    check("loudness 0.5 s after muting all", mean(levels, muted + 0.5, muted + 1), 0, 0.01, "RMS")
    page.evaluate("() => { for (let i = 0; i < 5; i++) bench.player.setMuted(i, false) }")
    page.wait_for_timeout(1000)
    page.evaluate("bench.player.pause()")
    paused: float = page.evaluate("ostinato.now()")
    page.wait_for_timeout(1500)
    levels = page.evaluate("bench.recorded")
    check("loudness after unmuting", mean(levels, paused - 0.7, paused), 0.02, 0.5, "RMS")
    check("loudness 0.6 s after a pause", mean(levels, paused + 0.6, paused + 1.2), 0, 0.005, "RMS")


def a_new_instrument_leaves_no_gap(page: Page) -> None:
    page.evaluate("score => { bench.showPlayer(score) }", json.loads((HERE / "chorale.json").read_text()))
    page.wait_for_timeout(2000)
    click_play(page)
    page.evaluate("bench.record()")
    page.wait_for_timeout(2000)
    changed: float = page.evaluate("ostinato.now()")
    page.evaluate("bench.player.setProgram(0, 19)")
    page.wait_for_timeout(2500)
    levels: Levels = page.evaluate("bench.recorded")
    softest = min(mean(levels, changed + t / 20, changed + (t + 1) / 20) for t in range(40))
    check("softest twentieth of a second while an instrument is changed", softest, 0.008, 1, "RMS")


def the_first_press_sounds_at_once(page: Page) -> None:
    page.evaluate("bench.showPlayer(8), 0")
    page.evaluate("bench.timePress()")
    click_play(page)
    page.wait_for_timeout(6000)
    press: dict[str, float] = page.evaluate("bench.press")
    check("from the first press on a fresh page to sound", press["sound"], 0, 1000, "ms")
    voice: str = page.evaluate("bench.press.voice")
    print(f"    by the {voice} voice; samples from {press['samples']:.0f} ms on")
    check("longest silence from then on", press["gap"], 0, 250, "ms")


def main() -> int:
    handler = functools.partial(Site, directory=os.fspath(BUILT))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        for groups in (
            [the_first_press_sounds_at_once],
            [drums_stand_on_the_beat],
            [a_chorale_sounds],
            [a_band_is_loud_but_never_clips, a_mute_is_quick_and_a_pause_is_silent],
            [a_new_instrument_leaves_no_gap],
        ):
            page = browser.new_page(viewport={"width": 1200, "height": 700})
            page.on("pageerror", lambda error: failures.append(f"page error: {error}"))
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            for group in groups:
                group(page)
            page.close()
        browser.close()
    server.shutdown()
    print("all held" if not failures else f"did not hold: {failures}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
