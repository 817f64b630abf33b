"""How often pieces were listened to."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0013_indexes_of_the_admin"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlayCount",
            fields=[
                (
                    "piece",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="plays",
                        serialize=False,
                        to="gallery.piece",
                    ),
                ),
                ("n", models.PositiveIntegerField(default=0)),
            ],
        ),
    ]
