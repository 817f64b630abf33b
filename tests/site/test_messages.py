"""The translations: none is missing, none lost a placeholder, and the files hold what the sources say."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings

from musicsite.messages import DOMAINS, extract

LANGUAGES = [code for code, _name in settings.LANGUAGES[1:]]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%\(\w+\)\.\d\w|%s|<\w+>")
LITERAL = re.compile(r"\b(?:n?gettext|pgettext)\(\s*(?:'[^']*',\s*)??'((?:[^'\\]|\\.)*)'")


def catalogue(folder: Path, language: str, domain: str) -> Catalog:
    with (folder / "locale" / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def texts(said: object) -> list[str]:
    return [str(one) for one in said] if isinstance(said, list | tuple) else [str(said)]


def names(catalog: Catalog) -> set[tuple[str | None, str]]:
    return {(message.context, " | ".join(texts(message.id))) for message in catalog if message.id}


@pytest.fixture(params=[(language, domain) for language in LANGUAGES for domain in DOMAINS])
def committed(request: pytest.FixtureRequest) -> Catalog:
    language, domain = request.param
    return catalogue(Path(settings.BASE_DIR), language, domain)


def test_every_string_is_translated_and_none_is_a_guess(committed: Catalog) -> None:
    messages = [message for message in committed if message.id]
    assert len(messages) > 300
    assert [message.id for message in messages if message.fuzzy or not all(texts(message.string))] == []


def test_a_translation_has_the_placeholders_of_its_original(committed: Catalog) -> None:
    def holes(text: str) -> Counter[str]:
        return Counter(PLACEHOLDER.findall(text))

    def differs(message: Message) -> bool:
        # A singular may leave its number out, so each form may be like either.
        originals = [holes(text) for text in texts(message.id)]
        return any(holes(text) not in originals for text in texts(message.string))

    assert [message.id for message in committed if message.id and differs(message)] == []


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="extracting strings needs GNU gettext")
def test_the_files_hold_what_the_sources_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(settings.BASE_DIR)
    for folder in ("musicsite", "gallery", "generator", "templates"):
        shutil.copytree(root / folder, tmp_path / folder, ignore=shutil.ignore_patterns("weights", "*.npz"))
    shutil.copytree(root / "frontend" / "src", tmp_path / "frontend" / "src")
    shutil.copytree(root / "locale", tmp_path / "locale")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(settings, "LOCALE_PATHS", [tmp_path / "locale"])
    for language in LANGUAGES:
        extract(language)
        for domain in DOMAINS:
            found, kept = (
                names(catalogue(tmp_path, language, domain)),
                names(catalogue(root, language, domain)),
            )
            assert (found - kept, kept - found) == (set(), set()), "run `make messages` and translate"


def test_the_extraction_overlooks_no_string_of_a_script() -> None:
    """xgettext reads TypeScript as JavaScript; a construct that it does not know could swallow strings."""
    root = Path(settings.BASE_DIR)
    written = set()
    for file in (root / "frontend" / "src").rglob("*.ts"):
        if not file.name.endswith(".test.ts") and file.name != "words.ts":
            written |= {text.replace("\\'", "'") for text in LITERAL.findall(file.read_text())}
    known = {
        text
        for message in catalogue(root, "de", "djangojs")
        for text in [*texts(message.id), message.context]
    }
    assert written
    assert written - known == set()
