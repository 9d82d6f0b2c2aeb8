"""Shipping methods and tax rates in the dashboard."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from forked_apps.shipping.drafts import MethodDraft
from forked_apps.shipping.models import ShippingMethod
from forked_apps.shipping.operations import create_shipping_method
from forked_apps.shipping.pricing import Band
from forked_apps.shipping.queries import shipping_method
from nexus_shop.markets.models import TaxRate
from nexus_shop.markets.operations import Named, create_tax_rate
from nexus_shop.markets.queries import RateDraft, tax_rate
from tests.factories.shop import make_country, make_user
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

METHODS = "/dashboard/shipping/methods/"
RATES = "/dashboard/shipping/taxes/"
D = Decimal
LETTER = {
    "name": "Letter",
    "kind": "flat",
    "price": "2.00",
    "price_per_item": "0",
    "default_weight": "0",
    "is_active": "on",
}
NAMED = Named({"US", "GB"}, set())


def form(*bands: tuple[str, str], **fields: Any) -> dict[str, Any]:
    """What the form of a method sends."""
    data = LETTER | {"bands-TOTAL_FORMS": str(len(bands) + 1), "bands-INITIAL_FORMS": "0"} | fields
    for number, (limit, charge) in enumerate(bands):
        data |= {f"bands-{number}-upper_limit": limit, f"bands-{number}-charge": charge}
    return data


@pytest.fixture
def browser() -> Client:
    for code in ("GB", "US"):
        make_country(code)
    return browser_of(make_member("Staff"))


def test_method_is_made_changed_and_deleted(browser: Client) -> None:
    body = form(("5", "4.50"), ("2", "3"), name="Parcel", kind="weight", countries=["GB"], postcodes=" sw1 ,ec")
    assert browser.post(f"{METHODS}create/", body)["Location"] == METHODS
    method = ShippingMethod.objects.get()
    stored = shipping_method(method.pk)
    assert stored.draft.bands == (Band(D("2.000"), D("3.00")), Band(D("5.000"), D("4.50")))
    assert (stored.draft.countries, stored.draft.postcodes) == (("GB",), ("SW1", "EC"))
    page = browser.get(f"{METHODS}{method.pk}/").content.decode()
    assert 'value="4.50"' in page
    assert stored.version in page

    body = form(("2", "3"), name="Parcel", kind="weight", version=stored.version)
    assert browser.post(f"{METHODS}{method.pk}/", body).status_code == 302
    assert shipping_method(method.pk).draft.bands == (Band(D("2.000"), D("3.00")),)
    late = browser.post(f"{METHODS}{method.pk}/", body | {"name": "Late"})
    assert "Somebody has changed this meanwhile." in late.content.decode()
    assert shipping_method(method.pk).draft.name == "Parcel"

    assert "Delete Parcel?" in browser.get(f"{METHODS}{method.pk}/delete/").content.decode()
    assert browser.post(f"{METHODS}{method.pk}/delete/")["Location"] == METHODS
    assert not ShippingMethod.objects.exists()
    for path in (f"{METHODS}{method.pk}/", f"{METHODS}{method.pk}/delete/"):
        assert (browser.get(path).status_code, browser.post(path, form()).status_code) == (404, 404)


def test_band_that_is_marked_goes(browser: Client) -> None:
    body = form(("5", "4.50"), ("2", "3"), kind="weight") | {"bands-0-DELETE": "on"}
    browser.post(f"{METHODS}create/", body)
    assert shipping_method(ShippingMethod.objects.get().pk).draft.bands == (Band(D("2.000"), D("3.00")),)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (form(name=""), "This field is required."),
        (form(name="x" * 129), "Ensure this value has at most 128 characters"),
        (form(name="a\0b"), "Null characters are not allowed."),
        (form(price="-1"), "Ensure this value is greater than or equal to 0."),
        (form(price="1.005"), "Ensure that there are no more than 2 decimal places."),
        (form(price="NaN"), "Enter a number."),
        (form(kind="pigeon"), "Select a valid choice."),
        (form(kind="weight"), "A method by weight or by total needs a band."),
        (form(("5", "1")), "Only methods by weight or by total have bands."),
        (form(("5", "1"), ("5.0", "2"), kind="weight"), "Two bands have the same limit."),
        (form(("5", ""), kind="weight"), "This field is required."),
        (form(("0", "1"), kind="weight"), "A limit is above zero"),
        (form(("1.005", "1"), kind="total"), "An amount is zero or more"),
        (form(kind="collect"), "Say where goods are collected."),
        (form(postcodes="x" * 17), "A postcode has at most 16 characters"),
        (form(countries=["XX"]), "Select a valid choice."),
        (form(name="parcel"), "Another one has this name already."),
        ({"name": "x"}, "ManagementForm data is missing"),
    ],
)
def test_bad_method_is_told_why(browser: Client, body: dict[str, Any], said: str) -> None:
    create_shipping_method(MethodDraft("Parcel"))
    answer = browser.post(f"{METHODS}create/", body)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert ShippingMethod.objects.count() == 1


def test_list_says_what_a_parcel_would_cost(browser: Client) -> None:
    create_shipping_method(MethodDraft("Letter", price=D(2), price_per_item=D(1), countries=("GB",), postcodes=("SW",)))
    create_shipping_method(MethodDraft("Parcel", kind="weight", bands=(Band(D(2), D(4)), Band(D(5), D(9)))))
    create_shipping_method(MethodDraft("Small", kind="total", bands=(Band(D(20), D(7)),), is_active=False))
    page = browser.get(f"{METHODS}?total=50&weight=3&units=2&country=US&postcode=90210").content.decode()
    assert "Not to this country" in page
    assert "<strong>£9.00</strong>" in page
    assert "Not for this total" in page
    page = browser.get(f"{METHODS}?total=10&weight=&units=3&country=GB&postcode=n1").content.decode()
    assert "Not to this postcode" in page
    assert "<strong>£7.00</strong>" in page
    page = browser.get(f"{METHODS}?total=&units=3").content.decode()
    assert "<strong>£5.00</strong>" in page
    assert "<strong>£" not in browser.get(f"{METHODS}?total=x&weight=-1&units=1e9&country=\0").content.decode()


def test_list_without_methods_says_what_is_charged(browser: Client) -> None:
    assert "every order is delivered for £4.95" in browser.get(METHODS).content.decode()


def test_rate_is_made_changed_and_deleted(browser: Client) -> None:
    body = {"name": "Sales tax", "percent": "8.875", "country": "US", "state": "NY", "postcode": "1 0"}
    assert browser.post(f"{RATES}create/", body)["Location"] == RATES
    rate = TaxRate.objects.get()
    assert (rate.rate, rate.postcode) == (D("0.08875"), "10")
    stored = tax_rate(rate.pk)
    page = browser.get(f"{RATES}{rate.pk}/").content.decode()
    assert 'value="8.875"' in page
    change = body | {"percent": "9", "version": stored.version}
    assert browser.post(f"{RATES}{rate.pk}/", change).status_code == 302
    assert tax_rate(rate.pk).draft.percent == 9
    late = browser.post(f"{RATES}{rate.pk}/", change | {"percent": "10"})
    assert "Somebody has changed this meanwhile." in late.content.decode()
    assert tax_rate(rate.pk).draft.percent == 9

    assert "Delete Sales tax?" in browser.get(f"{RATES}{rate.pk}/delete/").content.decode()
    assert browser.post(f"{RATES}{rate.pk}/delete/")["Location"] == RATES
    assert not TaxRate.objects.exists()
    assert browser.get(f"{RATES}{rate.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": "", "percent": "1"}, "This field is required."),
        ({"name": "VAT", "percent": "101"}, "Ensure this value is less than or equal to 100."),
        ({"name": "VAT", "percent": "1.0001"}, "Ensure that there are no more than 3 decimal places."),
        ({"name": "VAT", "percent": "1", "state": "NY"}, "a state or a postcode needs its country"),
        ({"name": "VAT", "percent": "1", "country": "XX"}, "Select a valid choice."),
        ({"name": "VAT", "percent": "1", "product_class": "none"}, "Select a valid choice."),
        ({"name": "Again", "percent": "1", "country": "GB"}, "There is a rate for this place"),
        ({"name": "a\0b", "percent": "1"}, "Null characters are not allowed."),
    ],
)
def test_bad_rate_is_told_why(browser: Client, body: dict[str, str], said: str) -> None:
    create_tax_rate(RateDraft("VAT", D(20), "GB"), named=NAMED)
    answer = browser.post(f"{RATES}create/", body)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert TaxRate.objects.count() == 1


def test_table_says_which_rate_applies(browser: Client, settings: Settings) -> None:
    create_tax_rate(RateDraft("VAT", D(20), "GB"), named=NAMED)
    page = browser.get(f"{RATES}?country=GB&state=&postcode=n1&product_class=").content.decode()
    assert "VAT: 20 %" in page
    assert "TAX_BY_ADDRESS is off, and everything is taxed at 20 %" in page
    settings.TAX_BY_ADDRESS = True
    page = browser.get(f"{RATES}?country=US&product_class=").content.decode()
    assert "No rate speaks of it" in page
    assert "TAX_BY_ADDRESS is on" in page
    assert 'id="found_rate"' not in browser.get(f"{RATES}?country=XX").content.decode()


@pytest.mark.parametrize("path", [METHODS, f"{METHODS}create/", RATES, f"{RATES}create/"])
def test_pages_want_the_permissions_of_their_model(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 200
    for other in (make_member("Partner staff"), make_user(is_staff=True), make_member("Editor")):
        assert browser_of(other).get(path).status_code in {302, 403}
    assert ShippingMethod.objects.count() == TaxRate.objects.count() == 0


def test_navigation_leads_to_both_pages(browser: Client) -> None:
    page = browser.get("/dashboard/").content.decode()
    assert f'href="{METHODS}"' in page
    assert f'href="{RATES}"' in page
