"""Oscar's admin, to look at: a source is a ledger."""

from django.contrib import admin
from oscar.apps.payment.admin import *  # noqa: F403

from nexus_shop.core.admin import make_read_only

from .models import Bankcard, GatewayEvent, PaymentAttempt, Source, Transaction


@admin.register(PaymentAttempt)
class PaymentAttemptAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Attempts, newest first; those that are parked can be picked out."""

    list_display = ("handle", "order", "kind", "method", "amount", "currency", "status", "error_code", "created_at")
    list_filter = ("kind", "status", "method", ("parked_at", admin.EmptyFieldListFilter))
    list_select_related = ("order",)
    ordering = ("-pk",)


@admin.register(GatewayEvent)
class GatewayEventAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What gateways have sent."""

    list_display = ("event_id", "gateway", "type", "problem", "received_at", "applied_at")
    list_filter = ("gateway", "type", "problem")
    ordering = ("-pk",)


make_read_only(Source, Transaction, Bankcard, PaymentAttempt, GatewayEvent)
