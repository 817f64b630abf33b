"""Collections, and what members say of themselves, can be reported and hidden."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('gallery', '0007_profile_language'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='report',
            name='report_is_about_one_thing',
        ),
        migrations.AddField(
            model_name='collection',
            name='hidden_at',
            field=models.DateTimeField(blank=True, default=None, help_text='Taken from all but its author by a moderator.', null=True),
        ),
        migrations.AddField(
            model_name='collection',
            name='hidden_because',
            field=models.TextField(blank=True, help_text='What its author is told.'),
        ),
        migrations.AddField(
            model_name='profile',
            name='hidden_at',
            field=models.DateTimeField(blank=True, default=None, help_text='What they say is taken from all others by a moderator.', null=True),
        ),
        migrations.AddField(
            model_name='profile',
            name='hidden_because',
            field=models.TextField(blank=True, help_text='What its author is told.'),
        ),
        migrations.AddField(
            model_name='report',
            name='collection',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='gallery.collection'),
        ),
        migrations.AddField(
            model_name='report',
            name='profile',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='gallery.profile'),
        ),
        migrations.AddConstraint(
            model_name='collection',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_at', None), models.Q(('hidden_because', ''), _negated=True), _connector='OR'), name='collection_hidden_says_why'),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_at', None), models.Q(('hidden_because', ''), _negated=True), _connector='OR'), name='profile_hidden_says_why'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('collection__isnull', True), ('comment__isnull', True), ('person__isnull', True), ('piece__isnull', False), ('profile__isnull', True)), models.Q(('collection__isnull', True), ('comment__isnull', False), ('person__isnull', True), ('piece__isnull', True), ('profile__isnull', True)), models.Q(('collection__isnull', True), ('comment__isnull', True), ('person__isnull', False), ('piece__isnull', True), ('profile__isnull', True)), models.Q(('collection__isnull', False), ('comment__isnull', True), ('person__isnull', True), ('piece__isnull', True), ('profile__isnull', True)), models.Q(('collection__isnull', True), ('comment__isnull', True), ('person__isnull', True), ('piece__isnull', True), ('profile__isnull', False)), _connector='OR'), name='report_is_about_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('collection__isnull', False), ('state', 'open')), fields=('reporter', 'collection'), name='report_collection_once'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('profile__isnull', False), ('state', 'open')), fields=('reporter', 'profile'), name='report_profile_once'),
        ),
    ]
