"""System checks of the generator."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from generator.engines import style_names
from generator.music.styles import STYLES


@register()
def check_weights(**kwargs: Any) -> list[CheckMessage]:
    """The weights that ship must be there."""
    installed = style_names()
    missing = [name for name in STYLES if name not in installed]
    if not missing:
        return []
    words = f"The weights of {', '.join(missing)} are not in generator/weights."
    hint = "They are part of the repository; `git status` shows whether files are missing."
    return [Warning(words, hint=f"{hint} The other styles work.", id="generator.W001")]


@register()
def check_default_style(**kwargs: Any) -> list[CheckMessage]:
    if settings.DEFAULT_STYLE in STYLES:
        return []
    words = f"DEFAULT_STYLE={settings.DEFAULT_STYLE!r} is not a style; there are {', '.join(STYLES)}."
    return [Error(words, id="generator.E001")]


@register()
def check_lease(**kwargs: Any) -> list[CheckMessage]:
    """A lease must outlive the pauses between its renewals."""
    if settings.QUEUE_LEASE_SECONDS >= 4 * settings.QUEUE_POLL_SECONDS:
        return []
    words = (
        "QUEUE_LEASE_SECONDS is below four times QUEUE_POLL_SECONDS: a living worker could be taken for dead."
    )
    return [Error(words, id="generator.E002")]
