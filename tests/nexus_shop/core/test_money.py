"""Money."""

from decimal import Decimal

import pytest

from nexus_shop.core.money import digits, round_money


def test_rounding_is_half_up() -> None:
    assert round_money(Decimal("0.125"), "GBP") == Decimal("0.13")
    assert round_money(Decimal("0.135"), "GBP") == Decimal("0.14")
    assert round_money(Decimal("0.5"), "JPY") == Decimal(1)


def test_digits_unknown_currency() -> None:
    assert (digits("GBP"), digits("JPY"), digits("KWD")) == (2, 0, 3)
    with pytest.raises(ValueError, match="XXQ"):
        digits("XXQ")
