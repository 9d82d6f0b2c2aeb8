"""The product form beside other people: it writes what was edited, and nothing over what others have written."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forked_apps.catalogue.models import AttributeOption, Category, Option, Product
from forked_apps.catalogue.options import create_option
from forked_apps.catalogue.products import ProductFacts, change_product
from forked_apps.catalogue.publishing import status_of
from forked_apps.partner.models import StockRecord
from tests.factories.catalogue import make_class
from tests.factories.shop import make_category, make_parent, make_product
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled

pytestmark = pytest.mark.django_db

TEXTS: ProductFacts = {
    "title": "Big shirt",
    "sku": "SHIRT-2",
    "barcode": "4006381333931",
    "description": "<p>Wide.</p>",
    "meta_title": "Shirts",
    "og_description": "One\nTwo",
    "brand": "Wear",
    "tags": ["cotton", "wide"],
    "is_discountable": False,
    "unit": {"measure": "piece", "content": "2"},
}


@pytest.fixture
def browser() -> Client:
    return browser_of(make_member("Staff"))


@pytest.fixture
def shirt() -> Product:
    make_class("Shirts")
    made = make_product("Shirt", sku="SHIRT", product_class="Shirts", description="<p>Fine.</p>\n<p>Soft.</p>")
    change_product(made.pk, changes={"attributes": {"size": "M"}, "publish_until": timezone.now() + timedelta(days=9)})
    return made


def url_of(product: Product) -> str:
    return f"/dashboard/catalogue/products/{product.pk}/"


def facts_of(product: Product) -> dict[str, Any]:
    row = Product.objects.get(pk=product.pk)
    names = ("title", "upc", "barcode", "description", "slug", "meta_title", "og_description", "is_discountable")
    links = {"brand": str(row.brand), "tags": sorted(tag.name for tag in row.tags.all())}
    values = {value.attribute.code: str(value.value) for value in row.attribute_values.all()}
    unit = (row.unit_measure, row.unit_content)
    return {name: getattr(row, name) for name in names} | links | values | {"status": status_of(row), "unit": unit}


def test_what_others_have_written_since_stays(browser: Client, shirt: Product) -> None:
    engraving = Option.objects.get(pk=create_option({"name": "Engraving", "type": "text"}))
    body = filled(browser, url_of(shirt))
    change_product(shirt.pk, changes=TEXTS)
    change_product(shirt.pk, changes={"attributes": {"size": "L", "colour": "Red"}, "status": "draft"})
    change_product(shirt.pk, changes={"options": [engraving.code]})
    before = facts_of(shirt)

    answer = browser.post(url_of(shirt), body | {"stockrecords-0-low_stock_threshold": "3"})

    assert answer.status_code == 302
    assert facts_of(shirt) == before
    assert before["size"] == "L"
    assert before["status"] == "draft"
    assert list(shirt.product_options.all()) == [engraving]
    assert StockRecord.objects.get(product=shirt).low_stock_threshold == 3


def test_only_the_edited_texts_are_written(browser: Client, shirt: Product) -> None:
    body = filled(browser, url_of(shirt))
    change_product(shirt.pk, changes=TEXTS)
    before = facts_of(shirt)

    large = AttributeOption.objects.get(option="L").pk
    answer = browser.post(url_of(shirt), body | {"meta_description": "Soft.", "attr_size": large})

    assert answer.status_code == 302
    assert facts_of(shirt) == before | {"size": "L"}
    assert Product.objects.get(pk=shirt.pk).meta_description == "Soft."


@pytest.mark.parametrize(
    ("edited", "changed", "now"),
    [
        ({"title": "Mine"}, {"title": "Theirs"}, "Theirs"),
        ({"brand": "Mine"}, {"brand": "Theirs"}, "Theirs"),
        ({"tags": "mine"}, {"tags": ["theirs", "too"]}, "theirs, too"),
        ({"attr_material": "Wool"}, {"attributes": {"material": "Silk"}}, "Silk"),
        ({"status": "draft"}, {"status": "archived"}, "archived"),
        ({"unit_measure": "kg", "unit_content": "1"}, {"unit": {"measure": "l", "content": "2"}}, "l"),
        ({"og_title": "Mine"}, {"og_title": "Theirs"}, "Theirs"),
    ],
)
def test_what_both_have_edited_is_refused_once(
    browser: Client, shirt: Product, edited: dict[str, str], changed: Any, now: str
) -> None:
    body = filled(browser, url_of(shirt))
    change_product(shirt.pk, changes=changed)
    before = facts_of(shirt)

    answer = browser.post(url_of(shirt), body | edited | {"meta_title": "Shirts"})

    assert answer.status_code == 200
    errors = answer.context["form"].errors
    said = f"Somebody else has changed this since you opened the form. It is now: {now}"
    assert errors[next(iter(edited))] == [said]
    assert errors["__all__"] == ["Somebody else has changed what you edited: nothing was saved."]
    assert facts_of(shirt) == before


def test_who_has_seen_what_others_wrote_may_write_over_it(browser: Client, shirt: Product) -> None:
    body = filled(browser, url_of(shirt))
    change_product(shirt.pk, changes={"title": "Theirs"})
    answer = browser.post(url_of(shirt), body | {"title": "Mine"})
    assert answer.context["form"]["title"].value() == "Mine"

    again = body | {"title": "Mine", "initial-title": "Theirs"}
    assert 'name="initial-title" value="Theirs"' in answer.content.decode()
    assert browser.post(url_of(shirt), again).status_code == 302

    assert facts_of(shirt)["title"] == "Mine"


def test_line_ends_of_browsers_are_no_change(browser: Client, shirt: Product) -> None:
    body = filled(browser, url_of(shirt))
    sent = {name: value.replace("\n", "\r\n") if isinstance(value, str) else value for name, value in body.items()}
    sent["description"] = "<p>Fine.</p>\r\n<p>Softer.</p>"

    assert browser.post(url_of(shirt), sent).status_code == 302
    assert facts_of(shirt)["description"].replace("\r\n", "\n") == "<p>Fine.</p>\n<p>Softer.</p>"


def test_product_that_became_a_parent_stays_one(browser: Client) -> None:
    lamp = make_product("Lamp")
    StockRecord.objects.filter(product=lamp).delete()
    body = filled(browser, url_of(lamp))
    Product.objects.filter(pk=lamp.pk).update(structure=Product.PARENT)

    assert browser.post(url_of(lamp), body | {"title": "Lamps"}).status_code == 302

    lamp.refresh_from_db()
    assert (lamp.structure, lamp.title) == ("parent", "Lamps")


def test_variant_is_edited(browser: Client) -> None:
    _parent, (small, _large) = make_parent("Shirt", {"S": ("10.00", 5), "L": ("10.00", 5)})
    body = filled(browser, url_of(small))
    Product.objects.filter(pk=small.pk).update(upc="NEW")

    assert browser.post(url_of(small), body | {"title": "Small"}).status_code == 302

    small.refresh_from_db()
    assert (small.title, small.upc, small.structure) == ("Small", "NEW", "child")


def test_category_takes_what_was_edited(browser: Client) -> None:
    home = make_category("Home")
    url = f"/dashboard/catalogue/categories/{home.pk}/update/"
    body = filled(browser, url)
    Category.objects.filter(pk=home.pk).update(meta_title="Theirs", is_public=False)

    assert browser.post(url, body | {"name": "House"}).status_code == 302

    home.refresh_from_db()
    assert (home.name, home.meta_title, home.is_public) == ("House", "Theirs", False)


@pytest.mark.parametrize("field", ["name", "meta_title", "meta_description"])
def test_script_in_a_category_is_refused(browser: Client, field: str) -> None:
    home = make_category("Home")
    url = f"/dashboard/catalogue/categories/{home.pk}/update/"

    answer = browser.post(url, filled(browser, url) | {field: "<script>alert(1)</script>"})

    assert answer.context["form"].errors == {field: ["This text may have no markup."]}
    assert Category.objects.get(pk=home.pk).name == "Home"


def test_product_without_category_and_price_is_made_and_saved(browser: Client) -> None:
    lamp = make_product("Lamp")
    StockRecord.objects.filter(product=lamp).update(price=None)

    body = filled(browser, url_of(lamp)) | {"title": "Lantern", "stockrecords-0-num_in_stock": "4"}
    assert browser.post(url_of(lamp), body).status_code == 302

    record = StockRecord.objects.get(product=lamp)
    assert (record.price, record.num_in_stock) == (None, 4)
    url = f"/dashboard/catalogue/products/create/{lamp.product_class.slug}/"
    assert browser.post(url, filled(browser, url) | {"title": "Torch"}).status_code == 302
    assert Product.objects.get(title="Torch").categories.count() == 0


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"unit_measure": "kg"}, "unit_content", "Say how much one piece holds, or choose no unit."),
        ({"unit_content": "2"}, "unit_measure", "Choose the unit of the content, or leave the content empty."),
        (
            {"unit_measure": "kg", "unit_content": "0"},
            "unit_content",
            "A number above zero, with at most four decimals.",
        ),
        ({"unit_reference": "-1"}, "unit_reference", "A number above zero, with at most four decimals."),
    ],
)
def test_unit_that_does_not_fit_is_said_in_a_sentence(
    browser: Client, changes: dict[str, str], field: str, said: str
) -> None:
    lamp = make_product("Lamp")

    answer = browser.post(url_of(lamp), filled(browser, url_of(lamp)) | changes)

    assert answer.context["form"].errors == {field: [said]}
    assert Product.objects.get(pk=lamp.pk).unit_content is None


@pytest.mark.parametrize("figure", ["sNaN", "Infinity"])
@pytest.mark.parametrize("field", ["unit_content", "stockrecords-0-price"])
@pytest.mark.parametrize("shown", ["1.5", "sNaN"])
def test_what_is_no_number_is_refused(browser: Client, shirt: Product, field: str, figure: str, shown: str) -> None:
    body = filled(browser, url_of(shirt)) | {field: figure, f"initial-{field}": shown}

    answer = browser.post(url_of(shirt), body)

    assert answer.status_code == 200
    forms = [answer.context["form"], *answer.context["stockrecord_formset"].forms]
    assert [form.errors for form in forms if form.errors] == [{field.rpartition("-")[2]: ["Enter a number."]}]
    assert StockRecord.objects.get(product=shirt).price == Decimal("10.00")
