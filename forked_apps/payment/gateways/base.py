"""The payment port: what a payment method is to the shop, and what a gateway has to do.

A method that only tells the shopper what to do (by invoice, in the shop) is a `PaymentMethod`. One that moves money by
asking somebody else is a `Gateway`. No method of a gateway is ever called inside a transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, Protocol, runtime_checkable

from django.utils.functional import Promise

CONNECT_SECONDS: Final = 1.0
READ_SECONDS: Final = 5.0


class GatewayError(Exception):
    """What a gateway raises: one of the three below."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Declined(GatewayError):
    """The gateway said no; `code` is its reason. Nothing was moved."""


class Unavailable(GatewayError):
    """No usable answer; to be tried again. `is_certain`: surely nothing was moved, else nobody knows yet."""

    def __init__(self, code: str, *, is_certain: bool, retry_after: int = 5) -> None:
        super().__init__(code)
        self.is_certain = is_certain
        self.retry_after = retry_after


class Misconfigured(GatewayError):
    """The gateway does not accept the shop (keys, account, currency). Nothing was moved; trying again does not help."""


class EventRefused(Exception):
    """An event that the gateway has not sent: no or a bad signature, too old, another account or mode."""


class EventMalformed(Exception):
    """A signed event that cannot be read."""


@dataclass(frozen=True, slots=True)
class NextAction:
    """What the shopper does next; `type` is pay, redirect, confirm or wait."""

    type: str
    url: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """What a gateway is to charge. `data` is what the storefront sent along (the gateway's token of a card)."""

    key: str
    amount: Decimal
    currency: str
    order_number: str
    email: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What a gateway is to give back of an earlier charge."""

    key: str
    charge_key: str
    charge_reference: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class ChargeResult:
    """How a charge or a refund stands at the gateway: a status of `states.py`, with what was moved where it was.

    `reference` is the gateway's own id, `error` its reason for a refusal.
    """

    status: str
    amount: Decimal | None = None
    currency: str = ""
    reference: str = ""
    error: str = ""
    next_action: NextAction | None = None


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """A verified event of a gateway. `result` None is one that means nothing to the shop: it is kept, no more.

    It belongs to the attempt with that idempotency `key`, else to the one with the result's reference.
    """

    id: str
    type: str
    payload: Mapping[str, Any]
    key: str = ""
    result: ChargeResult | None = None


@runtime_checkable
class PaymentMethod(Protocol):
    """A way to pay."""

    code: str
    name: "str | Promise"
    description: "str | Promise"

    def is_available(self) -> bool:
        """Whether its settings allow to offer it."""

    def time_to_pay(self) -> timedelta:
        """How long an unpaid order holds its stock."""

    def next_action(self) -> NextAction:
        """What the shopper of an unpaid order does next."""


@runtime_checkable
class Gateway(PaymentMethod, Protocol):
    """A way to pay that talks to somebody else. Amounts are in the currency that stands beside them.

    All calls are idempotent by key: sent again, they move nothing again and answer how the thing stands now. They
    raise Declined, Unavailable or Misconfigured, and nothing else.
    """

    def charge(self, request: ChargeRequest) -> ChargeResult:
        """Charge, or authorise, or say what the shopper has to do first."""

    def capture(self, key: str) -> ChargeResult:
        """Take what the charge of that key has authorised, whole."""

    def void(self, key: str) -> ChargeResult:
        """Let the charge of that key go, whatever became of it; what was taken is given back."""

    def refund(self, request: RefundRequest) -> ChargeResult:
        """Give back: `refunded`, or `unknown` while it is on its way."""

    def look_up(self, key: str) -> ChargeResult | None:
        """How the charge of that key stands; None where the gateway has never heard of it."""

    def read_event(self, headers: Mapping[str, str], body: bytes) -> IncomingEvent:
        """The event in a webhook's body. `headers` have lower-case names.

        Raises EventRefused unless one of the valid secrets has signed it within the last five minutes, and
        EventMalformed.
        """
