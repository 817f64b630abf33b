from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GeneratorConfig(AppConfig):
    name = "generator"
    verbose_name = _("Generator")

    def ready(self) -> None:
        from generator import actors, checks  # noqa: F401 - the broker must know the actors, Django the checks
