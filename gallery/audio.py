"""Pieces as sound files: asked for by a page, rendered by a worker, kept on disk as long as there is room.

A file is named by the piece and by a hash of all that it is made from, so that a renamed piece gets new tags
and nothing stale is ever served. How far a rendering is stands in the cache "files", which lies on the same
disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import subprocess  # nosec B404 - it starts our own module
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypedDict

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.utils.translation import gettext as _

from gallery.credentials import credential_comment, credential_of
from gallery.models import Piece
from generator.music.audio import FORMATS, REFUSED, STEMS, Order
from generator.music.score import Score, cut, seconds_at
from musicsite.errors import ApplicationError

logger = logging.getLogger(__name__)

VERSION = 1  # of what a file is made like; another number renders all anew
# What is said about a rendering is forgotten after this, and the next who asks puts it in line again.
STATE_SECONDS = 15 * 60
# What a messenger plays beside a link.
CLIP, CLIP_SECONDS = "mp3", 15
# A rendering that nobody waits for is not begun: more than this many in line are refused.
MOST_WAITING = 40


class State(TypedDict):
    """state: waiting, rendering, ready or failed. share: done of it, 0 to 1. message: why it failed."""

    state: str
    share: float
    message: str


@dataclass(frozen=True)
class Sound:
    """One piece in one format; as a clip only its beginning, for messengers that show a link to it."""

    piece: Piece
    kind: str
    is_clip: bool = False

    @property
    def score(self) -> Score:
        """What is heard. Raises MusicError where the notes cannot be read."""
        score = self.piece.score
        return beginning(score, CLIP_SECONDS) if self.is_clip else score

    @property
    def digest(self) -> str:
        """Changes with the notes, the tags, the sound font and the way of rendering."""
        piece = self.piece
        digest = hashlib.sha256(bytes(piece.midi))
        length = [f"{CLIP_SECONDS} s"] if self.is_clip else []
        for part in (self.kind, str(VERSION), settings.SOUND_BANK.name, *length, *self.tags.values()):
            digest.update(b"\0" + part.encode())
        return digest.hexdigest()[:20]

    @property
    def tags(self) -> dict[str, str]:
        return {
            "title": self.piece.title,
            "artist": self.piece.author,
            "comment": credential_comment(self.piece),
        }

    @property
    def file(self) -> Path:
        return audio_folder() / f"{self.piece.code}-{self.digest}.{FORMATS[self.kind].suffix}"

    @property
    def key(self) -> str:
        return f"audio-{self.piece.code}-{self.digest}"


def beginning(score: Score, seconds: float) -> Score:
    """The first so many seconds of a score, to a tick."""
    low, high = 0, score.length
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if seconds_at(score, middle) <= seconds else (low, middle - 1)
    return cut(score, 0, low)


def audio_folder() -> Path:
    return Path(settings.VAR_DIR) / "audio"


def audio_state(sound: Sound) -> State:
    """How far it is; puts it in line when nobody has. Raises ApplicationError when it cannot be rendered."""
    if sound.file.exists():
        return {"state": "ready", "share": 1.0, "message": ""}
    known: State | None = caches["files"].get(sound.key)
    if known is not None:
        return known
    check(sound)
    waiting: State = {"state": "waiting", "share": 0.0, "message": ""}
    caches["files"].set(sound.key, waiting, STATE_SECONDS)
    send(sound)
    return waiting


def check(sound: Sound) -> None:
    """Refuse what will not be rendered, before anything is put in line."""
    piece = sound.piece
    if not piece.n_notes:
        raise refusal(_("This piece has no notes, so there is nothing to hear."))
    if not sound.is_clip and piece.seconds > settings.AUDIO_MAX_SECONDS:
        minutes = settings.AUDIO_MAX_SECONDS / 60
        message = _(
            "Sound is rendered for pieces of up to %(minutes)d minutes. Its MIDI file has every note."
        )
        raise refusal(message % {"minutes": minutes})
    from generator.models import Message

    if Message.objects.filter(queue="audio", is_dead=False).count() >= MOST_WAITING:
        message = _("Many pieces are being turned into sound right now. Try again in a minute.")
        raise ApplicationError("busy", message, status=HTTPStatus.SERVICE_UNAVAILABLE, retry_after=60)


def refusal(message: str) -> ApplicationError:
    return ApplicationError("no_sound", message, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def send(sound: Sound) -> None:
    """Put a rendering in line, once the transaction is through."""
    from gallery.actors import render_audio

    transaction.on_commit(lambda: render_audio.send(sound.piece.pk, sound.kind, sound.is_clip))


def clip_ask(piece: Piece) -> None:
    """Have a shown piece's clip rendered, so that it is there when a messenger asks. It may do without."""
    with contextlib.suppress(ApplicationError):
        audio_state(Sound(piece, CLIP, is_clip=True))


