"""Pricing carts: properties that hold for every cart."""

import os
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from forked_apps.basket.pricing import price_cart
from forked_apps.basket.values import Cart, CartLine, ChosenOption, PricedCart, PriceRules
from forked_apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from forked_apps.partner.selection import Stock
from forked_apps.shipping.pricing import Band, Method
from forked_apps.voucher.models import Voucher
from nexus_shop.core.money import digits, fits
from nexus_shop.markets.taxes import Destination, TaxBook, TaxRule

IDS = range(1, 9)
EXAMPLES = 10_000 if os.environ.get("NEXUS_SOAK") else 1_000
PLACES = (None, Destination("GB"), Destination("US", "NY", "10001"), Destination("US", "OR"))


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


def carts_in(currency: str) -> st.SearchStrategy[Cart]:
    """Carts with prices of the currency's digits."""
    prices = st.decimals(min_value=0, max_value=5000, places=digits(currency)).map(str)
    return st.lists(st.tuples(prices, st.integers(1, 40)), min_size=1, max_size=8).map(
        lambda rows: Cart(
            currency,
            lines=tuple(
                line(number, price, quantity, currency=currency) for number, (price, quantity) in enumerate(rows, 1)
            ),
        )
    )


carts = st.sampled_from(["GBP", "JPY"]).flatmap(carts_in)
benefits = st.one_of(
    st.tuples(st.just("Percentage"), st.integers(1, 100).map(str)),
    st.tuples(st.just("Absolute"), st.decimals(min_value="0.01", max_value=9000, places=2).map(str)),
    st.tuples(st.just("Fixed"), st.decimals(min_value="0.01", max_value=9000, places=2).map(str)),
    st.tuples(st.just("Multibuy"), st.none()),
    st.tuples(st.just("Shipping percentage"), st.integers(1, 100).map(str)),
    st.tuples(st.just("Shipping absolute"), st.decimals(min_value="0.01", max_value=90, places=2).map(str)),
    st.tuples(st.just("Fixed price"), st.decimals(min_value="0.01", max_value=9000, places=2).map(str)),
    st.tuples(st.just("Shipping fixed price"), st.decimals(min_value="0.01", max_value=90, places=2).map(str)),
)
conditions = st.tuples(st.sampled_from(["Count", "Value", "Coverage"]), st.integers(1, 5).map(str))


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    carts,
    st.lists(st.tuples(benefits, conditions), max_size=3),
    st.booleans(),
    st.sampled_from(["0", "0.07", "0.20", "0.255"]),
)
def test_totals_always_add_up(cart: Cart, rules: list[Any], includes_tax: bool, rate: str) -> None:
    with shop_settings(includes_tax, TAX_RATE=Decimal(rate)):
        check_totals(cart, rules)


def shop_settings(includes_tax: bool, **more: Any) -> override_settings:
    """Settings for one example."""
    return override_settings(PRICES_INCLUDE_TAX=includes_tax, OSCAR_OFFERS_INCL_TAX=includes_tax, **more)


def check_totals(cart: Cart, rules: list[Any]) -> None:
    """The cart with offers, and without."""
    offers = [
        offer(number, benefit, value, condition=condition, least=least)
        for number, ((benefit, value), (condition, least)) in enumerate(rules, 1)
    ]
    priced = price_cart(cart, offers)
    totals = priced.totals
    assert totals.tax is not None
    assert totals.shipping is not None
    assert totals.total == totals.items - totals.discount + totals.shipping
    assert 0 <= totals.tax <= totals.total
    assert 0 <= totals.discount <= totals.items
    assert all(fits(amount, cart.currency) for amount in (totals.items, totals.discount, totals.shipping, totals.tax))
    assert totals.discount == sum(sum(application.by_line.values()) for application in priced.applications)
    without = price_cart(cart, [])
    off_shipping = sum(application.off_shipping for application in priced.applications)
    assert totals.shipping + off_shipping == without.totals.shipping
    parts = [each.total for each in priced.lines if each.total]
    assert sum(part.gross or 0 for part in parts) == totals.items - totals.discount
    assert all(part.net + (part.tax or 0) == part.gross and part.net >= 0 for part in parts)


