"""What was returned is not to be paid: how much that is stands on the order, for those of before as well."""

from decimal import ROUND_HALF_UP, Decimal

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Greatest, Least

from nexus_shop.core.money import round_money


def add_up_what_was_returned(apps, schema_editor):
    lines = apps.get_model("order", "Line").objects.filter(units__has_any_keys=["returned", "refunded"], quantity__gt=0)
    for line in lines.select_related("order").order_by("pk").iterator(chunk_size=500):
        cancelled = line.units.get("cancelled", 0)
        gone = cancelled + line.units.get("returned", 0) + line.units.get("refunded", 0)
        worth = share(line, gone) - share(line, cancelled)
        if worth:  # lines of a taken-over order may cost more than the order
            left = F("total_incl_tax") - F("cancelled_total")
            returned = Greatest(Least(F("returned_total") + worth, left), Decimal(0))
            type(line.order).objects.filter(pk=line.order_id).update(returned_total=returned)


def share(line, units):
    amount = line.line_price_incl_tax * units / line.quantity
    try:
        return round_money(amount, line.order.currency)
    except ValueError:  # a currency of a taken-over order that is none of ISO 4217
        return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


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