def audio_open(sound: Sound) -> Path | None:
    """The file, marked as just used; None while it is not there."""
    try:
        os.utime(sound.file)
    except FileNotFoundError:
        return None
    return sound.file


# --- in the worker ---------------------------------------------------------------------------------

# One at a time leaves a processor to those who listen.
_seat = threading.Lock()


def audio_render(*, piece_id: int, kind: str, is_clip: bool = False) -> bool:
    """Render a piece that is in line. False, with nothing done, while this process renders another."""
    piece = Piece.objects.there().select_related("owner").filter(pk=piece_id).first()
    if piece is None:
        return True
    sound = Sound(piece, kind, is_clip)
    if sound.file.exists():
        return True
    if not _seat.acquire(blocking=False):
        return False
    try:
        tell(sound, "rendering", 0.0)
        audio_folder().mkdir(parents=True, exist_ok=True)
        problem = run(sound, lambda share: tell(sound, "rendering", share))
        if problem:
            tell(sound, "failed", 0.0, problem)
        else:
            caches["files"].delete(sound.key)
            make_room(keep=sound.file)
    finally:
        _seat.release()
    return True


def tell(sound: Sound, state: str, share: float, message: str = "") -> None:
    said: State = {"state": state, "share": share, "message": message}
    caches["files"].set(sound.key, said, STATE_SECONDS)


def run(sound: Sound, say: Callable[[float], None]) -> str:
    """Render in a process of its own, which writes beside the file and is then put in its place.

    Returns why it failed, for people; empty when it did not.
    """
    score = sound.score
    with tempfile.NamedTemporaryFile(
        dir=audio_folder(), prefix=".", suffix=f".{FORMATS[sound.kind].suffix}", delete=False
    ) as held:
        partial = Path(held.name)
    order = Order(
        score=score,
        kind=sound.kind,
        target=partial,
        bank=settings.SOUND_BANK,
        most_seconds=settings.AUDIO_MAX_SECONDS,
        tags=sound.tags,
        extras={"ostinato.json": credential_of(sound.piece).to_json()} if sound.kind == STEMS else {},
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process: subprocess.Popen[str]
    with subprocess.Popen(  # nosec B603 - nothing of it comes from outside
        [sys.executable, "-m", "generator.music.audio"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=settings.BASE_DIR,
        env=environment,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            process.stdin.write(order.to_json())
            process.stdin.close()
            for line in process.stdout:
                say(float(line))
            problem = process.stderr.read().strip()
        except BaseException:
            process.kill()
            partial.unlink(missing_ok=True)
            raise
    if process.returncode == 0:
        partial.replace(sound.file)
        return ""
    partial.unlink(missing_ok=True)
    logger.error(
        "Sound of %s as %s: status %s, %s", sound.piece.code, sound.kind, process.returncode, problem
    )
    if process.returncode == REFUSED:
        return _("This piece was not turned into sound: %(reason)s.") % {"reason": problem}
    return _("This piece could not be turned into sound. Its MIDI file has every note.")


# --- the disk --------------------------------------------------------------------------------------


def make_room(keep: Path) -> int:
    """Delete the files that were used longest ago until AUDIO_CACHE_BYTES hold the rest. Returns how many."""
    kept = sorted(
        (file.stat().st_mtime, file.stat().st_size, file)
        for file in audio_folder().glob("[!.]*")
        if file != keep
    )
    over = sum(size for _used, size, _file in kept) + keep.stat().st_size - settings.AUDIO_CACHE_BYTES
    gone = 0
    for _used, size, file in kept:
        if over <= 0:
            break
        file.unlink(missing_ok=True)
        over -= size
        gone += 1
    return gone


def piece_deleted(instance: Piece, **_more: Any) -> None:
    """Delete the files of a piece that is gone for good, by purge or with its owner."""
    for file in audio_folder().glob(f"{instance.code}-*"):
        file.unlink(missing_ok=True)
