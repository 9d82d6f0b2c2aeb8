"""Staff's operations on categories keep off the slugs that siblings have in other languages."""

from typing import Any

import pytest
from pytest_django import Settings

from forked_apps.catalogue.categories import change_category, create_category, remove_category
from forked_apps.catalogue.category_moves import move_category
from forked_apps.catalogue.errors import SlugTaken
from forked_apps.catalogue.models import Category
from forked_apps.catalogue.translations import set_translations
from tests.factories.shop import make_category

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _languages(settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en", "de")


@pytest.fixture
def home() -> Category:
    """Home with Mugs below it, which are Tassen in German."""
    home = make_category("Home")
    translate(make_category("Mugs", home), "Tassen")
    return Category.objects.get(pk=home.pk)


def translate(category: Category, name: str) -> None:
    set_translations("categories", category.pk, texts={"de": {"name": name}})


def tree() -> list[Any]:
    return list(Category.objects.order_by("path").values_list("path", "slug", "i18n"))


def test_chosen_slug_of_a_sibling_in_another_language_is_taken(home: Category) -> None:
    cups = make_category("Cups", home)
    before = tree()
    with pytest.raises(SlugTaken):
        create_category({"name": "Bowls", "slug": "tassen", "parent": home.pk})
    with pytest.raises(SlugTaken):
        change_category(cups.pk, changes={"slug": "tassen"})
    assert tree() == before


def test_slug_of_another_level_is_free(home: Category) -> None:
    made = create_category({"name": "Tassen", "slug": "tassen", "parent": None})
    assert Category.objects.get(pk=made).slug == "tassen"


def test_slug_that_is_made_keeps_off_those_of_other_languages(home: Category) -> None:
    made = create_category({"name": "Tassen", "parent": home.pk})
    assert Category.objects.get(pk=made).slug == "tassen-2"


def test_category_goes_not_where_a_slug_of_it_is_taken_in_any_language(home: Category) -> None:
    cups, tassen = make_category("Cups"), make_category("Tassen")
    translate(cups, "Mugs")
    before = tree()
    for category in (cups, tassen):
        with pytest.raises(SlugTaken):
            change_category(category.pk, changes={"parent": home.pk})
        with pytest.raises(SlugTaken):
            move_category(category.pk, move="under", target_id=home.pk)
    with pytest.raises(SlugTaken):  # another slug of its own does not make way for the translated one
        change_category(cups.pk, changes={"parent": home.pk, "slug": "beakers"})
    old = make_category("Old")
    translate(make_category("Beakers", old), "Mugs")
    with pytest.raises(SlugTaken):
        remove_category(old.pk, move_to=home.pk)
    assert tree()[: len(before)] == before


def test_translated_slug_goes_with_the_category(home: Category) -> None:
    cups = make_category("Cups")
    translate(cups, "Becher")
    assert move_category(cups.pk, move="under", target_id=home.pk) is True
    moved = Category.objects.get(pk=cups.pk)
    assert (moved.depth, moved.i18n) == (2, {"name_de": "Becher", "slug_de": "becher"})
    with pytest.raises(SlugTaken):
        create_category({"name": "x", "slug": "becher", "parent": home.pk})
    create_category({"name": "x", "slug": "becher"})
