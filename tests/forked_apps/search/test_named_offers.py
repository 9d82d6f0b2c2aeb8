"""The offers that cards name: whoever opens, closes or widens one, the cards of its products follow, and no other."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pytest
import time_machine
from django.utils import timezone

from forked_apps.catalogue.models import Category, Product
from forked_apps.offer.models import Benefit, Condition, ConditionalOffer, Range, RangeProduct
from forked_apps.offer.operations import count_offer_use
from forked_apps.search.models import DocumentNote, ProductDocument
from forked_apps.search.operations import note_passed_days, rebuild_noted, stale_products
from forked_apps.search.queries import cards
from forked_apps.search.sources import load
from tests.factories.http import new_client
from tests.factories.shop import make_category, make_offer, make_parent, make_product, make_voucher
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

END: Final = datetime(2040, 1, 31, tzinfo=UTC)


class OwnRange:
    """A range of a class of its own: everything."""

    def contains_product(self, product: Product) -> bool:
        """Whatever it is."""
        return True


def settle() -> None:
    while rebuild_noted():
        pass
    assert stale_products() == []


def named(*products: Product) -> list[list[str]]:
    """The names of the offers on the products' cards, once the worker is through."""
    settle()
    found = cards([product.pk for product in products], language="en")
    return [[offer["name"] for offer in found[product.pk]["offers"]] for product in products]


def range_of(*products: Product, **options: Any) -> Range:
    made: Range = Range.objects.create(name=f"Range {Range.objects.count()}", **options)
    for product in products:
        made.add_product(product)
    return made


def offer_on(listed: Range, name: str = "Ten off", *, rewards: Range | None = None, **options: Any) -> ConditionalOffer:
    made: ConditionalOffer = ConditionalOffer.objects.create(
        name=name,
        condition=Condition.objects.create(range=listed, type="Count", value=1),
        benefit=Benefit.objects.create(range=rewards or listed, type="Percentage", value=10),
        **options,
    )
    return made


def test_a_card_names_the_offers_of_its_product() -> None:
    mug, plate = make_product("Mug"), make_product("Plate")
    offer = offer_on(range_of(mug), end_datetime=END)
    settle()
    client = new_client()
    shown = client.get(f"/api/v1/products/{mug.pk}/").json()["offers"]
    assert shown == [{"slug": offer.slug, "name": "Ten off", "ends_at": "2040-01-31T00:00:00Z"}]
    listed = {card["id"]: card["offers"] for card in client.get("/api/v1/products/").json()["results"]}
    assert listed == {mug.pk: shown, plate.pk: []}


