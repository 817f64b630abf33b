"""This process's engine, and what a job asks of it."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

from generator.events import NoteRow
from generator.models import Job
from generator.music.midi import read_midi
from generator.music.score import Score
from generator.music.styles import STYLES
from generator.results import events_of, notes_told

SHIPPED = "generator.engine.engine.Engine"
WEIGHTS = Path(__file__).resolve().parent / "weights"

if TYPE_CHECKING:
    from generator.engine.engine import Engine
    from generator.engine.rows import Chunk, GenerationRequest, Opening


_making = threading.Lock()


def engine() -> Engine:
    """The one engine of this process, made when first asked for: torch loads only where music is written."""
    with _making:  # that takes a second, in which a monitor may ask for its figures: it must get the same
        return _made()


@functools.cache
def _made() -> Engine:
    made: Engine = import_string(settings.ENGINE)(
        device=settings.ENGINE_DEVICE or None,
        lanes=settings.ENGINE_LANES or None,
        memory_mb=settings.ENGINE_MEMORY_MB,
    )
    return made


def is_made() -> bool:
    """Whether this process has an engine: none need be made only to be stopped."""
    return bool(_made.cache_info().currsize)


def forget() -> None:
    """Make a new one at the next question, for a test."""
    _made.cache_clear()


def style_names() -> list[str]:
    """The styles that can be asked for, in the order of the page: those whose weights are installed.

    Looks at the files alone, so that a web process of a cluster never loads torch.
    """
    if settings.ENGINE != SHIPPED:
        return list(STYLES)
    return [name for name in STYLES if (WEIGHTS / f"{name}.safetensors").exists()]


def parts_of(job: Job, cancelled: Callable[[], bool]) -> Iterator[Opening | Chunk]:
    """Have the engine write, from where an earlier attempt was: what that has told is not told again."""
    request = request_of(
        job.request,
        seed=job.seed,
        prime=read_midi(bytes(job.prime)) if job.prime else None,
        resume=notes_told(events_of(job)) if job.n_events else [],
    )
    return engine().generate(request, cancelled)


def request_of(
    asked: dict[str, Any], *, seed: int, prime: Score | None = None, resume: Sequence[NoteRow] = ()
) -> GenerationRequest:
    """A request of the API in the engine's words."""
    from generator.engine.rows import GenerationRequest, SamplingParams

    metre = None
    if asked["metre"] is not None:
        numerator, denominator = asked["metre"].split("/")
        metre = (int(numerator), int(denominator))
    return GenerationRequest(
        style=asked["style"],
        bars=asked["bars"],
        seed=seed,
        sampling=SamplingParams(
            temperature_pitch=asked["temperature_pitch"],
            temperature_rhythm=asked["temperature_rhythm"],
            top_p=asked["top_p"],
        ),
        key=asked["key"],
        key_lock=asked["key_lock"],
        metre=metre,
        tempo=asked["tempo"],
        prime=prime,
        resume=resume,
    )


def engine_device() -> str:
    """What the engine runs on, in a word."""
    stats: dict[str, Any] = engine().stats()
    return str(stats.get("device", ""))
