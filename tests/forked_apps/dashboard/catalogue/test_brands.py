"""Brands in the dashboard: listed, made, renamed, deleted by the rules of the API."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from forked_apps.catalogue.brands import change_brand, create_brand
from forked_apps.catalogue.models import Brand, Product
from forked_apps.catalogue.products import change_product
from tests.factories.shop import make_product, make_user
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled

pytestmark = pytest.mark.django_db

BRANDS = "/dashboard/catalogue/brands/"


@pytest.fixture
def browser() -> Client:
    return browser_of(make_member("Staff"))


@pytest.fixture
def acme() -> Brand:
    return Brand.objects.get(pk=create_brand({"name": "Acme"}))


def names() -> list[tuple[str, str]]:
    return list(Brand.objects.order_by("pk").values_list("name", "slug"))


def save(browser: Client, brand: Brand, **changes: Any) -> Any:
    url = f"{BRANDS}{brand.pk}/"
    return browser.post(url, filled(browser, url) | changes)


def test_brands_are_listed_with_their_products_and_found_by_name(browser: Client, acme: Brand) -> None:
    create_brand({"name": "Birch"})
    Product.objects.filter(pk=make_product("Mug").pk).update(brand=acme)

    everything = browser.get(BRANDS)
    found = browser.get(BRANDS, {"name": "acm"}).content.decode()
    nothing = browser.get(BRANDS, {"name": "none"}).content.decode()

    assert [(row.record.name, row.record.held) for row in everything.context["brands"].rows] == [
        ("Acme", 1),
        ("Birch", 0),
    ]
    assert ("Acme" in found, "Birch" in found) == (True, False)
    assert "There is no such brand." in nothing
    assert f'href="{BRANDS}"' in browser.get("/dashboard/").content.decode()


@pytest.mark.parametrize(
    "query",
    ["name=%00", "name=" + "x" * 200, "page=x", "per_page=-1", "per_page=999999", "sort=held", "sort=-x"],
)
def test_senseless_question_is_none(browser: Client, acme: Brand, query: str) -> None:
    assert browser.get(f"{BRANDS}?{query}").status_code == 200


def test_statements_do_not_grow_with_the_brands(
    browser: Client, acme: Brand, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20) as one:
        browser.get(BRANDS)
    for name in ("Birch", "Cedar"):
        create_brand({"name": name})
    with django_assert_num_queries(len(one)):
        browser.get(BRANDS)


def test_brand_is_made_renamed_and_deleted(browser: Client) -> None:
    assert browser.post(f"{BRANDS}create/", {"name": " Acme  Outdoors "})["Location"] == BRANDS
    made = Brand.objects.get()
    assert (made.name, made.slug) == ("Acme Outdoors", "acme-outdoors")

    assert save(browser, made, name="Acme", slug="acme").status_code == 302
    assert names() == [("Acme", "acme")]
    assert save(browser, made, slug="").status_code == 302
    assert names() == [("Acme", "acme")]

    assert browser.get(f"{BRANDS}{made.pk}/delete/").status_code == 200
    assert browser.post(f"{BRANDS}{made.pk}/delete/")["Location"] == BRANDS
    assert names() == []


def test_renamed_brand_is_in_the_storefront_at_once(browser: Client, client: Client, acme: Brand) -> None:
    mug = make_product("Mug")
    change_product(mug.pk, changes={"brand": "Acme"})

    save(browser, acme, name="Birch")

    assert client.get(f"/api/v1/products/{mug.pk}/").json()["brand"]["name"] == "Birch"


def test_brand_with_products_is_not_deleted(browser: Client, acme: Brand) -> None:
    Product.objects.filter(pk=make_product("Mug").pk).update(brand=acme)

    page = browser.post(f"{BRANDS}{acme.pk}/delete/", follow=True).content.decode()

    assert "This is still in use: 1 product." in page
    assert names() == [("Acme", "acme")]


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": "birch"}, {"name": ["Another one has this name already."]}),
        ({"slug": "birch"}, {"slug": ["This slug is taken."]}),
        ({"slug": "12"}, {"slug": ["A slug may not be a number or a word of the API."]}),
        ({"name": ""}, {"name": ["This field is required."]}),
        ({"name": "<script>x</script>"}, {"name": ["This text may have no markup."]}),
        ({"name": "Bell\a"}, {"name": ["This text has characters that cannot be shown."]}),
    ],
)
def test_brand_that_cannot_be_is_a_form_error(
    browser: Client, acme: Brand, changes: dict[str, str], errors: dict[str, list[str]]
) -> None:
    create_brand({"name": "Birch"})

    assert save(browser, acme, **changes).context["form"].errors == errors
    assert browser.post(f"{BRANDS}create/", {"name": "New", **changes}).context["form"].errors == errors

    assert names() == [("Acme", "acme"), ("Birch", "birch")]


def test_brand_that_somebody_else_has_changed_is_not_written_over(browser: Client, acme: Brand) -> None:
    body = filled(browser, f"{BRANDS}{acme.pk}/")
    change_brand(acme.pk, changes={"name": "Theirs"})

    answer = browser.post(f"{BRANDS}{acme.pk}/", body | {"name": "Mine"})

    said = "Somebody else has changed the brand since you opened the form: look again."
    assert answer.context["form"].errors == {"__all__": [said]}
    assert names() == [("Theirs", "acme")]


@pytest.mark.parametrize("page", ["", "delete/"])
def test_unknown_brand_is_not_found(browser: Client, page: str) -> None:
    assert browser.get(f"{BRANDS}99/{page}").status_code == 404
    assert browser.post(f"{BRANDS}99/{page}").status_code == 404


def test_who_may_only_look_changes_nothing(acme: Brand) -> None:
    user = make_user(is_staff=True)
    user.user_permissions.add(Permission.objects.get(content_type__app_label="catalogue", codename="view_brand"))
    browser = browser_of(user)

    page = browser.get(BRANDS).content.decode()

    assert "Acme" in page
    assert f"{BRANDS}{acme.pk}/" not in page
    for address in (f"{BRANDS}create/", f"{BRANDS}{acme.pk}/", f"{BRANDS}{acme.pk}/delete/"):
        assert browser.post(address, {"name": "Mine"}).status_code == 403
    assert names() == [("Acme", "acme")]
