"""Lines that go with their stock record: their carts say so, until the shopper has accepted it."""

from typing import Any, Final

from django.db import connection
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from forked_apps.partner.models import StockRecord

NOTE: Final = """
    INSERT INTO basket_lostline (basket_id, title, sku, quantity)
    SELECT l.basket_id, COALESCE(NULLIF(p.title, ''), parent.title, ''), p.upc, l.quantity
    FROM basket_line l JOIN basket_basket b ON b.id = l.basket_id AND b.status = 'Open'
    JOIN catalogue_product p ON p.id = l.product_id LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
    WHERE l.stockrecord_id = %s ORDER BY l.id
"""


@receiver(pre_delete, sender=StockRecord, dispatch_uid="note_lost_lines")
def note_lost_lines(instance: StockRecord, **_: Any) -> None:
    """Oscar deletes lines with their stock record, as that goes with its product and its partner: nobody is told.

    One statement, in the transaction of the deletion. Locks no cart: those who delete hold locks of products by now.
    """
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [instance.pk])