CHANGES: Final[dict[str, Callable[[ConditionalOffer], Any]]] = {
    "suspended": lambda offer: offer.suspend(),
    "for vouchers": lambda offer: ConditionalOffer.objects.update(offer_type=ConditionalOffer.VOUCHER),
    "for some users": lambda offer: ConditionalOffer.objects.update(offer_type=ConditionalOffer.USER),
    "for a session": lambda offer: ConditionalOffer.objects.update(offer_type=ConditionalOffer.SESSION),
    "consumed": lambda offer: ConditionalOffer.objects.update(status=ConditionalOffer.CONSUMED),
    "used up": lambda offer: ConditionalOffer.objects.update(max_global_applications=3, num_applications=3),
    "out of budget": lambda offer: ConditionalOffer.objects.update(max_discount=5, total_discount=5),
    "over": lambda offer: ConditionalOffer.objects.update(end_datetime=timezone.now() - timedelta(days=1)),
    "to come": lambda offer: ConditionalOffer.objects.update(start_datetime=END),
    "deleted": lambda offer: offer.delete(),
    "without its condition": lambda offer: (offer.delete(), Condition.objects.all().delete()),
    "without a range": lambda offer: (
        Benefit.objects.update(range=None),
        Condition.objects.update(range=range_of(make_product())),
    ),
    "of a deleted range": lambda offer: Range.objects.all().delete(),
    "of a range with a class of its own": lambda offer: Range.objects.update(proxy_class=f"{__name__}.OwnRange"),
    "on fewer products": lambda offer: RangeProduct.objects.all().delete(),
    "on others": lambda offer: RangeProduct.objects.update(product=make_product()),
    "not on this one": lambda offer: offer.condition.range.excluded_products.add(*Product.objects.all()),
    "not on what is not discountable": lambda offer: Product.objects.update(is_discountable=False),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_an_offer_that_no_longer_counts_leaves_the_card(change: str) -> None:
    mug = make_product("Mug")
    offer = offer_on(range_of(mug))
    assert named(mug) == [["Ten off"]]
    CHANGES[change](offer)
    assert stale_products() != []
    assert named(mug) == [[]]


def test_an_offer_on_everything_is_named_by_all_until_it_is_not() -> None:
    mug, plate = make_product("Mug"), make_product("Plate")
    offer = make_offer(name="All off")
    assert named(mug, plate) == [["All off"], ["All off"]]
    Range.objects.update(includes_all_products=False)
    assert named(mug, plate) == [[], []]
    Range.objects.update(includes_all_products=True)
    offer.condition.range.excluded_products.add(plate)
    offer.benefit.range.excluded_products.add(plate)
    assert named(mug, plate) == [["All off"], []]
    ConditionalOffer.objects.update(name="Much off", slug="much-off")
    assert named(mug, plate) == [["Much off"], []]
    Range.objects.all().delete()
    assert named(mug, plate) == [[], []]


def test_a_range_has_what_stands_below_its_categories() -> None:
    home, garden = make_category("Home"), make_category("Garden")
    kitchen = make_category("Kitchen", home)
    mug, rake = make_product("Mug", category_ids=[kitchen.pk]), make_product("Rake", category_ids=[garden.pk])
    listed = range_of()
    offer_on(listed)
    assert named(mug, rake) == [[], []]
    listed.included_categories.add(home)
    assert named(mug, rake) == [["Ten off"], []]
    rake.categories.set([kitchen])
    assert named(mug, rake) == [["Ten off"], ["Ten off"]]
    Category.objects.get(pk=kitchen.pk).move(garden, "last-child")
    assert named(mug, rake) == [[], []]
    listed.included_categories.set([garden])
    assert named(mug, rake) == [["Ten off"], ["Ten off"]]
    listed.included_categories.clear()
    assert named(mug, rake) == [[], []]


def test_what_a_range_of_everything_excludes_is_left_out() -> None:
    home, garden = make_category("Home"), make_category("Garden")
    mug, rake = make_product("Mug", category_ids=[home.pk]), make_product("Rake", category_ids=[garden.pk])
    offer = make_offer(name="All off")
    Benefit.objects.update(range=offer.condition.range)
    offer.condition.range.excluded_categories.add(home)
    assert named(mug, rake) == [[], ["All off"]]
    mug.categories.set([garden])
    assert named(mug, rake) == [["All off"], ["All off"]]
    rake.categories.set([home])
    offer.condition.range.excluded_categories.clear()
    assert named(mug, rake) == [["All off"], ["All off"]]


def test_a_range_has_the_products_of_its_classes() -> None:
    mug, book = make_product("Mug"), make_product("Book", product_class="Books")
    listed = range_of()
    offer_on(listed)
    listed.classes.add(book.product_class)
    assert named(mug, book) == [[], ["Ten off"]]
    Product.objects.filter(pk=mug.pk).update(product_class=book.product_class)
    assert named(mug, book) == [["Ten off"], ["Ten off"]]
    listed.classes.clear()
    assert named(mug, book) == [[], []]


def test_a_variant_counts_by_its_parent_and_a_parent_by_its_variants() -> None:
    shirt, (small, large) = make_parent("Shirt", {"S": ("5.00", 1), "L": ("6.00", 1)})
    listed = range_of(shirt)
    offer_on(listed, "All sizes")
    offer_on(range_of(small), "Small sizes")
    assert named(shirt, small, large) == [["All sizes", "Small sizes"], ["All sizes", "Small sizes"], ["All sizes"]]
    body = new_client().get(f"/api/v1/products/{shirt.pk}/").json()
    assert [[offer["name"] for offer in variant["offers"]] for variant in body["variants"]] == [
        ["All sizes", "Small sizes"],
        ["All sizes"],
    ]
    Product.objects.filter(pk=small.pk).update(is_public=False)
    assert named(shirt) == [["All sizes"]]
    listed.excluded_products.add(large)
    assert named(shirt, large) == [[], []]


def test_a_card_names_what_a_benefit_is_on_too() -> None:
    mug, lamp, plate = make_product("Mug"), make_product("Lamp"), make_product("Plate")
    offer = offer_on(range_of(mug), "A lamp for a mug", rewards=range_of(lamp))
    assert named(mug, lamp, plate) == [["A lamp for a mug"], ["A lamp for a mug"], []]
    Benefit.objects.filter(pk=offer.benefit_id).update(range=range_of(plate))
    assert named(mug, lamp, plate) == [["A lamp for a mug"], [], ["A lamp for a mug"]]
    other = Condition.objects.create(range=range_of(lamp), type="Count", value=1)
    ConditionalOffer.objects.update(condition=other)
    assert named(mug, lamp, plate) == [[], ["A lamp for a mug"], ["A lamp for a mug"]]


def test_the_ten_weightiest_offers_are_named() -> None:
    mug = make_product("Mug")
    listed = range_of(mug)
    for number in range(11):
        offer_on(listed, f"Offer {number}", priority=number // 2)
    names = ["Offer 10", *(f"Offer {number}" for number in (8, 9, 6, 7, 4, 5, 2, 3, 0))]
    assert named(mug) == [names]
    ConditionalOffer.objects.filter(name="Offer 1").update(priority=9)
    assert named(mug) == [["Offer 1", *names[:-1]]]


def test_an_offer_is_named_while_its_dates_say_so() -> None:
    mug = make_product("Mug")
    now = timezone.now()
    begin, end = now + timedelta(days=1), now + timedelta(days=3)
    offer_on(range_of(mug), start_datetime=begin, end_datetime=end)
    assert named(mug) == [[]]
    assert ProductDocument.objects.get(product_id=mug.pk).fresh_until == begin
    assert note_passed_days() == 0
    with time_machine.travel(begin + timedelta(minutes=1), tick=False):
        assert stale_products() == [mug.pk]
        assert (note_passed_days(), note_passed_days()) == (1, 0)  # it waits already
        assert DocumentNote.objects.count() == 1
        assert named(mug) == [["Ten off"]]
        assert ProductDocument.objects.get(product_id=mug.pk).fresh_until == end
        assert note_passed_days() == 0
    with time_machine.travel(end, tick=False):
        assert stale_products() == []  # Oscar's offers end after that moment
        assert note_passed_days() == 1
        assert named(mug) == [["Ten off"]]
    with time_machine.travel(end + timedelta(minutes=1), tick=False):
        assert note_passed_days() == 1
        assert named(mug) == [[]]
        assert ProductDocument.objects.get(product_id=mug.pk).fresh_until is None


def test_orders_and_vouchers_note_nothing() -> None:
    mug = make_product("Mug")
    capped = offer_on(range_of(mug), max_global_applications=3, max_discount=10)
    settle()
    count_offer_use(capped.pk, frequency=1, amount=Decimal(2))
    ConditionalOffer.objects.get(pk=capped.pk).save()
    make_voucher("SAVE")
    ConditionalOffer.objects.filter(offer_type=ConditionalOffer.VOUCHER).update(name="Half off", priority=3)
    assert not DocumentNote.objects.exists()
    assert named(mug) == [["Ten off"]]
    count_offer_use(capped.pk, frequency=2, amount=Decimal(2))
    assert named(mug) == [[]]


def test_an_offer_is_one_note_of_its_range() -> None:
    make_product("Mug")
    make_parent("Shirt", {"S": ("5.00", 1), "L": ("6.00", 1)})
    settle()
    for _ in range(2):
        offer = make_offer()
        Benefit.objects.filter(pk=offer.benefit_id).update(range=offer.condition.range)
    DocumentNote.objects.filter(kind="range").delete()  # of the benefits, which have had another range before
    rebuild_noted()
    assert set(DocumentNote.objects.values_list("kind", "ref")) == {("range", 0)}
    rebuild_noted()
    roots = Product.objects.filter(parent=None).values_list("pk", flat=True)
    assert sorted(DocumentNote.objects.values_list("kind", "ref")) == sorted(("product", pk) for pk in roots)


def test_offers_add_one_statement_to_a_batch() -> None:
    products = [make_product(f"Thing {number}").pk for number in range(3)]
    none = len(statements_of(partial(load, products))[0])
    for _ in range(3):
        make_offer(max_global_applications=5)
    load(products)  # this process reads the rules anew
    assert len(statements_of(partial(load, products[:1]))[0]) == none + 1
    assert len(statements_of(partial(load, products))[0]) == none + 1
