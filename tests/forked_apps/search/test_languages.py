"""Documents in each language of the shop: with fallbacks, kept by triggers, made and deleted with the languages."""

import random
from io import StringIO
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import Settings

from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Category,
    Option,
    Product,
    ProductAttribute,
)
from forked_apps.catalogue.old_addresses import OldProductSlug
from forked_apps.catalogue.translations import KINDS, set_translations
from forked_apps.partner.shelf import family_of
from forked_apps.search.categories import category_detail, category_tree, moved_category
from forked_apps.search.history import price_history
from forked_apps.search.models import DocumentNote, ProductDocument
from forked_apps.search.offered import attributes, moved_product, options, related, reviews
from forked_apps.search.operations import rebuild_noted, stale_products
from forked_apps.search.pages import Filters, Window, product_page
from forked_apps.search.queries import cards, product_detail, product_part
from forked_apps.search.sources import load
from tests.factories.shop import make_category, make_parent, make_product

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _languages(settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en", "de", "de-ch")
    settings.LANGUAGE_FALLBACKS = {"de-ch": ["de"]}


def settle() -> None:
    while rebuild_noted():
        pass


def detail(key: int | str, language: str) -> dict[str, Any]:
    found = product_detail(key, language=language)
    assert found is not None
    body: dict[str, Any] = orjson.loads(found[0])
    return body


def titles(language: str, **filters: Any) -> list[str]:
    page = product_page(Filters(**filters), Window(ordering="title", limit=10), language=language)
    assert page.unknown is None
    return [orjson.loads(text)["title"] for text in page.texts or []]


def test_product_is_shown_in_its_language_or_a_fallback(settings: Settings) -> None:
    settings.STOREFRONT_URL = ""
    mug = make_product("Blue mug", description="<p>Holds tea</p>")
    set_translations("products", mug.pk, texts={"de": {"title": "Blaue Tasse"}, "de-ch": {"meta_title": "Beckeli"}})
    found = {language: detail(mug.pk, language) for language in ("en", "de", "de-ch")}
    assert [body["title"] for body in found.values()] == ["Blue mug", "Blaue Tasse", "Blaue Tasse"]
    assert [body["slug"] for body in found.values()] == ["blue-mug", "blaue-tasse", "blaue-tasse"]
    assert [body["seo"]["title"] for body in found.values()] == ["Blue mug", "Blaue Tasse", "Beckeli"]
    assert {body["description"] for body in found.values()} == {"<p>Holds tea</p>"}
    assert [body["availability"]["message"] for body in found.values()] == ["In stock", "Auf Lager", "Auf Lager"]
    assert found["de"]["seo"]["alternates"] == [
        {"language": "en", "url": f"/catalogue/blue-mug_{mug.pk}/", "slug": "blue-mug"},
        {"language": "de", "url": f"/catalogue/blaue-tasse_{mug.pk}/", "slug": "blaue-tasse"},
        {"language": "de-ch", "url": f"/catalogue/blaue-tasse_{mug.pk}/", "slug": "blaue-tasse"},
    ]
    assert cards([mug.pk], language="de")[mug.pk]["title"] == "Blaue Tasse"


def test_slug_of_any_language_finds_the_product() -> None:
    mug = make_product("Blue mug")
    set_translations("products", mug.pk, texts={"de": {"title": "Blaue Tasse"}})
    assert detail("blue-mug", "de") == detail("blaue-tasse", "de") == detail(mug.pk, "de")
    assert detail("blaue-tasse", "en")["title"] == "Blue mug"
    assert product_detail("rote-tasse", language="de") is None
    Product.objects.filter(pk=mug.pk).update(is_public=False)
    settle()
    assert product_detail("blaue-tasse", language="de") is None


def test_lists_are_sorted_by_the_title_of_the_language() -> None:
    apple, pear = make_product("Apple"), make_product("Pear")
    set_translations("products", apple.pk, texts={"de": {"title": "Zapfen"}})
    set_translations("products", pear.pk, texts={"de": {"title": "Birne"}})
    assert titles("en") == ["Apple", "Pear"]
    assert titles("de") == ["Birne", "Zapfen"]


def test_category_is_found_by_its_path_in_any_language() -> None:
    kitchen = make_category("Kitchen")
    cups = make_category("Cups", kitchen)
    mug = make_product("Mug", category_ids=[cups.pk])
    set_translations("categories", kitchen.pk, texts={"de": {"name": "Küche"}})
    set_translations("categories", cups.pk, texts={"de": {"name": "Tassen"}})
    settle()
    for path in ("kitchen/cups", "kuche/tassen", "kuche/cups", "kuche"):
        assert titles("de", category=path) == ["Mug"]
    for path in ("tassen", "kitchen/cups/cups", "cups/kitchen", "kitchen/mugs"):
        assert product_page(Filters(category=path), Window(), language="de").unknown == "category"
    body = detail(mug.pk, "de-ch")
    assert body["categories"] == [{"id": cups.pk, "name": "Tassen", "slug": "tassen", "path": "kuche/tassen"}]
    assert [each["name"] for each in body["breadcrumbs"]] == ["Küche", "Tassen"]
    english, german = (category_tree(language=language)[0] or [] for language in ("en", "de-ch"))
    assert english[0]["children"][0]["path"] == "kitchen/cups"
    assert (german[0]["name"], german[0]["path"]) == ("Küche", "kuche")
    assert german[0]["children"][0]["path"] == "kuche/tassen"


def test_category_is_read_in_its_language(settings: Settings) -> None:
    settings.STOREFRONT_URL = ""
    kitchen = make_category("Kitchen")
    cups = make_category("Cups", kitchen)
    make_category("Small", cups)
    set_translations("categories", kitchen.pk, texts={"de": {"name": "Küche"}})
    set_translations("categories", cups.pk, texts={"de": {"name": "Tassen", "description": "<p>Warm</p>"}})
    found = category_detail("kitchen/tassen", language="de")
    assert found is not None
    assert (found["name"], found["path"], found["description"]) == ("Tassen", "kuche/tassen", "<p>Warm</p>")
    assert [(each["name"], each["path"]) for each in found["breadcrumbs"]] == [
        ("Küche", "kuche"),
        ("Tassen", "kuche/tassen"),
    ]
    assert [(each["name"], each["path"]) for each in found["children"]] == [("Small", "kuche/tassen/small")]
    assert (found["seo"]["title"], found["seo"]["description"]) == ("Tassen", "Warm")
    assert found["seo"]["alternates"] == [
        {"language": each, "url": f"/catalogue/category/{path}_{cups.pk}/", "slug": slug, "path": path}
        for each, path, slug in (
            ("en", "kitchen/cups", "cups"),
            ("de", "kuche/tassen", "tassen"),
            ("de-ch", "kuche/tassen", "tassen"),
        )
    ]
    settings.STOREFRONT_URL = "https://www.example.com/"
    again = category_detail(cups.pk, language="de")
    assert again is not None
    german = f"https://www.example.com/catalogue/category/kuche/tassen_{cups.pk}/"
    assert again["seo"]["alternates"][1]["url"] == german
    english = category_detail("kuche/cups", language="en")
    assert english is not None
    assert (english["name"], english["path"]) == ("Cups", "kitchen/cups")


def test_old_slugs_of_the_main_language_lead_on() -> None:
    kitchen, mug = make_category("Kitchen"), make_product("Mug")
    set_translations("products", mug.pk, texts={"de": {"title": "Tasse"}})
    set_translations("categories", kitchen.pk, texts={"de": {"name": "Küche"}})
    Product.objects.filter(pk=mug.pk).update(slug="cup")
    Category.objects.filter(pk=kitchen.pk).update(slug="galley")
    assert moved_product("mug", language="en") == "cup"
    assert moved_category("kitchen", language="en") == "galley"


def test_old_slugs_of_another_language_lead_on() -> None:
    kitchen, mug = make_category("Kitchen"), make_product("Mug")
    lamps = make_category("Lamps", kitchen)
    for kind, pk, name in (("products", mug.pk, "title"), ("categories", kitchen.pk, "name")):
        set_translations(kind, pk, texts={"de": {name: "Alt"}})
    set_translations("categories", lamps.pk, texts={"de": {"name": "Lampen"}})
    for slug in ("neu", "neuer"):
        set_translations("products", mug.pk, texts={"de": {"slug": slug}})
        set_translations("categories", kitchen.pk, texts={"de": {"slug": slug}})
    for old in ("alt", "neu"):
        assert moved_product(old, language="de") == moved_category(old, language="de") == "neuer"
        assert moved_category(f"{old}/lampen", language="de") == "neuer/lampen"
    assert (moved_product("alt", language="en"), moved_category("alt", language="en")) == ("mug", "kitchen")
    assert (moved_product("mug", language="de"), moved_product("neuer", language="de")) == (None, None)
    # Without a slug of its own the language has the main one's
    set_translations("products", mug.pk, texts={"de": None})
    assert moved_product("neuer", language="de") == "mug"


def test_swapped_slugs_of_two_languages_are_no_old_ones() -> None:
    mug = make_product("Mug")
    set_translations("products", mug.pk, texts={"de": {"slug": "tasse"}})
    Product.objects.filter(pk=mug.pk).update(slug="tasse", i18n={"slug_de": "mug"})
    assert not OldProductSlug.objects.exists()


def test_parts_of_a_product_are_found_by_a_slug_of_any_language() -> None:
    mug, cup = make_product("Mug"), make_product("Cup")
    mug.primary_recommendations.create(recommendation=cup)
    set_translations("products", mug.pk, texts={"de": {"title": "Tasse"}})
    set_translations("products", cup.pk, texts={"de": {"title": "Becher"}})
    for language, title in (("de", "Becher"), ("en", "Cup")):
        assert product_part("variants", "tasse", language=language) is not None
        found = related("tasse", kind=None, language=language)
        assert found is not None
        assert [orjson.loads(card)["title"] for _kind, card in found[0]] == [title]
        assert reviews("tasse", language=language, limit=5, after=None) == ([], 0, mug.pk)
        assert price_history("tasse", language=language).product_id == mug.pk
    assert family_of("tasse") == family_of("mug") == (mug.pk, [])


def test_attributes_and_options_are_listed_in_the_language() -> None:
    mug = make_product("Mug")
    colour, red = add_colour([mug])
    safe = ProductAttribute.objects.create(product_class=mug.product_class, name="Safe", code="safe", type="boolean")
    mug.attribute_values.create(attribute=safe, value_boolean=True)
    Option.objects.create(name="Wrap", code="wrap", type="select", option_group=red.group, required=True)
    set_translations("attributes", colour.pk, texts={"de": {"name": "Farbe"}})
    set_translations("attribute-options", red.pk, texts={"de": {"option": "Rot"}})
    set_translations("options", Option.objects.get().pk, texts={"de": {"name": "Papier", "help_text": "Welches?"}})
    settle()
    with translation.override("de"):
        listed = attributes(language="de", limit=5, offset=0).rows
    assert listed == [
        {
            "code": "colour",
            "name": "Farbe",
            "type": "option",
            "values": [{"value": "Red", "display": "Rot", "product_count": 1}],
        },
        {
            "code": "safe",
            "name": "Safe",
            "type": "boolean",
            "values": [{"value": "true", "display": "Ja", "product_count": 1}],
        },
    ]
    assert titles("de", attributes=(("colour", ("Red",)),)) == ["Mug"]
    asked = options(language="de-ch", limit=5, offset=0).rows[0]
    assert (asked["name"], asked["help_text"]) == ("Papier", "Welches?")
    assert asked["choices"] == [{"choice": "Red", "display": "Rot", "extra_price": "0.00"}]


def test_attributes_and_options_are_shown_in_the_language() -> None:
    mug = make_product("Mug")
    group = AttributeOptionGroup.objects.create(name="Colours")
    red, blue = (AttributeOption.objects.create(group=group, option=name) for name in ("Red", "Blue"))
    kinds = {"colour": "option", "colours": "multi_option", "safe": "boolean"}
    made = {
        code: ProductAttribute.objects.create(
            product_class=mug.product_class, name=code, code=code, type=kind, option_group=group
        )
        for code, kind in kinds.items()
    }
    mug.attribute_values.create(attribute=made["colour"], value_option=red)
    mug.attribute_values.create(attribute=made["colours"]).value_multi_option.set([red, blue])
    mug.attribute_values.create(attribute=made["safe"], value_boolean=True)
    wrap = Option.objects.create(
        name="Wrap", code="wrap", type="select", option_group=group, help_text="Which?", required=True
    )
    mug.product_options.add(wrap)
    settle()
    set_translations("attributes", made["colour"].pk, texts={"de": {"name": "Farbe"}})
    set_translations("attribute-options", red.pk, texts={"de": {"option": "Rot"}})
    set_translations("options", wrap.pk, texts={"de": {"name": "Papier", "help_text": "Welches?"}})
    assert set(DocumentNote.objects.values_list("kind", flat=True)) == {"attribute", "option", "option_group"}
    settle()
    english, german = detail(mug.pk, "en"), detail(mug.pk, "de")
    shown = {each["code"]: (each["name"], each["value"], each["display"]) for each in german["attributes"]}
    assert shown == {
        "colour": ("Farbe", "Red", "Rot"),
        "colours": ("colours", ["Red", "Blue"], "Rot, Blue"),
        "safe": ("safe", True, "Ja"),
    }
    assert {each["code"]: each["display"] for each in english["attributes"]} == {
        "colour": "Red",
        "colours": "Red, Blue",
        "safe": "Yes",
    }
    option = german["options"][0]
    assert (option["name"], option["help_text"], option["choices"]) == ("Papier", "Welches?", ["Red", "Blue"])
    assert [(each["choice"], each["display"]) for each in option["choice_prices"]] == [("Red", "Rot"), ("Blue", "Blue")]
    assert [each["display"] for each in english["options"][0]["choice_prices"]] == ["Red", "Blue"]
    assert stale_products() == []


def test_variant_shows_its_parents_translation() -> None:
    with transaction.atomic():
        parent, (small,) = make_parent("Shirt", {"Small": ("20.00", 5)})
    Product.objects.filter(pk=small.pk).update(title="")
    set_translations("products", parent.pk, texts={"de": {"title": "Hemd", "description": "<p>Warm</p>"}})
    settle()
    body = detail(small.pk, "de")
    assert (body["title"], body["description"]) == ("Hemd", "<p>Warm</p>")
    assert detail(parent.pk, "de")["variants"][0]["title"] == "Hemd"


def test_translation_by_plain_sql_is_followed() -> None:
    mug = make_product("Mug")
    settle()
    with connection.cursor() as cursor:
        cursor.execute("""UPDATE catalogue_product SET i18n = '{"title_de": "Tasse", "slug_de": 5}'""")
    assert stale_products() == [mug.pk]
    settle()
    assert detail(mug.pk, "de")["title"] == "Tasse"
    for spoilt in ("[1]", '"x"', "null", '{"title_de": {"a": 1}}'):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE catalogue_product SET i18n = %s", [spoilt])
        settle()
        assert detail(mug.pk, "de")["title"] == "Mug"
    assert stale_products() == []


def test_sources_are_read_once_for_all_languages(settings: Settings) -> None:
    mug = make_product("Mug", category_ids=[make_category().pk])
    counts = []
    for languages in (("en",), ("en", "de"), ("en", "de", "de-ch", "fr")):
        settings.SHOP_LANGUAGES = languages
        with CaptureQueriesContext(connection) as captured:
            load([mug.pk])
        counts.append(len(captured))
    assert len(set(counts)) == 1


def test_languages_come_and_go_with_a_rebuild(settings: Settings) -> None:
    mug = make_product("Mug")
    set_translations("products", mug.pk, texts={"de": {"title": "Tasse"}})
    settle()
    settings.SHOP_LANGUAGES = ("en", "fr")
    settings.LANGUAGE_FALLBACKS = {}
    with pytest.raises(CommandError) as told:
        call_command("documents", "verify")
    assert str(told.value) == (
        f"1 products have stale documents: [{mug.pk}]; de is no language of the shop, but of 1 documents;"
        " de-ch is no language of the shop, but of 1 documents; fr lacks 1 documents"
    )
    call_command("documents", "rebuild", stdout=StringIO())
    assert set(ProductDocument.objects.values_list("language", flat=True)) == {"en", "fr"}
    told_status = StringIO()
    call_command("documents", "verify", stdout=StringIO())
    call_command("documents", "status", stdout=told_status)
    assert "documents in en: 1\ndocuments in fr: 1\n" in told_status.getvalue()
    settings.SHOP_LANGUAGES = ("en", "de")
    call_command("documents", "rebuild", stdout=StringIO())
    assert detail(mug.pk, "de")["title"] == "Tasse"


def test_random_edits_leave_no_document_stale_in_any_language() -> None:
    """Through the operation, the ORM and plain SQL, of products, categories, attributes and options."""
    draw = random.Random(4)  # noqa: S311 - the same edits at every run
    kitchen = make_category("Kitchen")
    below = make_category("Below", kitchen)
    products = [make_product(f"Mug {n}", category_ids=[below.pk]) for n in range(3)]
    colour, red = add_colour(products)
    things: list[tuple[str, str, int]] = [
        *(("products", "title", product.pk) for product in products),
        *(("categories", "name", pk) for pk in (kitchen.pk, below.pk)),
        ("attributes", "name", colour.pk),
        ("attribute-options", "option", red.pk),
    ]

    def by_operation(kind: str, field: str, pk: int, text: str) -> None:
        language = draw.choice(["de", "de-ch"])
        set_translations(kind, pk, texts={language: draw.choice([None, {field: text}])})

    def by_orm(kind: str, field: str, pk: int, text: str) -> None:
        KINDS[kind].objects.filter(pk=pk).update(i18n=draw.choice([None, {f"{field}_de": text}]))

    def by_sql(kind: str, field: str, pk: int, text: str) -> None:
        table = KINDS[kind]._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET i18n = COALESCE(i18n, '{{}}') || jsonb_build_object(%s::text, %s::text)"
                " WHERE id = %s",
                [f"{field}_de_ch", text, pk],
            )

    def main_text(kind: str, field: str, pk: int, text: str) -> None:
        KINDS[kind].objects.filter(pk=pk).update(**{field: text})

    for step in range(60):
        draw.choice([by_operation, by_orm, by_sql, main_text])(*draw.choice(things), f"Wort {step}")
        if step % 12 == 11:
            settle()
            assert stale_products() == []
    assert ProductDocument.objects.count() == 3 * 3


def add_colour(products: list[Product]) -> tuple[ProductAttribute, AttributeOption]:
    """An attribute of the products, and the option that they all have."""
    group = AttributeOptionGroup.objects.create(name="Colours")
    red = AttributeOption.objects.create(group=group, option="Red")
    colour = ProductAttribute.objects.create(
        product_class=products[0].product_class, name="Colour", code="colour", type="option", option_group=group
    )
    for product in products:
        product.attribute_values.create(attribute=colour, value_option=red)
    return colour, red
