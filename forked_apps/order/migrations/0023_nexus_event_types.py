"""The kinds of events that the operations record."""

from typing import Any

from django.db import migrations

SHIPPING = {"shipped": "Shipped", "delivered": "Delivered", "returned": "Returned"}


def make_event_types(apps: Any, schema_editor: Any) -> None:
    for code, name in SHIPPING.items():
        apps.get_model("order", "ShippingEventType").objects.get_or_create(code=code, defaults={"name": name})
    apps.get_model("order", "PaymentEventType").objects.get_or_create(code="paid", defaults={"name": "Paid"})


class Migration(migrations.Migration):
    dependencies = [("order", "0022_nexus_handles_units_payment")]

    operations = [migrations.RunPython(make_event_types, migrations.RunPython.noop)]
