"""The offers that carts are priced by: kept by the process, read again when a rule has changed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from forked_apps.basket.operations import Wanted
from forked_apps.catalogue.models import Product, ProductClass
from forked_apps.checkout.operations import Details, place_order
from forked_apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from forked_apps.offer.operations import count_offer_use
from forked_apps.offer.queries import Customer, offers_for
from forked_apps.order.models import Order
from nexus_shop.core.rules import rules_token
from tests.factories.shop import (
    ADDRESS,
    make_category,
    make_country,
    make_offer,
    make_parent,
    make_product,
    make_user,
)
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db


def found(*products: Product, customer: Customer | None = None, **options: Any) -> list[ConditionalOffer]:
    """The offers for a cart with these products."""
    return offers_for(
        [product.pk for product in products], token=rules_token(), customer=customer or Customer(), **options
    )


def offer_on(listed: Range, name: str = "") -> ConditionalOffer:
    made: ConditionalOffer = ConditionalOffer.objects.create(
        name=name or f"Offer on {listed.name}",
        condition=Condition.objects.create(range=listed, type="Count", value=1),
        benefit=Benefit.objects.create(range=listed, type="Percentage", value=10),
    )
    return made


def guest_order(product: Product, *, email: str) -> Order:
    make_country("US")
    details = Details(user_id=None, email=email, shipping_address=ADDRESS)
    return place_order([Wanted(product.pk, 1)], details=details)


def members(offer: ConditionalOffer, *products: Product) -> list[bool]:
    return [offer.condition.range.contains_product(product) for product in products]


def test_ranges_contain_what_oscar_says() -> None:
    home = make_category("Home")
    kitchen = make_category("Kitchen", home)
    mug = make_product(category_ids=[kitchen.pk])
    book = make_product(product_class="Books")
    parent, (child, _) = make_parent("Shirt", {"S": ("5.00", 1), "M": ("5.00", 1)})
    ranges = {name: Range.objects.create(name=name) for name in ("listed", "class", "category", "parent", "excluded")}
    ranges["listed"].add_product(mug)
    ranges["class"].classes.add(ProductClass.objects.get(name="Books"))
    ranges["category"].included_categories.add(home)
    ranges["parent"].add_product(parent)
    ranges["excluded"].included_categories.add(home)
    ranges["excluded"].excluded_products.add(mug)
    all_but = Range.objects.create(name="all but", includes_all_products=True)
    all_but.excluded_products.add(book)
    no_home = Range.objects.create(name="no home", includes_all_products=True)
    no_home.excluded_categories.add(home)
    for listed in (*ranges.values(), all_but, no_home):
        offer_on(listed, listed.name)

    by_name = {offer.name: members(offer, mug, book, child) for offer in found(mug, book, child)}

    assert by_name == {
        "listed": [True, False, False],
        "class": [False, True, False],
        "category": [True, False, False],
        "parent": [False, False, True],
        "all but": [True, False, True],
        "no home": [False, True, True],
    }
    for listed in (*ranges.values(), all_but, no_home):  # as Oscar's own queries have it
        if listed.name in by_name:
            inside = set(
                listed.product_queryset.filter(pk__in=[mug.pk, book.pk, child.pk]).values_list("pk", flat=True)
            )
            assert [p.pk in inside for p in (mug, book, child)] == by_name[listed.name], listed.name


def test_offer_that_no_product_can_meet_is_left_out_unless_every_one_is_asked_for() -> None:
    mug, plate = make_product(), make_product()
    listed = Range.objects.create(name="Plates")
    listed.add_product(plate)
    offer = offer_on(listed)
    assert found(mug) == []
    assert found(plate) == [offer]
    assert found(mug, every=True) == [offer]


def test_process_reads_the_offers_once_and_again_when_one_has_changed() -> None:
    mug, offer = make_product(), make_offer(10)
    found(mug)
    assert len(statements_of(lambda: found(mug))[0]) == 2  # the token, and the facts of the products
    ConditionalOffer.objects.filter(pk=offer.pk).update(name="Renamed")
    assert [each.name for each in found(mug)] == ["Renamed"]
    Benefit.objects.filter(offers=offer).update(value=Decimal(20))
    assert [each.benefit.value for each in found(mug)] == [Decimal(20)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE offer_conditionaloffer SET status = 'Suspended'")
    assert found(mug) == []


def test_uses_change_no_rule() -> None:
    offer = make_offer(10, max_global_applications=9)
    mug, before = make_product(), rules_token()
    count_offer_use(offer.pk, frequency=2, amount=Decimal("3.00"))
    assert rules_token() == before
    (fresh,) = found(mug)
    assert (fresh.num_applications, fresh.total_discount) == (2, Decimal("3.00"))


def test_offers_of_two_carts_share_no_state() -> None:
    mug, plate = make_product(), make_product()
    make_offer(10)
    (first,), (second,) = found(mug), found(plate)
    first.set_voucher(object())
    first.name = "Mine"
    assert (second.get_voucher(), second.name == "Mine") == (None, False)
    assert members(first, mug, plate) == [True, False]
    assert members(second, mug, plate) == [False, True]


def test_dates_of_an_offer_are_looked_at_each_time() -> None:
    mug, now = make_product(), timezone.now()
    make_offer(10, start_datetime=now + timedelta(seconds=3600))
    ended = make_offer(20, end_datetime=now + timedelta(seconds=3600))
    assert found(mug) == [ended]


@pytest.mark.parametrize("address", ["ann@example.com", "ANN@Example.com"])
def test_uses_of_a_guest_are_counted_by_the_address(address: str) -> None:
    offer = make_offer(50, max_user_applications=1)
    mug = make_product(price="10.00")
    guest_order(mug, email="ann@example.com")
    (known,) = found(mug, customer=Customer(email=address))
    assert known.customer_applications == 1
    (other,) = found(mug, customer=Customer(email="bob@example.com"))
    assert other.customer_applications == 0
    login = make_user(email="ann@example.com")
    (same,) = found(mug, customer=Customer(login.pk, login.email))
    assert same.customer_applications == 1
    assert offer.max_user_applications == 1


def test_guest_gets_an_offer_for_each_customer_once() -> None:
    make_offer(50, max_user_applications=1)
    mug = make_product(price="10.00", stock=9)
    totals = [guest_order(mug, email=email).total_incl_tax for email in ("ann@x.org", "ANN@x.org", "bob@x.org")]
    assert totals == [Decimal("9.95"), Decimal("14.95"), Decimal("9.95")]


def test_budget_of_an_offer_is_given_out_to_the_penny_and_never_passed() -> None:
    make_offer(50, max_discount=Decimal("7.00"))
    mug = make_product(price="10.00", stock=9)
    totals = [guest_order(mug, email=f"{n}@x.org").total_incl_tax for n in range(3)]
    assert totals == [Decimal("9.95"), Decimal("12.95"), Decimal("14.95")]
    offer = ConditionalOffer.objects.get()
    assert (offer.total_discount, offer.num_orders) == (Decimal("7.00"), 2)


@pytest.mark.parametrize("kind", ["Absolute", "Fixed", "Fixed price", "Multibuy", "Shipping percentage"])
def test_budget_holds_for_benefits_that_know_of_none(kind: str) -> None:
    offer = make_offer(50, max_discount=Decimal("2.00"))
    values = {"Fixed price": "1.00", "Multibuy": None, "Shipping percentage": "100"}
    Benefit.objects.filter(offers=offer).update(type=kind, value=values.get(kind, "5.00"))
    mug = make_product(price="10.00", stock=9)
    totals = [guest_order(mug, email=f"{n}@x.org").total_incl_tax for n in range(2)]
    assert totals == [Decimal("12.95"), Decimal("14.95")]
