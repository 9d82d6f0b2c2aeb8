"""Days and moments in the product form: what the API has written stays, and what is edited is judged as there."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client, override_settings

from forked_apps.catalogue.models import Product, ProductAttribute
from forked_apps.catalogue.products import change_product
from forked_apps.catalogue.stored_products import stored_product
from forked_apps.partner.models import StockRecord
from tests.factories.http import client_of
from tests.factories.shop import make_product
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp() -> Product:
    """A lamp whose class has a day and a moment."""
    made = make_product("Lamp", stock=5, sku="LAMP")
    for kind in ("date", "datetime"):
        ProductAttribute.objects.create(product_class=made.product_class, name=kind.title(), code=kind, type=kind)
    return made


def save(product: Product, **changes: Any) -> Any:
    browser: Client = browser_of(make_member("Staff"))
    url = f"/dashboard/catalogue/products/{product.pk}/"
    return browser.post(url, filled(browser, url) | changes)


def attributes_of(product: Product) -> dict[str, Any]:
    return stored_product(Product.objects.all(), product.pk).facts.attributes


@pytest.mark.parametrize("day", ["1815-12-10", "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_days_that_were_not_edited_are_left_alone(lamp: Product, day: str, zone: str) -> None:
    moment = "1815-12-10T12:00:00+00:00"
    change_product(lamp.pk, changes={"attributes": {"date": day, "datetime": moment}})

    with override_settings(TIME_ZONE=zone):
        assert save(lamp, title="Old lamp").status_code == 302

    assert Product.objects.get(pk=lamp.pk).title == "Old lamp"
    assert attributes_of(lamp) == {"date": day, "datetime": moment}


def test_times_of_publication_that_were_not_edited_are_left_alone(lamp: Product) -> None:
    far = datetime(3500, 1, 1, tzinfo=UTC)  # from before they were bounded
    Product.objects.filter(pk=lamp.pk).update(is_public=False, publish_from=far)

    assert save(lamp, title="Far lamp").status_code == 302

    stored = Product.objects.get(pk=lamp.pk)
    assert (stored.title, stored.publish_from) == ("Far lamp", far)


@override_settings(TIME_ZONE="Europe/Berlin")
def test_day_of_an_attribute_may_be_historic(lamp: Product) -> None:
    assert save(lamp, attr_date="1815-12-10", attr_datetime="1815-12-10T12:00").status_code == 302
    assert attributes_of(lamp) == {"date": "1815-12-10", "datetime": "1815-12-10T11:06:32+00:00"}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:00"])
@override_settings(TIME_ZONE="Europe/Berlin")
def test_moment_at_an_end_of_the_calendar_is_refused_at_its_field(lamp: Product, moment: str) -> None:
    answer = save(lamp, attr_datetime=moment)
    assert answer.context["form"].errors == {"attr_datetime": ["A time is written like 2000-01-31T12:00:00Z."]}
    assert attributes_of(lamp) == {}


def test_times_of_publication_are_bounded_by_every_door(lamp: Product) -> None:
    staff = client_of(make_member("Staff"))
    answer = save(lamp, status="scheduled", publish_from="3500-01-01T00:00")
    assert answer.context["form"].errors == {"publish_from": ["Dates go from 1900 to 2999."]}
    for wanted, pointer in (
        ({"status": "scheduled", "publish_from": "3500-01-01T00:00:00Z"}, "/publish_from"),
        ({"publish_until": "9999-12-31T23:59:59Z"}, "/publish_until"),
    ):
        refused = staff.patch(f"/api/v1/admin/products/{lamp.pk}/", wanted)
        body = refused.json()
        assert (refused.status_code, body["code"], body["errors"][0]["pointer"]) == (422, "schedule_refused", pointer)
        assert body["reason"] == "Dates go from 1900 to 2999."
    stored = Product.objects.get(pk=lamp.pk)
    assert (stored.is_public, stored.publish_from, stored.publish_until) == (True, None, None)


def test_day_of_delivery_is_bounded_by_every_door(lamp: Product) -> None:
    staff = client_of(make_member("Staff"))
    record = StockRecord.objects.get(product=lamp)
    place = f"/api/v1/admin/stockrecords/{record.pk}/"
    bowl = make_product("Bowl")
    StockRecord.objects.filter(product=bowl).delete()
    new = {"product": bowl.pk, "price": "2.00", "expected_on": "9999-12-31"}
    for refused in (staff.patch(place, {"expected_on": "1815-12-10"}), staff.post("/api/v1/admin/stockrecords/", new)):
        body = refused.json()
        assert (refused.status_code, body["code"]) == (422, "product_value_refused")
        assert (body["reason"], body["errors"][0]["pointer"]) == ("Dates go from 1900 to 2999.", "/expected_on")
    assert [record.expected_on for record in StockRecord.objects.all()] == [None]
    StockRecord.objects.update(expected_on=date(3500, 1, 1))  # from before it was bounded
    assert staff.put(place, staff.get(place).json()).status_code == 200
