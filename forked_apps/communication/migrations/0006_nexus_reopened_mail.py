from django.db import migrations, models


def make_type(apps, schema_editor):
    types = apps.get_model("communication", "CommunicationEventType").objects
    types.get_or_create(code="ORDER_REOPENED", defaults={"name": "Order goes on"})


class Migration(migrations.Migration):
    dependencies = [("communication", "0005_nexus_order_mails")]

    operations = [
        migrations.AlterField(
            model_name="ordermail",
            name="kind",
            field=models.CharField(
                choices=[
                    ("order_placed", "Order placed"),
                    ("order_shipped", "Order shipped"),
                    ("order_cancelled", "Order cancelled"),
                    ("order_reopened", "Order goes on"),
                    ("order_link", "Link to an order"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(make_type, migrations.RunPython.noop),
    ]
