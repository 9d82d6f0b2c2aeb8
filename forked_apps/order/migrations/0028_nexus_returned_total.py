"""What was returned is not to be paid: how much that is stands on the order, for those of before as well."""

from decimal import Decimal

from django.db import migrations, models
from django.db.models import F

from nexus_shop.core.money import round_money


def add_up_what_was_returned(apps, schema_editor):
    lines = apps.get_model("order", "Line").objects.filter(units__has_any_keys=["returned", "refunded"], quantity__gt=0)
    for line in lines.select_related("order").order_by("pk").iterator(chunk_size=500):
        cancelled = line.units.get("cancelled", 0)
        gone = cancelled + line.units.get("returned", 0) + line.units.get("refunded", 0)
        worth = share(line, gone) - share(line, cancelled)
        if worth:
            type(line.order).objects.filter(pk=line.order_id).update(returned_total=F("returned_total") + worth)


def share(line, units):
    return round_money(line.line_price_incl_tax * units / line.quantity, line.order.currency)


class Migration(migrations.Migration):
    dependencies = [("order", "0027_nexus_unpaid_indexes")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="returned_total",
            field=models.DecimalField(
                db_default=Decimal("0"),
                decimal_places=2,
                default=Decimal("0"),
                max_digits=12,
                verbose_name="Sent back",
            ),
        ),
        migrations.RunPython(add_up_what_was_returned, migrations.RunPython.noop),
    ]
