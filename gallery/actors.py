"""What the gallery has done in the background, by the same queue and the same workers as generation."""

from __future__ import annotations

import dramatiq
from dramatiq.errors import Retry

# Names the broker that an actor belongs to; it must be there before the first actor is.
from generator import actors  # noqa: F401

AUDIO_QUEUE = "audio"
# How long a rendering waits for the one before it, ms. It waits in the queue and not in a worker's seat.
LOOK_AGAIN_MS = 400


@dramatiq.actor(queue_name=AUDIO_QUEUE)
def render_audio(piece_id: int, kind: str) -> None:
    """Render one piece in one format."""
    from gallery.audio import audio_render

    if not audio_render(piece_id=piece_id, kind=kind):
        raise Retry("another piece is being rendered", delay=LOOK_AGAIN_MS)
