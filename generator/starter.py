"""The starter gallery: pieces that models made, which hang in a gallery that nobody has filled yet."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from gallery.models import Piece
from gallery.services import piece_create
from generator import bands, variations
from generator.engines import engine, engine_device, request_of
from generator.events import NoteRow, OpeningEvent, TrackHead
from generator.music.midi import read_midi, write_midi
from generator.music.score import Score
from generator.results import RECIPE_VERSION, score_of

STARTER_NAME = "ostinato"
FOLDER = Path(__file__).resolve().parent / "starter"
RECIPES = "recipes.json"
# What a recipe need not say.
DEFAULTS: dict[str, Any] = {
    "model": "rnn",
    "bars": 16,
    "key": None,
    "key_lock": False,
    "tempo": None,
    "metre": None,
    "temperature_pitch": 1.0,
    "temperature_rhythm": 1.0,
    "top_p": 0.95,
    "continue_from": None,
}


class StarterError(Exception):
    """A file of the starter gallery that cannot be read; the message names it."""


def starter_files(folder: Path = FOLDER) -> list[Path]:
    """The pieces, each a MIDI file with its recipe beside it, in the order of their names."""
    return sorted(file for file in folder.glob("*.mid") if file.with_suffix(".json").exists())


@transaction.atomic
def starter_load(folder: Path = FOLDER) -> int:
    """Hang the pieces that do not hang yet. Returns how many were new. Raises StarterError.

    A piece is known by its file's name: what was hung once, and renamed or taken down, is not hung again.
    """
    owner, made = User.objects.get_or_create(username=STARTER_NAME)
    if made:
        owner.set_unusable_password()
        owner.save()
    known = set(Piece.objects.owned_by(owner).values_list("recipe__starter", flat=True))
    new = [file for file in starter_files(folder) if file.stem not in known]
    now = timezone.now()
    for place, file in enumerate(new):
        try:
            recipe = json.loads(file.with_suffix(".json").read_text())
            score = read_midi(file.read_bytes())
            piece = piece_create(
                owner=owner,
                score=score,
                title=recipe["title"],
                source=Piece.Source.GENERATED,
                visibility=Piece.Visibility.PUBLIC,
                licence=Piece.Licence.CC0,
                model=recipe["model"],
                style=recipe["style"],
                weights=recipe["weights"],
                recipe={**{k: v for k, v in recipe.items() if k != "title"}, "starter": file.stem},
            )
        except (KeyError, TypeError, ValueError) as error:
            raise StarterError(f"{file.name} cannot be hung: {error!r}") from error
        # The first by name hangs first; a minute between them keeps the order.
        Piece.objects.filter(pk=piece.pk).update(created=now - timedelta(minutes=place))
    return len(new)


def starter_make(folder: Path = FOLDER, *, say: Callable[[str], None]) -> int:
    """Have the engine write a piece for every entry of recipes.json. Returns how many were written.

    An entry has a name (the file's), a title, a style and a seed, and whatever differs from DEFAULTS.
    """
    recipes = json.loads((folder / RECIPES).read_text())
    engine().start()
    try:
        for recipe in recipes:
            request = {**DEFAULTS, **recipe}
            score, weights = perform(request)
            name = request.pop("name")
            kept = {
                "version": RECIPE_VERSION,
                **request,
                "weights": weights,
                "device": engine_device(),
                "complete": True,
                "made": timezone.now().isoformat(timespec="seconds"),
            }
            (folder / f"{name}.mid").write_bytes(write_midi(score))
            (folder / f"{name}.json").write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")
            say(f"{name}: {request['title']}, {len(score.tracks)} tracks")
    finally:
        engine().stop()
    return len(recipes)


def perform(request: dict[str, Any], prime: Score | None = None) -> tuple[Score, str]:
    """The score that the engine writes for a request, and the hash of the weights that wrote it.

    prime: the bars that it goes on after, which come first in the score.
    """
    from generator.engine.rows import Opening

    opening: OpeningEvent | None = None
    weights = ""
    notes: list[NoteRow] = []
    if request["model"] == bands.MODEL:
        answer = engine().ask(bands.MODEL, bands.ask_from(request, request["seed"], prime))
        return answer.score, answer.weights
    if variations.asks_the_vae(request):
        made = engine().ask(variations.MODEL, variations.ask_from(request, request["seed"], prime))
        return made.score, made.weights
    for part in engine().generate(request_of(request, seed=request["seed"], prime=prime), lambda: False):
        if not isinstance(part, Opening):
            notes += part.notes
            continue
        weights = part.weights
        opening = {
            "type": "opening",
            "tracks": cast(list[TrackHead], part.tracks),
            "tempo": part.tempo,
            "metre": list(part.metre),
            "bars": part.bars,
            "length": part.length,
        }
    assert opening is not None, "the engine ended without a word"
    return score_of(opening, notes, prime), weights
