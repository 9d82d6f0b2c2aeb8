"""The voucher fork."""

from oscar.apps.voucher.apps import VoucherConfig as OscarVoucherConfig


class VoucherConfig(OscarVoucherConfig):
    """Vouchers, used under a lock."""

    name = "forked_apps.voucher"
