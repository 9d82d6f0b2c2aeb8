"""Slugs."""

import pytest

from forked_apps.catalogue.models import Category, Product
from forked_apps.catalogue.slugs import free_brand_slug, free_tag_slug
from tests.factories.shop import make_category, make_parent, make_product

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Blue Mug", "blue-mug"),
        ("Search", "product-search"),
        ("categories", "product-categories"),
        ("2024", "product-2024"),
        ("日本", "riben"),
        ("Straße", "strasse"),
        ("Smørrebrød & Łódź æble", "smorrebrod-lodz-aeble"),
        ("Чашка", "chashka"),
        ("???", "product"),
        ("x" * 255, "x" * 240),
    ],
)
def test_slug_is_never_a_number_or_a_word_of_the_api(title: str, slug: str) -> None:
    assert make_product(title).slug == slug


def test_slugs_of_one_title_are_numbered() -> None:
    assert [make_product("Mug").slug for _ in range(3)] == ["mug", "mug-2", "mug-3"]
    assert make_product("Mug 2").slug == "mug-2-2"


def test_childs_slug_is_made_of_the_parents_and_its_title() -> None:
    parent, children = make_parent("Shirt", {"Shirt S": ("1.00", 1), "Large": ("1.00", 1)})
    assert [child.slug for child in children] == ["shirt-s", "shirt-large"]
    assert parent.slug == "shirt"


def test_slugs_of_names_in_any_script_can_be_read() -> None:
    assert make_category("Кухня").slug == "kukhnya"
    assert make_category("Größe XL").slug == "grosse-xl"
    assert make_category("!").slug == "category"
    assert (free_brand_slug("Łada"), free_tag_slug("ß")) == ("lada", "ss")
    product = make_product("Чашка")
    Product.objects.filter(pk=product.pk).update(slug="u0427u0430")
    product.refresh_from_db()
    product.save()
    assert product.slug == "u0427u0430"


def test_slug_stays_when_the_title_changes() -> None:
    product = make_product("Mug")
    product.title = "Cup"
    product.save()
    assert Product.objects.get().slug == "mug"


def test_slugs_of_categories_are_unique_among_siblings() -> None:
    top, other = make_category("Top"), make_category("Other")
    assert [make_category("Sale", top).slug for _ in range(2)] == ["sale", "sale-2"]
    assert make_category("Sale", other).slug == "sale"
    assert make_category("Top").slug == "top-2"
    assert make_category("2024", top).slug == "category-2024"


def test_moved_category_may_not_take_a_siblings_slug() -> None:
    from django.db import IntegrityError, transaction

    top, other = make_category("Top"), make_category("Other")
    make_category("Sale", top)
    moving = make_category("Sale", other)
    with pytest.raises(IntegrityError), transaction.atomic():
        moving.move(Category.objects.get(pk=top.pk), "last-child")
    assert Category.find_problems() == ([], [], [], [], [])
