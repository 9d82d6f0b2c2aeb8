"""Products that are made at the same time."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from forked_apps.catalogue import models, operations
from forked_apps.catalogue.errors import SkuTaken
from forked_apps.catalogue.models import Product
from forked_apps.catalogue.operations import add_product, product_class_named
from forked_apps.catalogue.slugs import free_product_slug
from tests.factories.http import client_of
from tests.factories.shop import make_product
from tests.factories.staff import make_member


def let_all_look_before_one_writes(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """The first slugs of so many threads are made before one of them is written."""
    barrier, seen = threading.Barrier(count), threading.local()

    def look(product: Product) -> str:
        slug = free_product_slug(product)
        if product.title == "Same" and not hasattr(seen, "once"):
            seen.once = True
            barrier.wait(20)
        return slug

    monkeypatch.setattr(models, "free_product_slug", look)


def post_at_once(count: int) -> list[tuple[int, str]]:
    """Status, and slug or code, of so many requests to make a product of one title."""
    make_product("First")  # class and partner are there already
    staff = make_member("Staff")
    clients = [client_of(staff) for _ in range(count)]
    answers = []

    def post(number: int) -> None:
        try:
            clients[number].raise_request_exception = False
            answer = clients[number].post("/api/v1/products/", {"title": "Same", "price": "1.00"})
            body = answer.json()
            answers.append((answer.status_code, body.get("slug") or body["code"]))
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(answers)


@pytest.mark.usefixtures("own_database")
def test_rivals_with_one_title_get_a_slug_each(monkeypatch: pytest.MonkeyPatch) -> None:
    let_all_look_before_one_writes(monkeypatch, 4)
    assert post_at_once(4) == [(201, "same"), (201, "same-2"), (201, "same-3"), (201, "same-4")]


@pytest.mark.usefixtures("own_database")
def test_rivals_clash_where_nobody_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "SLUG_TRIES", 1)
    let_all_look_before_one_writes(monkeypatch, 2)
    assert [status for status, _ in post_at_once(2)] == [201, 500]
    assert list(Product.objects.filter(title="Same").values_list("slug", flat=True)) == ["same"]


@pytest.mark.django_db
def test_slug_that_is_never_free_is_no_sku_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    product_class = product_class_named("Cables")
    add_product("UPC cable", product_class=product_class, sku="A")
    monkeypatch.setattr(models, "free_product_slug", lambda product: "upc-cable")
    with pytest.raises(IntegrityError, match="catalogue_product_slug"), transaction.atomic():
        add_product("UPC cable", product_class=product_class, sku="B")
    monkeypatch.undo()
    with pytest.raises(SkuTaken):
        add_product("UPC cable", product_class=product_class, sku="A")
    assert [(each.slug, each.upc) for each in Product.objects.all()] == [("upc-cable", "A")]
