"""Addresses of pages: paths, and whole ones with a host that can be one."""

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.catalogue.page_addresses import NO_ADDRESS, is_page_address
from tests.factories.http import client_of
from tests.factories.shop import make_product
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled


@pytest.mark.parametrize(
    "address",
    [
        *(
            "/",
            "/mugs/",
            "/mugs/?colour=red#top",
            "/tassen/größe/",
            "http://example.com",
            "https://example.com/x?y=1#z",
        ),
        *("https://example.com:8443/", "http://localhost:8000/x/", "https://192.0.2.1/", "https://[2001:db8::1]/"),
        *("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
    ],
)
def test_address(address: str) -> None:
    assert is_page_address(address)


@pytest.mark.parametrize(
    "address",
    [
        *("http://[", "https://", "https:///x", "https://?x", "https://exa mple.com/", "https://example..com/"),
        *("https://example.com:99999/", "https://example.com:0/", "https://example.com:x/", "https://-a.example/"),
        *("https://user:secret@example.com/", "https://user@example.com/", "https://[::zz]/", "https://[v1.x]/"),
        *(
            "ftp://example.com/",
            "javascript:alert(1)",
            "//example.com/",
            "mugs/",
            "",
            "/a b",
            "/a\nb",
            "/a\x00",
            "/\x7f",
        ),
        *(
            "/a\nb",
            "/a\x00",
            "/\x7f",
            '/"x',
            "/<x>",
            "/\\x",
            "https://example.com\\@evil.example/",
            "https://example.com/\n",
        ),
    ],
)
def test_no_address(address: str) -> None:
    assert not is_page_address(address)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["http://[", "https://user:secret@example.com/", "shop.example"])
def test_api_refuses_what_is_no_address_with_the_rule(address: str) -> None:
    mug, staff = make_product("Mug"), client_of(make_member("Staff"))
    refused = staff.patch(f"/api/v1/admin/products/{mug.pk}/", {"canonical_url": address})
    body = refused.json()
    assert (refused.status_code, body["code"]) == (422, "product_value_refused")
    assert (body["errors"][0]["pointer"], body["reason"]) == ("/canonical_url", str(NO_ADDRESS))
    assert Product.objects.get(pk=mug.pk).canonical_url == ""


@pytest.mark.django_db
def test_address_from_before_the_rule_stays_until_it_is_edited() -> None:
    mug, member = make_product("Mug"), make_member("Staff")
    Product.objects.filter(pk=mug.pk).update(canonical_url="http://[")
    url, browser = f"/dashboard/catalogue/products/{mug.pk}/", browser_of(member)
    assert browser.post(url, filled(browser, url) | {"title": "Big mug"}).status_code == 302
    staff: APIClient = client_of(member)
    place = f"/api/v1/admin/products/{mug.pk}/"
    assert staff.put(place, staff.get(place).json() | {"meta_title": "Mugs"}).status_code == 200
    stored = Product.objects.get(pk=mug.pk)
    assert (stored.title, stored.meta_title, stored.canonical_url) == ("Big mug", "Mugs", "http://[")
