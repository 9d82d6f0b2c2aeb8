from django.db import migrations

# Oscar 4.2.1 leaves a cart open when its process dies between the order and the closing: such a cart orders no more.
CLOSE = """
    UPDATE basket_basket b SET status = 'Submitted', date_submitted = COALESCE(b.date_submitted, clock_timestamp())
    WHERE b.status = 'Open' AND EXISTS (SELECT 1 FROM order_order o WHERE o.basket_id = b.id);
"""


class Migration(migrations.Migration):
    """Close the carts of a taken-over shop that were ordered and left open."""

    dependencies = [
        ("basket", "0014_nexus_saved_shared_notes"),
        ("order", "0025_nexus_history_and_links"),
    ]

    operations = [migrations.RunSQL(CLOSE, migrations.RunSQL.noop)]
