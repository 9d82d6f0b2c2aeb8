"""Oscar's admin; stock records to look at. Oscar 4.2.1 lets an admin overwrite stock that was promised meanwhile."""

from typing import TYPE_CHECKING

from django.contrib import admin
from oscar.apps.partner.admin import *  # noqa: F403

from nexus_shop.core.admin import make_read_only

from .models import PriceChange, StockMovement, StockRecord, StockReservation

if TYPE_CHECKING:
    MovementAdmin = admin.ModelAdmin[StockMovement]
    PriceAdmin = admin.ModelAdmin[PriceChange]
    ReservationAdmin = admin.ModelAdmin[StockReservation]
else:
    MovementAdmin = PriceAdmin = ReservationAdmin = admin.ModelAdmin


@admin.register(StockMovement)
class StockMovementAdmin(MovementAdmin):
    """The ledger."""

    list_display = ("id", "created_at", "stock_record", "delta", "balance", "kind", "reason", "changed_by")
    list_select_related = ("stock_record__product", "stock_record__partner", "changed_by")
    list_filter = ("kind",)


@admin.register(PriceChange)
class PriceChangeAdmin(PriceAdmin):
    """The ledger of prices."""

    list_display = ("id", "created_at", "stock_record", "old_price", "new_price", "currency", "reason", "changed_by")
    list_select_related = ("stock_record__product", "stock_record__partner", "changed_by")


@admin.register(StockReservation)
class StockReservationAdmin(ReservationAdmin):
    """What payment sessions hold."""

    list_display = ("handle", "stock_record", "quantity", "client", "expires_at")
    list_select_related = ("stock_record__product", "stock_record__partner")


make_read_only(StockRecord, StockMovement, PriceChange, StockReservation)
