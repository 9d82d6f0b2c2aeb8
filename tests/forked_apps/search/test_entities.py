"""What documents say of an attribute that names a thing: its kind, and how it is called now."""

from typing import Any

import pytest
from pytest_django import Settings

from forked_apps.catalogue.models import Brand, Category, Product
from forked_apps.catalogue.products import change_product
from forked_apps.search.operations import rebuild_noted, stale_products
from tests.factories.catalogue import make_attribute
from tests.factories.http import client_of, new_client
from tests.factories.shop import make_category, make_product
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug() -> Product:
    """A product of a class with an attribute that names things."""
    product = make_product("Mug", product_class="Mugs")
    make_attribute(product.product_class, "goes_with", "entity")
    return product


def name(mug: Product, kind: str, pk: int) -> None:
    change_product(mug.pk, changes={"attributes": {"goes_with": {"type": kind, "id": pk}}})


def shown(mug: Product, language: str = "en") -> tuple[Any, Any]:
    while rebuild_noted():
        pass
    assert stale_products() == []
    body = new_client().get(f"/api/v1/products/{mug.pk}/", headers={"Accept-Language": language}).json()
    (attribute,) = body["attributes"]
    return attribute["value"], attribute["display"]


def test_kind_and_name_are_shown_and_follow(mug: Product) -> None:
    saucer, kitchen = make_product("Saucer"), make_category("Kitchen")
    acme = Brand.objects.create(name="Acme", slug="acme")
    name(mug, "product", saucer.pk)
    assert shown(mug) == ({"type": "product", "id": saucer.pk}, "Saucer")
    change_product(saucer.pk, changes={"title": "Plate"})
    assert shown(mug)[1] == "Plate"
    change_product(saucer.pk, changes={"status": "draft"})
    assert shown(mug) == ({"type": "product", "id": saucer.pk}, "")
    name(mug, "category", kitchen.pk)
    assert shown(mug) == ({"type": "category", "id": kitchen.pk}, "Kitchen")
    Category.objects.filter(pk=kitchen.pk).update(name="Bath")
    assert shown(mug)[1] == "Bath"
    name(mug, "brand", acme.pk)
    assert shown(mug) == ({"type": "brand", "id": acme.pk}, "Acme")
    Brand.objects.filter(pk=acme.pk).update(name="Apex")
    assert shown(mug)[1] == "Apex"
    gone = acme.pk
    acme.delete()
    assert shown(mug) == ({"type": "brand", "id": gone}, "")


def test_name_is_said_in_the_language_that_is_asked_for(mug: Product, settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en", "de")
    saucer = make_product("Saucer")
    Product.objects.filter(pk=saucer.pk).update(i18n={"title_de": "Untertasse"})
    name(mug, "product", saucer.pk)
    assert (shown(mug)[1], shown(mug, "de")[1]) == ("Saucer", "Untertasse")


def test_what_reading_gives_is_taken_back(mug: Product) -> None:
    saucer, staff = make_product("Saucer"), client_of(make_member("Staff"))
    name(mug, "product", saucer.pk)
    place = f"/api/v1/admin/products/{mug.pk}/"
    value = shown(mug)[0]
    assert staff.get(place).json()["attributes"] == {"goes_with": value}
    before = staff.get(place).json()["version"]
    assert staff.patch(place, {"attributes": {"goes_with": value}}).json()["version"] == before
