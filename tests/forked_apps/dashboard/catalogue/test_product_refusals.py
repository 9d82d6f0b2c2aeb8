"""The product form says once, and at its place, what cannot be; and nothing of what is as it should be."""

from typing import Any

import pytest
from django.test import Client

from forked_apps.catalogue.models import Product, ProductClass
from forked_apps.partner.models import StockRecord
from tests.factories.catalogue import make_class
from tests.factories.shop import make_parent, make_product, stock_of
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled
from tests.forked_apps.dashboard.catalogue.test_product_views import errors_of, new_url, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return browser_of(make_member("Staff"))


@pytest.fixture
def lamp() -> Product:
    return make_product("Lamp", price="10.00", stock=5, sku="LAMP")


@pytest.fixture
def shirts() -> ProductClass:
    """Shirts, of which a size has to be said."""
    made = make_class("Shirts")
    made.attributes.filter(code="size").update(required=True)
    return made


def make(browser: Client, kind: str = "General", **changes: Any) -> Any:
    url = new_url(kind)
    return browser.post(url, filled(browser, url) | {"title": "Shirt"} | changes)


@pytest.mark.parametrize("changes", [{"title": "Bowl"}, {"action": "archive"}])
def test_products_without_a_sku_can_be_edited(browser: Client, changes: dict[str, str]) -> None:
    first, second = (make_product(title) for title in ("Cup", "Mug"))
    Product.objects.update(upc=None)

    for product in (first, second):
        assert save(browser, product, **changes).status_code == 302

    assert Product.objects.filter(upc=None).count() == 2


def test_parent_without_a_sku_can_be_edited(browser: Client) -> None:
    parent, _children = make_parent("Shirt", {"S": ("10.00", 1)})
    make_product("Cup")
    Product.objects.exclude(parent=parent).update(upc=None)

    assert save(browser, Product.objects.get(pk=parent.pk), title="Blouse").status_code == 302


def test_sku_is_taken_away_and_that_of_another_product_refused(browser: Client, lamp: Product) -> None:
    cup = make_product("Cup", sku="CUP")
    make_product("Mug")

    assert errors_of(save(browser, cup, upc="LAMP")) == {"upc": ["Another product has this SKU."]}
    assert save(browser, cup, upc="").status_code == 302
    assert Product.objects.get(pk=cup.pk).upc == ""


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("", "Your product must have a title."),
        ("x" * 256, "Ensure this value has at most 255 characters (it has 256)."),
        ("<b>Lamp</b>", "This text may have no markup."),
    ],
)
def test_title_that_cannot_be_is_told_once_at_its_field(
    browser: Client, lamp: Product, title: str, reason: str
) -> None:
    assert errors_of(save(browser, lamp, title=title)) == {"title": [reason]}
    assert errors_of(make(browser, title=title)) == {"title": [reason]}


@pytest.mark.parametrize(
    ("field", "elsewhere", "typed"),
    [("price", "7.55", "9.00"), ("list_price", "30.00", "20.00"), ("num_in_stock", "3", "8")],
)
def test_figure_that_was_overtaken_is_shown_and_saved_the_next_time(
    browser: Client, lamp: Product, field: str, elsewhere: str, typed: str
) -> None:
    url = f"/dashboard/catalogue/products/{lamp.pk}/"
    body = filled(browser, url) | {f"stockrecords-0-{field}": typed}
    StockRecord.objects.filter(product=lamp).update(**{field: elsewhere})

    answer = browser.post(url, body)

    said = f"Somebody else has changed this since you opened the form. It is now: {elsewhere}"
    assert errors_of(answer)[f"stockrecords-0-{field}"] == [said]
    form = answer.context["stockrecord_formset"].forms[0]
    hidden = form.add_initial_prefix(field)
    assert f'name="{hidden}" value="{elsewhere}"' in answer.content.decode()
    assert browser.post(url, body | {hidden: elsewhere}).status_code == 302
    assert str(StockRecord.objects.values_list(field, flat=True).get(product=lamp)) == typed


def test_price_that_cannot_be_read_says_nothing_of_the_list_price(browser: Client, lamp: Product) -> None:
    StockRecord.objects.filter(product=lamp).update(list_price="12.00")

    assert errors_of(save(browser, lamp, **{"stockrecords-0-price": "abc"})) == {
        "stockrecords-0-price": ["Enter a number."]
    }


def test_variant_of_a_variant_is_not_found(browser: Client) -> None:
    _parent, children = make_parent("Shirt", {"S": ("10.00", 1)})
    url = f"/dashboard/catalogue/products/{children[0].pk}/create-variant/"

    assert browser.get(url).status_code == 404
    assert browser.post(url, {"title": "x"}).status_code == 404


def test_what_variants_say_is_not_asked_of_what_gets_them(browser: Client, shirts: ProductClass) -> None:
    assert errors_of(make(browser, "Shirts"))["attr_size"] == ["This field is required."]
    page = browser.get(new_url("Shirts"))
    assert " required" not in str(page.context["form"]["attr_size"])  # no browser stops the button
    assert 'value="build-variants"' in page.content.decode()

    answer = make(browser, "Shirts", action="build-variants")

    shirt = Product.objects.get(title="Shirt")
    assert answer["Location"] == f"/dashboard/catalogue/products/{shirt.pk}/matrix/"
    assert (shirt.structure, shirt.attribute_values.count()) == (Product.PARENT, 0)
    assert browser.get(answer["Location"]).context["can_have_variants"]
    assert save(browser, shirt, title="Blouse").status_code == 302


def test_draft_becomes_the_parent_of_variants(browser: Client, shirts: ProductClass) -> None:
    size = shirts.attributes.get(code="size").option_group.options.first()
    make(browser, "Shirts", attr_size=size.pk)
    shirt = Product.objects.get(title="Shirt")

    answer = save(browser, shirt, attr_size="", action="create-child")

    assert answer["Location"] == f"/dashboard/catalogue/products/{shirt.pk}/create-variant/"
    shirt = Product.objects.get(pk=shirt.pk)
    assert (shirt.structure, shirt.attribute_values.count()) == (Product.PARENT, 0)


def test_what_is_sold_by_itself_gets_no_variants(browser: Client, lamp: Product, shirts: ProductClass) -> None:
    sold = {"stockrecords-0-partner_sku": "SHIRT", "stockrecords-0-price": "9.00", "stockrecords-0-num_in_stock": "1"}
    partner = {"stockrecords-0-partner": StockRecord.objects.get(product=lamp).partner_id}

    new = make(browser, "Shirts", action="build-variants", **sold, **partner)
    known = save(browser, lamp, title="Torch", action="build-variants")

    refused = "What has variants is sold by them: leave this empty."
    assert errors_of(new) == {"stockrecords-0-__all__": [refused]}
    assert errors_of(known)["__all__"] == ["One can't add a child product to a product with stock records."]
    assert Product.objects.get().title == "Lamp"
    assert stock_of(lamp) == (5, 0)
