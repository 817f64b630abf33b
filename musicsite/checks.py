"""System checks of the site as a whole."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def check_cluster_secret(**kwargs: Any) -> list[CheckMessage]:
    """Two machines must sign with the same key, so it cannot be one that each of them made for itself."""
    from musicsite.environment import env_str

    if settings.REDIS_URL and not env_str("SECRET_KEY", ""):
        return [
            Warning(
                "REDIS_URL is set, so several processes may serve the site, but SECRET_KEY is not.",
                hint="Give all of them the same SECRET_KEY, or share one VAR_DIR.",
                id="musicsite.W001",
            )
        ]
    return []
