"""Product types, attributes, option groups and options in the dashboard: by the rules of the API."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from forked_apps.catalogue.classes import change_attribute
from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Option,
    Product,
    ProductAttribute,
    ProductClass,
)
from forked_apps.catalogue.options import Choice, change_group, create_option
from forked_apps.catalogue.products import change_product
from tests.factories.catalogue import make_attribute, make_class, make_group
from tests.factories.shop import make_product
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def browser() -> Client:
    return browser_of(make_member("Staff"))


@pytest.fixture
def shirts() -> ProductClass:
    return make_class("Shirts")


@pytest.fixture
def shirt(shirts: ProductClass) -> Product:
    """A shirt of size M that weighs 1.5."""
    make_attribute(shirts, "weight", "float")
    made = make_product("Shirt", product_class="Shirts")
    change_product(made.pk, changes={"attributes": {"size": "M", "weight": 1.5}})
    return made


def url_of(thing: Any) -> str:
    names = {ProductClass: "product-type", AttributeOptionGroup: "attribute-option-group", Option: "option"}
    return f"/dashboard/catalogue/{names[type(thing)]}/{thing.pk}/update/"


def row_of(browser: Client, thing: Any, text: str) -> str:
    """The prefix of the row that has the text."""
    rows = [key for key, value in filled(browser, url_of(thing)).items() if value == text and "-" in key]
    return next(key for key in rows if not key.startswith("initial-")).rpartition("-")[0]


def save(browser: Client, thing: Any, **changes: Any) -> Any:
    return browser.post(url_of(thing), filled(browser, url_of(thing)) | changes)


def errors_of(answer: Any) -> list[Any]:
    context = answer.context
    found = [context["form"].errors]
    for name in ("attributes_formset", "attribute_option_formset"):
        if name in context:
            found += [form.errors for form in context[name]]
    return [dict(errors) for errors in found if errors]


def values_of(product: Product) -> dict[str, Any]:
    return {value.attribute.code: value.value for value in product.attribute_values.all()}


@pytest.mark.parametrize(
    ("change", "field"),
    [({"type": "text"}, "type"), ({"DELETE": "on"}, "__all__")],
)
def test_attribute_in_use_keeps_its_type_and_stays(
    browser: Client, shirts: ProductClass, shirt: Product, change: dict[str, str], field: str
) -> None:
    row = row_of(browser, shirts, "weight")

    answer = save(browser, shirts, name="Jackets", **{f"{row}-{name}": value for name, value in change.items()})

    assert answer.status_code == 200
    assert errors_of(answer) == [{field: ["This is still in use: 1 product."]}]
    assert "This is still in use: 1 product." in answer.content.decode()
    assert values_of(shirt)["weight"] == 1.5
    assert ProductAttribute.objects.get(code="weight").type == "float"
    assert ProductClass.objects.get(pk=shirts.pk).name == "Shirts"


def test_attribute_that_nobody_has_is_changed_and_deleted(browser: Client, shirts: ProductClass) -> None:
    size, material = row_of(browser, shirts, "size"), row_of(browser, shirts, "material")
    changes = {f"{material}-DELETE": "on", f"{size}-type": "text", f"{size}-required": "on"}

    assert save(browser, shirts, name="Jackets", **changes).status_code == 302

    found = ProductAttribute.objects.order_by("code").values_list("code", "type", "required", "option_group")
    assert [row[:3] for row in found] == [("colour", "option", False), ("size", "text", True)]
    assert found[1][3] is None
    assert ProductClass.objects.get().name == "Jackets"


def test_type_is_made_with_its_attributes_and_options(browser: Client) -> None:
    url = "/dashboard/catalogue/product-type/create/"
    engraving = Option.objects.get(pk=create_option({"name": "Engraving", "type": "text"}))
    body = {"name": "Rings", "track_stock": "on", "options": [engraving.pk], "attributes-0-name": "Metal"}
    body |= {"attributes-0-type": "text", "attributes-1-name": "Width", "attributes-1-type": "float"}

    assert browser.post(url, filled(browser, url) | body).status_code == 302

    made = ProductClass.objects.get(slug="rings")
    assert (made.track_stock, made.requires_shipping, list(made.options.all())) == (True, True, [engraving])
    assert list(made.attributes.order_by("pk").values_list("code", "type")) == [("metal", "text"), ("width", "float")]


def test_refused_attribute_leaves_no_type_behind(browser: Client, settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en", "de")
    url = "/dashboard/catalogue/product-type/create/"
    body = {"name": "Rings", "attributes-0-name": "Gold", "attributes-0-type": "text", "attributes-0-in_de_name": "<b>"}

    answer = browser.post(url, filled(browser, url) | body)

    assert errors_of(answer) == [{"in_de_name": ["This text may have no markup."]}]
    assert not ProductClass.objects.exists()


def test_attribute_that_was_not_edited_is_not_written_back(browser: Client, shirts: ProductClass) -> None:
    body = filled(browser, url_of(shirts))
    material = ProductAttribute.objects.get(code="material")
    change_attribute(material.pk, changes={"name": "Fabric"})

    assert browser.post(url_of(shirts), body | {"name": "Jackets"}).status_code == 302

    material.refresh_from_db()
    assert material.name == "Fabric"


def test_option_that_products_have_is_not_deleted(browser: Client, shirt: Product) -> None:
    group = AttributeOptionGroup.objects.get(name="Sizes of Shirts")
    medium, large = row_of(browser, group, "M"), row_of(browser, group, "L")

    answer = save(browser, group, **{f"{medium}-DELETE": "on", f"{large}-DELETE": "on", "name": "Widths"})

    assert errors_of(answer) == [{"option": ["This is still in use: 1 product."]}]
    assert values_of(shirt)["size"].option == "M"
    group.refresh_from_db()
    assert (group.name, group.options.count()) == ("Sizes of Shirts", 3)


def test_options_of_a_group_are_renamed_added_and_deleted(browser: Client, shirt: Product) -> None:
    group = AttributeOptionGroup.objects.get(name="Sizes of Shirts")
    body = filled(browser, url_of(group))
    small, medium = row_of(browser, group, "S"), row_of(browser, group, "M")
    stored = [Choice(row.option, row.code, row.price, row.pk) for row in group.options.order_by("pk")]
    change_group(group.pk, changes={"options": [*stored, Choice("XXL")]})

    changes = {f"{small}-DELETE": "on", f"{medium}-option": "Medium", "options-3-option": "XL", "options-3-price": "1"}
    assert browser.post(url_of(group), body | changes).status_code == 302

    found = group.options.order_by("pk").values_list("option", flat=True)
    assert list(found) == ["Medium", "L", "XXL", "XL"]
    assert values_of(shirt)["size"].option == "Medium"


@pytest.mark.parametrize("kind", ["product-type", "attribute-option-group", "option"])
def test_what_is_in_use_is_not_deleted(browser: Client, shirts: ProductClass, shirt: Product, kind: str) -> None:
    group = AttributeOptionGroup.objects.get(name="Sizes of Shirts")
    fit = Option.objects.get(
        pk=create_option({"name": "Fit", "type": "select", "option_group": make_group("Fits", ("slim",)).pk})
    )
    shirts.options.add(fit)
    thing = {"product-type": shirts, "attribute-option-group": group, "option": fit}[kind]

    page = browser.post(f"/dashboard/catalogue/{kind}/{thing.pk}/delete/", follow=True).content.decode()

    assert "This is still in use: 1 " in page
    assert type(thing).objects.filter(pk=thing.pk).exists()


def test_group_of_an_option_is_not_deleted(browser: Client) -> None:
    group = make_group("Fits", ("slim",))
    create_option({"name": "Fit", "type": "select", "option_group": group.pk})

    url = f"/dashboard/catalogue/attribute-option-group/{group.pk}/delete/"
    assert "This is still in use: 1 option." in browser.post(url, follow=True).content.decode()

    assert AttributeOption.objects.filter(group=group).exists()


@pytest.mark.parametrize("kind", ["product-type", "attribute-option-group", "option"])
def test_what_is_unused_is_deleted(browser: Client, kind: str) -> None:
    things = {
        "product-type": ProductClass.objects.create(name="Spare"),
        "attribute-option-group": make_group("Spare", ("one",)),
        "option": Option.objects.create(name="Spare", code="spare"),
    }

    assert browser.post(f"/dashboard/catalogue/{kind}/{things[kind].pk}/delete/").status_code == 302
    popup = browser.post(f"/dashboard/catalogue/{kind}/{things[kind].pk}/delete/", {"_popup": "1"})

    assert not type(things[kind]).objects.filter(pk=things[kind].pk).exists()
    assert popup.status_code == 404


def test_popup_is_told_what_was_deleted_and_saved(browser: Client) -> None:
    spare = Option.objects.create(name="Spare", code="spare")
    made: Any = browser.post("/dashboard/catalogue/option/create/", {"name": "A", "type": "text", "_popup": "1"})
    gone: Any = browser.post(f"/dashboard/catalogue/option/{spare.pk}/delete/", {"_popup": "1"})

    assert '"obj": "A"' in made.context_data["popup_response_data"]
    assert gone.context_data["popup_response_data"] == f'{{"action": "delete", "value": "{spare.pk}"}}'


def test_option_without_its_group_is_a_form_error(browser: Client) -> None:
    answer = browser.post("/dashboard/catalogue/option/create/", {"name": "Fit", "type": "select", "price": ""})

    assert answer.status_code == 200
    assert not Option.objects.exists()


def test_texts_are_translated(browser: Client, settings: Settings, shirts: ProductClass) -> None:
    settings.SHOP_LANGUAGES = ("en", "de")
    group = AttributeOptionGroup.objects.get(name="Colours of Shirts")
    fit = Option.objects.get(pk=create_option({"name": "Fit", "type": "text"}))
    colour, red = row_of(browser, shirts, "colour"), row_of(browser, group, "Red")

    assert save(browser, shirts, **{f"{colour}-in_de_name": "Farbe"}).status_code == 302
    assert save(browser, group, **{f"{red}-in_de_option": "Rot"}).status_code == 302
    assert save(browser, fit, in_de_name="Passform", in_de_help_text="Eng?").status_code == 302

    assert ProductAttribute.objects.get(code="colour").i18n == {"name_de": "Farbe"}
    assert AttributeOption.objects.get(option="Red").i18n == {"option_de": "Rot"}
    assert Option.objects.get(pk=fit.pk).i18n == {"name_de": "Passform", "help_text_de": "Eng?"}
    assert 'value="Farbe"' in browser.get(url_of(shirts)).content.decode()
    assert 'value="Rot"' in browser.get(url_of(group)).content.decode()
    assert 'value="Passform"' in browser.get(url_of(fit)).content.decode()


def test_new_rows_are_translated_at_once(browser: Client, settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en", "de")
    url = "/dashboard/catalogue/attribute-option-group/create/"
    body = filled(browser, url) | {"name": "Colours", "options-0-option": "Red", "options-0-in_de_option": "Rot"}

    assert browser.post(url, body).status_code == 302

    assert AttributeOption.objects.get().i18n == {"option_de": "Rot"}


def test_translation_with_markup_is_refused_at_its_field(
    browser: Client, settings: Settings, shirts: ProductClass
) -> None:
    settings.SHOP_LANGUAGES = ("en", "de")
    colour = row_of(browser, shirts, "colour")

    answer = save(browser, shirts, **{f"{colour}-in_de_name": SCRIPT})

    assert errors_of(answer) == [{"in_de_name": ["This text may have no markup."]}]
    assert ProductAttribute.objects.get(code="colour").i18n is None


def test_script_is_refused_in_every_name(browser: Client, shirts: ProductClass) -> None:
    group = AttributeOptionGroup.objects.get(name="Colours of Shirts")
    fit = Option.objects.get(pk=create_option({"name": "Fit", "type": "text"}))
    colour, red = row_of(browser, shirts, "colour"), row_of(browser, group, "Red")
    refused = ["This text may have no markup."]

    assert errors_of(save(browser, shirts, name=SCRIPT)) == [{"name": refused}]
    assert errors_of(save(browser, shirts, **{f"{colour}-name": SCRIPT})) == [{"name": refused}]
    assert errors_of(save(browser, group, name=SCRIPT)) == [{"name": refused}]
    assert errors_of(save(browser, group, **{f"{red}-option": SCRIPT})) == [{"option": refused}]
    assert errors_of(save(browser, fit, name=SCRIPT, help_text=SCRIPT)) == [{"name": refused, "help_text": refused}]
    assert errors_of(save(browser, fit, name="Bell\a")) == [
        {"name": ["This text has characters that cannot be shown."]}
    ]
