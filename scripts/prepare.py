"""Gets the database ready before the site serves: its tables, and the starter gallery where that is missing.

One process for both, because most of the time that they take is Django's own start.
"""

import os
import sys
from pathlib import Path

import django
from django.core.management import CommandError, call_command

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "musicsite.settings")


def main() -> None:
    django.setup()
    from django.conf import settings

    print(f"== Database: {settings.DATABASES['default']['NAME']}", flush=True)
    call_command("migrate", verbosity=0, interactive=False)
    print("== Starter gallery", flush=True)
    call_command("starter")


if __name__ == "__main__":
    try:
        main()
    except CommandError as error:
        sys.exit(str(error))
