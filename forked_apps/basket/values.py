"""The cart as values: what is read once and then only computed with."""

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from forked_apps.offer.pricing import Application
from forked_apps.partner.selection import Stock
from forked_apps.shipping.queries import ShippingQuote
from forked_apps.voucher.models import Voucher
from nexus_shop.core.money import Money, Price

TOTAL_PARTS = ("items", "discount", "shipping", "tax", "total")


@dataclass(frozen=True, slots=True)
class CartRef:
    """Whose cart: a login's open one, or the one of a guest's token."""

    owner_id: int | None = None
    token_hash: str | None = None


def hash_of_token(token: str) -> str:
    """What is stored of a cart token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ChosenOption:
    """What the shopper said of one option of a product."""

    option_id: int
    code: str
    name: str
    value: Any

    def as_json(self) -> dict[str, Any]:
        """The API's shape."""
        return {"option": self.code, "name": self.name, "value": self.value}


@dataclass(frozen=True, slots=True)
class CartLine:
    """One line of a cart, or of a one-shot order, with the facts of its product and stock record as they are now."""

    handle: str
    product_id: int
    title: str
    sku: str | None
    is_sold: bool
    is_discountable: bool
    tracks_stock: bool
    requires_shipping: bool
    stock: Stock
    partner_id: int
    partner_name: str
    partner_sku: str
    quantity: int
    price_when_added: Decimal | None = None
    options: tuple[ChosenOption, ...] = ()


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart with its lines. `id` and `handle` are None for one that does not exist."""

    currency: str
    id: int | None = None
    handle: str | None = None
    version: int = 0
    status: str = "Open"
    owner_id: int | None = None
    lines: tuple[CartLine, ...] = ()
    voucher_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its prices. `unit` and `total` are None where the product has no price; `discount` is gross."""

    line: CartLine
    unit: Price | None
    total: Price | None
    discount: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """All gross: total = items - discount + shipping, and `tax` is contained in it."""

    currency: str
    items: Decimal
    discount: Decimal
    shipping: Decimal
    tax: Decimal
    total: Decimal

    def as_json(self) -> dict[str, dict[str, str]]:
        """The API's shape: money each."""
        return {name: Money(getattr(self, name), self.currency).as_json() for name in TOTAL_PARTS}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that changed since a line was put into the cart."""

    code: str
    line: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PricedCart:
    """A cart with all prices: what the shopper sees and what checkout compares and writes."""

    cart: Cart
    lines: tuple[PricedLine, ...]
    applications: tuple[Application, ...]
    vouchers: tuple[Voucher, ...]
    shipping: ShippingQuote
    totals: Totals
    problems: tuple[Problem, ...]
