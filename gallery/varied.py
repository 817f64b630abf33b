"""What a variation did to the piece that it was made from, in a sentence with figures."""

from __future__ import annotations

import contextlib
import math

from django.utils import formats
from django.utils.translation import gettext as _

from gallery.families import Relative
from gallery.models import Piece, PieceParent
from generator.music.attributes import mean_pitch, notes_a_bar, off_beat_share
from generator.music.compare import pitch_name
from generator.music.notes import MusicError
from generator.music.score import Score

Kind = PieceParent.Kind
WAYS = (Kind.VARY, Kind.DENSER, Kind.SPARSER, Kind.HIGHER, Kind.LOWER, Kind.SYNCOPATED)


def varied_from(parents: list[Relative]) -> Relative | None:
    """The parent that a piece is a variation of, where it is one and the parent may be seen."""
    return next((one for one in parents if one.piece and one.row.kind in WAYS), None)


def how_varied(piece: Piece, parents: list[Relative]) -> str:
    """What became of the parent's notes, and of what was asked to change; empty for what is no variation."""
    relative = varied_from(parents)
    if relative is None or relative.piece is None:
        return ""
    parent, row = relative.piece, relative.row
    share = round(100 * row.kept / max(1, parent.n_notes))
    said = [_("%(share)d %% of the notes were kept") % {"share": share}]
    with contextlib.suppress(MusicError):  # a parent that cannot be read any more has still been counted
        said = [*_moved(row.kind, parent.score, piece.score), *said]
    return "; ".join(said)


def _moved(kind: str, before: Score, after: Score) -> list[str]:
    """The measure that a variation of this kind moves, before and after."""
    if kind in (Kind.DENSER, Kind.SPARSER):
        values = {"before": _figure(notes_a_bar(before)), "after": _figure(notes_a_bar(after))}
        return [_("notes a bar %(before)s → %(after)s") % values]
    if kind in (Kind.HIGHER, Kind.LOWER):
        low, high = mean_pitch(before), mean_pitch(after)
        if math.isnan(low) or math.isnan(high):
            return []
        steps = _figure(high - low, sign=True)
        values = {"before": pitch_name(round(low)), "after": pitch_name(round(high)), "steps": steps}
        return [_("mean pitch %(before)s → %(after)s, %(steps)s semitones") % values]
    if kind == Kind.SYNCOPATED:
        shares = {"before": round(100 * off_beat_share(before)), "after": round(100 * off_beat_share(after))}
        return [_("notes off the beat %(before)d %% → %(after)d %%") % shares]
    return []


def _figure(value: float, *, sign: bool = False) -> str:
    """One digit behind the point, or the comma."""
    text = formats.number_format(abs(value), 1)
    return (("+" if value >= 0 else "−") if sign else "") + text
