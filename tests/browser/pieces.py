"""A tune to work with, and how it gets into somebody's library."""

import time

import numpy as np
from playwright.sync_api import Page, expect

from generator.music.midi import write_midi
from generator.music.notes import NOTE
from generator.music.score import Metre, Score, Tempo, Track


def tune() -> bytes:
    """A MIDI file: C major up the scale in quarters, two bars of 4/4 at 120."""
    rows = [(480 * beat, 480, pitch, 80) for beat, pitch in enumerate((60, 62, 64, 65, 67, 69, 71, 72))]
    track = Track("Melody", "melody", 0, False, np.array(rows, dtype=NOTE))
    return write_midi(Score((track,), (Tempo(0, 120.0),), (Metre(0, 4, 4),), 8 * 480))


def upload(page: Page, name: str, data: bytes) -> str:
    """Upload a file by the API as who `page` is. Returns the piece's code."""
    page.goto("/pieces/")
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    answer = page.request.post(
        "/api/v1/uploads/",
        headers={"X-CSRFToken": token},
        multipart={"file": {"name": name, "mimeType": "audio/midi", "buffer": data}},
    )
    assert answer.status == 201, answer.text()
    return str(answer.json()["piece"]["code"])


def publish(page: Page, code: str, *, licence: str = "CC BY 4.0") -> None:
    """Publish a piece by its pages. Ends on the piece's page."""
    page.goto(f"/pieces/{code}/")
    page.get_by_role("link", name="Publish").click()
    page.get_by_label(licence).check(force=True)
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_text("It hangs in the gallery now.")).to_be_visible()


def generate(page: Page, *, seed: int) -> str:
    """Two bars of a chorale, by the API. Returns the piece's code."""
    page.goto("/pieces/")
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    asked = page.request.post(
        "/api/v1/generations/",
        headers={"X-CSRFToken": token},
        data={"style": "chorale", "bars": 2, "seed": seed},
    )
    return finished(page, asked.json()["code"])


def finished(page: Page, job: str) -> str:
    """Wait until a job is done. Returns its piece's code."""
    for _ in range(300):
        state = page.request.get(f"/api/v1/generations/{job}/").json()
        if state["status"] == "done":
            return str(state["piece"])
        time.sleep(0.2)
    raise AssertionError(f"the job is {state['status']} after a minute")
