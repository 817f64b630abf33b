"""What a job asks of the VAE beside blends: something new from the prior, or a piece varied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from gallery.families import use_check
from gallery.models import Piece, PieceParent
from gallery.models.piece import TITLE_LENGTH
from gallery.words import style_title
from generator.engine.kinds import DRAWS
from generator.engines import SHIPPED, WEIGHTS, engine
from generator.models import Job
from generator.music.midi import read_midi
from generator.music.notes import MusicError
from generator.music.score import Score, bar_edges, cut
from musicsite.errors import refused

if TYPE_CHECKING:
    from generator.engine.blend import Made, VaryAsk
    from generator.engine.prior import SampleAsk
    from generator.engine.rows import Chunk, Opening

MODEL = "vae"
VARIATION = "variation"
"""The style of a piece that was varied."""
DEFAULT_TEMPO = 110.0
KINDS = {
    "denser": PieceParent.Kind.DENSER,
    "sparser": PieceParent.Kind.SPARSER,
    "higher": PieceParent.Kind.HIGHER,
    "lower": PieceParent.Kind.LOWER,
    "more_syncopated": PieceParent.Kind.SYNCOPATED,
}
"""What a piece is to its parent that differs from it in one attribute alone."""


def asks_the_vae(request: dict[str, Any]) -> bool:
    """Whether a request is for a draw or a variation; a blend is asked for elsewhere."""
    return bool(request["model"] == MODEL and "kind" not in request)


def is_installed(style: str) -> bool:
    """Whether the weights are there, by a look at the files alone."""
    name = DRAWS.get(style, "any_piece")
    return settings.ENGINE != SHIPPED or (WEIGHTS / f"vae_{name}.safetensors").exists()


def cards() -> list[dict[str, Any]]:
    """What can be drawn out of nothing here, as cards of the studio."""
    words = {
        "tune": _("One melody, thought out of nothing in sixteen bars at once."),
        "phrase": _("A melody in phrases of two bars, each like the first."),
        "trio": _("Melody, bass and drums, thought together in sixteen bars."),
        "groove": _("Drums that go somewhere: sixteen bars at once."),
        "beat": _("Drums of two bars that come again, a little changed."),
    }
    return [
        {
            "name": style,
            "model": MODEL,
            "title": style_title(style),
            "description": line,
            "default_tempo": DEFAULT_TEMPO,
            "metres": ["4/4"],
        }
        for style, line in words.items()
        if is_installed(style)
    ]


def lineage(request: dict[str, Any]) -> PieceParent.Kind:
    """What a variation is to its parent: one that only got denser says so."""
    pushed = [name for name, strength in request["attributes"].items() if strength > 0]
    alone = len(pushed) == 1 and request["amount"] == 0
    return KINDS[pushed[0]] if alone else PieceParent.Kind.VARY


def title_of(parent: Piece, kind: PieceParent.Kind) -> str:
    """A name to begin with: the parent's, and what became of it."""
    patterns = {
        PieceParent.Kind.DENSER: _("%(title)s, denser"),
        PieceParent.Kind.SPARSER: _("%(title)s, sparser"),
        PieceParent.Kind.HIGHER: _("%(title)s, higher"),
        PieceParent.Kind.LOWER: _("%(title)s, lower"),
        PieceParent.Kind.SYNCOPATED: _("%(title)s, more syncopated"),
    }
    pattern = patterns.get(kind, _("%(title)s, varied"))
    # What was varied twice is not called so twice.
    plain = parent.title.removesuffix(pattern % {"title": ""})
    return pattern % {"title": plain[: TITLE_LENGTH - 40]}


def varied_of(owner: User, code: str) -> Score:
    """The piece to vary, at most as long as a piece may be.

    Raises ApplicationError for one that this person may not see or not use, or that holds no note.
    """
    piece = Piece.objects.opened_by(owner, code)
    if piece is None:
        raise refused("piece", _("There is no such piece for you to vary."))
    use_check(piece, owner)
    if not piece.n_notes:
        raise refused("piece", _("There is no note in “%(title)s”.") % {"title": piece.title})
    try:
        score = piece.score
    except MusicError as error:
        raise refused("piece", _("This piece cannot be read any more.")) from error
    edges = bar_edges(score)
    return score if len(edges) <= settings.MAX_BARS + 1 else cut(score, 0, int(edges[settings.MAX_BARS]))


def ask_from(asked: dict[str, Any], seed: int, piece: Score | None) -> VaryAsk | SampleAsk:
    """A request of the API in the engine's words. piece: what is varied."""
    from generator.engine.blend import VaryAsk
    from generator.engine.prior import SampleAsk

    if piece is not None:
        return VaryAsk(piece, asked["amount"], seed, asked["attributes"])
    return SampleAsk(
        asked["style"], asked["bars"], seed, asked["temperature"], tempo=asked["tempo"], key=asked["key"]
    )


def parts_of(job: Job, cancelled: Callable[[], bool]) -> Iterator[Opening | Chunk]:
    """Have the network write, and tell it bar by bar, from where an earlier attempt was."""
    from generator.engine.telling import parts

    piece = read_midi(bytes(job.prime)) if job.prime else None
    made: Made = engine().ask(MODEL, ask_from(job.request, job.seed, piece))
    return parts(made.score, made.weights, told=job.bars_done, cancelled=cancelled)
