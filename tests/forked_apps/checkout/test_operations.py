"""Placing orders."""

from concurrent.futures import ThreadPoolExecutor, wait
from decimal import Decimal

import pytest
from django.db import connection
from pytest_django import Settings

from forked_apps.basket.errors import QuantityLimit
from forked_apps.basket.operations import Wanted, add_to_cart
from forked_apps.basket.queries import cart_by_id, priced
from forked_apps.basket.values import CartRef
from forked_apps.catalogue.models import Option
from forked_apps.checkout.operations import Details, complete_checkout, place_order
from forked_apps.order.models import LinePrice, Order, OrderDiscount, OrderLineDiscount
from forked_apps.order.operations import change_order_status
from nexus_shop.core.money import Money
from nexus_shop.core.transactions import owning
from tests.factories.shop import (
    ADDRESS,
    make_country,
    make_offer,
    make_order,
    make_product,
    make_user,
    make_voucher,
    stock_of,
)
from tests.performance.statements import statements_of


def details_of(user_id: int) -> Details:
    make_country("US")
    return Details(user_id=user_id, shipping_address=ADDRESS)


# How much one order may hold


@pytest.mark.django_db
def test_one_shot_order_above_the_quantity_limit() -> None:
    mug, cup = make_product(stock=5000), make_product(stock=5000)
    wanted = [Wanted(mug.pk, 600, pointer="/items/0"), Wanted(cup.pk, 401, pointer="/items/1")]
    with pytest.raises(QuantityLimit) as refusal:
        place_order(wanted, details=details_of(make_user().pk))
    assert (refusal.value.pointer, refusal.value.details()) == ("/items/1/quantity", {"limit": 1000})
    assert (Order.objects.count(), stock_of(mug), stock_of(cup)) == (0, (5000, 0), (5000, 0))


@pytest.mark.django_db
def test_one_shot_order_of_the_quantity_limit() -> None:
    mug = make_product(price="0.99", stock=5000)
    make_offer(10)
    order = place_order([Wanted(mug.pk, 1000)], details=details_of(make_user().pk))
    line = order.lines.get()
    assert (line.line_price_incl_tax, line.line_price_excl_tax) == (Decimal("891.00"), Decimal("742.50"))
    prices = [(each.quantity, each.price_incl_tax, each.price_excl_tax) for each in LinePrice.objects.order_by("pk")]
    assert prices == [
        (100, Decimal("0.90"), Decimal("0.75")),
        (150, Decimal("0.89"), Decimal("0.75")),
        (750, Decimal("0.89"), Decimal("0.74")),
    ]


@pytest.mark.django_db
def test_equal_items_of_a_one_shot_order_are_one_line() -> None:
    mug = make_product(stock=9)
    mug.product_options.add(Option.objects.create(name="Engraving", code="engraving", type=Option.TEXT, required=False))
    wanted = [Wanted(mug.pk, 2), Wanted(mug.pk, 1, {"engraving": "Ann"}), Wanted(mug.pk, 3)]
    order = place_order(wanted, details=details_of(make_user().pk))
    assert list(order.lines.order_by("pk").values_list("quantity", flat=True)) == [5, 1]
    assert stock_of(mug) == (9, 6)


@pytest.mark.django_db
def test_order_worth_more_than_its_columns_hold() -> None:
    house = make_product(price="20000000.00", stock=1000)
    with pytest.raises(QuantityLimit) as refusal:
        place_order([Wanted(house.pk, 500, pointer="/items/0")], details=details_of(make_user().pk))
    assert (refusal.value.pointer, refusal.value.details()) == ("/items/0/quantity", {"limit": 9_999_999_999})
    assert (Order.objects.count(), stock_of(house)) == (0, (1000, 0))


@pytest.mark.django_db
def test_order_whose_delivery_is_too_much_for_its_columns() -> None:
    palace, user = make_product(price="9999999999.99"), make_user()
    changed = add_to_cart(CartRef(owner_id=user.pk), wanted=Wanted(palace.pk, 1), token="")
    with pytest.raises(QuantityLimit) as refusal:
        complete_checkout(
            changed.basket_id, details=details_of(user.pk), expected_total=Money(Decimal("10000000004.94"), "GBP")
        )
    assert refusal.value.details() == {"limit": 9_999_999_999}
    assert (Order.objects.count(), stock_of(palace)) == (0, (5, 0))


