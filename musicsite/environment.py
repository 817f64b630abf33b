"""Reads settings from the environment, and refuses a value that it cannot read rather than guess."""

import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def env_str(name: str, default: str) -> str:
    """The text, or the default when the variable is missing or empty."""
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, default: bool) -> bool:
    """1, true, yes, on or 0, false, no, off, in any case."""
    text = env_str(name, "").lower()
    if not text:
        return default
    if text not in TRUE + FALSE:
        raise ImproperlyConfigured(f"{name}={text!r}: say 1 or 0.")
    return text in TRUE


def env_int(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """A whole number from `least` to `most`."""
    text = env_str(name, "")
    if not text:
        return default
    try:
        value = int(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={text!r} is not a whole number.") from None
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name}={value}: it goes from {least} to {most}.")
    return value


def env_float(name: str, default: float, *, least: float = 0.0, most: float = 1e9) -> float:
    """A number from `least` to `most`."""
    text = env_str(name, "")
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={text!r} is not a number.") from None
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name}={value}: it goes from {least} to {most}.")
    return value


def env_path(name: str, default: Path) -> Path:
    """A path; what does not begin with / is taken from the working directory."""
    text = env_str(name, "")
    if "\0" in text:
        raise ImproperlyConfigured(f"{name} is not a path.")
    return Path(text).expanduser().absolute() if text else default


def env_list(name: str, default: list[str]) -> list[str]:
    """Words between commas."""
    text = env_str(name, "")
    return [word.strip() for word in text.split(",") if word.strip()] if text else default


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of the choices."""
    text = env_str(name, default)
    if text not in choices:
        raise ImproperlyConfigured(f"{name}={text!r}: it is one of {', '.join(choices)}.")
    return text


POOL = {"min_size": 1, "max_size": 40, "timeout": 2.0, "reconnect_timeout": 1.0, "max_idle": 60.0}
"""Of a process's connections to PostgreSQL: opening one costs more than most pages. Threads wait so many
seconds for one, which is also how soon people hear that the database is away. reconnect_timeout: after a
failure each ask tries anew, where the pool by itself would wait ever longer and its jobs be taken for dead.
"""


def env_database(name: str, default: Path) -> dict[str, Any]:
    """sqlite:///path or postgresql://user:password@host:port/name?option=value, for Django's DATABASES."""
    text = env_str(name, "")
    if not text:
        return sqlite(default)
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} is not an address that can be read.") from None
    path = unquote(url.path)
    if url.scheme == "sqlite" and not url.netloc and len(path) > 1:
        # As elsewhere: three slashes begin a relative path, four an absolute one.
        return sqlite(Path(path[1:]).expanduser().absolute())
    if url.scheme in ("postgresql", "postgres") and len(path) > 1:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": path[1:],
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": unquote(url.hostname or ""),
            "PORT": str(port or ""),
            "OPTIONS": {"pool": POOL, **dict(parse_qsl(url.query))},
            # Each request has a thread of its own under ASGI: what is kept for the next one is in the pool.
            "CONN_MAX_AGE": 0,
            # A connection that died with its server is not handed out.
            "CONN_HEALTH_CHECKS": True,
        }
    # The address may hold a password, so it is not repeated.
    raise ImproperlyConfigured(f"{name}: say sqlite:///file or postgresql://user:password@host:port/name.")


def sqlite(file: Path) -> dict[str, Any]:
    """SQLite for many threads: readers never wait for the writer, and a writer takes its lock at once.

    Without IMMEDIATE a transaction that reads and then writes can be refused in the middle, however long it
    would wait. A thread brings the log into the database (musicsite.sqlite.checkpoints); where none does, a
    commit does that when the log has grown to 8,000 pages.
    """
    return {
        "ENGINE": "musicsite.sqlite",
        "NAME": file,
        # A thread keeps its connection: opening one costs more than most questions, and what it has read of
        # the file is then at hand.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8000; "
            "PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=8000;",
        },
        # A file of its own for each test run: threads share it as they share the real one, runs do not.
        "TEST": {"NAME": Path(tempfile.gettempdir()) / f"ostinato-test-{os.getpid()}.sqlite3"},
    }