rates = st.sampled_from(["0", "0.05", "0.08875", "0.20", "0.255"]).map(Decimal)
amounts = st.decimals(min_value=0, max_value=90, places=2)
ways = st.builds(
    Method,
    st.just("post"),
    st.just("Post"),
    kind=st.sampled_from(["flat", "weight", "total", "collect"]),
    price=amounts,
    price_per_item=amounts,
    free_over=st.none() | amounts,
    default_weight=st.just(Decimal("0.4")),
    bands=st.lists(amounts, min_size=1, max_size=2).map(
        lambda charges: tuple(Band(Decimal(place), charge) for place, charge in enumerate(charges, 1))
    ),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    carts,
    st.lists(st.tuples(benefits, conditions), max_size=2),
    st.booleans(),
    st.tuples(st.tuples(rates, rates, rates), ways, st.sampled_from(PLACES), amounts),
)
def test_totals_add_up_wherever_the_goods_go(cart: Cart, offered: list[Any], includes_tax: bool, facts: Any) -> None:
    with shop_settings(includes_tax, TAX_BY_ADDRESS=True):
        check_totals_somewhere(cart, offered, includes_tax, *facts)


def check_totals_somewhere(
    cart: Cart,
    offered: list[Any],
    includes_tax: bool,
    taxes: tuple[Decimal, ...],
    way: Method,
    place: Destination | None,
    extra: Decimal,
) -> None:
    """The cart with options, taxes by zone and class, and a way of delivery."""
    engraved = ChosenOption(1, "engraving", "Engraving", "Ann", extra)
    lines = tuple(
        replace(each, product_class=("", "books")[number % 2], options=(engraved,) if number % 3 else ())
        for number, each in enumerate(cart.lines)
    )
    zones = (("GB", "", ""), ("GB", "", "books"), ("US", "NY", ""))
    book = TaxBook(tuple(TaxRule("x", c, s, "", k, rate) for (c, s, k), rate in zip(zones, taxes, strict=True)))
    offers = [
        offer(number, benefit, value, condition=condition, least=least)
        for number, ((benefit, value), (condition, least)) in enumerate(offered, 1)
    ]
    priced = price_cart(replace(cart, lines=lines), offers, rules=PriceRules(book, (way,)), destination=place)
    totals = priced.totals
    assert (totals.tax is None) == (place is None and not includes_tax)
    assert totals.total == totals.items - totals.discount + (totals.shipping or 0)
    assert priced.is_served == (totals.shipping is not None) == (priced.shipping is not None)
    assert 0 <= (totals.tax or 0) <= totals.total
    assert 0 <= totals.discount <= totals.items
    assert fits(totals.total, cart.currency)
    parts = [each.total for each in priced.lines if each.total]
    parts += [priced.shipping.price] if priced.shipping else []
    assert sum(part.shown for part in parts) == totals.total
    assert all(part.net + (part.tax or 0) == part.shown and part.net >= 0 for part in parts)
    if place == Destination("US", "OR"):
        assert totals.tax == 0


def test_line_without_a_price_counts_for_nothing() -> None:
    priced = price_cart(Cart("GBP", lines=(line(1, None, 3), line(2, "5.00", 1))), [])
    assert (priced.lines[0].unit, priced.lines[0].total, priced.totals.items) == (None, None, Decimal("5.00"))
    assert [problem.code for problem in priced.problems] == ["product_unavailable"]


def test_line_in_another_currency_counts_for_nothing() -> None:
    priced = price_cart(Cart("GBP", lines=(line(1, "1000", 1, currency="JPY"),)), [])
    assert priced.totals.items == 0
    assert [problem.code for problem in priced.problems] == ["product_unavailable"]


def test_what_is_not_discountable_is_not_discounted() -> None:
    cart = Cart("GBP", lines=(line(1, "10.00", is_discountable=False), line(2, "10.00")))
    priced = price_cart(cart, [offer(1, "Percentage", "50", least="1")])
    assert [each.discount for each in priced.lines] == [Decimal(0), Decimal("5.00")]


def test_empty_cart_costs_nothing() -> None:
    priced = price_cart(Cart("GBP"), [])
    assert priced.totals.total == 0


def test_unknown_shipping_method() -> None:
    priced = price_cart(Cart("GBP", lines=(line(1),)), [], shipping_code="pigeon")
    assert not priced.is_served
    assert priced.totals.shipping == Decimal("4.95")


def test_shipping_offer_lowers_the_charge_alone() -> None:
    cart = Cart("GBP", lines=(line(1, "10.00"),))
    priced = price_cart(cart, [offer(1, "Shipping percentage", "100")])
    assert priced.totals.shipping == priced.totals.discount == 0
    assert priced.totals.total == Decimal("10.00")
    assert [application.amount for application in priced.applications] == [Decimal("4.95")]


def idle_delivery(*ways: Method, offers: list[ConditionalOffer], code: str | None = None) -> PricedCart:
    """A mug for 10.00, an offer on its delivery that comes first, and what the others do."""
    return price_cart(
        Cart("GBP", lines=(line(1, "10.00"),)), offers, rules=PriceRules(methods=ways), shipping_code=code
    )


