"""The opening row of each stock record that was there before the ledger of prices."""

from django.db import migrations

OPEN = """
    INSERT INTO partner_pricechange (stock_record_id, new_price, new_list_price, currency, reason)
    SELECT s.id, s.price, s.list_price, s.price_currency, 'price before the ledger'
    FROM partner_stockrecord s
    WHERE NOT EXISTS (SELECT 1 FROM partner_pricechange c WHERE c.stock_record_id = s.id)
"""


class Migration(migrations.Migration):
    dependencies = [("partner", "0011_nexus_price_ledger")]

    operations = [migrations.RunSQL(OPEN, migrations.RunSQL.noop)]
