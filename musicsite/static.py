"""Static files under names that hold their content's hash, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedNames(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """A file goes by its hashed name once it has been collected, and by its plain name until then.

    Development and tests run before anything is collected; a page must not fail for want of a hash.
    """

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        found = self.hashed_files.get(self.hash_key(self.clean_name(name)))
        return str(found) if found else name
