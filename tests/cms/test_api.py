"""Wagtail's APIs: public content for storefronts, the explorer for editors."""

from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page, Site

from cms.models import ContentPage, HomePage
from forked_apps.catalogue.models import Product
from tests.factories.shop import make_product
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db


def make_home(**fields: Any) -> HomePage:
    """The home page of the site, in the place of Wagtail's own."""
    root = Page.get_first_root_node()
    home: HomePage = root.add_child(instance=HomePage(title="Shop", slug="shop-home", **fields))
    Site.objects.filter(is_default_site=True).update(root_page=home)
    return home


def make_page(home: HomePage, title: str, **fields: Any) -> ContentPage:
    """A content page under the home page."""
    made: ContentPage = home.add_child(instance=ContentPage(title=title, **fields))
    return made


@pytest.fixture
def lamp() -> Product:
    return make_product("Lamp", price="10.00")


@pytest.fixture
def home(lamp: Product) -> HomePage:
    body = [
        ("heading", "Welcome"),
        ("text", "<p>Hello <b>you</b></p>"),
        ("products", {"heading": "This week", "products": [lamp]}),
    ]
    return make_home(claim="Things that last", body=body)


def test_pages_are_public_json(client: Client, home: HomePage) -> None:
    make_page(home, "About us")

    answer = client.get("/api/cms/v2/pages/", {"type": "cms.ContentPage"}, headers={"accept": "text/html,*/*;q=0.8"})

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert [item["title"] for item in answer.json()["items"]] == ["About us"]


def test_page_shows_products_as_the_shop_does(client: Client, home: HomePage, lamp: Product) -> None:
    page = client.get(f"/api/cms/v2/pages/{home.pk}/").json()

    assert page["claim"] == "Things that last"
    block = page["body"][2]
    assert (block["type"], block["value"]["heading"]) == ("products", "This week")
    assert [card["id"] for card in block["value"]["products"]] == [lamp.pk]
    assert block["value"]["products"][0]["price"]["gross"] == "10.00"


def test_withdrawn_product_is_left_out(client: Client, home: HomePage, lamp: Product) -> None:
    Product.objects.filter(pk=lamp.pk).update(is_public=False)

    page = client.get(f"/api/cms/v2/pages/{home.pk}/").json()

    assert page["body"][2]["value"]["products"] == []


def test_draft_is_not_found(client: Client, home: HomePage) -> None:
    draft = make_page(home, "Draft", live=False)

    assert client.get(f"/api/cms/v2/pages/{draft.pk}/").status_code == 404
    assert client.get(f"/api/cms/v3/pages/{draft.pk}/").status_code == 404


@pytest.mark.parametrize("kind", ["images", "documents", "redirects"])
def test_other_content_is_public(client: Client, kind: str) -> None:
    answer = client.get(f"/api/cms/v2/{kind}/")

    assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_senseless_question_is_a_problem(client: Client, home: HomePage) -> None:
    answer = client.get("/api/cms/v2/pages/", {"colour": "red"})

    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/api/cms/v2/pages/", "/api/cms/v3/pages/"])
def test_storefront_on_another_origin_may_read(client: Client, home: HomePage, path: str) -> None:
    answer = client.get(path, headers={"origin": "https://shop.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"

    stranger = client.get(path, headers={"origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in stranger.headers


def test_version_three_reads_for_anybody_and_writes_for_nobody(client: Client, home: HomePage) -> None:
    assert client.get(f"/api/cms/v3/pages/{home.pk}/").json()["title"] == "Shop"

    answer = client.patch(f"/api/cms/v3/pages/{home.pk}/", {"title": "Mine"}, content_type="application/json")
    assert answer.status_code == 401
    session = browser_of(make_member("Admin"))
    answer = session.patch(f"/api/cms/v3/pages/{home.pk}/", {"title": "Mine"}, content_type="application/json")
    assert answer.status_code == 401

    home.refresh_from_db()
    assert home.title == "Shop"


def test_explorer_of_the_cms_works_for_editors_only(home: HomePage) -> None:
    path = f"/cms/api/main/pages/?child_of={home.get_parent().pk}&for_explorer=1"

    assert home.pk in [item["id"] for item in browser_of(make_member("Editor")).get(path).json()["items"]]
    assert browser_of(make_member("Editor")).get("/cms/api/main/images/").status_code == 200
    assert browser_of(make_member("Editor")).get("/cms/api/main/documents/").status_code == 200
    assert browser_of(make_member("Staff")).get(path).status_code == 302
    assert Client().get(path).status_code == 302


@pytest.mark.parametrize(
    ("path", "question"),
    [
        ("pages/", {"search": "\0"}),
        ("pages/", {"locale": "\0"}),
        ("pages/", {"offset": "9" * 20}),
        ("pages/", {"offset": "9" * 5000}),
        ("pages/", {"child_of": "2147483648"}),
        ("pages/", {"a\0": "1"}),
        ("pages/find/", {"html_path": "\0"}),
        ("images/", {"search": "\0"}),
        ("documents/", {"search": "\0"}),
        ("redirects/", {"search": "\0"}),
        ("redirects/find/", {"html_path": "\0"}),
        ("images/find/", {"id": "x"}),
    ],
)
def test_what_the_database_cannot_take_is_a_problem(
    client: Client, home: HomePage, path: str, question: dict[str, str]
) -> None:
    answer = client.get(f"/api/cms/v2/{path}", question)

    assert answer.status_code == 400
    assert "makes no sense" in answer.json()["message"]


def test_search_for_a_long_number_is_a_question(client: Client, home: HomePage) -> None:
    assert client.get("/api/cms/v2/pages/", {"search": "4006381333931", "_": "1700000000000"}).status_code == 200


def test_date_that_is_none_is_a_problem(client: Client, home: HomePage) -> None:
    answer = client.get("/api/cms/v2/pages/", {"first_published_at": "soon"})

    assert answer.status_code == 400
    assert "soon" in answer.json()["message"]


@pytest.mark.parametrize("question", [{"search": "\0"}, {"locale": "\0"}, {"site": "\0"}, {"offset": "9" * 20}])
def test_version_three_refuses_it_too(client: Client, home: HomePage, question: dict[str, str]) -> None:
    answer = client.get("/api/cms/v3/pages/", question)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert "makes no sense" in answer.json()["detail"]
    assert client.get("/api/cms/v3/pages/", {"search": "Shop"}).status_code == 200
