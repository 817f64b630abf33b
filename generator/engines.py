"""This process's engine, and a job's request in its words."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

from generator.models import Job
from generator.music.midi import read_midi
from generator.music.styles import STYLES
from generator.results import events_of, notes_told

SHIPPED = "generator.engine.engine.Engine"
WEIGHTS = Path(__file__).resolve().parent / "weights"

if TYPE_CHECKING:
    from generator.engine.engine import Engine
    from generator.engine.rows import GenerationRequest


@functools.cache
def engine() -> Engine:
    """The one engine of this process, made when it is first asked for: torch loads only where music is written."""
    made: Engine = import_string(settings.ENGINE)(device=settings.ENGINE_DEVICE or None)
    return made


def style_names() -> list[str]:
    """The styles that can be asked for, in the order of the page: those whose weights are installed.

    Looks at the files alone, so that a web process of a cluster never loads torch.
    """
    if settings.ENGINE != SHIPPED:
        return list(STYLES)
    return [name for name in STYLES if (WEIGHTS / f"{name}.safetensors").exists()]


def engine_request(job: Job) -> GenerationRequest:
    """What the engine is to do for a job: with what an earlier attempt has told already, where there was one."""
    from generator.engine.rows import GenerationRequest, SamplingParams

    asked = job.request
    numerator, denominator = map(int, asked["metre"].split("/")) if asked["metre"] else (0, 0)
    return GenerationRequest(
        network=asked["model"],
        style=asked["style"],
        bars=asked["bars"],
        seed=job.seed,
        sampling=SamplingParams(
            temperature_pitch=asked["temperature_pitch"],
            temperature_rhythm=asked["temperature_rhythm"],
            top_p=asked["top_p"],
        ),
        key=asked["key"],
        key_lock=asked["key_lock"],
        metre=(numerator, denominator) if asked["metre"] else None,
        tempo=asked["tempo"],
        prime=read_midi(bytes(job.prime)) if job.prime else None,
        resume=notes_told(events_of(job)) if job.n_events else [],
    )


def engine_device() -> str:
    """What the engine runs on, in a word."""
    stats: dict[str, Any] = engine().stats()
    return str(stats.get("device", ""))
