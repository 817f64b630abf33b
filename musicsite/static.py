"""Static files under names that hold their content's hash, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

MARK = ".collected"


class HashedNames(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """A file goes by its hashed name once it has been collected, and by its plain name until then.

    Development and tests run before anything is collected; a page must not fail for want of a hash.
    """

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        found = self.hashed_files.get(self.hash_key(self.clean_name(name)))
        return str(found) if found else name


def fingerprint() -> str:
    """Changes when a static file is added, changed or taken away; made from names, sizes and times alone."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
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
    # The API's page is Swagger's; the other one in the same package would take longer to compress than all
    # else.
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=["redoc"])
    (Path(settings.STATIC_ROOT) / MARK).write_text(now)
