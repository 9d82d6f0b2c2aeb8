"""Money: a Decimal amount with its currency, rounded in one place."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Final

from babel.numbers import get_currency_precision, list_currencies

ZERO: Final = Decimal(0)


@cache
def digits(currency: str) -> int:
    """Decimal places of an ISO 4217 currency. Raises ValueError for an unknown code."""
    if currency not in list_currencies():
        raise ValueError(f"{currency!r} is not an ISO 4217 currency")
    return int(get_currency_precision(currency))


@cache
def _quantum(currency: str) -> Decimal:
    return Decimal(1).scaleb(-digits(currency))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Round half up to the currency's own digits: the only rounding of amounts in the shop."""
    return amount.quantize(_quantum(currency), rounding=ROUND_HALF_UP)


def fits(amount: Decimal, currency: str) -> bool:
    """Whether `amount` has no more decimals than the currency."""
    return amount == round_money(amount, currency)


def split_evenly(total: Decimal, count: int, currency: str) -> tuple[Decimal, Decimal, int]:
    """Share `total` among `count`: the larger part, the smaller one, and how many are the larger.

    Parts differ by one minor unit; together they are `total` exactly.
    """
    quantum = _quantum(currency)
    units, larger = divmod(int(total / quantum), count)
    return (units + 1) * quantum, units * quantum, larger


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, to that currency's digits."""

    amount: Decimal
    currency: str

    def as_json(self) -> dict[str, str]:
        """The API's shape: `{"amount": "12.00", "currency": "GBP"}`."""
        return {"amount": amount_text(self.amount, self.currency), "currency": self.currency}


def amount_text(amount: Decimal, currency: str) -> str:
    """The amount as the API writes it: a string with the currency's own digits."""
    return f"{round_money(amount, currency):f}"


@dataclass(frozen=True, slots=True)
class Price:
    """A unit or line price. `tax` and `gross` are None where the shop cannot know the tax yet."""

    currency: str
    net: Decimal
    tax: Decimal | None
    gross: Decimal | None

    @property
    def shown(self) -> Decimal:
        """What totals are made of: gross, or net where the tax is not known yet."""
        return self.net if self.gross is None else self.gross

    def as_json(self) -> dict[str, str | None]:
        """The API's shape: currency, net, tax, gross."""
        return {
            "currency": self.currency,
            "net": amount_text(self.net, self.currency),
            "tax": None if self.tax is None else amount_text(self.tax, self.currency),
            "gross": None if self.gross is None else amount_text(self.gross, self.currency),
        }


def taxed(entered: Decimal, currency: str, *, rate: Decimal | None, includes_tax: bool) -> Price:
    """The price for an amount as a merchant entered it: gross where `includes_tax`, else net.

    `rate` 0.20 is 20 %; None is not known yet, which only net prices can stand.
    """
    if includes_tax:
        return price_of(round_money(entered, currency), currency, rate=ZERO if rate is None else rate)
    net = round_money(entered, currency)
    if rate is None:
        return Price(currency, net, None, None)
    gross = round_money(entered * (1 + rate), currency)
    return Price(currency=currency, net=net, tax=gross - net, gross=gross)


def price_of(shown: Decimal, currency: str, *, rate: Decimal | None) -> Price:
    """The price for an amount as totals show it: gross, or net where the rate is not known yet (None)."""
    if rate is None:
        return Price(currency, shown, None, None)
    tax = contained_tax(shown, currency, rate=rate)
    return Price(currency, net=shown - tax, tax=tax, gross=shown)


def contained_tax(gross: Decimal, currency: str, *, rate: Decimal) -> Decimal:
    """The tax inside a gross amount, rounded half up."""
    return round_money(gross * rate / (1 + rate), currency)
