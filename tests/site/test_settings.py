"""Settings are read, or refused with the name of what cannot be read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from musicsite import environment as env
from musicsite.settings import secret_key

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("said", "meant"), [("1", True), ("Yes", True), ("off", False), ("", True), ("0", False)]
)
def test_yes_and_no(monkeypatch: pytest.MonkeyPatch, said: str, meant: bool) -> None:
    monkeypatch.setenv("X", said)
    assert env.env_bool("X", True) is meant


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        (lambda: env.env_bool("X", True), "maybe"),
        (lambda: env.env_int("X", 1), "1.5"),
        (lambda: env.env_int("X", 1, most=65535), "70000"),
        (lambda: env.env_float("X", 1.0), "soon"),
        (lambda: env.env_float("X", 1.0), "nan"),
        (lambda: env.env_choice("X", "a", ("a", "b")), "c"),
        (lambda: env.env_database("X", Path("x")), "mysql://host/name"),
        (lambda: env.env_database("X", Path("x")), "postgresql://host:port/name"),
        (lambda: env.env_database("X", Path("x")), "postgresql://host/"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, reader: object, said: str
) -> None:
    monkeypatch.setenv("X", said)
    with pytest.raises(ImproperlyConfigured, match=r"^X"):
        reader()  # type: ignore[operator]


def test_a_database_is_named_by_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "postgresql://me:p%40ss@db.example:5433/music?sslmode=require")
    database = env.env_database("X", Path("x"))
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", "5433", "music")
    assert (database["USER"], database["PASSWORD"]) == ("me", "p@ss")
    assert database["OPTIONS"] == {"pool": env.POOL, "sslmode": "require"}
    monkeypatch.setenv("X", "sqlite:////tmp/music.sqlite3")
    assert env.env_database("X", Path("x"))["NAME"] == Path("/tmp/music.sqlite3")
    monkeypatch.delenv("X")
    assert env.env_database("X", Path("/var/x"))["NAME"] == Path("/var/x")


def test_a_password_in_an_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "mysql://me:secret@host/name")
    with pytest.raises(ImproperlyConfigured) as refused:
        env.env_database("X", Path("x"))
    assert "secret" not in str(refused.value)


def test_the_secret_key_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    first, again = secret_key(tmp_path / "var" / "key"), secret_key(tmp_path / "var" / "key")
    assert first == again
    assert len(first) >= 50
    assert (tmp_path / "var" / "key").stat().st_mode & 0o077 == 0
    assert [file.name for file in (tmp_path / "var").iterdir()] == ["key"]


def manage(tmp_path: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=os.environ | {"VAR_DIR": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_site_for_the_world_passes_the_deployment_check(tmp_path: Path) -> None:
    done = manage(
        tmp_path, "check", "--deploy", "--fail-level", "WARNING",
        OSTINATO_HOST="music.example.org", OSTINATO_ENGINE="tests.fake_engine.FakeEngine",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_machines_that_each_made_a_key_are_warned(tmp_path: Path) -> None:
    done = manage(
        tmp_path, "check", "--deploy", OSTINATO_HOST="music.example.org", REDIS_URL="redis://127.0.0.1:1/0"
    )
    assert "musicsite.W001" in done.stderr


def test_a_setting_that_cannot_be_read_stops_the_start_with_its_name(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", PORT="eighty")
    assert done.returncode != 0
    assert "PORT='eighty' is not a whole number." in done.stderr


def test_a_port_that_is_taken_is_said_to_be(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = manage(tmp_path, "serve", PORT=str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "Cannot listen on 127.0.0.1:" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_migration_is_missing(tmp_path: Path) -> None:
    done = manage(tmp_path, "makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout
