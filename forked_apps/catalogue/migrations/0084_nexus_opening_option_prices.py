"""The opening row of each option, and each choice of a group, that cost something before the ledger."""

from django.db import migrations

OPEN = """
    INSERT INTO catalogue_optionpricechange (option_id, name, new_price, reason)
    SELECT o.id, o.name, o.price, 'price before the ledger' FROM catalogue_option o WHERE o.price <> 0 ORDER BY o.id;
    INSERT INTO catalogue_optionpricechange (choice_id, option_group_id, name, new_price, reason)
    SELECT c.id, c.group_id, g.name || ': ' || c.option, c.price, 'price before the ledger'
    FROM catalogue_attributeoption c JOIN catalogue_attributeoptiongroup g ON g.id = c.group_id
    WHERE c.price <> 0 ORDER BY c.id
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0083_nexus_option_price_ledger")]

    operations = [migrations.RunSQL(OPEN, migrations.RunSQL.noop)]
