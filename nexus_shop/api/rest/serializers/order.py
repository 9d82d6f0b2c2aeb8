"""What is done with placed orders, and what is told of them."""

from typing import Any, Final

from rest_framework import serializers

from forked_apps.order.lifecycle import STATUSES
from forked_apps.order.models import OrderEvent, PaymentStatus

from .basket import Totals
from .checkout import AddressInput, AddressShape, NextAction, OrderItem, OrderShape, PaymentShape
from .fields import MoneyField, StrictSerializer, Text
from .texts import Words

CHANGEABLE: Final = frozenset({"notes", "shipping_address", "billing_address"})


class OrderChange(StrictSerializer):
    """What the customer may change. What is left out, or null, stays as it is."""

    ignored = frozenset(OrderShape().fields) - CHANGEABLE

    notes = Text(max_length=2000, required=False, allow_blank=True)
    shipping_address = AddressInput(required=False, allow_null=True)
    billing_address = AddressInput(required=False, allow_null=True)


class CancelInput(StrictSerializer):
    """Why the customer cancels, in his words."""

    reason = Text(max_length=500, required=False, allow_blank=True, default="")


class LookupInput(StrictSerializer):
    """Which order, and whose."""

    number = Text(max_length=64)
    email = serializers.EmailField(max_length=254)


class LookupShape(serializers.Serializer[Any]):
    """The same for everybody."""

    status = serializers.ChoiceField(["accepted"])


class OrderListParameters(StrictSerializer):
    """The query of a list of one's own orders. `search` is part of a number or title, or how a SKU begins."""

    cursor = serializers.CharField(required=False, max_length=200)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, default=20)
    status = serializers.ChoiceField(list(STATUSES), required=False)
    payment_status = serializers.ChoiceField(PaymentStatus.values, required=False)
    placed_from = serializers.DateTimeField(required=False, help_text="Placed then or later.")
    placed_to = serializers.DateTimeField(required=False, help_text="Placed before.")
    search = serializers.CharField(required=False, max_length=100)


class AdminOrderParameters(StrictSerializer):
    """The query of the staff's list. `number` is how it begins; partner staff may not seek by e-mail or payment."""

    cursor = serializers.CharField(required=False, max_length=200)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, default=20)
    status = serializers.ChoiceField(list(STATUSES), required=False)
    payment_status = serializers.ChoiceField(PaymentStatus.values, required=False)
    placed_from = serializers.DateTimeField(required=False, help_text="Placed then or later.")
    placed_to = serializers.DateTimeField(required=False, help_text="Placed before.")
    email = serializers.CharField(required=False, max_length=254)
    number = serializers.CharField(required=False, max_length=64)


class HistoryParameters(StrictSerializer):
    """The query of an order's history."""

    cursor = serializers.CharField(required=False, max_length=200)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, default=20)
    token = serializers.CharField(required=False, max_length=200)


class Staff(serializers.Serializer[Any]):
    """A member of staff."""

    id = serializers.IntegerField()
    email = serializers.CharField()


class MovedUnits(serializers.Serializer[Any]):
    """Units of a line."""

    id = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()


class HistoryShape(serializers.Serializer[Any]):
    """One thing that happened to an order. What does not belong to its type is null.

    `staff` and the notes of staff are for staff alone.
    """

    id = serializers.CharField()
    type = serializers.ChoiceField(["placed", "payment", "note", *OrderEvent.Kind.values])
    at = serializers.DateTimeField()
    by = serializers.ChoiceField(OrderEvent.Role.values)
    staff = Staff(allow_null=True)
    status = serializers.ChoiceField(list(STATUSES), allow_null=True, help_text="Where the units went.")
    order_status = serializers.ChoiceField(list(STATUSES), allow_null=True, help_text="The order's after it.")
    lines = MovedUnits(many=True, allow_null=True)
    reference = serializers.CharField(allow_null=True, help_text="The tracking number.")
    reason = serializers.CharField(allow_null=True, help_text="Why it was cancelled.")
    payment = serializers.CharField(allow_null=True, help_text="What happened to the money.")
    amount = MoneyField(allow_null=True)
    addresses = serializers.ListField(child=serializers.CharField(), allow_null=True)
    mail = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)


class HistoryPage(serializers.Serializer[Any]):
    """One page of an order's history, newest first."""

    results = HistoryShape(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(allow_null=True)


class AdminOrderShape(OrderShape):
    """An order for staff. Partner staff see their own lines and where these go; the rest is null."""

    payment_status = serializers.ChoiceField(PaymentStatus.values, allow_null=True)
    email = serializers.CharField(allow_null=True, allow_blank=True)
    items = OrderItem(many=True)
    totals = Totals(allow_null=True)
    cancelled_total = MoneyField(allow_null=True)
    billing_address = AddressShape(allow_null=True)
    notes = serializers.CharField(allow_null=True, allow_blank=True)
    payments = PaymentShape(many=True)
    next_action = NextAction(allow_null=True)


class AdminOrderPage(serializers.Serializer[Any]):
    """One page of orders for staff, newest first."""

    results = AdminOrderShape(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(allow_null=True)


class ShippingEventShape(serializers.Serializer[Any]):
    """Units that were shipped, delivered or returned together."""

    type = serializers.CharField()
    at = serializers.DateTimeField()
    reference = serializers.CharField(allow_blank=True)
    lines = MovedUnits(many=True)


class PaymentEventShape(serializers.Serializer[Any]):
    """Money that came or went."""

    type = serializers.CharField()
    at = serializers.DateTimeField()
    amount = MoneyField()
    reference = serializers.CharField(allow_blank=True)
    staff = Staff(allow_null=True, help_text="Who did it, where it was staff.")


class NoteShape(serializers.Serializer[Any]):
    """A note on an order: of staff, or of the shop itself."""

    at = serializers.DateTimeField()
    is_system = serializers.BooleanField()
    author = serializers.CharField(allow_blank=True)
    message = serializers.CharField()


class NoteInput(StrictSerializer):
    """A note for other staff."""

    message = Words(lines=True, max_length=2000)
