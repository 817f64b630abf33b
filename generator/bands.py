"""Bands: what a job asks of MuseGAN, beside what is given, and what the band makes of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from gallery.families import use_check
from gallery.intake_words import intake_words
from gallery.models import Piece
from generator.engines import SHIPPED, WEIGHTS, engine
from generator.models import Job
from generator.music.casting import common_runs
from generator.music.midi import read_midi
from generator.music.notes import MusicError
from generator.music.score import Score, bar_edges, cut, score_from_json, score_to_json
from musicsite.errors import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.engine.band import BandAsk
    from generator.engine.rows import Chunk, Opening

MODEL = "musegan"
INFILL = "infill"
"""The kind of a request for some bars of a piece instead of a piece."""
ARRANGERS = ("jamming", "composer", "hybrid")
DEFAULT_TEMPO = 104.0
MOST_NOTES = 20_000
PLAIN: dict[str, Any] = {
    "latents": {
        "shared": None,
        "shared_time": None,
        "shared_time_of": {},
        "private": {},
        "private_time": {},
    },
    "form": "AABA",
    "key": None,
    "tempo": None,
    "density": {},
    "muted": [],
}
"""What a band is asked when nothing is said of it."""


def is_band(job: Job) -> bool:
    """Whether a job asks for a band instead of a style's writer."""
    return bool(job.request["model"] == MODEL)


def arrangers(*, conditional: bool = False) -> list[str]:
    """The arrangers whose weights are installed, by a look at the files alone."""
    way = "conditional" if conditional else "scratch"
    there = settings.ENGINE != SHIPPED
    return [name for name in ARRANGERS if there or (WEIGHTS / f"musegan_{name}_{way}.safetensors").exists()]


def may_accompany() -> bool:
    """Whether a band is installed that plays along with what is given."""
    return "hybrid" in arrangers(conditional=True)


def cards(*, conditional: bool = False) -> list[dict[str, Any]]:
    """The bands that can be asked for, as cards."""
    words = {
        "hybrid": (_("Hybrid band"), _("Five players: one idea for all, and something of each one's own.")),
        "composer": (_("Composed band"), _("Five tracks from one mind, thought together.")),
        "jamming": (_("Jam"), _("Five players on one chord scheme, each following their own head.")),
    }
    there = arrangers(conditional=conditional)
    return [
        {
            "name": name,
            "model": MODEL,
            "title": title,
            "description": line,
            "default_tempo": DEFAULT_TEMPO,
            "metres": ["4/4"],
        }
        for name, (title, line) in words.items()
        if name in there
    ]


def role_titles() -> dict[str, str]:
    """What the five roles are called, in their order."""
    return {
        "bass": _("Bass"),
        "drums": _("Drums"),
        "guitar": _("Guitar"),
        "piano": _("Piano"),
        "strings": _("Strings"),
    }


def only_common_time(runs: list[tuple[int, int]]) -> str:
    """That a band needs 4/4, and which bars are: first and last of each run."""
    if not runs:
        return _("The band plays in 4/4 only, and no bar here is in 4/4.")
    bars = ", ".join(f"{first}–{last}" if last > first else f"{first}" for first, last in runs[:6])
    more = " …" if len(runs) > 6 else ""
    return _("The band plays in 4/4 only. Bars in 4/4: %(bars)s.") % {"bars": bars + more}


def given_of(owner: User, given: dict[str, Any]) -> Score:
    """The tracks to play along with, with the role of each: of a piece that this person may see and use,
    or of a score that came with the request.

    Raises ApplicationError when the piece, a track or the bars are not there.
    """
    source = "piece" if given["piece"] is not None else "score"
    score = (
        _piece_given(owner, given["piece"])
        if source == "piece"
        else score_given(given["score"], "given.score")
    )
    chosen = []
    for wanted in given["tracks"]:
        if wanted["track"] >= len(score.tracks):
            raise refused("given.tracks", _("The piece has %(n)d tracks.") % {"n": len(score.tracks)})
        track = score.tracks[wanted["track"]]
        if track.is_drum != (wanted["role"] == "drums"):
            raise refused("given.tracks", _("Drums play the drums, and no other track does."))
        # The name carries the role through MIDI, which is how a job keeps what it is given.
        chosen.append(replace(track, name=wanted["role"].title(), role=wanted["role"]))
    score = replace(score, tracks=tuple(chosen))
    edges = bar_edges(score)
    first, last = given["first_bar"] - 1, given["last_bar"] or len(edges) - 1
    if not 0 <= first < last <= len(edges) - 1:
        raise refused("given.last_bar", _("The piece has %(n)d bars.") % {"n": len(edges) - 1})
    if last - first > settings.MAX_BARS:
        raise refused("given.last_bar", _("At most %(n)d bars at a time.") % {"n": settings.MAX_BARS})
    runs = common_runs(score)
    if not any(begin <= first + 1 and last <= end for begin, end in runs):
        raise refused(f"given.{source}", only_common_time(runs))
    score = cut(score, int(edges[first]), int(edges[last]))
    if not any(track.notes.size for track in score.tracks):
        raise refused("given.tracks", _("These tracks play nothing in these bars."))
    return score


