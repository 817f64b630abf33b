"""Filters move from the listing's columns into the words that search knows: one index for all of them together."""

from django.db import migrations

from gallery import search
from gallery.facets import facets_of


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DELETE FROM gallery_search")
        return
    schema_editor.execute("DROP TABLE gallery_search")
    schema_editor.execute(
        "CREATE VIRTUAL TABLE gallery_search USING fts5(title, author, tags, description, facets,"
        " tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3')"
    )


def fill(apps, schema_editor):
    Piece = apps.get_model("gallery", "Piece")
    listed = Piece.objects.filter(listing__isnull=False).select_related("owner").defer("midi", "changes")
    for piece in listed.prefetch_related("tags").iterator(chunk_size=200):
        tags = [tag.name for tag in piece.tags.all()]
        facets = facets_of(piece, tags)
        author, words = piece.owner.username, piece.description
        search.index_many([search.Entry(piece.pk, piece.title, author, tags, words, facets)])


class Migration(migrations.Migration):
    dependencies = [("gallery", "0008_hide_words")]
    operations = [
        migrations.RunPython(make, migrations.RunPython.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RemoveConstraint("listing", "listing_tempo"),
        *(
            migrations.RemoveField("listing", name)
            for name in (
                "model", "arranger", "style", "key", "licence", "tempo", "bars", "n_tracks", "density",
                "polyphony", "pitch_range",
            )
        ),
    ]
