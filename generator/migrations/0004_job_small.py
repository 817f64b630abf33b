from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("generator", "0003_arranger_vote"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="small",
            field=models.BooleanField(
                default=False, help_text="Counts as part of one of the day's, as it changes or repeats one."
            ),
        ),
    ]
