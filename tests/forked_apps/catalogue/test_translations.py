"""Translations are written whole or not at all; a slug belongs to one product, whatever the language."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from pytest_django import Settings

from forked_apps.catalogue.addresses import CategoryAddress, ProductAddress
from forked_apps.catalogue.errors import SlugTaken, TranslationRefused
from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Category,
    Option,
    Product,
    ProductAttribute,
)
from forked_apps.catalogue.translations import set_translations, stored_translations
from nexus_shop.core.errors import NotFound, StaleVersion
from tests.factories.shop import make_category, make_product

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _three_languages(settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en", "de", "pt-br")


def words(thing: Any) -> dict[str, Any]:
    return dict(type(thing).objects.get(pk=thing.pk).i18n or {})


def slugs(product: Product) -> set[str]:
    return set(ProductAddress.objects.filter(product_id=product.pk).values_list("slug", flat=True))


def test_translation_is_written_and_its_slug_is_made() -> None:
    mug = make_product("Blue mug")
    stored = set_translations("products", mug.pk, texts={"de": {"title": " Blaue Tasse ", "meta_title": ""}})
    assert words(mug) == {"title_de": "Blaue Tasse", "slug_de": "blaue-tasse"}
    assert stored.original["title"] == "Blue mug"
    assert stored.texts["de"] == {
        "title": "Blaue Tasse",
        "slug": "blaue-tasse",
        "description": None,
        "meta_title": None,
        "meta_description": None,
        "og_title": None,
        "og_description": None,
    }
    assert set(stored.texts) == {"de", "pt-br"}
    assert stored == stored_translations("products", mug.pk)
    assert slugs(mug) == {"blue-mug", "blaue-tasse"}


def test_what_is_not_named_stays_or_is_replaced() -> None:
    mug = make_product("Mug")
    set_translations("products", mug.pk, texts={"de": {"title": "Tasse"}, "pt-br": {"title": "Caneca"}})
    set_translations("products", mug.pk, texts={"de": {"description": "<p>Gut</p>"}})
    assert words(mug) == {
        "title_de": "Tasse",
        "slug_de": "tasse",
        "description_de": "<p>Gut</p>",
        "title_pt_br": "Caneca",
        "slug_pt_br": "caneca",
    }
    set_translations("products", mug.pk, texts={"pt-br": None})
    assert set(words(mug)) == {"title_de", "slug_de", "description_de"}
    set_translations("products", mug.pk, texts={"pt-br": {"title": "Xícara"}}, replaces=True)
    assert words(mug) == {"title_pt_br": "Xícara", "slug_pt_br": "xicara"}
    set_translations("products", mug.pk, texts={}, replaces=True)
    assert Product.objects.get(pk=mug.pk).i18n is None
    assert slugs(mug) == {"mug"}


def test_language_that_the_shop_speaks_no_more_keeps_its_texts(settings: Settings) -> None:
    mug = make_product("Mug")
    set_translations("products", mug.pk, texts={"de": {"title": "Tasse"}})
    settings.SHOP_LANGUAGES = ("en", "pt-br")
    set_translations("products", mug.pk, texts={"pt-br": {"title": "Caneca"}}, replaces=True)
    assert words(mug)["title_de"] == "Tasse"
    with pytest.raises(TranslationRefused):
        set_translations("products", mug.pk, texts={"de": {"title": "Becher"}})


@pytest.mark.parametrize(
    ("texts", "pointer", "reason"),
    [
        ({"xx": {"title": "x"}}, "/translations/xx", "unknown_language"),
        ({"en": {"title": "x"}}, "/translations/en", "main_language"),
        ({"a/b~": None}, "/translations/a~1b~0", "unknown_language"),
        ({"de": {"upc": "x"}}, "/translations/de/upc", "unknown_field"),
        ({"de": {"title": "x" * 256}}, "/translations/de/title", "too_long"),
        ({"de": {"title": "a\0b"}}, "/translations/de/title", "unprintable"),
        ({"de": {"title": "a\u0007b"}}, "/translations/de/title", "unprintable"),
        ({"de": {"title": "a\nb"}}, "/translations/de/title", "unprintable"),
        ({"de": {"title": "\u200b\ufeff"}}, "/translations/de/title", "unprintable"),
        ({"de": {"description": "<p>a\u0007b</p>"}}, "/translations/de/description", "unprintable"),
        ({"de": {"title": "<script>x</script>"}}, "/translations/de/title", "markup"),
        ({"de": {"slug": "Not a slug!"}}, "/translations/de/slug", "not_a_slug"),
        ({"de": {"slug": "12"}}, "/translations/de/slug", "reserved"),
        ({"de": {"slug": "search"}}, "/translations/de/slug", "reserved"),
        ({"de": {"title": "Gut"}, "pt-br": {"title": "x" * 256}}, "/translations/pt-br/title", "too_long"),
    ],
)
def test_unfit_text_is_refused_and_nothing_is_written(texts: Any, pointer: str, reason: str) -> None:
    mug = make_product("Mug")
    for replaces in (False, True):
        with pytest.raises(TranslationRefused) as refusal:
            set_translations("products", mug.pk, texts=texts, replaces=replaces)
        assert (refusal.value.pointer, refusal.value.facts.reason) == (pointer, reason)
    assert Product.objects.get(pk=mug.pk).i18n is None


def test_script_does_not_get_into_the_description() -> None:
    mug = make_product("Mug")
    set_translations("products", mug.pk, texts={"de": {"description": "<p onclick=x()>Gut<script>x()</script></p>"}})
    assert words(mug) == {"description_de": "<p>Gut</p>"}


@pytest.mark.parametrize("taken", ["cup", "tasse"])
def test_slug_of_another_product_is_taken_in_every_language(taken: str) -> None:
    cup, mug = make_product("Cup"), make_product("Mug")
    set_translations("products", cup.pk, texts={"de": {"title": "Tasse"}})
    with pytest.raises(SlugTaken) as refusal:
        set_translations("products", mug.pk, texts={"pt-br": {"slug": taken}})
    assert refusal.value.pointer == "/translations/pt-br/slug"
    assert words(mug) == {}
    set_translations("products", cup.pk, texts={"pt-br": {"slug": taken}})
    set_translations("products", mug.pk, texts={"de": {"title": "Tasse"}})
    assert words(mug)["slug_de"] == "tasse-2"


def test_new_product_keeps_off_translated_slugs() -> None:
    cup = make_product("Cup")
    set_translations("products", cup.pk, texts={"de": {"title": "Tasse"}})
    assert make_product("Tasse").slug == "tasse-2"


def test_title_without_a_letter_makes_no_slug() -> None:
    mug = make_product("Mug")
    set_translations("products", mug.pk, texts={"de": {"title": "!!"}})
    assert words(mug) == {"title_de": "!!"}


def test_database_refuses_a_slug_twice_through_whatever_door() -> None:
    cup, mug = make_product("Cup"), make_product("Mug")
    with pytest.raises(IntegrityError, match="catalogue_product_slug_in_any_language"):
        Product.objects.filter(pk=mug.pk).update(i18n={"slug_de": "cup"})
    with pytest.raises(IntegrityError, match="catalogue_product_slug"):
        Product.objects.filter(pk=mug.pk).update(slug="cup")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalogue_product SET i18n = '[1]' WHERE id = %s", [mug.pk])
        cursor.execute("UPDATE catalogue_product SET slug = 'big-mug' WHERE id = %s", [mug.pk])
    assert slugs(mug) == {"big-mug"}
    assert stored_translations("products", mug.pk).texts["de"]["title"] is None
    cup_id = cup.pk
    cup.delete()
    assert not ProductAddress.objects.filter(product_id=cup_id).exists()


def test_form_knows_slugs_of_other_languages() -> None:
    from django.core.exceptions import ValidationError

    cup, mug = make_product("Cup"), make_product("Mug")
    set_translations("products", cup.pk, texts={"de": {"title": "Tasse"}})
    mug.slug = "tasse"
    with pytest.raises(ValidationError) as refusal:
        mug.full_clean()
    assert refusal.value.message_dict == {"slug": ["Another product has this slug in another language."]}


def test_validating_a_product_translates_nothing() -> None:
    mug = make_product("Mug")
    with translation.override("de"):
        mug.full_clean()
    assert mug.i18n is None


def test_category_slug_is_its_own_among_siblings() -> None:
    with transaction.atomic():
        top = make_category("Top")
        cups, mugs = make_category("Cups", top), make_category("Mugs", Category.objects.get(pk=top.pk))
        other = make_category("Other")
    set_translations("categories", cups.pk, texts={"de": {"name": "Tassen"}})
    with pytest.raises(SlugTaken):
        set_translations("categories", mugs.pk, texts={"pt-br": {"slug": "tassen"}})
    set_translations("categories", other.pk, texts={"pt-br": {"slug": "tassen"}})
    assert list(CategoryAddress.objects.filter(slug="tassen").order_by("id").values_list("category_id", flat=True)) == [
        cups.pk,
        other.pk,
    ]
    Category.objects.get(pk=mugs.pk).move(Category.objects.get(pk=other.pk), "right")
    moved = Category.objects.get(pk=mugs.pk)
    assert CategoryAddress.objects.get(category_id=mugs.pk).parent_path == moved.path[:-4] == ""


def test_attributes_and_options_are_translated() -> None:
    mug = make_product("Mug")
    group = AttributeOptionGroup.objects.create(name="Colours")
    red = AttributeOption.objects.create(group=group, option="Red")
    colour = ProductAttribute.objects.create(
        product_class=mug.product_class, name="Colour", code="colour", type="option", option_group=group
    )
    wrap = Option.objects.create(name="Wrap", code="wrap", type="text")
    set_translations("attributes", colour.pk, texts={"de": {"name": "Farbe"}})
    set_translations("attribute-options", red.pk, texts={"de": {"option": "Rot"}})
    set_translations("options", wrap.pk, texts={"de": {"name": "Papier", "help_text": "Welches?"}})
    assert [words(each) for each in (colour, red, wrap)] == [
        {"name_de": "Farbe"},
        {"option_de": "Rot"},
        {"name_de": "Papier", "help_text_de": "Welches?"},
    ]


def test_texts_of_several_lines_are_those_of_the_main_language() -> None:
    mug = make_product("Mug")
    lines = dict.fromkeys(("meta_description", "og_description"), "Eins.\nZwei.")
    set_translations("products", mug.pk, texts={"de": lines})
    assert words(mug) == {"meta_description_de": "Eins.\nZwei.", "og_description_de": "Eins.\nZwei."}
    with pytest.raises(TranslationRefused) as refusal:
        set_translations("products", mug.pk, texts={"de": {"og_title": "Eins.\nZwei."}})
    assert refusal.value.pointer == "/translations/de/og_title"


def test_stale_version_and_unknown_things_are_refused() -> None:
    mug = make_product("Mug")
    old = stored_translations("products", mug.pk).version
    now = set_translations("products", mug.pk, texts={"de": {"title": "Tasse"}}, version=old).version
    with pytest.raises(StaleVersion):
        set_translations("products", mug.pk, texts={"de": {"title": "Becher"}}, version=old)
    set_translations("products", mug.pk, texts={"de": {"title": "Becher"}}, version=now)
    for kind, pk in (("products", 999_999), ("brands", mug.pk)):
        with pytest.raises(NotFound):
            set_translations(kind, pk, texts={})
        with pytest.raises(NotFound):
            stored_translations(kind, pk)


def test_orm_reads_translations(settings: Settings) -> None:
    settings.MODELTRANS_AVAILABLE_LANGUAGES = ("en", "de")
    mug = make_product("Mug")
    Product.objects.filter(pk=mug.pk).update(i18n={"title_de": "Tasse"})
    with translation.override("de"):
        assert Product.objects.get(pk=mug.pk).title_i18n == "Tasse"
        assert Product.objects.filter(title_i18n="Tasse").get().pk == mug.pk
        assert Product.objects.values_list("title_i18n", flat=True).get() == "Tasse"
    assert Product.objects.get(title="Mug").title_i18n == "Mug"
    assert Product.objects.browsable().order_by("title_i18n").get().pk == mug.pk
