"""What a payment method is to the shop."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class NextAction:
    """What the shopper has to do after ordering; `type` is pay, redirect, confirm or wait."""

    type: str
    instructions: str


class PaymentMethod(Protocol):
    """A way to pay. Gateways that talk to somebody else come with the payment port."""

    code: str
    name: "str | Promise"
    description: "str | Promise"

    def is_available(self) -> bool:
        """Whether its settings allow to offer it."""

    def time_to_pay(self) -> timedelta:
        """How long an unpaid order holds its stock."""

    def next_action(self) -> NextAction:
        """What the shopper of an unpaid order does next."""
