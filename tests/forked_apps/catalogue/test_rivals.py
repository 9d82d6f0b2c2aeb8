"""Writers of the catalogue side by side."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from forked_apps.catalogue import product_images, products
from forked_apps.catalogue.models import Product, ProductImage, Tag
from forked_apps.catalogue.picture_files import PictureFile
from forked_apps.catalogue.product_images import add_picture
from forked_apps.catalogue.products import ProductFacts, change_product
from forked_apps.catalogue.publishing import obey_clock
from forked_apps.catalogue.variants import Matrix
from forked_apps.partner.products import NewProduct, build_variants, create_product
from forked_apps.search.operations import rebuild_noted, stale_products
from nexus_shop.core.errors import DomainError
from nexus_shop.core.models import OutboxEvent
from tests.factories.catalogue import make_class
from tests.factories.shop import make_product

pytestmark = pytest.mark.usefixtures("own_database")

BARCODE = "4006381333931"


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each has answered, or the code of its refusal; they begin together."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            barrier.wait(20)
            return work()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [result.result() for result in [pool.submit(run, work) for work in works]]


def creating(**facts: Any) -> Callable[[], int]:
    return lambda: create_product(NewProduct("Same", Decimal(1), None, facts=ProductFacts(**facts)))  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("facts", "code"),
    [({"sku": "A"}, "sku_taken"), ({"slug": "chosen"}, "slug_taken"), ({"barcode": BARCODE}, "barcode_taken")],
)
def test_one_of_the_rivals_gets_it(facts: dict[str, str], code: str) -> None:
    make_product("First")
    answers = at_once(*[creating(**facts) for _ in range(4)])
    assert sorted(str(answer) for answer in answers if isinstance(answer, str)) == [code] * 3
    assert Product.objects.filter(title="Same").count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"sku": "A"}, "sku_taken"), ({"slug": "chosen"}, "slug_taken"), ({"barcode": BARCODE}, "barcode_taken")],
)
def test_one_of_those_that_are_changed_gets_it(changes: Any, code: str) -> None:
    mugs = [make_product() for _ in range(3)]
    works = [lambda mug=mug: change_product(mug.pk, changes=changes) for mug in mugs]
    assert sorted(map(str, at_once(*works))) == sorted(["None", code, code])


def test_rivals_change_other_things_of_one_product() -> None:
    mug = make_product("Mug")
    changes: list[ProductFacts] = [{"title": "Cup"}, {"og_title": "x"}, {"tags": ["a", "b"]}, {"barcode": BARCODE}]
    assert at_once(*[lambda each=each: change_product(mug.pk, changes=each) for each in changes]) == [None] * 4
    mug.refresh_from_db()
    assert (mug.title, mug.og_title, mug.barcode, mug.tags.count()) == ("Cup", "x", BARCODE, 2)
    while rebuild_noted():
        pass
    assert stale_products() == []


def test_without_the_lock_a_stale_row_would_be_written_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what is saved is what the product was when it was read."""
    mug = make_product("Mug")
    barrier = Barrier(2)

    def unlocked(product_id: int, changes: ProductFacts) -> Product:
        product = Product.objects.get(pk=product_id)
        barrier.wait(20)
        return product

    monkeypatch.setattr(products, "_locked_with_family", unlocked)
    until = timezone.now() + timedelta(days=1)
    at_once(
        lambda: change_product(mug.pk, changes={"status": "draft"}),
        lambda: change_product(mug.pk, changes={"publish_until": until}),
    )
    mug.refresh_from_db()
    assert (mug.is_public, mug.publish_until) == (False, until)  # a draft with an end: no status has both


def test_rivals_make_the_same_new_tags_once() -> None:
    mugs = [make_product() for _ in range(4)]
    names = ["a", "b", "c", "d"]
    works = [
        lambda mug=mug, n=n: change_product(mug.pk, changes={"tags": names[n:] + names[:n]})
        for n, mug in enumerate(mugs)
    ]
    assert at_once(*works) == [None] * 4
    assert (Tag.objects.count(), [mug.tags.count() for mug in mugs]) == (4, [4, 4, 4, 4])


def test_rivals_build_each_variant_once() -> None:
    make_class("Shirts")
    parent = create_product(NewProduct("Shirt", None, None, product_class="Shirts", structure="parent"))
    matrix = Matrix({"size": ["S", "M", "L"], "colour": ["Red", "Blue"]})
    answers = at_once(*[lambda: build_variants(parent, matrix, changed_by=None) for _ in range(3)])
    assert sorted(len(made) for made in answers) == [0, 0, 6]
    assert Product.objects.filter(parent=parent).count() == 6


def test_two_clocks_tell_of_each_product_once() -> None:
    mugs = [make_product() for _ in range(6)]
    Product.objects.filter(pk__in=[mug.pk for mug in mugs]).update(publish_until=timezone.now() - timedelta(minutes=1))
    assert sum(at_once(obey_clock, obey_clock, obey_clock)) == 6
    assert OutboxEvent.objects.filter(name="ProductUnpublished").count() == 6


def test_clock_waits_for_nobody() -> None:
    mugs = [make_product() for _ in range(2)]
    Product.objects.filter(pk__in=[mug.pk for mug in mugs]).update(publish_until=timezone.now() - timedelta(minutes=1))
    with transaction.atomic():
        Product.objects.select_for_update().get(pk=mugs[0].pk)
        assert at_once(obey_clock) == [1]
    assert obey_clock() == 1


def test_pictures_that_are_added_at_once_have_places_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_images, "MAX_PICTURES", 5)
    mug = make_product("Mug")

    def adding(number: int) -> Callable[[], int]:
        file = PictureFile(f"images/{number}.png")
        return lambda: add_picture(mug.pk, file=file, display_order=0, among=Product.objects.all())

    answers = at_once(*[adding(number) for number in range(7)])
    assert [answer for answer in answers if isinstance(answer, str)] == ["list_full"] * 2
    orders = ProductImage.objects.filter(product=mug).order_by("display_order").values_list("display_order", flat=True)
    assert list(orders) == [0, 1, 2, 3, 4]
