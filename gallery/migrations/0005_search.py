"""The words of shown pieces: an FTS5 table in SQLite, a column of lexemes in PostgreSQL (gallery.search).

They are filled in by 0009_facets, which makes the table anew."""

from django.db import migrations

from gallery.ranking import rising, shrunk_mean


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE TABLE gallery_search (piece_id bigint PRIMARY KEY, words tsvector NOT NULL)"
        )
        schema_editor.execute("CREATE INDEX gallery_search_words ON gallery_search USING gin (words)")
    else:
        schema_editor.execute(
            "CREATE VIRTUAL TABLE gallery_search USING fts5"
            "(title, author, tags, description, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
        )


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE gallery_search")


def list_pieces(apps, schema_editor):
    """List what is public already. Nobody could rate, comment or remix before, so all counts are 0."""
    Piece = apps.get_model("gallery", "Piece")
    Listing = apps.get_model("gallery", "Listing")
    shown = Piece.objects.filter(visibility="public", deleted_at=None).select_related("owner")
    for piece in shown.defer("midi").iterator(chunk_size=200):
        Listing.objects.create(
            piece=piece, owner=piece.owner, published=piece.published, model=piece.model, style=piece.style,
            key=piece.key, licence=piece.licence, tempo=piece.tempo, bars=piece.bars,
            n_tracks=piece.n_tracks, harmony=shrunk_mean(0, 0), interest=shrunk_mean(0, 0),
            best=shrunk_mean(0, 0), rising=rising(piece.published, n_ratings=0, n_comments=0, n_remixes=0),
        )


class Migration(migrations.Migration):
    dependencies = [("gallery", "0004_public_since")]
    operations = [
        migrations.RunPython(make, drop),
        migrations.RunPython(list_pieces, migrations.RunPython.noop),
    ]
