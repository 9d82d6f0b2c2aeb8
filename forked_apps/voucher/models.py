"""Oscar's vouchers."""

from oscar.apps.voucher.abstract_models import AbstractVoucher, AbstractVoucherApplication, AbstractVoucherSet


class VoucherSet(AbstractVoucherSet):
    """Oscar's voucher set."""


class Voucher(AbstractVoucher):
    """Oscar's voucher."""


class VoucherApplication(AbstractVoucherApplication):
    """Oscar's voucher application."""


from oscar.apps.voucher.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
