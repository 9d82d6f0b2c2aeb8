"""Products that partner staff name in one of theirs: what others keep hidden is not there, by whatever door."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product, ProductAttribute, ProductAttributeValue, ProductRecommendation
from forked_apps.partner.models import Partner, StockRecord
from tests.factories.http import client_of
from tests.factories.shop import make_parent, make_product
from tests.factories.staff import make_member, make_partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("draft")]

PATH = "/api/v1/admin/products/"
MISSING = 999_999


@pytest.fixture
def north() -> Partner:
    return make_partner("Northern workshop")


@pytest.fixture
def worker(north: Partner) -> APIClient:
    return client_of(make_member("Partner staff", partner=north))


@pytest.fixture
def own(north: Partner) -> Product:
    lamp = make_product("Lamp", sku="LAMP")
    StockRecord.objects.filter(product=lamp).update(partner=north)
    assert lamp.product_class is not None
    ProductAttribute.objects.create(
        product_class=lamp.product_class, code="goes_with", name="Goes with", type=ProductAttribute.ENTITY
    )
    return lamp


@pytest.fixture
def draft() -> Product:
    """What another partner alone sells, and has not published."""
    secret = make_product("Secret cup", sku="SECRET")
    Product.objects.filter(pk=secret.pk).update(is_public=False)
    return secret


def entity(pk: int) -> dict[str, Any]:
    return {"attributes": {"goes_with": {"type": "product", "id": pk}}}


def related(*ids: int) -> dict[str, Any]:
    return {"recommendations": {"related": list(ids)}}


def refusal(answer: Any) -> tuple[int, str, str]:
    body = answer.json()
    return answer.status_code, body["code"], body["errors"][0]["pointer"]


def links() -> tuple[int, int]:
    return ProductRecommendation.objects.count(), ProductAttributeValue.objects.count()


def test_hidden_product_of_others_is_answered_as_one_that_does_not_exist(
    worker: APIClient, own: Product, draft: Product
) -> None:
    cup = make_product("Public cup")
    place = f"{PATH}{own.pk}/"
    for pk in (draft.pk, MISSING):
        assert refusal(worker.patch(place, related(cup.pk, pk))) == (404, "not_found", "/recommendations/related/1")
        whole = {"title": "Lamp", "price": "1.00"} | related(pk)
        assert refusal(worker.put(place, {"title": "Lamp"} | related(pk)))[2] == "/recommendations/related/0"
        assert refusal(worker.post(PATH, whole)) == (404, "not_found", "/recommendations/related/0")
        assert refusal(worker.patch(place, entity(pk))) == (422, "product_value_refused", "/attributes/goes_with")
        made = {"title": "New", "price": "1.00", "product_class": own.product_class.slug} | entity(pk)
        assert refusal(worker.post(PATH, made)) == (422, "product_value_refused", "/attributes/goes_with")
    assert links() == (0, 0)


def test_links_of_oscarapi_lead_to_no_hidden_product(worker: APIClient, own: Product, draft: Product) -> None:
    answers = []
    for pk in (draft.pk, MISSING):
        body = {"recommended_products": [f"http://testserver/api/v1/products/{pk}/"]}
        answers.append(refusal(worker.patch(f"{PATH}{own.pk}/", body)))
    assert answers[0] == answers[1]
    assert answers[0][:2] == (404, "not_found")
    assert links() == (0, 0)


def test_rows_name_no_hidden_product(worker: APIClient, own: Product, draft: Product) -> None:
    rows = [{"sku": sku, "title": sku, "price": "1.00"} | related(draft.pk) for sku in ("LAMP", "NEW")]
    outcomes = worker.put(f"{PATH}bulk/", {"products": rows}).json()["results"]
    assert [(each["status"], each["code"], each["pointer"]) for each in outcomes] == [
        ("refused", "not_found", "/recommendations/related/0")
    ] * 2
    assert links() == (0, 0)


def test_public_and_own_products_may_be_named(worker: APIClient, own: Product, north: Partner) -> None:
    cup, hidden = make_product("Public cup"), make_product("Own draft")
    StockRecord.objects.filter(product=hidden).update(partner=north)
    Product.objects.filter(pk=hidden.pk).update(is_public=False)
    answer = worker.patch(f"{PATH}{own.pk}/", related(cup.pk, hidden.pk) | entity(hidden.pk))
    assert answer.status_code == 200, answer.content
    assert links() == (2, 1)


def test_variant_of_a_hidden_parent_is_hidden(worker: APIClient, own: Product) -> None:
    _parent, (small,) = make_parent("Secret shirt", {"S": ("1.00", 1)}, is_public=False)
    assert small.is_public
    assert refusal(worker.patch(f"{PATH}{own.pk}/", related(small.pk)))[:2] == (404, "not_found")


def test_what_the_product_names_already_stays(worker: APIClient, own: Product, draft: Product) -> None:
    cup = make_product("Public cup")
    place = f"{PATH}{own.pk}/"
    assert worker.patch(place, related(cup.pk) | entity(cup.pk)).status_code == 200
    Product.objects.filter(pk=cup.pk).update(is_public=False)
    other = make_product("Other cup")
    assert worker.patch(place, related(other.pk, cup.pk)).status_code == 200
    assert worker.put(place, worker.get(place).json()).status_code == 200
    assert refusal(worker.patch(place, related(draft.pk, cup.pk)))[:2] == (404, "not_found")
    assert links() == (2, 1)


def test_staff_name_every_product(own: Product, draft: Product) -> None:
    staff = client_of(make_member("Staff"))
    assert staff.patch(f"{PATH}{own.pk}/", related(draft.pk) | entity(draft.pk)).status_code == 200
