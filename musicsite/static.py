"""Static files under names that hold their content's hash, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

MARK = ".collected"
# Parts of packages that no page of ours uses; compressing them would take longer than all the rest.
UNUSED = ["redoc", "rest_framework"]


# Style sheets that pages name. Each lists others of its folder, and of those none lists any.
STYLES = ("css/site.css", "css/embed.css")
IMPORT = re.compile(r'@import url\("([\w-]+\.css)"\);')


def with_imports(name: str, read: Callable[[str], str]) -> str:
    """A style sheet with those that it imports in their places."""
    folder = name.rpartition("/")[0]
    return IMPORT.sub(lambda found: read(f"{folder}/{found[1]}"), read(name))


class QuickCompressor(Compressor):  # type: ignore[misc]
    """Brotli below its slowest: a fifth of the time, for files a few per cent larger. A first start waits."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        compressed: bytes = brotli.compress(data, quality=9)
        return compressed


class HashedNames(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """A file goes by its hashed name once it has been collected, and by its plain name until then.

    Development and tests run before anything is collected; a page must not fail for want of a hash.
    """

    manifest_strict = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """As Django makes it, once: a page has fifty, most of them its icons'."""
        if name not in self.addresses:
            self.addresses[name] = super().url(name, force)
        return self.addresses[name]

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return QuickCompressor(**kwargs)

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Any:
        """First each page's style sheet becomes one file: a chain of imports would hold up the paint."""
        self.addresses.clear()
        for name in STYLES if not dry_run else ():
            if name in paths:
                Path(self.path(name)).write_text(with_imports(name, self.read))
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)

    def read(self, name: str) -> str:
        return Path(self.path(name)).read_text()

    def stored_name(self, name: str) -> str:
        found = self.hashed_files.get(self.hash_key(self.clean_name(name)))
        return str(found) if found else name


def fingerprint() -> str:
    """Changes when a static file is added, changed or taken away; made from names, sizes and times alone."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list(UNUSED), key=lambda found: found[0]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def is_collected() -> bool:
    """Whether STATIC_ROOT holds the static files as they are now."""
    mark = Path(settings.STATIC_ROOT) / MARK
    return mark.exists() and mark.read_text() == fingerprint()


def collect() -> None:
    """Gather, hash and compress the static files into STATIC_ROOT."""
    now = fingerprint()
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=UNUSED)
    (Path(settings.STATIC_ROOT) / MARK).write_text(now)
