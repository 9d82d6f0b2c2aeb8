"""Drafts, schedules, the archive: what may follow what, what the clock does, what shoppers see and can buy."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from forked_apps.catalogue.errors import PublicationRefused, ScheduleRefused
from forked_apps.catalogue.models import Product
from forked_apps.catalogue.products import ProductFacts, change_product
from forked_apps.catalogue.publishing import (
    archive_product,
    delete_product,
    obey_clock,
    publish_product,
    restore_product,
    schedule_product,
    status_of,
    unpublish_product,
)
from forked_apps.catalogue.tasks import obey_clock_task
from forked_apps.search.operations import stale_products
from nexus_shop.core.errors import NotFound
from nexus_shop.core.models import OutboxEvent
from tests.factories.http import new_client
from tests.factories.shop import make_order, make_parent, make_product

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MORNING = NOW + timedelta(hours=20)
EVENING = NOW + timedelta(hours=30)


def events() -> list[str]:
    return list(OutboxEvent.objects.order_by("id").values_list("name", flat=True))


def state(product: Product) -> tuple[str, datetime | None, datetime | None]:
    product.refresh_from_db()
    return status_of(product), product.publish_from, product.publish_until


def is_shown(product: Product) -> bool:
    return new_client().get(f"/api/v1/products/{product.pk}/").status_code == 200


@pytest.fixture
def mug() -> Product:
    return make_product("Mug")


def test_product_is_scheduled_then_published_then_hidden_by_the_clock(mug: Product) -> None:
    with time_machine.travel(NOW, tick=False):
        schedule_product(mug.pk, publish_from=MORNING, until=EVENING)
        assert (state(mug), is_shown(mug)) == (("scheduled", MORNING, EVENING), False)
        assert obey_clock() == 0
    with time_machine.travel(MORNING, tick=False):
        assert obey_clock() == 1
        assert obey_clock() == 0
        assert (state(mug), is_shown(mug)) == (("published", None, EVENING), True)
    with time_machine.travel(EVENING, tick=False):
        obey_clock_task()
        assert (state(mug), is_shown(mug)) == (("draft", None, None), False)
        assert obey_clock() == 0
    assert events() == ["ProductUnpublished", "ProductPublished", "ProductUnpublished"]
    assert stale_products() == []


def test_schedule_that_was_slept_through_publishes_nothing(mug: Product) -> None:
    with time_machine.travel(NOW, tick=False):
        schedule_product(mug.pk, publish_from=MORNING, until=EVENING)
    with time_machine.travel(EVENING, tick=False):
        assert obey_clock() == 1
    assert (state(mug), events()) == (("draft", None, None), ["ProductUnpublished"])


def test_clock_does_not_publish_again_what_was_hidden_by_any_door(mug: Product) -> None:
    with time_machine.travel(NOW, tick=False):
        schedule_product(mug.pk, publish_from=MORNING)
    with time_machine.travel(EVENING, tick=False):
        obey_clock()
        Product.objects.filter(pk=mug.pk).update(is_public=False)
        assert obey_clock() == 0
    assert state(mug) == ("draft", None, None)


def test_clock_takes_so_many_at_once() -> None:
    with time_machine.travel(NOW, tick=False):
        for _ in range(3):
            publish_product(make_product().pk, until=EVENING)
    with time_machine.travel(EVENING, tick=False):
        assert [obey_clock(2), obey_clock(2), obey_clock(2)] == [2, 1, 0]
    assert not Product.objects.filter(is_public=True).exists()


def test_archived_product_is_gone_until_it_is_restored(mug: Product) -> None:
    make_order(mug)
    OutboxEvent.objects.all().delete()
    delete_product(mug.pk)
    archive_product(mug.pk)
    assert (state(mug), is_shown(mug)) == (("archived", None, None), False)
    tomorrow = timezone.now() + timedelta(days=1)
    changes: list[ProductFacts] = [{"status": "published"}, {"status": "scheduled", "publish_from": tomorrow}]
    for change in changes:
        with pytest.raises(PublicationRefused):
            change_product(mug.pk, changes=change)
    for refused in (publish_product, unpublish_product):
        with pytest.raises(PublicationRefused) as refusal:
            refused(mug.pk)
        assert refusal.value.details() == {"status": "archived", "allowed": ["archived", "draft"]}
        assert refusal.value.pointer == "/status"
    restore_product(mug.pk)
    restore_product(mug.pk)
    assert state(mug) == ("draft", None, None)
    publish_product(mug.pk)
    assert (is_shown(mug), events()) == (True, ["ProductArchived", "ProductPublished"])


def test_hidden_twice_is_told_once(mug: Product) -> None:
    unpublish_product(mug.pk)
    unpublish_product(mug.pk)
    assert (state(mug)[0], events()) == ("draft", ["ProductUnpublished"])


@pytest.mark.parametrize("operation", [publish_product, unpublish_product, archive_product, restore_product])
def test_product_that_is_not_there(operation: Any) -> None:
    with pytest.raises(NotFound):
        operation(999_999)


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"status": "scheduled"}, "/publish_from"),
        ({"status": "scheduled", "publish_from": NOW}, "/publish_from"),
        ({"publish_from": NOW - timedelta(days=1)}, "/publish_from"),
        ({"status": "published", "publish_from": MORNING}, "/publish_from"),
        ({"status": "draft", "publish_until": MORNING}, "/publish_until"),
        ({"status": "archived", "publish_from": MORNING}, "/publish_from"),
        ({"publish_until": NOW}, "/publish_until"),
        ({"publish_from": EVENING, "publish_until": MORNING}, "/publish_until"),
        ({"publish_from": MORNING, "publish_until": MORNING}, "/publish_until"),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_times_that_do_not_fit_change_nothing(mug: Product, wanted: dict[str, Any], pointer: str) -> None:
    with pytest.raises(ScheduleRefused) as refusal:
        change_product(mug.pk, changes=wanted)  # type: ignore[arg-type]
    assert refusal.value.pointer == pointer
    assert (state(mug), events()) == (("published", None, None), [])


def test_unknown_status_is_refused(mug: Product) -> None:
    with pytest.raises(PublicationRefused):
        change_product(mug.pk, changes={"status": "sold"})
    assert state(mug)[0] == "published"


@time_machine.travel(NOW, tick=False)
def test_times_alone_say_the_status(mug: Product) -> None:
    change_product(mug.pk, changes={"publish_from": MORNING, "publish_until": EVENING})
    assert state(mug) == ("scheduled", MORNING, EVENING)
    change_product(mug.pk, changes={"publish_until": None})
    assert state(mug) == ("scheduled", MORNING, None)
    change_product(mug.pk, changes={"publish_from": None})
    assert state(mug) == ("draft", None, None)
    change_product(mug.pk, changes={"status": "published", "publish_until": EVENING})
    change_product(mug.pk, changes={"title": "Cup"})
    assert state(mug) == ("published", None, EVENING)


@pytest.mark.parametrize(
    "changes",
    [
        "archived_at = now()",
        "publish_from = now()",
        "is_public = false, publish_from = now(), publish_until = now() - interval '1 day'",
        "is_public = false, archived_at = now(), publish_until = now()",
    ],
)
def test_database_refuses_what_cannot_be(mug: Product, changes: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE catalogue_product SET {changes} WHERE id = %s", [mug.pk])
    assert state(mug) == ("published", None, None)


def test_form_says_that_a_product_is_archived(mug: Product) -> None:
    archive_product(mug.pk)
    mug.refresh_from_db()
    mug.is_public = True
    with pytest.raises(ValidationError, match="archived"):
        mug.full_clean()


def add_to_cart(product: Product) -> Any:
    return new_client().post("/api/v1/cart/items/", {"product_id": product.pk, "quantity": 1})


@pytest.mark.parametrize("away", [archive_product, unpublish_product])
def test_product_that_is_not_public_cannot_be_bought(mug: Product, away: Any) -> None:
    client = new_client()
    added = client.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 1})
    client.credentials(HTTP_X_CART_TOKEN=added.json()["token"])
    away(mug.pk)
    assert (add_to_cart(mug).status_code, add_to_cart(mug).json()["code"]) in {
        (404, "not_found"),
        (422, "product_unavailable"),
    }
    assert [problem["code"] for problem in client.get("/api/v1/cart/").json()["problems"]] == ["product_unavailable"]


def test_product_on_schedule_cannot_be_bought(mug: Product) -> None:
    schedule_product(mug.pk, publish_from=timezone.now() + timedelta(hours=1))
    assert add_to_cart(mug).status_code in {404, 422}


def test_variant_of_an_archived_parent_cannot_be_bought() -> None:
    with transaction.atomic():
        parent, [small] = make_parent("Shirt", {"S": ("20.00", 5)})
    assert add_to_cart(small).status_code == 201
    archive_product(parent.pk)
    assert (is_shown(small), add_to_cart(small).status_code in {404, 422}) == (False, True)


def test_product_whose_time_is_over_cannot_be_bought_before_the_clock_has_struck(mug: Product) -> None:
    client = new_client()
    added = client.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 1})
    client.credentials(HTTP_X_CART_TOKEN=added.json()["token"])
    Product.objects.filter(pk=mug.pk).update(publish_until=timezone.now() - timedelta(seconds=1))
    assert add_to_cart(mug).status_code in {404, 422}
    assert [problem["code"] for problem in client.get("/api/v1/cart/").json()["problems"]] == ["product_unavailable"]
