"""The colours of static/css/tokens.css can be read by everybody: WCAG 2.2, level AA, in both themes."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[1] / "static" / "css" / "tokens.css").read_text()

TEXT, SHAPE = 4.5, 3.0
GROUNDS = ("ground", "surface", "raised")
TRACKS = tuple(f"track-{n}" for n in range(1, 6))
READ_ON_EVERY_GROUND = ("ink", "muted", "accent", "danger", "good", *TRACKS)


def colours(selector: str) -> dict[str, str]:
    """The colours in the first block of `selector`, by name."""
    start = TOKENS.index(selector + " {")
    block = TOKENS[start : TOKENS.index("}", start)]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


DESK = colours(":root")
PAPER = {**DESK, **colours(':root[data-theme="light"]')}
PAPER_BY_SYSTEM = {**DESK, **colours(':root:not([data-theme="dark"])')}


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", 0 to 1, as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """1 for the same colour, 21 for black on white."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_standard_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [DESK, PAPER], ids=["desk", "paper"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("name", READ_ON_EVERY_GROUND)
def test_what_is_read_stands_out_from_what_it_lies_on(theme: dict[str, str], ground: str, name: str) -> None:
    assert contrast(theme[name], theme[ground]) >= TEXT


@pytest.mark.parametrize("theme", [DESK, PAPER], ids=["desk", "paper"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_the_edge_of_a_field_can_be_seen(theme: dict[str, str], ground: str) -> None:
    assert contrast(theme["edge"], theme[ground]) >= SHAPE


@pytest.mark.parametrize("theme", [DESK, PAPER], ids=["desk", "paper"])
def test_words_on_the_accent_can_be_read(theme: dict[str, str]) -> None:
    assert contrast(theme["on-accent"], theme["accent"]) >= TEXT


@pytest.mark.parametrize("theme", [DESK, PAPER], ids=["desk", "paper"])
def test_no_two_tracks_share_a_colour(theme: dict[str, str]) -> None:
    assert len({theme[name] for name in TRACKS}) == len(TRACKS)


def test_score_paper_is_the_same_by_choice_and_by_the_system() -> None:
    assert PAPER_BY_SYSTEM == PAPER
    assert PAPER["ground"] != DESK["ground"]
