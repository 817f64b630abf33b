"""Figures that older pieces lack: key, tracks, the day of publishing; a link for each unlisted one."""

from django.db import migrations

from generator.music.key import estimate_key
from generator.music.midi import read_midi
from generator.music.notes import MusicError
from generator.music.score import all_notes


def fill(apps, schema_editor):
    Piece = apps.get_model("gallery", "Piece")
    ShareLink = apps.get_model("gallery", "ShareLink")
    for piece in Piece.objects.iterator(chunk_size=200):
        try:
            score = read_midi(bytes(piece.midi))
        except MusicError:
            continue
        piece.key = estimate_key(all_notes(score)) or ""
        piece.n_tracks = sum(1 for track in score.tracks if len(track.notes))
        piece.save(update_fields=["key", "n_tracks"])
    for piece in Piece.objects.filter(visibility="public", published=None).iterator(chunk_size=200):
        Piece.objects.filter(pk=piece.pk).update(published=piece.created)
    # Until now the address of an unlisted piece was its link; it stays so until it is revoked.
    for piece in Piece.objects.filter(visibility="unlisted").iterator(chunk_size=200):
        ShareLink.objects.get_or_create(piece=piece, revoked_at=None, defaults={"code": piece.code})


class Migration(migrations.Migration):
    dependencies = [("gallery", "0002_gallery")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
