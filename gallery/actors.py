"""What the gallery has done in the background, by the same queue and the same workers as generation."""

from __future__ import annotations

import logging

import dramatiq
from dramatiq.errors import Retry

# Names the broker that an actor belongs to; it must be there before the first actor is.
from generator import actors  # noqa: F401

logger = logging.getLogger(__name__)

AUDIO_QUEUE = "audio"
NOTICES_QUEUE = "notices"
# How long a rendering waits for the one before it, ms. It waits in the queue and not in a worker's seat.
LOOK_AGAIN_MS = 400


@dramatiq.actor(queue_name=AUDIO_QUEUE)
def render_audio(piece_id: int, kind: str, is_clip: bool = False) -> None:
    """Render one piece, or its beginning, in one format."""
    from gallery.audio import audio_render

    if not audio_render(piece_id=piece_id, kind=kind, is_clip=is_clip):
        raise Retry("another piece is being rendered", delay=LOOK_AGAIN_MS)


@dramatiq.actor(queue_name=AUDIO_QUEUE)
def reproduce_piece(piece_id: int) -> None:
    """Follow a piece's recipe again."""
    from gallery.recipes import piece_reproduce

    if not piece_reproduce(piece_id=piece_id):
        raise Retry("another recipe is being followed", delay=LOOK_AGAIN_MS)


@dramatiq.actor(queue_name=AUDIO_QUEUE)
def write_export(export_id: int) -> None:
    """Put together everything that a person has."""
    from gallery.exports import export_write

    export_write(export_id=export_id)


@dramatiq.actor(queue_name=NOTICES_QUEUE)
def tell_of_piece(piece_id: int) -> None:
    """Tell an author's followers of a new piece, and those from whose pieces it was made."""
    from gallery.notices import tell_followers, tell_parents

    tell_followers(piece_id)
    tell_parents(piece_id)


@dramatiq.actor(queue_name=NOTICES_QUEUE)
def liken_piece(piece_id: int) -> None:
    """Listen to a shown piece, and find those that sound most like it."""
    from gallery.likeness import likeness_refresh
    from generator.engine.errors import GenerationError

    try:
        likeness_refresh(piece_id)
    except GenerationError as error:
        # Without the network there are no likenesses, and nothing else is the worse for it.
        logger.warning("Piece %s was not listened to: %s", piece_id, error.message)


@dramatiq.actor(queue_name=NOTICES_QUEUE)
def mail_notice(notice_id: int) -> None:
    """Send a notification as a letter."""
    from gallery.notices import mail

    mail(notice_id)
