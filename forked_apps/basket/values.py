"""The cart as values: what is read once and then only computed with."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from forked_apps.offer.pricing import Application
from forked_apps.partner.selection import Stock
from forked_apps.shipping.pricing import Method, ShippingQuote
from forked_apps.voucher.models import Voucher
from nexus_shop.core.money import ZERO, Money, Price
from nexus_shop.markets.taxes import TaxBook

from .errors import OptionFacts

TOTAL_PARTS = ("items", "discount", "shipping", "tax", "total")


@dataclass(frozen=True, slots=True)
class CartRef:
    """Whose cart: a login's open one, or the one of a guest's token.

    A reference that only `follows` is a new guest's cart, after that of a token which is ordered or merged. With a
    `handle` it is that cart or none: no other is made or changed in its place.
    """

    owner_id: int | None = None
    token_hash: str | None = None
    follows: str | None = None
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """What did not come, or not wholly, into a cart, and by which rule (an error's code): a product, or a voucher."""

    code: str
    product_id: int | None = None
    sku: str | None = None
    requested: int = 0
    taken: int = 0
    voucher: str | None = None


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of many. `code` is empty for one that was taken; `pointer` is its place in the body.

    The rest is what the code's error says beside it.
    """

    row: int
    sku: str
    code: str = ""
    pointer: str = ""
    available: int | None = None
    option: str | None = None
    reason: str | None = None
    limit: int | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What is said beside the code."""
        said = {"available": self.available, "option": self.option, "reason": self.reason, "limit": self.limit}
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Changed:
    """A cart after a change; `token` is set for a guest's cart that was made just now, this once."""

    basket_id: int
    is_new: bool
    token: str | None = None
    skipped: tuple[Skipped, ...] = ()
    rows: tuple[RowResult, ...] = ()


def hash_of_token(token: str) -> str:
    """What is stored of a cart token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ChosenOption:
    """What the shopper said of one option of a product; `price` is what that adds to each unit, as entered."""

    option_id: int
    code: str
    name: str
    value: Any
    price: Decimal = ZERO

    def as_json(self) -> dict[str, Any]:
        """The API's shape."""
        return {"option": self.code, "name": self.name, "value": self.value}


@dataclass(frozen=True, slots=True)
class CartLine:
    """One line of a cart, or of a one-shot order, with the facts of its product and stock record as they are now.

    `misfit` is an option that does not fit the product any more.
    """

    handle: str
    product_id: int
    title: str
    sku: str | None
    is_sold: bool
    is_discountable: bool
    tracks_stock: bool
    requires_shipping: bool
    product_class: str
    stock: Stock
    partner_id: int
    partner_name: str
    partner_sku: str
    quantity: int
    price_when_added: Decimal | None = None
    options: tuple[ChosenOption, ...] = ()
    misfit: OptionFacts | None = None

    @property
    def entered(self) -> Decimal | None:
        """The price of a unit with its options, as entered; None where the product has none."""
        return None if self.stock.price is None else self.stock.price + extra_of(self.options)


def extra_of(options: Iterable[ChosenOption]) -> Decimal:
    """What options add to the price of each unit, as entered."""
    return sum((option.price for option in options), ZERO)


@dataclass(frozen=True, slots=True)
class Lost:
    """What a line held that is gone with its stock record."""

    title: str
    sku: str | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart with its lines. `id` and `handle` are None for one that does not exist.

    `rules_token` is that of `core.rules` at the time of reading.
    """

    currency: str
    id: int | None = None
    handle: str | None = None
    version: int = 0
    status: str = "Open"
    owner_id: int | None = None
    owner_email: str = ""
    rules_token: str = ""
    lines: tuple[CartLine, ...] = ()
    voucher_codes: tuple[str, ...] = ()
    notes: str = ""
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceRules:
    """What the shop charges beside the prices: taxes, and delivery (no method leaves the flat rate).

    `weights`: product id -> kg, loaded where a method asks for them.
    """

    taxes: TaxBook = field(default_factory=TaxBook)
    methods: tuple[Method, ...] = ()
    weights: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its prices. `unit` and `total` are None where the product has no price; `discount` is as shown."""

    line: CartLine
    unit: Price | None
    total: Price | None
    discount: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """All gross: total = items - discount + shipping, and `tax` is contained in it.

    Where the tax cannot be known yet all are net, and `tax` is None. Where no way of delivery takes the goods,
    `shipping` is None and not in the total.
    """

    currency: str
    items: Decimal
    discount: Decimal
    shipping: Decimal | None
    tax: Decimal | None
    total: Decimal

    def as_json(self) -> dict[str, dict[str, str] | None]:
        """The API's shape: money each."""
        amounts = {name: getattr(self, name) for name in TOTAL_PARTS}
        return {n: None if amount is None else Money(amount, self.currency).as_json() for n, amount in amounts.items()}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that changed since a line, or a voucher, was put into the cart; `line` is None of a voucher, and of
    what is there no more.
    """

    code: str
    line: str | None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PricedCart:
    """A cart with all prices: what the shopper sees and what checkout compares and writes.

    `is_served`: the way of delivery that was asked for takes the goods there. Else `shipping` only gives an idea of the
    price, for no order; None where nothing takes them at all. `idle` are shipping offers that the cart meets while none
    finds anything to take.
    """

    cart: Cart
    lines: tuple[PricedLine, ...]
    applications: tuple[Application, ...]
    vouchers: tuple[Voucher, ...]
    shipping: ShippingQuote | None
    is_served: bool
    totals: Totals
    problems: tuple[Problem, ...]
    idle: tuple[Application, ...] = ()

    @property
    def waiting(self) -> frozenset[str]:
        """The code of the voucher that would come first if the delivery cost something."""
        first = next(iter(self.idle), None)
        return frozenset() if first is None or first.voucher is None else frozenset({first.voucher.code})

    @property
    def working_vouchers(self) -> tuple[Voucher, ...]:
        """Those that do something for this cart: the ones that its order uses up."""
        codes = {each.voucher.code for each in self.applications if each.voucher is not None}
        return tuple(voucher for voucher in self.vouchers if voucher.code in codes)

    @property
    def needs_address(self) -> bool:
        """Whether the goods are brought to an address."""
        return self.shipping is None or self.shipping.needs_address
