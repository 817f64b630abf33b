"""A member's account remembers the language that they chose."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gallery", "0006_density_polyphony_range")]
    operations = [
        migrations.AddField(
            "profile",
            "language",
            models.CharField(max_length=16, blank=True, default=""),
            preserve_default=False,
        )
    ]
