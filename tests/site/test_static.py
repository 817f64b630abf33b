"""What browsers are given of the style sheets: one file a page, with the same rules in the same layers."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage
from pytest_django.fixtures import Settings

from musicsite.static import STYLES, HashedNames, with_imports

SOURCES = Path(settings.BASE_DIR) / "static"


@pytest.mark.parametrize("name", STYLES)
def test_a_pages_style_sheet_holds_those_that_it_imports(name: str) -> None:
    whole = with_imports(name, lambda each: (SOURCES / each).read_text())
    assert "@import" not in whole
    assert whole.index("@layer reset, tokens, base, components, pages;") < whole.index("@layer tokens {")
    assert (SOURCES / "css" / "base.css").read_text() in whole


def test_it_is_that_one_which_is_hashed_and_kept(settings: Settings, tmp_path: Path) -> None:
    sources = {"css/site.css": '@import url("a.css");\nb { top: 0 }', "css/a.css": "a { top: 0 }"}
    kept = HashedNames(location=tmp_path)
    for name, text in sources.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    plain = StaticFilesStorage(location=tmp_path)
    list(kept.post_process({name: (plain, name) for name in sources}))
    hashed = tmp_path / kept.stored_name("css/site.css")
    assert hashed.name.startswith("site.")
    assert hashed.name != "site.css"
    assert hashed.read_text() == "a { top: 0 }\nb { top: 0 }"