# Offers with a limit for each customer


@pytest.mark.usefixtures("own_database")
def test_customers_second_order_at_once_waits_and_finds_the_offer_used() -> None:
    make_offer(50, max_user_applications=1)
    mug, details = make_product(price="10.00"), details_of(make_user().pk)

    def buy() -> Decimal:
        try:
            total: Decimal = place_order([Wanted(mug.pk, 1)], details=details).total_incl_tax
            return total
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with owning():
            first = place_order([Wanted(mug.pk, 1)], details=details)
            second = pool.submit(buy)
            assert not wait([second], timeout=0.5).done
        assert (first.total_incl_tax, second.result()) == (Decimal("9.95"), Decimal("14.95"))


@pytest.mark.usefixtures("own_database")
def test_other_customers_do_not_wait() -> None:
    make_offer(50, max_user_applications=1)
    mug, cup = make_product(price="10.00"), make_product(price="10.00")
    details, others = details_of(make_user().pk), details_of(make_user().pk)

    def buy() -> Decimal:
        try:
            total: Decimal = place_order([Wanted(cup.pk, 1)], details=others).total_incl_tax
            return total
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, owning():
        place_order([Wanted(mug.pk, 1)], details=details)
        assert pool.submit(buy).result(timeout=10) == Decimal("9.95")


@pytest.mark.django_db
def test_limit_for_each_customer_costs_one_statement_where_there_is_one() -> None:
    make_offer(50)
    mug, details = make_product(stock=50), details_of(make_user().pk)
    place_order([Wanted(mug.pk, 1)], details=details)  # the kind of payment source is made
    before, _ = statements_of(lambda: place_order([Wanted(mug.pk, 1)], details=details))
    make_offer(5, max_user_applications=9)
    place_order([Wanted(mug.pk, 1)], details=details)  # the process reads the offers
    after, _ = statements_of(lambda: place_order([Wanted(mug.pk, 1)], details=details))
    assert len(after) == len(before) + 1


@pytest.mark.django_db
def test_cancelled_order_uses_nothing_of_a_customers_limit() -> None:
    make_offer(50, max_user_applications=1)
    mug, user = make_product(price="10.00"), make_user()
    first = make_order(mug, user=user)
    assert make_order(mug, user=user).total_incl_tax == Decimal("14.95")
    change_order_status(first.pk, status="cancelled")
    assert make_order(mug, user=user).total_incl_tax == Decimal("9.95")


# Cart, ledger and counter say the same


@pytest.mark.django_db
def test_net_shop_counts_what_the_ledger_says(settings: Settings) -> None:
    settings.PRICES_INCLUDE_TAX = settings.OSCAR_OFFERS_INCL_TAX = False
    offer = make_offer(10, max_global_applications=100)
    products, user = [make_product(price="3.33") for _ in range(3)], make_user()
    for product in products:
        changed = add_to_cart(CartRef(owner_id=user.pk), wanted=Wanted(product.pk, 1), token="")
    cart = priced(cart_by_id(changed.basket_id))
    assert [application.amount for application in cart.applications] == [Decimal("1.20")]
    assert cart.totals.discount == Decimal("1.20")
    order = make_order(*products, user=user)
    offer.refresh_from_db()
    assert offer.total_discount == OrderDiscount.objects.get().amount == Decimal("1.20")
    assert sum(part.amount for part in OrderLineDiscount.objects.all()) == Decimal("1.20")
    change_order_status(order.pk, status="cancelled")
    offer.refresh_from_db()
    assert offer.total_discount == Decimal("0.00")


@pytest.mark.django_db
def test_order_that_costs_nothing_is_paid(settings: Settings) -> None:
    settings.SHIPPING_FLAT_PRICE = Decimal(0)
    make_voucher("HALF")
    mug = make_product(price="10.00")
    assert make_order(mug, vouchers=("HALF",)).payment_status == "awaiting"
    make_offer(100)
    assert make_order(mug).payment_status == "paid"
