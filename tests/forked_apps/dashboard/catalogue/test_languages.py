"""Translations in the dashboard: a panel of the other languages, only where the shop has any."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from forked_apps.catalogue.models import Category, Product
from forked_apps.catalogue.translations import set_translations
from tests.factories.shop import make_category, make_product
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(settings: Settings) -> Client:
    settings.SHOP_LANGUAGES = ("en", "de")
    return browser_of(make_member("Staff"))


def url_of(thing: Any) -> str:
    if isinstance(thing, Product):
        return f"/dashboard/catalogue/products/{thing.pk}/"
    return f"/dashboard/catalogue/categories/{thing.pk}/update/"


def stocked(title: str) -> Product:
    """A product that the form takes: it stands in a category."""
    return make_product(title, category_ids=[make_category(f"Of {title}").pk])


def words(thing: Any) -> dict[str, Any]:
    return dict(type(thing).objects.get(pk=thing.pk).i18n or {})


def test_shop_of_one_language_shows_no_panel(browser: Client, settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en",)
    for thing in (make_product("Mug"), make_category("Cups")):
        page = browser.get(url_of(thing)).content.decode()
        assert "in_de_" not in page
        assert "#languages" not in page


def test_product_is_translated(browser: Client, client: Client) -> None:
    mug = stocked("Mug")
    changes = {"in_de_title": "Tasse", "in_de_description": "<b>Gut</b><script>x</script>"}
    answer = browser.post(url_of(mug), filled(browser, url_of(mug)) | changes)
    assert answer.status_code == 302
    assert words(mug) == {"title_de": "Tasse", "slug_de": "tasse", "description_de": "<b>Gut</b>"}
    shown = client.get("/api/v1/products/tasse/", headers={"accept-language": "de"}).json()
    assert (shown["title"], shown["description"]) == ("Tasse", "<b>Gut</b>")
    page = browser.get(url_of(mug)).content.decode()
    assert 'value="Tasse"' in page
    assert '<span lang="de">Deutsch</span>' in page


def test_what_was_not_edited_is_not_written(browser: Client) -> None:
    mug = stocked("Mug")
    body = filled(browser, url_of(mug))
    set_translations("products", mug.pk, texts={"de": {"title": "Becher"}})
    assert browser.post(url_of(mug), body | {"title": "Big mug"}).status_code == 302
    assert words(mug) == {"title_de": "Becher", "slug_de": "becher"}


@pytest.mark.parametrize(
    ("field", "text", "error"),
    [
        ("in_de_slug", "cup", "This slug is taken."),
        ("in_de_slug", "12", "A slug may not be a number or a word of the API."),
        ("in_de_slug", "no slug", "A slug has letters, digits, hyphens and underscores."),
        ("in_de_title", "x" * 256, "Ensure this value has at most 255 characters (it has 256)."),
    ],
)
def test_unfit_text_is_an_error_of_its_field(browser: Client, field: str, text: str, error: str) -> None:
    make_category("Cup")
    make_product("Cup")
    for thing in (stocked("Mug"), make_category("Mugs")):
        place = field.replace("title", "name") if isinstance(thing, Category) else field
        answer = browser.post(url_of(thing), filled(browser, url_of(thing)) | {place: text})
        assert answer.status_code == 200
        assert answer.context["form"].errors == {place: [error]}
        assert words(thing) == {}


def test_category_is_translated_and_moved(browser: Client) -> None:
    home, cups = make_category("Home"), make_category("Cups")
    changes = {"in_de_name": "Tassen", "treebeard_ref_node": home.pk, "treebeard_position": "first-child"}
    assert browser.post(url_of(cups), filled(browser, url_of(cups)) | changes).status_code == 302
    moved = Category.objects.get(pk=cups.pk)
    assert (moved.depth, moved.i18n) == (2, {"name_de": "Tassen", "slug_de": "tassen"})


def test_category_moves_not_to_where_its_translated_slug_is_taken(browser: Client) -> None:
    home, cups = make_category("Home"), make_category("Cups")
    mugs = make_category("Mugs", home)
    set_translations("categories", mugs.pk, texts={"de": {"name": "Tassen"}})
    set_translations("categories", cups.pk, texts={"de": {"name": "Tassen"}})
    changes = {"treebeard_ref_node": home.pk, "treebeard_position": "first-child"}
    answer = browser.post(url_of(cups), filled(browser, url_of(cups)) | changes)
    assert answer.status_code == 200
    assert answer.context["form"].errors == {"slug": ["Another category beside this one has this slug."]}
    assert Category.objects.get(pk=cups.pk).depth == 1
