"""compose.yaml says what the code understands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import load_command_class

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "compose.yaml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = ("web", "worker")
# Of numbers' libraries, and of uvicorn.
NOT_OURS = {"OMP_NUM_THREADS", "FORWARDED_ALLOW_IPS"}


def settings() -> set[str]:
    files = (ROOT / "musicsite/settings.py").read_text() + (ROOT / "musicsite/environment.py").read_text()
    return set(re.findall(r'env_\w+\(\s*"([A-Z_]+)"', files))


@pytest.mark.parametrize("service", OURS)
def test_every_name_in_the_environment_is_a_setting(service: str) -> None:
    named = set(SERVICES[service]["environment"])
    assert named <= settings() | NOT_OURS
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "OSTINATO_HOST"} <= named


def test_web_and_worker_are_told_the_same_of_what_they_share() -> None:
    web, worker = (SERVICES[name]["environment"] for name in OURS)
    assert {name: worker[name] for name in web} == web


def test_what_has_no_default_must_be_given_and_no_secret_stands_in_the_file() -> None:
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "OSTINATO_HOST"):
        assert set(re.findall(rf"\$\{{{name}([^}}]*)\}}", TEXT)) == {f":?say {name}"}
    assert not re.search(r"(PASSWORD|SECRET_KEY|TOKEN): (?!\$\{)", TEXT)


@pytest.mark.parametrize("service", OURS)
def test_each_command_is_one_of_ours_with_options_that_it_has(service: str) -> None:
    python, manage, command, *options = SERVICES[service]["command"]
    assert (python, manage) == (".venv/bin/python", "manage.py")
    parser = load_command_class("generator", command).create_parser("manage.py", command)
    parser.parse_args(options)


@pytest.mark.parametrize("service", OURS)
def test_a_process_is_well_when_its_health_address_says_so(service: str) -> None:
    code = SERVICES[service]["healthcheck"]["test"][-1]
    port = {"web": "8000", "worker": SERVICES["worker"]["environment"]["WORKER_METRICS_PORT"]}[service]
    assert f"http://127.0.0.1:{port}/healthz" in code
    compile(code, "healthcheck", "exec")


def test_services_and_files_that_are_named_are_there() -> None:
    for service in SERVICES.values():
        assert set(service.get("depends_on", ())) <= set(SERVICES)
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (ROOT / source).exists()
    told = SERVICES["web"]["environment"]
    hosts = re.findall(r"(?:@|//)(\w+):\d+/", f"{told['DATABASE_URL']} {told['REDIS_URL']}")
    assert hosts == ["database", "redis"]
    assert "http://web:8000" in (ROOT / "docs/nginx.conf").read_text()
