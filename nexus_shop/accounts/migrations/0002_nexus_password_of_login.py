from django.db import migrations, models


class Migration(migrations.Migration):
    """Logins that are open already, or opened by the version before, have no hash: they count as ended."""

    dependencies = [
        ('accounts', '0001_nexus_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='tokenfamily',
            name='auth_hash',
            field=models.CharField(db_default='', max_length=64),
        ),
    ]
