"""The dashboard.vouchers fork."""

from oscar.apps.dashboard.vouchers.apps import VouchersDashboardConfig as OscarVouchersDashboardConfig


class VouchersDashboardConfig(OscarVouchersDashboardConfig):
    """Vouchers and sets of vouchers in the dashboard."""

    name = "forked_apps.dashboard.vouchers"
