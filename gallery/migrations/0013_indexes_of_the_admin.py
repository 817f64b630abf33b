"""What the admin's lists and its chart begin at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gallery", "0012_likeness")]
    operations = [
        migrations.AddIndex("piece", models.Index(
            fields=["hidden_at"], condition=models.Q(("hidden_at__isnull", False)), name="piece_hidden",
        )),
        migrations.AddIndex("piece", models.Index(fields=["created"], name="piece_created")),
        migrations.AddIndex("piece", models.Index(fields=["published"], name="piece_published")),
    ]
