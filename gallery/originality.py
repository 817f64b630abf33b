"""What a piece shares with the music that the networks learnt from, in a sentence for its page."""

from __future__ import annotations

import functools
import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

from django.core.cache import caches
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.models import Piece
from generator.music.notes import MusicError
from generator.music.originality import SEED, OriginalityIndex, Report

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parents[1] / "generator" / "originality"
KEEP_SECONDS = 7 * 24 * 3600
VERSION = 1
# Pieces with more notes are not compared: no page waits for it.
MOST_NOTES = 20_000
# Fewer held-out pieces by people than these shares have a run as long: then it is long, or too long.
USUAL, LONG = 0.10, 0.01


@dataclass(frozen=True)
class Originality:
    """level: usual, long or unusual. words: what is told. bars: "3" or "3–5", empty where there is none.

    start_bar: where the run begins, 0 where there is none. piece: the training piece that has it.
    """

    level: str
    words: str
    bars: str
    start_bar: int
    piece: str
    n_notes: int


@functools.cache
def index_of(style: str) -> OriginalityIndex | None:
    """The index of a style; None where none ships, or none that this version reads."""
    file = FOLDER / f"{style}.npz"
    try:
        return OriginalityIndex.load(file) if file.exists() else None
    except (ValueError, KeyError, OSError) as error:
        logger.error("%s cannot be read: %s", file.name, error)
        return None


def styles() -> list[str]:
    """The styles that have an index."""
    return sorted(file.stem for file in FOLDER.glob("*.npz"))


def originality_of(piece: Piece) -> Originality | None:
    """What is told of a piece; None where nothing can be said. Remembered while its notes are the same."""
    if not 0 < piece.n_notes <= MOST_NOTES:
        return None
    kept = caches["files"]
    digest = hashlib.sha256(bytes(piece.midi) + piece.style.encode()).hexdigest()[:32]
    key = f"originality-{VERSION}-{digest}"
    found: Report | str | None = kept.get(key)
    if found is None:
        found = report_of(piece) or "none"
        kept.set(key, found, KEEP_SECONDS)
    return in_words(found) if isinstance(found, Report) else None


def report_of(piece: Piece) -> Report | None:
    """Compared with what its own network learnt from; a piece of no such network, with all there is."""
    try:
        score = piece.score
    except MusicError:
        return None
    own = piece.style if piece.source == Piece.Source.GENERATED else ""
    asked = [own] if own and index_of(own) is not None else styles()
    reports = [index.report(score) for style in asked if (index := index_of(style)) is not None]
    # The least usual says the most.
    return min(reports, key=lambda report: (report.usual, -report.n_notes), default=None)


def in_words(report: Report) -> Originality:
    """The report for people."""
    if report.start_bar == 0:
        words = _("No run of %(n)d notes or more stands in the music that the network learnt from.")
        return Originality("usual", words % {"n": SEED}, "", 0, "", report.n_notes)
    said = ngettext("Longest match: %(n)d note", "Longest match: %(n)d notes", report.n_notes)
    match = said % {"n": report.n_notes}
    share = {"match": match, "share": f"{100 * report.usual:.0f}"}
    if report.usual >= USUAL:
        level = "usual"
        words = _("%(match)s, usual: of pieces by people, %(share)s %% share as much or more.") % share
    elif report.usual >= LONG:
        level = "long"
        words = _("%(match)s, longer than most: of pieces by people, %(share)s %% share as much.") % share
    else:
        level = "unusual"
        words = _("%(match)s, unusually long: hardly any piece by people shares as much.") % share
    bars = (
        str(report.start_bar)
        if report.start_bar == report.end_bar
        else f"{report.start_bar}–{report.end_bar}"
    )
    return Originality(level, words, bars, report.start_bar, report.piece, report.n_notes)
