"""A comment can be about chosen notes."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('gallery', '0010_variations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='comment',
            name='notes',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('notes', []), ('bar__isnull', False), _connector='OR'), name='comment_on_notes_has_their_bar'),
        ),
    ]
