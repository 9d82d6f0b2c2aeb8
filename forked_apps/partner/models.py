"""Oscar's partners and stock records, with backorders, reservations and the ledgers of stock and of prices.

The database itself refuses what cannot be, and writes the ledgers.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Coalesce, Now
from django.utils.translation import gettext_lazy as _
from oscar.apps.address.abstract_models import AbstractPartnerAddress
from oscar.apps.partner.abstract_models import AbstractPartner, AbstractStockAlert, AbstractStockRecord

from nexus_shop.core.columns import TransactionId
from nexus_shop.core.handles import HandleField

from .selection import Stock
from .triggers import APPEND_ONLY, END, LEDGER, PRICE_LEDGER


class Partner(AbstractPartner):
    """Oscar's partner: who owns stock and ships it."""


class PartnerAddress(AbstractPartnerAddress):
    """Oscar's address of a partner."""


class StockRecord(AbstractStockRecord):
    """Oscar's stock record. 0 <= allocated <= in stock + backorder limit: a CHECK says it again.

    `price` and `list_price` are as the merchant entered them (PRICES_INCLUDE_TAX), in `price_currency`. Each change of
    `num_in_stock`, by whatever door, is a StockMovement: their sum is the figure (none counts as 0). Each change of the
    prices is a PriceChange: the newest one's are those of the record. Deleted it is a FormerStockRecord.
    """

    list_price = models.DecimalField(
        _("List price"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("The price before a reduction, shown struck through. Nothing is ever sold at it."),
    )
    backorder_limit = models.PositiveIntegerField(
        _("Backorder limit"),
        default=0,
        db_default=0,
        help_text=_("How many may be sold beyond what is on the shelf."),
    )
    expected_on = models.DateField(
        _("Expected on"), null=True, blank=True, help_text=_("The day from which goods are there again, or at all.")
    )
    is_preorder = models.BooleanField(
        _("Pre-order"), default=False, db_default=False, help_text=_("Sold ahead of its first day of sale.")
    )

    class Meta(AbstractStockRecord.Meta):
        triggers = [*LEDGER, *PRICE_LEDGER, *END]
        indexes = [
            models.Index(fields=["expected_on"], condition=Q(expected_on__isnull=False), name="stock_expected_on"),
        ]
        constraints = [
            models.CheckConstraint(
                name="allocated_within_stock",
                condition=Q(num_allocated=None)
                | Q(
                    num_allocated__gte=0,
                    num_allocated__lte=Cast(Coalesce(F("num_in_stock"), 0), models.BigIntegerField())
                    + F("backorder_limit"),
                ),
            ),
            models.CheckConstraint(name="price_not_negative", condition=Q(price=None) | Q(price__gte=0)),
            models.CheckConstraint(name="list_price_not_negative", condition=Q(list_price=None) | Q(list_price__gte=0)),
        ]

    def as_stock(self) -> Stock:
        """The record as the selection sees it."""
        return Stock(
            id=self.pk,
            price=self.price,
            list_price=self.list_price,
            currency=self.price_currency,
            num_in_stock=self.num_in_stock,
            num_allocated=self.num_allocated,
            backorder_limit=self.backorder_limit,
            expected_on=self.expected_on,
            is_preorder=self.is_preorder,
        )

    def allocate(self, quantity: int) -> None:
        """Oscar 4.2.1 allocates without an upper bound."""
        from .operations import allocate_stock  # noqa: PLC0415 - operations build on these models

        if self.can_track_allocations:
            allocate_stock({self.pk: quantity})
            self.refresh_from_db(fields=["num_allocated"])

    def consume_allocation(self, quantity: int) -> None:
        """Oscar 4.2.1 checks, then acts."""
        from .operations import consume_stock  # noqa: PLC0415

        if self.can_track_allocations:
            consume_stock({self.pk: quantity})
            self.refresh_from_db(fields=["num_allocated", "num_in_stock"])

    def cancel_allocation(self, quantity: int) -> None:
        """Oscar 4.2.1 silently clamps a release of more than was allocated."""
        from .operations import release_stock  # noqa: PLC0415

        if self.can_track_allocations:
            release_stock({self.pk: quantity})
            self.refresh_from_db(fields=["num_allocated"])


class StockAlert(AbstractStockAlert):
    """Oscar's low-stock alert. A stock record has one open at most."""


class FormerStockRecord(models.Model):
    """What a stock record was that has been deleted: its ledgers stay. Written by a trigger; never changed or deleted.

    `id` was the record's; `sku` and `title` were the product's when it went.
    """

    id = models.BigIntegerField(primary_key=True)
    product_id = models.BigIntegerField()
    partner_id = models.BigIntegerField()
    partner_sku = models.CharField(max_length=128)
    sku = models.CharField(max_length=64, null=True)  # noqa: DJ001 - as the product has it
    title = models.CharField(max_length=255)
    ended_at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = APPEND_ONLY
        default_permissions = ()
        indexes = [
            models.Index(fields=["product_id", "partner_id"], name="former_records_of_product"),
            models.Index(fields=["sku"], name="former_records_of_sku"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_sku}, until {self.ended_at}"


class StockMovement(models.Model):
    """One change of a stock record's number in stock. Written by triggers; never changed or deleted.

    The record may be gone: the last row has then taken its stock away. The account may be gone (`changed_by` names no
    row then). Without a reason the change came around the operations.
    """

    class Kind(models.TextChoices):
        """Why stock moved."""

        INITIAL = "initial", _("Opening figure")
        ADJUSTMENT = "adjustment", _("Adjustment")
        DELIVERY = "delivery", _("Goods received")
        SHIPMENT = "shipment", _("Shipment")
        RETURN = "return", _("Return")
        LOSS = "loss", _("Loss")

    id = models.BigAutoField(primary_key=True)
    stock_record = models.ForeignKey(
        StockRecord,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,  # NOT NULL in the database: without this Django's joins would leave out rows of former records
        related_name="movements",
    )
    delta = models.BigIntegerField(_("Change"))
    balance = models.BigIntegerField(_("In stock after it"))
    kind = models.CharField(_("Kind"), max_length=16, choices=Kind.choices)
    reason = models.CharField(_("Reason"), max_length=255, blank=True, db_default="")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    order = models.ForeignKey("order.Order", on_delete=models.PROTECT, null=True, related_name="stock_movements")
    created_at = models.DateTimeField(_("When"), db_default=Now())

    class Meta:
        triggers = APPEND_ONLY
        verbose_name = _("Stock movement")
        verbose_name_plural = _("Stock movements")
        indexes = [models.Index(fields=["stock_record", "-id"], name="movements_of_record")]

    def __str__(self) -> str:
        return f"{self.stock_record_id}: {self.delta:+} = {self.balance}"


class PriceChange(models.Model):
    """One change of a stock record's prices, or the first ones. Written by triggers; never changed or deleted.

    The record may be gone: the last row has then taken its prices away. Amounts are as entered, in `currency`; the old
    ones are null where that has changed. The account may be gone (`changed_by` names no row then). Without a reason the
    change came around the operations. Rows of one transaction share `transaction_id`.
    """

    id = models.BigAutoField(primary_key=True)
    stock_record = models.ForeignKey(
        StockRecord,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,  # as above
        related_name="price_changes",
    )
    old_price = models.DecimalField(_("Old price"), max_digits=12, decimal_places=2, null=True)
    new_price = models.DecimalField(_("New price"), max_digits=12, decimal_places=2, null=True)
    old_list_price = models.DecimalField(_("Old list price"), max_digits=12, decimal_places=2, null=True)
    new_list_price = models.DecimalField(_("New list price"), max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(_("Currency"), max_length=12)
    reason = models.CharField(_("Reason"), max_length=255, blank=True, db_default="")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    transaction_id = TransactionId(db_default=models.Func(function="pg_current_xact_id"))
    created_at = models.DateTimeField(_("When"), db_default=Now())

    class Meta:
        triggers = APPEND_ONLY
        verbose_name = _("Price change")
        verbose_name_plural = _("Price changes")
        indexes = [models.Index(fields=["stock_record", "-id"], name="price_changes_of_record")]

    def __str__(self) -> str:
        return f"{self.stock_record_id}: {self.old_price} -> {self.new_price} {self.currency}"


class StockReservation(models.Model):
    """Units that an open payment session holds: part of `num_allocated`, until the order claims them or time is up.

    `basket_id` is no foreign key: a cart that goes must not take the record of what is promised along.
    """

    id = models.BigAutoField(primary_key=True)
    handle = HandleField()
    stock_record = models.ForeignKey(StockRecord, on_delete=models.CASCADE, related_name="reservations")
    quantity = models.PositiveIntegerField(_("Quantity"))
    basket_id = models.BigIntegerField()
    client = models.CharField(max_length=64, blank=True, db_default="")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(_("Held until"))

    class Meta:
        verbose_name = _("Stock reservation")
        verbose_name_plural = _("Stock reservations")
        constraints = [
            models.UniqueConstraint(fields=["basket_id", "stock_record"], name="one_reservation_per_record"),
            models.CheckConstraint(name="reservation_is_positive", condition=Q(quantity__gte=1)),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="reservations_by_end"),
            models.Index(fields=["client"], name="reservations_of_client"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.stock_record_id} until {self.expires_at}"


from oscar.apps.partner.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
