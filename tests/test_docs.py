"""What the documents promise is what the code has."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Settings of a cluster or of tests, which the page on a single machine leaves out.
ELSEWHERE = {"REDIS_URL", "OSTINATO_ENGINE"}


def test_every_setting_stands_in_the_table_of_the_deployment_page() -> None:
    settings = set(re.findall(r'env_\w+\(\s*"([A-Z_]+)"', (ROOT / "musicsite/settings.py").read_text()))
    table = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/deploy.md").read_text()))
    assert "UPLOAD_MAX_BYTES" in settings
    assert settings - ELSEWHERE <= table


def test_the_example_of_settings_names_only_settings_that_exist() -> None:
    known = set(re.findall(r'env_\w+\(\s*"([A-Z_]+)"', (ROOT / "musicsite/settings.py").read_text()))
    named = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    assert "PORT" in named
    assert named <= known


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name
)
def test_a_page_links_only_to_files_that_are_there(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []
