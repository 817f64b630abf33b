from pathlib import Path

import pytest
from pytest_django import Settings

from musicsite.templatetags.vite import vite

MANIFEST = """{
  "_synth-B2.js": {"file": "assets/synth-B2.js"},
  "_player-C3.js": {"file": "assets/player-C3.js", "imports": ["_synth-B2.js"]},
  "src/studio.ts": {"file": "assets/studio-A1.js", "imports": ["_player-C3.js", "_synth-B2.js"]}
}"""


@pytest.fixture
def built(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "manifest.json").write_text(MANIFEST)
    settings.STATICFILES_DIRS = [tmp_path]


@pytest.mark.usefixtures("built")
def test_a_page_loads_its_script_and_each_of_its_parts_once() -> None:
    assert vite("studio") == (
        '<link rel="modulepreload" href="/static/build/assets/synth-B2.js">'
        '<link rel="modulepreload" href="/static/build/assets/player-C3.js">'
        '<script type="module" src="/static/build/assets/studio-A1.js"></script>'
    )


@pytest.mark.usefixtures("built")
def test_a_page_without_a_script_still_shows() -> None:
    assert vite("nowhere") == ""