COLLECT = Method("collect", "Collect", kind="collect")


def test_shipping_offer_that_takes_nothing_off_keeps_no_units() -> None:
    post = Method("post", "Post", price=Decimal("4.00"))
    offers = [offer(1, "Shipping percentage", "100", priority=1), offer(2, "Percentage", "10")]
    offers[0].set_voucher(Voucher(code="SHIP"))
    collected = idle_delivery(COLLECT, post, offers=offers, code="collect")
    assert [(each.offer.pk, each.amount) for each in collected.applications] == [(2, Decimal("1.00"))]
    assert (collected.totals.discount, collected.totals.total) == (Decimal("1.00"), Decimal("9.00"))
    assert collected.waiting == {"SHIP"}
    brought = idle_delivery(COLLECT, post, offers=offers, code="post")
    assert [(each.offer.pk, each.amount) for each in brought.applications] == [(1, Decimal("4.00"))]
    assert (brought.totals.discount, brought.totals.total) == (Decimal(0), Decimal("10.00"))
    assert not brought.waiting


def test_shipping_offer_above_the_charge_keeps_no_units() -> None:
    offers = [offer(1, "Shipping fixed price", "5.00", priority=1), offer(2, "Percentage", "10")]
    priced = idle_delivery(Method("post", "Post", price=Decimal("4.00")), offers=offers)
    assert [each.offer.pk for each in priced.applications] == [2]
    assert (priced.totals.shipping, priced.totals.total) == (Decimal("4.00"), Decimal("13.00"))


def test_delivery_that_is_free_stays_free_where_a_shipping_offer_would_lower_it() -> None:
    post = Method("post", "Post", price=Decimal("4.00"), free_over=Decimal("10.00"))
    offers = [offer(1, "Shipping percentage", "50", priority=1), offer(2, "Percentage", "10")]
    priced = idle_delivery(post, offers=offers)
    assert not priced.applications
    assert (priced.totals.shipping, priced.totals.total) == (Decimal(0), Decimal("10.00"))


def test_way_that_is_too_dear_without_the_offer_leaves_the_cart_to_be_collected() -> None:
    post = Method("post", "Post", kind="total", bands=(Band(Decimal("9.50"), Decimal("2.00")),))
    offers = [offer(1, "Shipping percentage", "50", priority=1), offer(2, "Percentage", "10")]
    unasked = idle_delivery(COLLECT, post, offers=offers)
    assert unasked == idle_delivery(COLLECT, post, offers=offers, code="collect")
    assert (unasked.totals.total, unasked.needs_address) == (Decimal("9.00"), False)


def test_delivery_is_charged_for_what_is_sold_alone() -> None:
    ways = (Method("post", "Post", price=Decimal("1.00"), price_per_item=Decimal("2.00")),)
    gone = line(1, "10.00", 5, is_sold=False)
    priced = price_cart(Cart("GBP", lines=(gone, line(2, "10.00"))), [], rules=PriceRules(methods=ways))
    assert (priced.totals.shipping, priced.totals.total) == (Decimal("3.00"), Decimal("13.00"))
    alone = price_cart(Cart("GBP", lines=(gone,)), [], rules=PriceRules(methods=ways))
    assert (alone.totals.shipping, alone.totals.total, alone.needs_address) == (Decimal(0), Decimal(0), True)
    read = price_cart(
        Cart("GBP", lines=(gone, line(2, "10.00", requires_shipping=False))), [], rules=PriceRules(methods=ways)
    )
    assert (read.totals.total, read.needs_address) == (Decimal("10.00"), False)


def test_second_shipping_offer_does_not_apply() -> None:
    cart = Cart("GBP", lines=(line(1, "10.00"),))
    offers = [
        offer(1, "Shipping absolute", "1.00", exclusive=False),
        offer(2, "Shipping absolute", "2.00", exclusive=False),
    ]
    priced = price_cart(cart, offers)
    assert [(each.offer.pk, each.amount) for each in priced.applications] == [(1, Decimal("1.00"))]
    assert priced.totals.shipping == Decimal("3.95")


def test_exclusive_offers_do_not_meet_on_one_unit() -> None:
    cart = Cart("GBP", lines=(line(1, "100.00"),))
    priced = price_cart(cart, [offer(1, "Percentage", "10", priority=9), offer(2, "Percentage", "50", priority=1)])
    assert priced.totals.discount == Decimal("10.00")
    assert [application.offer.pk for application in priced.applications] == [1]
