"""{% vite "studio" %}: the script of a page, as Vite built it, with what it needs at once."""

from __future__ import annotations

import json
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

logger = logging.getLogger(__name__)
register = template.Library()

MANIFEST = "build/manifest.json"


@register.simple_tag
def vite(page: str) -> SafeString:
    """Script and preload tags for frontend/src/<page>.ts; nothing where the front end has not been built."""
    chunks = manifest()
    entry = chunks.get(f"src/{page}.ts")
    if entry is None:
        logger.warning("The front end has no %s in %s: run `make setup`.", page, MANIFEST)
        return SafeString("")
    needed = [chunks[name]["file"] for name in imports(chunks, entry)]
    preloads = format_html_join(
        "", '<link rel="modulepreload" href="{}">', ((address(file),) for file in needed)
    )
    return preloads + format_html('<script type="module" src="{}"></script>', address(entry["file"]))


def imports(chunks: dict[str, Any], entry: dict[str, Any]) -> list[str]:
    """The chunks that `entry` loads before it runs, each once."""
    found: list[str] = []
    for name in entry.get("imports", []):
        if name not in found:
            found += [inner for inner in [*imports(chunks, chunks[name]), name] if inner not in found]
    return found


def address(file: str) -> str:
    """Vite's names hold a hash already, and its chunks use them among each other: no second hash."""
    return f"{settings.STATIC_URL}build/{file}"


def manifest() -> dict[str, Any]:
    """What Vite built, by source file; empty when it has not."""
    found = finders.find(MANIFEST)
    return read(found, Path(found).stat().st_mtime) if isinstance(found, str) else {}


@lru_cache(maxsize=2)
def read(path: str, changed: float) -> dict[str, Any]:
    """The manifest at `path`; `changed` makes a new build another question."""
    chunks: dict[str, Any] = json.loads(Path(path).read_text())
    return chunks
