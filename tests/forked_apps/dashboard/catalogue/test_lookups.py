"""Forms that ask for categories look them up: a form costs the same in a shop of thousands of them."""

import pytest
from django.test import Client

from forked_apps.catalogue.models import Category, Product
from forked_apps.offer.models import Range
from tests.factories.shop import make_category, make_product
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db
LOOKUP = "/dashboard/catalogue/categories/lookup/"


@pytest.fixture
def home() -> Category:
    return make_category("Home")


@pytest.fixture
def mugs(home: Category) -> Category:
    return make_category("Mugs", parent=make_category("Kitchen", parent=home))


def found(browser: Client, **asked: str | int) -> list[tuple[int, str]]:
    answer = browser.get(LOOKUP, asked)
    assert answer.status_code == 200
    return [(each["id"], each["text"]) for each in answer.json()["results"]]


def test_categories_are_found_by_name_with_what_is_above_them(home: Category, mugs: Category) -> None:
    browser = browser_of(make_member("Staff"))

    assert found(browser, q="MUG") == [(mugs.pk, "Home > Kitchen > Mugs")]
    assert [text for _, text in found(browser)] == ["Home", "Home > Kitchen", "Home > Kitchen > Mugs"]
    assert found(browser, initial=home.pk) == [(home.pk, "Home")]
    assert found(browser, q="100%") == found(browser, q="a\0b") == found(browser, page="x") == []
    assert found(browser, page="1" * 5000) == found(browser, initial="1" * 5000) == []


def test_lookup_goes_page_by_page_with_the_same_statements(home: Category) -> None:
    browser = browser_of(make_member("Staff"))
    few, _ = statements_of(lambda: browser.get(LOOKUP))
    for number in range(30):
        make_category(f"Shelf {number:02}", parent=home)

    many, first = statements_of(lambda: browser.get(LOOKUP, {"q": "shelf"}))
    assert len(many) == len(few)
    assert (len(first.json()["results"]), first.json()["pagination"]) == (20, {"more": True})
    second = browser.get(f"{LOOKUP}?q=shelf&page=2").json()
    assert (len(second["results"]), second["pagination"]) == (10, {"more": False})


@pytest.mark.usefixtures("mugs")
def test_lookup_is_for_those_who_choose_categories() -> None:
    answers = {
        role: browser_of(make_member(role)).get(LOOKUP).status_code
        for role in ("customer", "Staff", "Partner staff", "Editor")
    }
    assert Client().get(LOOKUP).status_code == 302
    assert answers == {"customer": 403, "Staff": 200, "Partner staff": 200, "Editor": 403}


@pytest.mark.parametrize(
    "path",
    [
        "/dashboard/catalogue/products/{product}/",
        "/dashboard/catalogue/categories/create/",
        "/dashboard/ranges/{range}/",
        "/admin/catalogue/category/{category}/change/",
        "/admin/offer/range/{range}/change/",
    ],
)
def test_forms_ask_the_database_no_more_where_categories_are_many(path: str, home: Category) -> None:
    browser = browser_of(make_member("Admin"))
    product = make_product(category_ids=[home.pk])
    shelf = Range.objects.create(name="Shelf")
    shelf.included_categories.add(home)
    address = path.format(product=product.pk, range=shelf.pk, category=home.pk)
    browser.get(address)
    few, _ = statements_of(lambda: browser.get(address))
    for number in range(5):
        make_category(f"Shelf {number}", parent=home)
        make_product(f"Thing {number}")

    many, answer = statements_of(lambda: browser.get(address))

    assert answer.status_code == 200
    assert len(many) == len(few)


def test_chosen_categories_stand_in_the_form_of_a_range_and_are_kept(home: Category, mugs: Category) -> None:
    browser = browser_of(make_member("Staff"))
    shelf = Range.objects.create(name="Shelf", slug="shelf")
    shelf.included_categories.add(mugs)
    address = f"/dashboard/ranges/{shelf.pk}/"

    page = browser.get(address).content.decode()
    assert "Home &gt; Kitchen &gt; Mugs" in page
    browser.post(address, filled(browser, address) | {"included_categories": [mugs.pk, home.pk]})

    assert set(shelf.included_categories.all()) == {home, mugs}


def test_product_keeps_the_category_of_its_form(home: Category, mugs: Category) -> None:
    browser = browser_of(make_member("Staff"))
    product: Product = make_product(category_ids=[mugs.pk])
    address = f"/dashboard/catalogue/products/{product.pk}/"
    assert "Home &gt; Kitchen &gt; Mugs" in browser.get(address).content.decode()

    browser.post(address, filled(browser, address) | {"productcategory_set-0-category": home.pk})

    assert list(product.categories.all()) == [home]
