"""A tune to work with, and how it gets into somebody's library."""

import numpy as np
from playwright.sync_api import Page

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
