"""`products/{key}/price/`, `price-history/`, `availability/`, and `admin/prices/changes/`."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.partner.models import StockRecord
from forked_apps.partner.operations import change_price
from forked_apps.search.operations import rebuild
from nexus_shop.markets.models import TaxRate
from tests.factories.http import client_of
from tests.factories.shop import make_offer, make_parent, make_product, make_user
from tests.factories.staff import make_member, make_partner

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/v1/products"
CHANGES = "/api/v1/admin/prices/changes/"


def record_of(product: Product) -> StockRecord:
    return StockRecord.objects.get(product=product)


def gbp(net: str, tax: str, gross: str) -> dict[str, str]:
    return {"currency": "GBP", "net": net, "tax": tax, "gross": gross}


def test_price_is_that_of_the_source_rows_with_offers_and_for_this_caller_alone(api: APIClient) -> None:
    mug = make_product("Mug", price="12.00", sku="MUG")
    offer = make_offer(10)
    StockRecord.objects.filter(product=mug).update(price=10)  # no document knows it yet
    for key in (mug.pk, mug.slug, "sku:MUG"):
        answer = api.get(f"{PRODUCTS}/{key}/price/?quantity=3")
        assert answer.status_code == 200
        assert answer.json() == {
            "product": mug.pk,
            "quantity": 3,
            "unit_price": gbp("8.33", "1.67", "10.00"),
            "discount": {"amount": "3.00", "currency": "GBP"},
            "total": gbp("22.50", "4.50", "27.00"),
            "offers": [{"name": offer.name, "amount": {"amount": "3.00", "currency": "GBP"}}],
        }
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert client_of(make_user()).get(f"{PRODUCTS}/{mug.pk}/price/").json()["total"] == gbp("7.50", "1.50", "9.00")
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM basket_basket), (SELECT count(*) FROM basket_line)")
        assert cursor.fetchone() == (0, 0)


def test_price_has_the_tax_of_the_place(api: APIClient, settings: Settings) -> None:
    settings.TAX_BY_ADDRESS, settings.PRICES_INCLUDE_TAX = True, False
    TaxRate.objects.create(name="New York", country="US", state="NY", rate="0.08875")
    mug = make_product(price="100.00")
    path = f"{PRODUCTS}/{mug.pk}/price/"
    assert api.get(path).json()["total"] == {"currency": "GBP", "net": "100.00", "tax": None, "gross": None}
    there = api.get(f"{path}?quantity=2&country=US&state=NY&postcode=10001").json()
    assert (there["unit_price"], there["total"]["tax"]) == (gbp("100.00", "8.88", "108.88"), "17.75")
    assert api.get(f"{path}?country=GB").json()["total"] == gbp("100.00", "0.00", "100.00")


def test_price_of_what_has_none_and_of_a_parent(api: APIClient) -> None:
    mug = make_product("Mug")
    StockRecord.objects.filter(product=mug).update(price=None)
    body = api.get(f"{PRODUCTS}/{mug.pk}/price/").json()
    assert (body["unit_price"], body["total"], body["offers"]) == (None, None, [])
    parent, (child,) = make_parent("Shirt", {"S": ("20.00", 5)})
    refused = api.get(f"{PRODUCTS}/{parent.pk}/price/")
    assert (refused.status_code, refused.json()["code"]) == (422, "variant_required")
    assert api.get(f"{PRODUCTS}/{child.pk}/price/").json()["unit_price"]["gross"] == "20.00"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("quantity=0", "quantity"), ("quantity=1001", "quantity"), ("country=usa", "country"), ("offer=1", "offer")],
)
def test_price_refuses_what_it_does_not_know(api: APIClient, query: str, parameter: str) -> None:
    mug = make_product("Mug")
    refused = api.get(f"{PRODUCTS}/{mug.pk}/price/?{query}")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, parameter)


@pytest.mark.parametrize("path", ["price", "price-history", "availability"])
def test_what_is_not_public_is_not_found(api: APIClient, path: str) -> None:
    hidden = make_product("Hidden", sku="HIDDEN")
    parent, (child,) = make_parent("Shirt", {"S": ("20.00", 5)})
    Product.objects.filter(pk__in=[hidden.pk, parent.pk]).update(is_public=False)
    rebuild([hidden.pk, parent.pk])
    for key in (hidden.pk, hidden.slug, "sku:HIDDEN", parent.pk, child.pk, "nothing", "sku:nothing", 2**40, "%00"):
        assert api.get(f"{PRODUCTS}/{key}/{path}/").status_code == 404, key


def test_availability_is_that_of_this_moment(api: APIClient) -> None:
    mug = make_product("Mug", stock=1, sku="MUG")
    path = f"{PRODUCTS}/{mug.pk}/availability/"
    first = api.get(path)
    assert first.json() == {
        "product": mug.pk,
        "sku": "MUG",
        "availability": {"is_available": True, "code": "instock", "message": "In stock", "expected_on": None},
        "variants": [],
    }
    assert first.headers["Cache-Control"] == "public, max-age=0, s-maxage=30"
    StockRecord.objects.filter(product=mug).update(num_in_stock=7)
    assert api.get(path, HTTP_IF_NONE_MATCH=first.headers["ETag"]).status_code == 304
    day = timezone.localdate() + timedelta(days=9)
    StockRecord.objects.filter(product=mug).update(num_in_stock=0, backorder_limit=3, expected_on=day)
    assert api.get(path).json()["availability"] == {
        "is_available": True,
        "code": "backorder",
        "message": f"On backorder, expected on {date_format(day)}",
        "expected_on": day.isoformat(),
    }


def test_availability_of_each_variant(api: APIClient) -> None:
    parent, (small, large) = make_parent("Shirt", {"S": ("9.00", 0), "L": ("20.00", 5)})
    body = api.get(f"{PRODUCTS}/{parent.pk}/availability/").json()
    assert (body["product"], body["availability"]["code"]) == (parent.pk, "instock")
    assert [(each["product"], each["availability"]["code"]) for each in body["variants"]] == [
        (small.pk, "outofstock"),
        (large.pk, "instock"),
    ]
    StockRecord.objects.all().delete()
    body = api.get(f"{PRODUCTS}/{parent.pk}/availability/").json()
    assert {body["availability"]["code"], *(each["availability"]["code"] for each in body["variants"])} == {
        "unavailable"
    }


def test_history_over_the_api(api: APIClient) -> None:
    mug = make_product("Mug")
    change_price(record_of(mug).pk, price=Decimal(8), list_price=None, changed_by=None, reason="secret reason")
    answer = api.get(f"{PRODUCTS}/{mug.pk}/price-history/")
    body = answer.json()
    assert [each["price"]["gross"] for each in body["points"]] == ["10.00", "8.00"]
    assert (body["product"], body["days"], body["lowest_price"]["gross"]) == (mug.pk, 30, "10.00")
    assert body["lowest_price"] == api.get(f"{PRODUCTS}/{mug.pk}/").json()["lowest_price"]
    assert b"secret" not in answer.content
    again = api.get(f"{PRODUCTS}/{mug.pk}/price-history/", HTTP_IF_NONE_MATCH=answer.headers["ETag"])
    assert again.status_code == 304


def test_history_of_what_is_not_reduced_has_no_lowest_price(api: APIClient) -> None:
    mug = make_product("Mug")
    change_price(record_of(mug).pk, price=Decimal(12), list_price=None, changed_by=None, reason="dearer")
    body = api.get(f"{PRODUCTS}/{mug.pk}/price-history/").json()
    assert [each["price"]["gross"] for each in body["points"]] == ["10.00", "12.00"]
    assert body["lowest_price"] is api.get(f"{PRODUCTS}/{mug.pk}/").json()["lowest_price"] is None


def test_staff_read_who_changed_prices_when_and_why() -> None:
    clerk = make_member("Staff")
    client = client_of(clerk)
    mug, cup = make_product("Mug", sku="MUG"), make_product("Cup")
    record = record_of(mug)
    change_price(record.pk, price=Decimal(8), list_price=Decimal(10), changed_by=clerk.pk, reason="sale")
    body = client.get(f"{CHANGES}?sku=MUG").json()
    newest = body["results"][0]
    assert date.fromisoformat(newest.pop("created_at")[:10])
    assert newest.pop("id")
    assert newest == {
        "stock_record": record.pk,
        "product": {"id": mug.pk, "title": "Mug", "sku": "MUG"},
        "old_price": {"amount": "10.00", "currency": "GBP"},
        "new_price": {"amount": "8.00", "currency": "GBP"},
        "old_list_price": None,
        "new_list_price": {"amount": "10.00", "currency": "GBP"},
        "reason": "sale",
        "changed_by": {"id": clerk.pk, "name": clerk.get_full_name() or clerk.username},
    }
    assert [each["reason"] for each in body["results"]] == ["sale", "new product"]

    seen: list[int] = []
    path: Any = f"{CHANGES}?page_size=1"
    while path:
        page = client.get(path).json()
        seen += [each["product"]["id"] for each in page["results"]]
        path = page["next"]
    assert seen == [mug.pk, cup.pk, mug.pk]
    assert client.get(f"{CHANGES}?cursor=none").status_code == 400
    today = timezone.now().date()
    assert len(client.get(f"{CHANGES}?date_from={today - timedelta(days=1)}").json()["results"]) == 3
    assert client.get(f"{CHANGES}?date_from={today + timedelta(days=2)}").json()["results"] == []


def test_partner_staff_see_their_own_and_others_nothing(api: APIClient) -> None:
    mug, cup = make_product("Mug"), make_product("Cup")
    partner = make_partner("Own")
    keeper = make_member("Partner staff", partner=partner)
    StockRecord.objects.filter(product=cup).update(partner=partner)
    found = client_of(keeper).get(CHANGES).json()["results"]
    assert [each["product"]["id"] for each in found] == [cup.pk]
    assert client_of(keeper).get(f"{CHANGES}?product={mug.pk}").json()["results"] == []
    assert client_of(make_user()).get(CHANGES).status_code == 403
    assert api.get(CHANGES).status_code == 401
