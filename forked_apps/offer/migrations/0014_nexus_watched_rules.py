from django.db import migrations

from nexus_shop.core.rules import watch

COUNTERS = ("num_applications", "num_orders", "total_discount")
TABLES = (
    "offer_conditionaloffer_combinations",
    "offer_condition",
    "offer_benefit",
    "offer_range",
    "offer_range_classes",
    "offer_range_included_categories",
    "offer_range_excluded_categories",
)


class Migration(migrations.Migration):
    """Which products a range lists, and where these stand, is read for each cart: those tables are not watched."""

    dependencies = [("offer", "0013_range_excluded_categories"), ("core", "0002_nexus_rules")]

    operations = [
        migrations.RunSQL(*watch("offer_conditionaloffer", ignoring=COUNTERS)),
        *(migrations.RunSQL(*watch(table)) for table in TABLES),
    ]
