"""The public pages, and editing them."""

import gc
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.files.images import ImageFile
from django.test import Client
from PIL import Image as Picture
from pytest_django import Settings
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from cms.models import ContentPage, HomePage
from forked_apps.catalogue.models import Product
from forked_apps.partner.models import StockRecord
from forked_apps.search.operations import rebuild
from tests.cms.test_api import make_home, make_page
from tests.factories.shop import make_product
from tests.factories.staff import browser_of, make_member

# Wagtail 8 leaves the temporary file of a new rendition to the garbage collector, which says so.
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


@pytest.fixture(autouse=True)
def _collect_here() -> Iterator[None]:
    """What this module leaves behind is collected under its own rules."""
    yield
    gc.collect()


def make_image() -> Image:
    data = BytesIO()
    Picture.new("RGB", (1600, 900), (20, 80, 60)).save(data, "PNG")
    return Image.objects.create(title="Workshop", file=ImageFile(data, name="workshop.png"), description="Our workshop")


@pytest.fixture
def lamp() -> Product:
    product = make_product("Lamp", price="10.00", stock=5)
    StockRecord.objects.filter(product=product).update(list_price="15.00")
    rebuild([product.pk])
    return product


@pytest.fixture
def home(lamp: Product) -> HomePage:
    bowl = make_product("Bowl", price="7.00", stock=0)
    body = [
        ("heading", "Welcome <you>"),
        ("text", "<p>Hello <b>you</b></p>"),
        ("picture", {"image": make_image(), "caption": "Where we work"}),
        ("products", {"heading": "This week", "products": [lamp, bowl]}),
    ]
    return make_home(claim="Things that last", introduction="Made well.", picture=make_image(), body=body)


def test_home_page_shows_its_blocks(client: Client, home: HomePage, lamp: Product) -> None:
    page = client.get("/").content.decode()

    assert '<html lang="en">' in page
    assert "<h1>Things that last</h1>" in page
    assert "<h2>Welcome &lt;you&gt;</h2>" in page
    assert "<p>Hello <b>you</b></p>" in page
    assert "<figcaption>Where we work</figcaption>" in page
    assert 'alt="Our workshop"' in page
    assert f'<a href="/~shop/catalogue/lamp_{lamp.pk}/">Lamp</a>' in page
    assert "£10.00" in page
    assert "<s>£15.00</s>" in page
    assert "In stock" in page
    assert '<p class="stock out">Out of stock</p>' in page
    assert 'href="#content"' in page


def test_products_without_a_storefront_are_no_links(client: Client, home: HomePage, settings: Settings) -> None:
    settings.STOREFRONT_URL = ""

    page = client.get("/").content.decode()

    assert "Lamp" in page
    assert "/~shop/" not in page


def test_products_are_shown_whatever_language_the_browser_wants(client: Client, home: HomePage) -> None:
    assert "Lamp" in client.get("/", headers={"accept-language": "de"}).content.decode()


def test_content_page_has_its_way_home_and_its_children(client: Client, home: HomePage) -> None:
    about = make_page(home, "About us", introduction="Who we are.", show_in_menus=True, search_description="About")
    about.add_child(instance=ContentPage(title="Our people", body=[]))
    make_page(home, "Hidden", live=False, show_in_menus=True)

    page = " ".join(client.get("/about-us/").content.decode().split())

    assert "<h1>About us</h1>" in page
    assert '<meta name="description" content="About" />' in page
    assert '<a href="/about-us/" aria-current="page">About us</a>' in page
    assert '<a href="/about-us/our-people/">Our people</a>' in page
    assert "Hidden" not in page
    assert client.get("/about-us/our-people/").status_code == 200


def test_unknown_page_is_not_found_in_our_looks(client: Client) -> None:
    answer = client.get("/nothing-here/")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_fresh_database_has_a_first_page(client: Client) -> None:
    answer = client.get("/")

    assert answer.status_code == 200
    assert "There is no home page yet." in answer.content.decode()


def test_page_for_members_leads_to_the_login(client: Client, home: HomePage) -> None:
    about = make_page(home, "About us")
    PageViewRestriction.objects.create(page=about, restriction_type=PageViewRestriction.LOGIN)

    assert client.get("/about-us/")["Location"] == "/staff/login/?next=/about-us/"
    assert browser_of(make_member("customer")).get("/about-us/").status_code == 200


def test_document_is_a_download_and_a_closed_one_is_for_members(client: Client) -> None:
    closed = Collection.get_first_root_node().add_child(name="Closed")
    CollectionViewRestriction.objects.create(collection=closed, restriction_type="login")
    file = ImageFile(BytesIO(b"<script>alert(1)</script>"), name="page.html")
    document = Document.objects.create(title="Page", file=file)
    secret = Document.objects.create(
        title="Secret", file=ImageFile(BytesIO(b"s"), name="secret.txt"), collection=closed
    )

    answer: Any = client.get(document.url)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert client.get(secret.url)["Location"].startswith("/staff/login/")
    assert client.get(f"/media/{secret.file.name}").status_code == 404


def test_editor_writes_and_publishes_a_page(client: Client, home: HomePage) -> None:
    editor = browser_of(make_member("Editor"))
    url = f"/cms/pages/add/cms/contentpage/{home.pk}/"
    assert editor.get(url).status_code == 200

    body = {"title": "News", "slug": "news", "introduction": "", "body-count": "0", "action-publish": "1"}
    answer = editor.post(url, body | {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"})

    assert answer.status_code == 302
    assert "<h1>News</h1>" in client.get("/news/").content.decode()


def test_editor_chooses_products(home: HomePage, lamp: Product) -> None:
    editor = browser_of(make_member("Editor"))
    hidden = make_product("Hidden lamp")
    Product.objects.filter(pk=hidden.pk).update(is_public=False)

    chooser = editor.get("/cms/product_chooser/results/").content.decode()

    assert "Lamp" in chooser
    assert "Hidden lamp" not in chooser


def test_preview_of_a_page_is_framed_by_the_cms_only(home: HomePage) -> None:
    editor = browser_of(make_member("Editor"))
    about = make_page(home, "About us")
    url = f"/cms/pages/{about.pk}/edit/preview/"
    body = {"title": "Draft title", "slug": "about-us", "introduction": "", "body-count": "0"}
    editor.post(url, body | {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"})

    answer = editor.get(url, {"in_preview_panel": "true"})

    assert "<h1>Draft title</h1>" in answer.content.decode()
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    policy = answer["Content-Security-Policy"].split("; ")
    assert "frame-ancestors 'self'" in policy
    assert "script-src 'self'" in policy
