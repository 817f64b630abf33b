from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gallery", "0003_figures")]
    operations = [
        migrations.AddConstraint(
            model_name='piece',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('visibility', 'public'), _negated=True), ('published__isnull', False), _connector='OR'), name='piece_public_since'),
        ),
    ]
