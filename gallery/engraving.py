"""A piece as MusicXML, written in a process of its own.

Engraving is seconds of pure Python and loads music21: in the site's process, everybody's notes would stand
still for as long. `python -m gallery.engraving` takes the score as JSON on its input and gives the file on
its output.
"""

from __future__ import annotations

import json
import os
import subprocess  # nosec B404 - it starts our own module
import sys
import threading
from http import HTTPStatus

from django.conf import settings
from django.utils.translation import gettext as _

from generator.music.score import Score, score_from_json, score_to_json
from musicsite.errors import ApplicationError

# One at a time leaves a processor to those who listen.
_SEAT = threading.Semaphore(1)


def engrave(score: Score, title: str) -> bytes:
    """The score as MusicXML. Raises ApplicationError when it takes longer than settings.ENGRAVING_SECONDS."""
    if not _SEAT.acquire(timeout=settings.ENGRAVING_SECONDS):
        message = _("Too many scores are being written right now. Try again in a minute.")
        raise ApplicationError("busy", message, status=HTTPStatus.SERVICE_UNAVAILABLE, retry_after=60)
    try:
        done = subprocess.run(  # nosec B603 - nothing of it comes from outside
            [sys.executable, "-m", "gallery.engraving"],
            input=json.dumps({"title": title, "score": score_to_json(score)}).encode(),
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            timeout=settings.ENGRAVING_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        message = _(
            "This piece is too long or too dense to be written as a score. Its MIDI file has every note."
        )
        raise ApplicationError("too_complex", message, status=HTTPStatus.UNPROCESSABLE_ENTITY) from error
    finally:
        _SEAT.release()
    return done.stdout


def main() -> None:
    from generator.music.engrave import write_musicxml

    asked = json.load(sys.stdin)
    sys.stdout.buffer.write(write_musicxml(score_from_json(asked["score"]), asked["title"]))


if __name__ == "__main__":
    main()
