"""`make messages`: every string that a person reads, from the sources into locale/*/LC_MESSAGES/*.po.

What each run of Django's makemessages looks at stands here, for the command and for the test that the
committed files are up to date. Needs GNU gettext; running the site does not.
"""

from __future__ import annotations

import os
import shutil
import sys

# Not the site's own words, or made from them.
IGNORED = ("node_modules", ".venv", "var", "bench", "tests", "staticfiles", "static", "*.test.ts")
DOMAINS = {"django": ["html", "txt", "py"], "djangojs": ["ts"]}


def extract(language: str) -> None:
    """Write new strings into the files of `language` under the working folder, and take out gone ones."""
    from django.core.management import call_command

    for domain, extensions in DOMAINS.items():
        call_command(
            "makemessages",
            locale=[language],
            domain=domain,
            extensions=extensions,
            ignore_patterns=list(IGNORED),
            no_location=True,
            no_wrap=True,
            no_obsolete=True,
            verbosity=0,
        )


def main() -> int:
    if shutil.which("xgettext") is None:
        print("This needs GNU gettext. On Debian and Ubuntu: apt-get install gettext", file=sys.stderr)
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "musicsite.settings")
    import django
    from django.conf import settings

    django.setup()
    for language, _name in settings.LANGUAGES[1:]:
        extract(language)
    return 0


if __name__ == "__main__":
    sys.exit(main())
