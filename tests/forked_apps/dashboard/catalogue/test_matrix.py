"""The option matrix: combinations shown, the missing ones made in one go, errors at their rows."""

from typing import Any

import pytest
from django.test import Client

from forked_apps.catalogue.models import AttributeOption, AttributeOptionGroup, Product, ProductAttribute, ProductClass
from forked_apps.partner.models import StockRecord
from forked_apps.partner.products import default_partner
from tests.factories.shop import make_product, make_user
from tests.factories.staff import browser_of, make_member, make_partner
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db


class Scene:
    """A shirt of a type with the attributes size (S, M) and colour (Red, Blue)."""

    def __init__(self) -> None:
        self.kind = ProductClass.objects.create(name="Shirts")
        self.options: dict[str, int] = {}
        self.axes: dict[str, int] = {}
        for code, names in (("size", ["S", "M"]), ("colour", ["Red", "Blue"])):
            group = AttributeOptionGroup.objects.create(name=code)
            attribute = ProductAttribute.objects.create(
                product_class=self.kind, name=code.title(), code=code, type="option", option_group=group
            )
            self.axes[code] = attribute.pk
            for name in names:
                self.options[name] = AttributeOption.objects.create(group=group, option=name).pk
        self.shirt = Product.objects.create(title="Shirt", upc="SHIRT", product_class=self.kind)
        self.partner = default_partner()
        self.browser: Client = browser_of(make_member("Staff"))

    def url(self, *names: str) -> str:
        """The page with these options chosen."""
        chosen = [
            f"axis-{self.axes['size' if name in {'S', 'M'} else 'colour']}={self.options[name]}" for name in names
        ]
        return f"/dashboard/catalogue/products/{self.shirt.pk}/matrix/?{'&'.join(chosen)}"

    def filled(self, url: str, **changes: Any) -> dict[str, Any]:
        """What the page would send, with prices of 12.00; `S_Red_sku` names a field of a row."""
        body: dict[str, Any] = {"all-partner": self.partner.pk, "all-price": "12.00", "all-num_in_stock": "4"}
        body["all-is_public"] = "on"
        for row in self.browser.get(url).context["rows"]:
            if row.form is not None:
                body |= {field.html_name: field.value() or "" for field in row.form} | {f"{row.form.prefix}-make": "on"}
        for name, value in changes.items():
            if name.startswith("all_"):
                body[f"all-{name.removeprefix('all_')}"] = value
                continue
            size, colour, field = name.split("_", 2)
            body[f"new-{self.options[size]}-{self.options[colour]}-{field}"] = value
        return body

    def children(self) -> list[tuple[str, str | None, str, int | None]]:
        """Title, SKU, price and stock of each variant."""
        records = StockRecord.objects.filter(product__parent=self.shirt).order_by("product_id")
        return [(each.product.title, each.product.upc, str(each.price), each.num_in_stock) for each in records]


@pytest.fixture
def scene() -> Scene:
    return Scene()


ALL = ("S", "M", "Red", "Blue")


def test_missing_variants_are_made_in_one_go(scene: Scene) -> None:
    url = scene.url(*ALL)
    body = scene.filled(url, S_Red_price="9.00", S_Red_list_price="11.00", M_Blue_num_in_stock="0", M_Red_sku="")
    assert body[f"new-{scene.options['S']}-{scene.options['Red']}-sku"] == "SHIRT-S-RED"

    answer = scene.browser.post(url, body)

    assert answer["Location"] == url
    assert scene.children() == [
        ("Shirt, S, Red", "SHIRT-S-RED", "9.00", 4),
        ("Shirt, S, Blue", "SHIRT-S-BLUE", "12.00", 4),
        ("Shirt, M, Red", "", "12.00", 4),
        ("Shirt, M, Blue", "SHIRT-M-BLUE", "12.00", 0),
    ]
    shown = scene.browser.get(f"/api/v1/products/{scene.shirt.pk}/").json()
    assert (shown["structure"], shown["variant_count"]) == ("parent", 4)
    assert [row.form for row in scene.browser.get(url).context["rows"]] == [None] * 4
    page = scene.browser.get(f"/dashboard/catalogue/products/{scene.shirt.pk}/matrix/")
    assert len(page.context["rows"]) == 4  # what the variants have is chosen


