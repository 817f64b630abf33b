from django.apps import AppConfig


class MusicSiteConfig(AppConfig):
    """What joins the apps: accounts, errors, static files, and the commands that concern all of it."""

    name = "musicsite"

    def ready(self) -> None:
        from musicsite import accounts, checks  # noqa: F401 - they connect themselves
