"""The opening row of each stock record that was there before the ledger.

What was sold between the triggers' coming and this is in the ledger already: the row holds the rest.
"""

from django.db import migrations

OPEN = """
    INSERT INTO partner_stockmovement (stock_record_id, delta, balance, kind, reason)
    SELECT s.id, COALESCE(s.num_in_stock, 0) - COALESCE(sum(m.delta), 0),
           COALESCE(s.num_in_stock, 0) - COALESCE(sum(m.delta), 0), 'initial', 'in stock before the ledger'
    FROM partner_stockrecord s LEFT JOIN partner_stockmovement m ON m.stock_record_id = s.id
    GROUP BY s.id HAVING count(*) FILTER (WHERE m.kind = 'initial') = 0
"""


class Migration(migrations.Migration):
    dependencies = [("partner", "0009_nexus_ledger_backorders_reservations")]

    operations = [migrations.RunSQL(OPEN, migrations.RunSQL.noop)]
