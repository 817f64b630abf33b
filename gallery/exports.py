"""Everything that a person has, as one ZIP: written in the background, fetched within some days."""

from __future__ import annotations

import json
import logging
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from gallery.audio import Sound, audio_render
from gallery.background import in_background
from gallery.credentials import credential_of, midi_with_credential
from gallery.members import member_or_refuse
from gallery.models import Collection, Comment, Export, Favourite, Follow, Piece, Profile, Rating
from gallery.recipes import recipe_file
from gallery.services import piece_musicxml
from gallery.tags import tags_of
from generator.music.notes import MusicError
from musicsite.errors import ApplicationError

logger = logging.getLogger(__name__)

KEEP = timedelta(days=7)
SOUND = "wav"
SOUND_SECONDS = 120  # that a piece's sound is waited for


def export_folder() -> Path:
    """Where the ZIPs lie until they are cleared away."""
    return Path(settings.VAR_DIR) / "exports"


def export_file(export: Export) -> Path:
    return export_folder() / f"{export.code}.zip"


@transaction.atomic
def export_start(*, person: Any) -> Export:
    """Ask for the ZIP. One at a time: while one is being written, that one."""
    from gallery.actors import write_export

    member = member_or_refuse(person)
    busy = Export.objects.filter(owner=member, state__in=(Export.State.WAITING, Export.State.WRITING))
    if found := busy.first():
        return found
    export = Export.objects.create(owner=member)
    in_background(write_export, export.pk)
    return export


def export_write(*, export_id: int) -> None:
    """Write the ZIP, piece by piece, saying how far it is. A second attempt starts over."""
    export = Export.objects.select_related("owner").filter(pk=export_id, finished=None).first()
    if export is None:
        return
    pieces = Piece.objects.owned_by(export.owner).there().order_by("created", "pk")
    total = pieces.count()
    Export.objects.filter(pk=export.pk).update(state=Export.State.WRITING, done=0, total=total)
    export_folder().mkdir(parents=True, exist_ok=True)
    fresh = export_file(export).with_suffix(".part")
    try:
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as archive:
            put_json(archive, "account.json", account_json(export.owner))
            # A row at a time: a hundred pieces' music is not held in memory together.
            for done, pk in enumerate(list(pieces.values_list("pk", flat=True)), start=1):
                piece = Piece.objects.select_related("owner").filter(pk=pk).first()
                if piece is not None:
                    put_piece(archive, piece, done)
                Export.objects.filter(pk=export.pk).update(done=min(done, total))
        fresh.rename(export_file(export))
        size = export_file(export).stat().st_size
        now = timezone.now()
        Export.objects.filter(pk=export.pk).update(state=Export.State.READY, size=size, finished=now)
    except OSError as error:
        logger.exception("Export %s could not be written", export.code)
        fresh.unlink(missing_ok=True)
        Export.objects.filter(pk=export.pk).update(
            state=Export.State.FAILED, problem=str(error), finished=timezone.now()
        )


def put_piece(archive: zipfile.ZipFile, piece: Piece, number: int) -> None:
    """A folder with the piece: MIDI, MusicXML, sound, recipe, and what it is."""
    folder = f"pieces/{number:04d} {slugify(piece.title, allow_unicode=True)[:60] or piece.code}"
    archive.writestr(f"{folder}/piece.mid", midi_with_credential(piece))
    put_json(archive, f"{folder}/piece.json", piece_facts(piece))
    if piece.recipe:
        archive.writestr(f"{folder}/recipe.json", recipe_file(piece, piece.owner))
    archive.writestr(f"{folder}/credential.json", credential_of(piece).to_json())
    try:
        archive.writestr(f"{folder}/piece.musicxml", piece_musicxml(piece))
    except (ApplicationError, MusicError) as error:
        archive.writestr(f"{folder}/no-musicxml.txt", f"{error}\n")
    if piece.n_notes and (file := sound_of(piece)) is not None:
        archive.write(file, f"{folder}/piece.{SOUND}", zipfile.ZIP_STORED)


def sound_of(piece: Piece) -> Path | None:
    """The piece's sound file, rendered now where it is not there; None where that fails."""
    file = Sound(piece, SOUND).file
    until = time.monotonic() + SOUND_SECONDS
    # Another piece may be rendering just now: one at a time is what the machine bears.
    while not file.exists() and time.monotonic() < until:
        if audio_render(piece_id=piece.pk, kind=SOUND):
            break
        time.sleep(0.2)
    return file if file.exists() else None


def piece_facts(piece: Piece) -> dict[str, Any]:
    return {
        "code": piece.code,
        "title": piece.title,
        "description": piece.description,
        "tags": tags_of(piece),
        "visibility": piece.visibility,
        "licence": piece.licence,
        "is_draft": piece.is_draft,
        "source": piece.source,
        "model": piece.model,
        "style": piece.style,
        "weights": piece.weights,
        "key": piece.key,
        "tempo": piece.tempo,
        "bars": piece.bars,
        "created": piece.created.isoformat(),
        "published": piece.published.isoformat() if piece.published else None,
        "ratings": list(piece.ratings.values("harmony", "interest")),
        "comments": [
            {
                "author": comment.author.username,
                "bar": comment.bar,
                "notes": comment.notes,
                "text": comment.text,
            }
            for comment in Comment.objects.shown().filter(piece=piece).select_related("author")
        ],
    }


def account_json(person: User) -> dict[str, Any]:
    """What the account holds beside the pieces: what the person said, gave, and follows."""
    profile = Profile.objects.filter(person=person).first()
    ratings = Rating.objects.filter(person=person).select_related("piece")
    comments = Comment.objects.filter(author=person).select_related("piece")
    return {
        "name": person.username,
        "email": person.email,
        "since": person.date_joined.isoformat(),
        "about": profile.about if profile else "",
        "may_train": bool(profile and profile.may_train),
        "ratings": [
            {"piece": r.piece.code, "title": r.piece.title, "harmony": r.harmony, "interest": r.interest}
            for r in ratings
        ],
        "comments": [
            {"piece": c.piece.code, "title": c.piece.title, "bar": c.bar, "notes": c.notes, "text": c.text}
            for c in comments
        ],
        "favourites": list(Favourite.objects.filter(person=person).values_list("piece__code", flat=True)),
        "follows": list(Follow.objects.filter(follower=person).values_list("followed__username", flat=True)),
        "collections": [
            {"title": c.title, "pieces": list(c.items.values_list("piece__code", flat=True))}
            for c in Collection.objects.filter(owner=person)
        ],
    }


def put_json(archive: zipfile.ZipFile, name: str, data: Any) -> None:
    archive.writestr(name, json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def exports_purge() -> int:
    """Clear away ZIPs that are older than a week, and those of accounts that are gone. Returns how many."""
    Export.objects.filter(created__lt=timezone.now() - KEEP).delete()
    known = {f"{code}" for code in Export.objects.values_list("code", flat=True)}
    gone = [file for file in export_folder().glob("*") if file.stem not in known]
    for file in gone:
        file.unlink(missing_ok=True)
    return len(gone)
