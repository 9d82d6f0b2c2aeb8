"""Payments and refunds."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from forked_apps.order.queries import order_by_id
from forked_apps.payment.models import PaymentAttempt, Source
from forked_apps.payment.queries import action_of, next_action_of
from forked_apps.payment.states import STATUSES
from nexus_shop.core.money import Money

from .bodies import payment_state
from .checkout import NextAction
from .fields import Amount, MoneyField, StrictSerializer, Text, YesOrNo
from .texts import Words


class PaymentInput(StrictSerializer):
    """Pay for an order. `data` goes to the gateway as it is and is not kept; card numbers never belong here."""

    order = Text(max_length=64)
    method = Text(max_length=64)
    expected_amount = MoneyField()
    data: Any = serializers.DictField(required=False)


class PositiveMoney(StrictSerializer):
    """An amount above zero."""

    amount = Amount(min_value=Decimal("0.01"))
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", max_length=3)


class RefundInput(StrictSerializer):
    """Give money of an order back. `payment` names the charge; `reference` is that of a pay-out by hand.

    `is_owed`: it came by mistake, and the customer is asked for it again, and for all else that the order lacks.
    """

    order = Text(max_length=64)
    payment = Text(max_length=64, required=False)
    amount = PositiveMoney()
    reason = Words(max_length=255, required=False, allow_blank=True, default="")
    reference = Words(max_length=128, required=False, allow_blank=True, default="")
    is_owed = YesOrNo(required=False, default=False)


class RefundListParameters(StrictSerializer):
    """The query of the list of refunds."""

    order = serializers.CharField(required=False, max_length=64)
    cursor = serializers.CharField(required=False, max_length=200)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, default=20)


class PaymentAnswer(serializers.Serializer[Any]):
    """A payment: an attempt at a gateway, or what is to come by hand (`awaiting`). `unknown`: it is being found out.

    `amount` of what is awaited is what is still to come, else what came, else what was to come.
    """

    id = serializers.CharField()
    order = serializers.CharField()
    status = serializers.ChoiceField(["awaiting", *STATUSES])
    amount = MoneyField()
    method = serializers.CharField()
    next_action = NextAction(allow_null=True)
    error = serializers.CharField(allow_null=True)


class RefundAnswer(serializers.Serializer[Any]):
    """A refund; `payment` is null where the money came by hand.

    `requires_action`: staff are to pay it out; `voided`: no more, the order is wanted again.
    """

    id = serializers.CharField()
    order = serializers.CharField()
    payment = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(list(STATUSES))
    amount = MoneyField()
    method = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class RefundPage(serializers.Serializer[Any]):
    """One page of refunds, newest first."""

    results = RefundAnswer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(allow_null=True)


def payment_body(attempt: PaymentAttempt) -> dict[str, Any]:
    """A charge."""
    amount = Money(attempt.amount, attempt.currency).as_json()
    action = action_of(attempt.status, attempt.data.get("next_action"))
    return {
        "id": attempt.handle,
        "order": attempt.order.handle,
        "status": attempt.status,
        "amount": amount,
        "method": attempt.method,
        "next_action": None if action is None else action_body(action, amount, [attempt.method]),
        "error": attempt.error_code or None,
    }


def source_body(source: Source) -> dict[str, Any]:
    """What is to come by a method that asks nobody, or came by it: as in the order's `payments`."""
    order = order_by_id(source.order_id)
    payment = next(each for each in order.payments if each.handle == source.handle)
    method = payment.method
    status, money = payment_state(payment, order)
    action = next_action_of(method, order.payment_status, order.status) if status == "awaiting" else None
    amount = money.as_json()
    return {
        "id": source.handle,
        "order": order.handle,
        "status": status,
        "amount": amount,
        "method": method,
        "next_action": None if action is None else action_body(action, amount, [method]),
        "error": None,
    }


def action_body(action: Any, amount: dict[str, str], methods: list[str]) -> dict[str, Any]:
    """What the shopper has to do next."""
    return {
        "type": action.type,
        "amount": amount,
        "methods": methods,
        "url": action.url,
        "data": dict(action.data),
    }


def refund_body(refund: PaymentAttempt) -> dict[str, Any]:
    """A refund."""
    return {
        "id": refund.handle,
        "order": refund.order.handle,
        "payment": refund.charge.handle if refund.charge else None,
        "status": refund.status,
        "amount": Money(refund.amount, refund.currency).as_json(),
        "method": refund.method,
        "reason": refund.reason,
        "error": refund.error_code or None,
        "created_at": refund.created_at,
    }
