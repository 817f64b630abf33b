"""Which pieces sound alike."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('gallery', '0011_comment_on_notes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Likeness',
            fields=[
                ('piece', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='likeness', serialize=False, to='gallery.piece')),
                ('vector', models.BinaryField()),
                ('weights', models.CharField(max_length=64)),
                ('near', models.JSONField(blank=True, default=list)),
                ('least', models.FloatField(default=-1)),
            ],
            options={
                'indexes': [models.Index(fields=['weights'], name='likeness_weights')],
            },
        ),
    ]
