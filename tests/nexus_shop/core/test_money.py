"""Money."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexus_shop.core.money import Money, Price, contained_tax, digits, fits, round_money, split_evenly, taxed

amounts = st.decimals(min_value=0, max_value=10_000_000, places=2)


def test_rounding_is_half_up() -> None:
    assert round_money(Decimal("0.125"), "GBP") == Decimal("0.13")
    assert round_money(Decimal("-0.125"), "GBP") == Decimal("-0.13")
    assert round_money(Decimal("0.5"), "JPY") == Decimal(1)


def test_digits_of_currencies() -> None:
    assert (digits("GBP"), digits("JPY"), digits("KWD")) == (2, 0, 3)
    with pytest.raises(ValueError, match="XXQ"):
        digits("XXQ")


def test_fits_more_decimals_than_the_currency() -> None:
    assert fits(Decimal("1.10"), "GBP")
    assert not fits(Decimal("1.105"), "GBP")
    assert not fits(Decimal("1.5"), "JPY")


def test_money_as_json() -> None:
    assert Money(Decimal("1299.9"), "USD").as_json() == {"amount": "1299.90", "currency": "USD"}
    assert Money(Decimal(5), "JPY").as_json() == {"amount": "5", "currency": "JPY"}


def test_price_as_json_with_unknown_tax() -> None:
    price = Price("GBP", net=Decimal(10), tax=None, gross=None)
    assert price.as_json() == {"currency": "GBP", "net": "10.00", "tax": None, "gross": None}


def test_taxed_of_a_gross_price() -> None:
    price = taxed(Decimal("12.00"), "GBP", rate=Decimal("0.20"), includes_tax=True)
    assert (price.net, price.tax, price.gross) == (Decimal("10.00"), Decimal("2.00"), Decimal("12.00"))


def test_taxed_of_a_net_price() -> None:
    price = taxed(Decimal("9.99"), "GBP", rate=Decimal("0.20"), includes_tax=False)
    assert (price.net, price.tax, price.gross) == (Decimal("9.99"), Decimal("2.00"), Decimal("11.99"))


@given(amounts, st.decimals(min_value=0, max_value=1, places=3), st.booleans())
def test_net_and_tax_sum_to_gross(amount: Decimal, rate: Decimal, includes_tax: bool) -> None:
    price = taxed(amount, "GBP", rate=rate, includes_tax=includes_tax)
    assert price.tax is not None
    assert price.net + price.tax == price.gross
    assert price.tax >= 0


def test_contained_tax_is_rounded_half_up() -> None:
    assert contained_tax(Decimal("0.03"), "GBP", rate=Decimal("0.20")) == Decimal("0.01")


@given(amounts, st.integers(1, 1000))
def test_even_parts_sum_exactly(total: Decimal, count: int) -> None:
    larger, smaller, larger_ones = split_evenly(total, count, "GBP")
    assert larger * larger_ones + smaller * (count - larger_ones) == total
    assert larger - smaller == Decimal("0.01")
    assert 0 <= larger_ones < count
    assert smaller >= 0
    assert fits(smaller, "GBP")
