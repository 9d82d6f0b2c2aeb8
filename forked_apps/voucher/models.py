"""Oscar's vouchers, whose counters only orders change."""

from typing import Any, Final

from django.db import transaction
from oscar.apps.voucher.abstract_models import AbstractVoucher, AbstractVoucherApplication, AbstractVoucherSet

COUNTERS: Final = ("num_basket_additions", "num_orders", "total_discount")


class VoucherSet(AbstractVoucherSet):
    """Oscar's voucher set."""


class Voucher(AbstractVoucher):
    """Oscar's voucher."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Oscar 4.2.1 writes the counters back as they were loaded.

        Orders count while staff edit: here the counters of a stored voucher are read behind its lock and never written.
        """
        if self._state.adding:
            super().save(*args, **kwargs)
            return
        fields = kwargs.pop("update_fields", None) or [field.name for field in self._meta.local_concrete_fields]
        with transaction.atomic(using=self._state.db):
            locked = Voucher.objects.using(self._state.db).select_for_update().filter(pk=self.pk)
            for name, value in (locked.values(*COUNTERS).first() or {}).items():
                setattr(self, name, value)
            kept = [name for name in fields if name not in COUNTERS and name != self._meta.pk.name]
            super().save(*args, update_fields=kept, **kwargs)


class VoucherApplication(AbstractVoucherApplication):
    """Oscar's voucher application."""


from oscar.apps.voucher.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
