from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("generator", "0004_job_small"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="language",
            field=models.CharField(
                blank=True,
                help_text="In which it was asked, for an owner who never chose one.",
                max_length=16,
            ),
        ),
    ]
