"""Products that are refused over the API: the error points into the body that was sent."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Product,
    ProductAttribute,
    ProductClass,
)
from forked_apps.partner.models import StockRecord
from tests.factories.http import client_of
from tests.factories.shop import make_product
from tests.factories.staff import make_member, make_partner

pytestmark = pytest.mark.django_db

PATH = "/api/v1/admin/products/"


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


@pytest.fixture
def shirts() -> ProductClass:
    """A class whose products have a size."""
    made = ProductClass.objects.create(name="Shirts", slug="shirts")
    sizes = AttributeOptionGroup.objects.create(name="Sizes")
    for size in ("S", "M"):
        AttributeOption.objects.create(group=sizes, option=size)
    ProductAttribute.objects.create(
        product_class=made, name="Size", code="size", type=ProductAttribute.OPTION, option_group=sizes
    )
    return made


@pytest.mark.usefixtures("shirts")
@pytest.mark.parametrize(
    ("variants", "pointer"),
    [
        ({"axes": {"no/ne": ["S"]}}, "/variants/axes/no~1ne"),
        ({"axes": {"size": ["XXXL"]}}, "/variants/axes/size"),
        ({"axes": {"size": ["S"]}, "sku": "{none}"}, "/variants/sku"),
        ({"axes": {"size": ["S", "M"]}, "sku": "same"}, "/variants/sku"),
    ],
)
def test_variants_that_come_with_their_parent_are_refused_where_they_stand(
    staff: APIClient, variants: dict[str, Any], pointer: str
) -> None:
    body = {"title": "Shirt", "structure": "parent", "product_class": "shirts", "variants": variants}
    refused = staff.post(PATH, body)
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert not Product.objects.exists()


def test_price_that_several_partners_could_mean_is_refused_at_a_field_of_the_route(staff: APIClient) -> None:
    mug = make_product("Mug", sku="MUG", price="10.00")
    StockRecord.objects.create(
        product=mug, partner=make_partner("Other"), partner_sku="MUG", price_currency="GBP", price=Decimal("10.00")
    )
    refused = staff.patch(f"/api/v1/products/{mug.pk}/", {"price": "1.00"})
    assert (refused.status_code, refused.json()["code"]) == (422, "stock_record_ambiguous")
    assert refused.json()["errors"][0]["pointer"] == "/price"
    assert sorted(mug.stockrecords.values_list("price", flat=True)) == [Decimal("10.00")] * 2
