import warnings

from django.apps import AppConfig


class MusicSiteConfig(AppConfig):
    """What joins the apps: accounts, errors, static files, and the commands that concern all of it."""

    name = "musicsite"

    def ready(self) -> None:
        # Before anything is collected files are served from where they lie (musicsite.static), and WhiteNoise
        # reads a small file whole before it sends it, which is no news at every start.
        warnings.filterwarnings("ignore", message="No directory at: ")
        warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
        from musicsite import accounts, checks  # noqa: F401 - they connect themselves
