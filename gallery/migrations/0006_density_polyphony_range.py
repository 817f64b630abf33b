"""What the gallery is filtered by beside key and tempo: how dense, how many notes at once, how wide."""

from django.db import migrations, models

from generator.music.metrics import pitch_range, polyphony
from generator.music.midi import read_midi
from generator.music.notes import MusicError
from generator.music.score import all_notes


def fill(apps, schema_editor):
    Piece = apps.get_model("gallery", "Piece")
    Listing = apps.get_model("gallery", "Listing")
    for piece in Piece.objects.only("midi", "n_notes", "bars").iterator(chunk_size=200):
        try:
            pitched = all_notes(read_midi(bytes(piece.midi)))
        except MusicError:
            continue
        figures = {
            "polyphony": polyphony(pitched) if pitched.size else 0.0,
            "pitch_range": int(pitch_range(pitched)) if pitched.size else 0,
        }
        Piece.objects.filter(pk=piece.pk).update(**figures)
        Listing.objects.filter(pk=piece.pk).update(density=piece.n_notes / max(1, piece.bars), **figures)


class Migration(migrations.Migration):
    dependencies = [("gallery", "0005_search")]
    operations = [
        migrations.AddField("piece", "polyphony", models.FloatField(
            default=0, help_text="Notes that sound at once, mean while any does; without drums.",
        )),
        migrations.AddField("piece", "pitch_range", models.PositiveSmallIntegerField(
            default=0, help_text="Semitones from the lowest to the highest note; without drums.",
        )),
        migrations.AddField("listing", "density", models.FloatField(
            default=0, help_text="Notes a bar, all tracks together.",
        )),
        migrations.AddField("listing", "polyphony", models.FloatField(default=0)),
        migrations.AddField("listing", "pitch_range", models.PositiveSmallIntegerField(default=0)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
