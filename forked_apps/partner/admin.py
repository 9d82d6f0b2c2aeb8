"""Oscar's admin; stock records to look at. Oscar 4.2.1 lets an admin overwrite stock that was promised meanwhile."""

from oscar.apps.partner.admin import *  # noqa: F403

from nexus_shop.core.admin import make_read_only

from .models import StockRecord

make_read_only(StockRecord)