def test_only_what_is_ticked_is_made_and_the_rest_later(scene: Scene) -> None:
    url = scene.url(*ALL)
    body = scene.filled(url)
    for pair in (("S", "Blue"), ("M", "Red"), ("M", "Blue")):
        del body[f"new-{scene.options[pair[0]]}-{scene.options[pair[1]]}-make"]

    scene.browser.post(url, body)
    assert [title for title, *_ in scene.children()] == ["Shirt, S, Red"]

    scene.browser.post(url, scene.filled(url))
    assert len(scene.children()) == 4
    scene.browser.post(url, body)  # sent again by the back button
    assert len(scene.children()) == 4


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"S_Red_sku": "TAKEN"}, "sku", "Another product has this SKU."),
        ({"S_Red_sku": "x" * 65}, "sku", "Ensure this value has at most 64 characters (it has 65)."),
        ({"S_Red_sku": "a\0b"}, "sku", "Null characters are not allowed."),
        ({"S_Red_sku": "a\tb"}, "sku", "This text has characters that cannot be shown."),
        ({"S_Red_price": "-1"}, "price", "A price is zero or more."),
        ({"S_Red_price": "1.234"}, "price", "Ensure that there are no more than 2 decimal places."),
        ({"S_Red_price": "x"}, "price", "Enter a number."),
        ({"all_price": ""}, "price", "Say a price here or above."),
        (
            {"S_Red_list_price": "5.00"},
            "list_price",
            "The list price is the one before the reduction: above the price.",
        ),
        ({"S_Red_sku": "<script>x</script>"}, "sku", "This text may have no markup."),
        ({"S_Red_num_in_stock": "-1"}, "num_in_stock", "Ensure this value is greater than or equal to 0."),
        ({"S_Red_num_in_stock": "9" * 12}, "num_in_stock", "Ensure this value is less than or equal to 2147483647."),
    ],
)
def test_an_error_stands_at_its_row_and_nothing_is_made(
    scene: Scene, changes: dict[str, str], field: str, said: str
) -> None:
    make_product("Other", sku="TAKEN")
    url = scene.url(*ALL)

    answer = scene.browser.post(url, scene.filled(url, **changes))

    assert answer.status_code == 200
    assert said in answer.context["rows"][0].form.errors[field]
    assert scene.children() == []
    assert Product.objects.get(pk=scene.shirt.pk).structure == "standalone"


def test_two_rows_of_one_sku_are_refused_at_the_second(scene: Scene) -> None:
    url = scene.url("S", "Red", "Blue")

    answer = scene.browser.post(url, scene.filled(url, S_Red_sku="SAME", S_Blue_sku="SAME"))

    assert [dict(row.form.errors) for row in answer.context["rows"]] == [{}, {"sku": ["A row above has this SKU."]}]
    assert scene.children() == []


def test_a_row_that_is_not_ticked_may_hold_anything(scene: Scene) -> None:
    url = scene.url("S", "Red", "Blue")
    body = scene.filled(url, S_Red_price="x")
    del body[f"new-{scene.options['S']}-{scene.options['Red']}-make"]

    assert scene.browser.post(url, body).status_code == 302

    assert [title for title, *_ in scene.children()] == ["Shirt, S, Blue"]


@pytest.mark.parametrize("query", ["axis-0=1", "axis-x=1", "axis-{size}=x", "axis-{size}=999999", "axis-{size}=1%00"])
def test_senseless_choices_are_none(scene: Scene, query: str) -> None:
    url = f"/dashboard/catalogue/products/{scene.shirt.pk}/matrix/?{query.format(size=scene.axes['size'])}"

    assert scene.browser.get(url).context["rows"] == []
    assert scene.browser.post(url, {"all-partner": scene.partner.pk}).status_code == 200
    assert scene.children() == []


def test_a_product_with_stock_has_no_matrix(scene: Scene) -> None:
    url = scene.url(*ALL)
    body = scene.filled(url)
    StockRecord.objects.create(product=scene.shirt, partner=scene.partner, partner_sku="X", price="1.00")

    assert "One can&#x27;t add a child product" in scene.browser.get(url).content.decode()
    assert scene.browser.post(url, body).status_code == 200
    assert scene.children() == []


def test_a_required_attribute_that_is_missing_is_named(scene: Scene) -> None:
    ProductAttribute.objects.create(product_class=scene.kind, name="Cloth", code="cloth", type="text", required=True)
    url = scene.url(*ALL)

    answer = scene.browser.post(url, scene.filled(url))

    said = "Nothing was made. The product&#x27;s class requires this attribute. (cloth)"
    assert said in answer.content.decode()
    assert scene.children() == []


def test_too_many_combinations_are_not_listed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forked_apps.dashboard.catalogue.matrix.MAX_ROWS", 3)

    page = scene.browser.get(scene.url(*ALL))

    assert page.context["rows"] == []
    assert "These are 4 combinations." in page.content.decode()


def test_who_may_not_add_products_has_no_matrix(scene: Scene) -> None:
    url = scene.url(*ALL)
    body = scene.filled(url)
    for user in (make_member("Partner staff", partner=make_partner("North")), make_user(is_staff=True)):
        assert browser_of(user).get(url).status_code == 403
        assert browser_of(user).post(url, body).status_code == 403
    assert scene.browser.get("/dashboard/catalogue/products/999999/matrix/").status_code == 404
    assert scene.children() == []


def test_script_in_an_option_is_shown_as_text(scene: Scene) -> None:
    AttributeOption.objects.filter(pk=scene.options["S"]).update(option="<script>alert(1)</script>")
    Product.objects.filter(pk=scene.shirt.pk).update(title="<script>alert(2)</script>")

    assert "<script>alert(" not in scene.browser.get(scene.url(*ALL)).content.decode()


def test_statements_do_not_grow_with_the_variants(scene: Scene) -> None:
    def page() -> list[str]:
        return statements_of(lambda: scene.browser.get(scene.url(*ALL)))[0]

    scene.browser.post(scene.url("S", "Red"), scene.filled(scene.url("S", "Red")))
    page()
    few = page()
    scene.browser.post(scene.url(*ALL), scene.filled(scene.url(*ALL)))

    assert len(page()) <= len(few) <= 15