def _piece_given(owner: User, code: str) -> Score:
    piece = Piece.objects.opened_by(owner, code)
    if piece is None:
        raise refused("given.piece", _("There is no such piece for you to play along with."))
    use_check(piece, owner)
    try:
        return piece.score
    except MusicError as error:
        raise refused("given.piece", _("This piece cannot be read any more.")) from error


def score_given(data: Any, name: str) -> Score:
    """A score that came with a request in the field `name`. Raises ApplicationError when it is none."""
    try:
        score = score_from_json(data)
    except MusicError as error:
        sentence = _("These notes cannot be read: %(reason)s.") % {"reason": intake_words(str(error))}
        raise refused(name, sentence) from error
    if sum(track.notes.size for track in score.tracks) > MOST_NOTES:
        raise refused(name, _("A band plays along with at most %(n)d notes.") % {"n": MOST_NOTES})
    return score


def as_kept(request: dict[str, Any]) -> dict[str, Any]:
    """A request without the music that came with it, which its job keeps as MIDI: a hash stands for it."""
    given = request.get("given")
    if given is None or given.get("score") is None:
        return request
    music = json.dumps(given["score"], sort_keys=True).encode()
    return {**request, "given": {**given, "score": hashlib.sha256(music).hexdigest()}}


def as_asked(job: Job) -> dict[str, Any]:
    """The request of a job once more, its seed given and the music that came with it back from the job."""
    request, given = {**job.request, "seed": job.seed}, job.request.get("given")
    if given is None or given.get("score") is None or not job.prime:
        return request
    music = read_midi(bytes(job.prime))  # the chosen bars of the chosen tracks, in their order
    tracks = [{"track": n, "role": wanted["role"]} for n, wanted in enumerate(given["tracks"])]
    whole = {"tracks": tracks, "score": score_to_json(music), "first_bar": 1, "last_bar": None}
    return {**request, "given": {**given, **whole}}


def ask_of(job: Job) -> BandAsk:
    """What the engine is to do for a job."""
    return ask_from(job.request, job.seed, read_midi(bytes(job.prime)) if job.prime else None)


def ask_from(asked: dict[str, Any], seed: int, given: Score | None) -> BandAsk:
    """A request of the API in the engine's words."""
    from generator.engine.band import BandAsk, Seeds

    latents = asked["latents"]
    roles = frozenset(wanted["role"] for wanted in asked["given"]["tracks"]) if given else frozenset()
    return BandAsk(
        arranger=asked["arranger"],
        bars=0 if given else asked["bars"],
        seed=seed,
        seeds=Seeds(
            latents["shared"],
            latents["shared_time"],
            # Requests that were kept before this could be asked do not have it.
            latents.get("shared_time_of", {}),
            latents["private"],
            latents["private_time"],
        ),
        form=asked["form"],
        key=asked["key"],
        tempo=asked["tempo"],
        density=asked["density"],
        muted=frozenset(asked["muted"]),
        given=given,
        given_roles=roles,
    )


def parts_of(job: Job, cancelled: Callable[[], bool]) -> Iterator[Opening | Chunk]:
    """Have the band play, and tell it bar by bar, from where an earlier attempt was."""
    from generator.engine.telling import parts

    answer = engine().ask(MODEL, ask_of(job))
    return parts(answer.score, answer.weights, told=job.bars_done, cancelled=cancelled)
