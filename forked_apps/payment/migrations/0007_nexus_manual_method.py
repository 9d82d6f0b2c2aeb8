"""The payment method that every shop has."""

from typing import Any

from django.db import migrations


def make_manual(apps: Any, schema_editor: Any) -> None:
    apps.get_model("payment", "SourceType").objects.get_or_create(code="manual", defaults={"name": "Invoice or bank transfer"})


class Migration(migrations.Migration):
    dependencies = [("payment", "0006_nexus_handles_and_bounds")]

    operations = [migrations.RunPython(make_manual, migrations.RunPython.noop)]
