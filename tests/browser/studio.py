"""What tests do in the studio, and what they look at there."""

import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect


def written(page: Page, bars: int = 8) -> None:
    """Wait until the piece is complete."""
    expect(page.get_by_text(re.compile(rf"^{bars} bars, [1-9][\d,]* notes$"))).to_be_visible()


def job_of(page: Page) -> dict[str, Any]:
    """The job that the studio shows, as the API tells it."""
    page.wait_for_url("**/studio/?job=*")
    code = parse_qs(urlsplit(page.url).query)["job"][0]
    return dict(page.request.get(f"/api/v1/generations/{code}/").json())


def wait_for_end(page: Page, job: str, *, status: str) -> None:
    """Wait until the job at this address of the API has ended, which must be so."""
    begun = time.monotonic()
    while (now := page.request.get(job).json()["status"]) in ("queued", "running"):
        assert time.monotonic() - begun < 10, f"{job} is still {now}"
        time.sleep(0.05)
    assert now == status


def piece_of(page: Page) -> dict[str, Any]:
    """The piece that the studio's job became, with its score."""
    return dict(page.request.get(f"/api/v1/pieces/{job_of(page)['piece']}/").json())


def notes_of(piece: dict[str, Any]) -> list[list[list[int]]]:
    """Of each track its notes: [onset, duration, pitch, velocity]."""
    return [track["notes"] for track in piece["score"]["tracks"]]


def onsets_and_pitches(piece: dict[str, Any]) -> NDArray[np.int64]:
    """Of all notes: (n, 2), onset in ticks and pitch."""
    rows = [[onset, pitch] for notes in notes_of(piece) for onset, _duration, pitch, _velocity in notes]
    return np.array(rows, dtype=np.int64)


def roll(
    page: Page, *, notes: int | None = None, tracks: int | None = None, bars: int | None = None
) -> Locator:
    """The piano roll that tells so many notes (or at least one), tracks and bars by its name."""
    count = r"[1-9][\d,]*" if notes is None else f"{notes:,}"
    of_tracks = r"\d+" if tracks is None else str(tracks)
    of_bars = r"\d+" if bars is None else str(bars)
    name = re.compile(rf"^Piano roll, {count} notes?, {of_tracks} tracks?, {of_bars} bars?$")
    return page.get_by_role("img", name=name)


def notes_sounded(page: Page) -> list[tuple[int, int, int]]:
    """What the synthesizer was given since the page was opened: track, onset in ticks, pitch."""
    notes = page.evaluate("window.ostinato.sounded.filter(note => note.tick !== null)")
    return [(note["track"], note["tick"], note["pitch"]) for note in notes]
