"""Oscar's admin."""

from oscar.apps.voucher.admin import *  # noqa: F403

from nexus_shop.core.admin import make_read_only

from .models import VoucherApplication

make_read_only(VoucherApplication)
