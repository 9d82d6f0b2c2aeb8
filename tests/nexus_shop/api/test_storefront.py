"""Oscar's own shop: its names resolve, none of its views is served."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from pytest_django import Settings

from nexus_shop.api.storefront import storefront_patterns, to_storefront
from tests.factories.addresses import addresses
from tests.factories.shop import make_product, make_user

pytestmark = pytest.mark.django_db

# What Oscar 4.2.1 calls its pages, and arguments for them: the dashboard's templates and Oscar's mails use these.
NAMES: dict[str, dict[str, Any]] = {
    "home": {},
    "catalogue:index": {},
    "catalogue:detail": {"product_slug": "lamp", "pk": 7},
    "catalogue:category": {"category_slug": "home/light", "pk": 3},
    "catalogue:range": {"slug": "summer"},
    "catalogue:reviews-detail": {"product_slug": "lamp", "product_pk": 7, "pk": 1},
    "basket:summary": {},
    "basket:add": {"pk": 7},
    "checkout:index": {},
    "checkout:preview": {},
    "checkout:thank-you": {},
    "customer:summary": {},
    "customer:login": {},
    "customer:order": {"order_number": "100"},
    "customer:anon-order": {"order_number": "100", "hash": "abc"},
    "customer:profile-delete": {},
    "search:search": {},
    "offer:detail": {"slug": "sale"},
    "wishlists:detail": {"key": "abc"},
    "password-reset": {},
    "password-reset-confirm": {"uidb64": "MQ", "token": "set-password"},
}


def patterns_of(entries: Any) -> Iterator[URLPattern]:
    for entry in entries:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from patterns_of(entry.url_patterns)


def test_every_pattern_of_oscars_shop_has_our_view() -> None:
    patterns = list(patterns_of(storefront_patterns()))

    assert len(patterns) > 60
    assert {pattern.callback for pattern in patterns} == {to_storefront}


def test_no_view_of_oscars_shop_is_mounted_anywhere_else() -> None:
    shop = (
        "oscar.apps.basket",
        "oscar.apps.checkout",
        "oscar.apps.customer",
        "oscar.apps.catalogue",
        "oscar.apps.search",
    )
    modules = {pattern.callback.__module__ for pattern in patterns_of(get_resolver().url_patterns)}

    assert [
        module for module in modules if module.startswith((*shop, "oscar.apps.wishlists", "oscar.apps.offer"))
    ] == []


@pytest.mark.parametrize("name", NAMES)
def test_name_leads_to_the_same_path_of_the_storefront(client: Client, name: str) -> None:
    address = reverse(name, kwargs=NAMES[name])
    assert address.startswith("/~shop/")

    answer = client.get(address, {"page": "2"})

    path = address.removeprefix("/~shop/")
    assert (answer.status_code, answer["Location"]) == (302, f"https://shop.example/{path}?page=2")


def test_product_knows_its_address() -> None:
    product = make_product("Camping lamp")

    assert product.get_absolute_url() == f"/~shop/catalogue/camping-lamp_{product.pk}/"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_other_method_is_refused_on_every_pattern(client: Client, method: str) -> None:
    paths = [path for path, _ in addresses("~shop/")]
    assert len(paths) > 60

    answers = {path: getattr(client, method)(path).status_code for path in paths}

    assert {path: status for path, status in answers.items() if status not in {404, 405}} == {}
    assert sum(status == 405 for status in answers.values()) > 55


def test_password_of_a_login_form_posted_there_is_not_looked_at(client: Client) -> None:
    user = make_user()

    answer = client.post(reverse("customer:login"), {"login-username": user.email, "login-password": "secret-password"})

    assert answer.status_code == 405
    assert "_auth_user_id" not in client.session


def test_storefront_unset_is_not_found(client: Client, settings: Settings) -> None:
    settings.STOREFRONT_URL = ""

    assert client.get(reverse("catalogue:index")).status_code == 404


def test_storefront_below_a_path_keeps_it(client: Client, settings: Settings) -> None:
    settings.STOREFRONT_URL = "https://shop.example/en/"

    assert client.get(reverse("basket:summary"))["Location"] == "https://shop.example/en/basket/"


@pytest.mark.parametrize("path", ["/~shop/wishlists/%0d%0aX-Evil:1/", "/~shop/wishlists/..%2f..%2fevil.example/"])
def test_strange_path_stays_on_the_storefront(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code in {302, 404}
    assert answer.headers.get("Location", "https://shop.example/").startswith("https://shop.example/")
    assert "X-Evil" not in answer.headers


def test_slug_of_a_page_cannot_be_the_prefix(client: Client) -> None:
    assert client.get("/shop/").status_code == 404
    assert client.get("/dashboard/")["Location"].startswith("/dashboard/login/")
