"""The demo's pages: a home page in the place of Wagtail's welcome page, and two pages of text under it."""

from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from wagtail.images.models import Image
from wagtail.models import Page, Site

from cms.models import ContentPage, HomePage
from forked_apps.catalogue.models import Product
from nexus_shop.core.transactions import transaction_required

from .data.pages import HERO, HOME_BODY, HOME_CLAIM, HOME_INTRODUCTION, TEXTS, Banner, Block, Text
from .drawings import BANNER
from .pictures import picture_of_banner

WELCOME_TITLE: Final = "Welcome to your new Wagtail site!"


@transaction_required
def add_pages() -> int:
    """Add the pages that are missing; returns how many. A home page that is there stays as it is."""
    home = HomePage.objects.first()
    added = 0
    if home is None:
        home = _add_home()
        added += 1
    for text in TEXTS:
        if not home.get_children().filter(slug=text.slug).exists():
            _add_text(text, home)
            added += 1
    return added


def _add_home() -> HomePage:
    root = Page.get_first_root_node()
    home = HomePage(
        title=settings.WAGTAIL_SITE_NAME,
        slug="shop",
        claim=HOME_CLAIM,
        introduction=HOME_INTRODUCTION,
        picture=_image(HERO),
        body=_body(HOME_BODY),
        show_in_menus=True,
    )
    _publish(home, root)
    _make_root_of_site(home)
    return home


def _make_root_of_site(home: HomePage) -> None:
    """Let the default site, which answers to every host, begin at the home page. A site with pages of its own stays."""
    site = Site.objects.filter(is_default_site=True).first()
    welcome = Page.objects.filter(depth=2, title=WELCOME_TITLE).exclude(pk=home.pk).first()
    if site is None or site.root_page_id == (welcome.pk if welcome else None):
        address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
        site = site or Site(is_default_site=True)
        site.site_name = settings.WAGTAIL_SITE_NAME
        site.hostname = address.hostname or "localhost"
        site.port = address.port or (443 if address.scheme == "https" else 80)
        site.root_page = home
        site.save()
    if welcome is not None and welcome.is_leaf() and not welcome.sites_rooted_here.exists():
        welcome.delete()


def _add_text(text: Text, home: HomePage) -> None:
    page = ContentPage(
        title=text.title,
        slug=text.slug,
        introduction=text.introduction,
        search_description=text.search_description,
        body=_body(text.body),
        show_in_menus=True,
    )
    _publish(page, home)


def _publish(page: Page, parent: Page) -> None:
    parent.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()


def _body(blocks: tuple[Block, ...]) -> list[Block]:
    """The blocks with pictures and products in the place of their names."""
    return [(name, _resolved(value)) for name, value in blocks]


def _resolved(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "image" in value:
        return value | {"image": _image(value["image"])}
    found = {product.upc: product for product in Product.objects.filter(upc__in=value["products"])}
    return value | {"products": [found[sku] for sku in value["products"] if sku in found]}


def _image(banner: Banner) -> Image:
    """The picture in Wagtail's library, by its file's name."""
    name = picture_of_banner(banner).name
    width, height = BANNER
    found: Image = Image.objects.get_or_create(
        file=name, defaults={"title": banner.title, "width": width, "height": height}
    )[0]
    return found
