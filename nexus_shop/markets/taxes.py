"""Which rate of tax applies. The book is pure: rows in, rates out.

Without TAX_BY_ADDRESS the shop has one rate (TAX_RATE), always known. With it the table of rates counts, and the place
that the goods go to. A shop with net prices then knows no tax before it has an address. A shop with gross prices
charges everybody the same, and until it has an address the tax contained is that at home (SHOP_COUNTRY).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from nexus_shop.core.money import ZERO
from nexus_shop.core.rules import Rules

from .models import TaxRate


@dataclass(frozen=True, slots=True)
class Destination:
    """Where goods go to, as far as taxes and ways of delivery ask. `country` is the ISO code of two letters.

    Where the shop brings nothing (not `is_served`), goods can only be collected. Where only the place of the bill is
    known (`is_of_bill`), it says what tax is owed, and not which ways of delivery serve it.
    """

    country: str
    state: str = ""
    postcode: str = ""
    is_served: bool = True
    is_of_bill: bool = False

    @property
    def compact_postcode(self) -> str:
        """The postcode as it is compared: capitals, no blanks."""
        return compact(self.postcode)


def compact(postcode: str) -> str:
    """A postcode, or its beginning, as it is compared."""
    return "".join(postcode.upper().split())


@dataclass(frozen=True, slots=True)
class TaxRule:
    """A row of the table of rates."""

    name: str
    country: str
    state: str
    postcode: str
    product_class: str
    rate: Decimal

    def covers(self, destination: Destination, product_class: str) -> bool:
        """Whether it speaks of goods of that class that go there."""
        return (
            self.country in {"", destination.country}
            and self.state.casefold() in {"", destination.state.strip().casefold()}
            and destination.compact_postcode.startswith(compact(self.postcode))
            and self.product_class in {"", product_class}
        )

    @property
    def narrowness(self) -> tuple[bool, bool, int, bool]:
        """Which of two counts: the smaller place, then the one that names the class."""
        return bool(self.country), bool(self.state), len(self.postcode), bool(self.product_class)


@dataclass(frozen=True, slots=True)
class TaxBook:
    """The table of rates; empty where the shop has one rate."""

    rules: tuple[TaxRule, ...] = ()

    def rule(self, product_class: str, destination: Destination | None) -> TaxRule | None:
        """The row that counts; None where no row speaks of it: then nothing is owed."""
        if destination is None:
            return None
        found = [rule for rule in self.rules if rule.covers(destination, product_class)]
        return max(found, key=lambda rule: rule.narrowness, default=None)

    def rate(self, product_class: str, destination: Destination | None) -> Decimal | None:
        """The rate, 0.20 for 20 %; None where it cannot be known yet. `product_class` "" is what no class speaks of."""
        if not settings.TAX_BY_ADDRESS:
            return Decimal(settings.TAX_RATE)
        place = destination or home()
        if place is None:
            return None
        found = self.rule(product_class, place)
        return found.rate if found else ZERO

    def name(self, product_class: str, destination: Destination | None) -> str | None:
        """The name of the row that counts; None where none does, and in a shop with one rate."""
        found = self.rule(product_class, destination or home())
        return found.name if found else None


def home() -> Destination | None:
    """Where gross prices are at home; None for net prices, which know no tax without an address."""
    return Destination(settings.SHOP_COUNTRY) if settings.PRICES_INCLUDE_TAX else None


def book_of(rows: Iterable[TaxRate]) -> TaxBook:
    """The book of these rows."""
    return TaxBook(
        tuple(TaxRule(r.name, r.country, r.state, r.postcode, r.product_class, r.rate.normalize()) for r in rows)
    )


def load_taxes() -> TaxBook:
    """The table as it is now."""
    return book_of(TaxRate.objects.all()) if settings.TAX_BY_ADDRESS else TaxBook()


TAXES = Rules(load_taxes)
