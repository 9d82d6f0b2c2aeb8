"""Pricing carts: properties that hold for every cart."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from forked_apps.basket.pricing import price_cart
from forked_apps.basket.values import Cart, CartLine
from forked_apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from forked_apps.partner.selection import Stock
from nexus_shop.core.money import fits

IDS = range(1, 9)


def line(number: int, price: str | None = "10.00", quantity: int = 1, **facts: Any) -> CartLine:
    """A line of the product with that number."""
    values: dict[str, Any] = {
        "handle": f"line-{number}",
        "product_id": number,
        "title": f"Product {number}",
        "sku": None,
        "is_sold": True,
        "is_discountable": True,
        "tracks_stock": True,
        "requires_shipping": True,
        "product_class": "",
        "partner_id": 1,
        "partner_name": "Partner",
        "partner_sku": "x",
    }
    entered = None if price is None else Decimal(price)
    stock = Stock(number, entered, None, facts.pop("currency", "GBP"), 1000, 0)
    return CartLine(**{**values, **facts}, stock=stock, quantity=quantity)


def offer(
    number: int, benefit: str, value: str | None, *, condition: str = "Count", least: str = "1", **facts: Any
) -> ConditionalOffer:
    """An unsaved offer on everything."""
    everything = Range(id=number, name="Everything", includes_all_products=True)
    everything.loaded_members = frozenset(IDS)
    made = ConditionalOffer(id=number, name=f"Offer {number}", **facts)
    made.condition = Condition(id=number, range=everything, type=condition, value=Decimal(least))
    made.benefit = Benefit(id=number, range=everything, type=benefit, value=Decimal(value) if value else None)
    made.customer_applications = 0
    return made


prices = st.decimals(min_value=0, max_value=5000, places=2).map(str)
carts = st.lists(st.tuples(prices, st.integers(1, 40)), min_size=1, max_size=8).map(
    lambda rows: Cart("GBP", lines=tuple(line(n + 1, price, quantity) for n, (price, quantity) in enumerate(rows)))
)
benefits = st.one_of(
    st.tuples(st.just("Percentage"), st.integers(1, 100).map(str)),
    st.tuples(st.just("Absolute"), st.decimals(min_value="0.01", max_value=9000, places=2).map(str)),
    st.tuples(st.just("Fixed"), st.decimals(min_value="0.01", max_value=9000, places=2).map(str)),
    st.tuples(st.just("Multibuy"), st.none()),
    st.tuples(st.just("Shipping percentage"), st.integers(1, 100).map(str)),
    st.tuples(st.just("Shipping absolute"), st.decimals(min_value="0.01", max_value=90, places=2).map(str)),
    st.tuples(st.just("Shipping fixed price"), st.decimals(min_value="0.01", max_value=90, places=2).map(str)),
)
conditions = st.tuples(st.sampled_from(["Count", "Value", "Coverage"]), st.integers(1, 5).map(str))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    carts,
    st.lists(st.tuples(benefits, conditions), max_size=3),
    st.booleans(),
    st.sampled_from(["0", "0.07", "0.20", "0.255"]),
)
def test_totals_always_add_up(
    django_settings: Settings, cart: Cart, rules: list[Any], includes_tax: bool, rate: str
) -> None:
    django_settings.PRICES_INCLUDE_TAX = django_settings.OSCAR_OFFERS_INCL_TAX = includes_tax
    django_settings.TAX_RATE = Decimal(rate)
    offers = [
        offer(number, benefit, value, condition=condition, least=least)
        for number, ((benefit, value), (condition, least)) in enumerate(rules, 1)
    ]
    priced = price_cart(cart, offers)
    assert priced is not None
    totals = priced.totals
    assert totals.tax is not None
    assert totals.total == totals.items - totals.discount + totals.shipping
    assert 0 <= totals.tax <= totals.total
    assert 0 <= totals.discount <= totals.items
    assert all(fits(amount, "GBP") for amount in (totals.items, totals.discount, totals.shipping, totals.tax))
    assert totals.discount == sum(sum(application.by_line.values()) for application in priced.applications)
    without = price_cart(cart, [])
    assert without is not None
    off_shipping = sum(application.off_shipping for application in priced.applications)
    assert totals.shipping + off_shipping == without.totals.shipping
    parts = [each.total for each in priced.lines if each.total]
    assert sum(part.gross or 0 for part in parts) == totals.items - totals.discount
    assert all(part.net + (part.tax or 0) == part.gross and part.net >= 0 for part in parts)


@pytest.fixture(name="django_settings")
def _django_settings(settings: Settings) -> Settings:
    return settings


def test_line_without_a_price_counts_for_nothing() -> None:
    priced = price_cart(Cart("GBP", lines=(line(1, None, 3), line(2, "5.00", 1))), [])
    assert priced is not None
    assert (priced.lines[0].unit, priced.lines[0].total, priced.totals.items) == (None, None, Decimal("5.00"))
    assert [problem.code for problem in priced.problems] == ["product_unavailable"]


def test_line_in_another_currency_counts_for_nothing() -> None:
    priced = price_cart(Cart("GBP", lines=(line(1, "1000", 1, currency="JPY"),)), [])
    assert priced is not None
    assert priced.totals.items == 0
    assert [problem.code for problem in priced.problems] == ["product_unavailable"]


def test_what_is_not_discountable_is_not_discounted() -> None:
    cart = Cart("GBP", lines=(line(1, "10.00", is_discountable=False), line(2, "10.00")))
    priced = price_cart(cart, [offer(1, "Percentage", "50", least="1")])
    assert priced is not None
    assert [each.discount for each in priced.lines] == [Decimal(0), Decimal("5.00")]


def test_empty_cart_costs_nothing() -> None:
    priced = price_cart(Cart("GBP"), [])
    assert priced is not None
    assert priced.totals.total == 0


def test_unknown_shipping_method() -> None:
    assert price_cart(Cart("GBP", lines=(line(1),)), [], shipping_code="pigeon") is None


def test_shipping_offer_lowers_the_charge_alone() -> None:
    cart = Cart("GBP", lines=(line(1, "10.00"),))
    priced = price_cart(cart, [offer(1, "Shipping percentage", "100")])
    assert priced is not None
    assert priced.totals.shipping == priced.totals.discount == 0
    assert priced.totals.total == Decimal("10.00")
    assert [application.amount for application in priced.applications] == [Decimal("4.95")]


def test_second_shipping_offer_does_not_apply() -> None:
    cart = Cart("GBP", lines=(line(1, "10.00"),))
    offers = [
        offer(1, "Shipping absolute", "1.00", exclusive=False),
        offer(2, "Shipping absolute", "2.00", exclusive=False),
    ]
    priced = price_cart(cart, offers)
    assert priced is not None
    assert [(each.offer.pk, each.amount) for each in priced.applications] == [(1, Decimal("1.00"))]
    assert priced.totals.shipping == Decimal("3.95")


def test_exclusive_offers_do_not_meet_on_one_unit() -> None:
    cart = Cart("GBP", lines=(line(1, "100.00"),))
    priced = price_cart(cart, [offer(1, "Percentage", "10", priority=9), offer(2, "Percentage", "50", priority=1)])
    assert priced is not None
    assert priced.totals.discount == Decimal("10.00")
    assert [application.offer.pk for application in priced.applications] == [1]
