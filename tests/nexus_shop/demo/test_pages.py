"""The demo's pages."""

import pytest
from django.test import RequestFactory
from wagtail.models import Page, Site

from cms.models import ContentPage, HomePage
from nexus_shop.core.transactions import owning


@pytest.mark.parametrize("host", ["127.0.0.1:8123", "localhost", "testserver"])
def test_home_page_answers_at_every_host(demo_shop: None, host: str) -> None:
    site = Site.find_for_request(RequestFactory().get("/", headers={"host": host}))
    home = site.root_page.specific
    assert isinstance(home, HomePage)
    assert home.route(RequestFactory().get("/"), []).page == home
    assert home.picture is not None
    assert (home.live, home.picture.width, home.picture.height) == (True, 1600, 640)


def test_wagtail_welcome_page_is_gone(demo_shop: None) -> None:
    assert list(Page.objects.order_by("path").values_list("title", flat=True)) == [
        *("Root", "Nexus Shop", "About us", "Delivery and returns")
    ]
    assert Site.objects.count() == 1


def test_pages_show_live_products(demo_shop: None) -> None:
    home = HomePage.objects.get()
    blocks = [block for block in home.body if block.block_type == "products"]
    shown = blocks[0].block.get_api_representation(blocks[0].value)
    assert [card["sku"] for card in shown["products"]] == [
        *("NX-MUG-01", "NX-LMP-01", "NX-TSH-01", "NX-BRD-01"),
        *("NX-NTB-01", "NX-POT-01", "NX-BAG-02", "NX-TEA-01"),
    ]
    assert [block.block_type for block in ContentPage.objects.get(slug="about-us").body] == [
        *("heading", "text", "picture", "text", "products")
    ]


def test_site_with_pages_of_its_own_stays(own_database: str) -> None:
    from nexus_shop.demo.pages import add_pages

    welcome = Page.objects.get(depth=2)
    welcome.title = "Our own page"
    welcome.save()
    with owning():
        assert add_pages() == 3
    assert Site.objects.get().root_page == welcome
    assert HomePage.objects.count() == 1
