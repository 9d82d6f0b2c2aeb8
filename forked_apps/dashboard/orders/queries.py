"""Orders as the dashboard's users may see them: staff all, those who work for a partner only their own lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from forked_apps.order import queries as order_queries
from forked_apps.order.models import Order, OrderEvent
from forked_apps.order.queries import visible_lines
from forked_apps.order.records import payment_records
from forked_apps.payment.models import Transaction
from nexus_shop.accounts.models import User

# Field of the search form -> lookup on a line
LINE_LOOKUPS = {"product_title": "title__icontains", "upc": "upc", "partner_sku": "partner_sku"}
ORDER_LOOKUPS = {
    "order_number": "number__istartswith",
    "date_from": "date_placed__date__gte",
    "date_to": "date_placed__date__lte",
    "voucher": "discounts__voucher_code",
    "payment_method": "payment_method",
}


def visible_orders(user: User) -> QuerySet[Order]:
    """The orders with a line that the user may see, newest first; those lines stand in `visible_lines`."""
    return (
        order_queries.visible_orders(user)
        .select_related(
            "user", "billing_address", "billing_address__country", "shipping_address", "shipping_address__country"
        )
        .prefetch_related("lines", Prefetch("lines", queryset=visible_lines(user), to_attr="visible_lines"))
    )


def search_orders(user: User, wanted: Mapping[str, Any]) -> QuerySet[Order]:
    """The visible orders that fit the search form's cleaned data. Lines are sought among the visible ones only."""
    orders = visible_orders(user)
    given = {name: value for name, value in wanted.items() if value}
    for name, value in given.items():
        if name in ORDER_LOOKUPS:
            orders = orders.filter(**{ORDER_LOOKUPS[name]: value})
    lines = {lookup: given[name] for name, lookup in LINE_LOOKUPS.items() if name in given}
    if "status" in given:
        if user.is_staff:
            orders = orders.filter(status=given["status"])
        else:
            lines["status"] = given["status"]
    if lines:
        orders = orders.filter(Exists(visible_lines(user).filter(order=OuterRef("pk"), **lines)))
    for word in given.get("name", "").split():
        orders = orders.filter(_named(word))
    return orders.distinct()


def _named(word: str) -> Q:
    """Orders whose customer or whose addresses have a name that begins like this."""
    people = ("user", "billing_address", "shipping_address")
    return Q(
        *(Q(**{f"{who}__{part}__istartswith": word}) for who in people for part in ("first_name", "last_name")),
        _connector=Q.OR,
    )


@dataclass(frozen=True, slots=True)
class Move:
    """Money that was authorised, came or went back; `who` is the member of staff who did it."""

    what: str
    at: datetime
    amount: Decimal
    reference: str
    who: str


def moves_of(order: Order) -> list[Move]:
    """What happened to an order's money, oldest first."""
    held = Transaction.objects.filter(source__order=order, txn_type=Transaction.AUTHORISE)
    moves = [Move("authorised", row.date_created, row.amount, row.reference, "") for row in held]
    moves += [
        Move(each.kind, each.at, Decimal(each.amount), each.reference, each.actor) for each in payment_records(order.pk)
    ]
    return sorted(moves, key=lambda move: move.at)


def moves_of_goods(order: Order) -> QuerySet[OrderEvent]:
    """Which units of an order moved where, and by whom, oldest first."""
    kinds = (OrderEvent.Kind.STATUS_CHANGED, OrderEvent.Kind.CANCELLED)
    return OrderEvent.objects.filter(order=order, kind__in=kinds).select_related("actor").order_by("created_at", "pk")


__all__ = ["Move", "moves_of", "moves_of_goods", "search_orders", "visible_lines", "visible_orders"]
