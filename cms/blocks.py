"""What an editor may put on a page."""

from typing import Any

from django.conf import settings
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from forked_apps.catalogue.models import Product
from forked_apps.search.queries import cards
from nexus_shop.core.languages import active_language

from .choosers import ProductChooserBlock

TEXT_FEATURES = ["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]


class PictureBlock(blocks.StructBlock):
    """A picture with its caption."""

    image = ImageChooserBlock()
    caption = blocks.CharBlock(required=False, max_length=200)

    class Meta:
        icon = "image"
        template = "cms/blocks/picture.html"


class ProductsBlock(blocks.StructBlock):
    """Chosen products with their live cards. Products that were withdrawn are left out."""

    heading = blocks.CharBlock(required=False, max_length=120)
    products = blocks.ListBlock(ProductChooserBlock(), min_num=1, max_num=12)

    class Meta:
        icon = "tag"
        template = "cms/blocks/products.html"

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        """Adds `cards`, in one statement whatever the number of products, and whether they have pages to link to."""
        context = super().get_context(value, parent_context=parent_context)
        context["cards"] = _public_cards(value["products"])
        context["has_storefront"] = bool(settings.STOREFRONT_URL)
        return context

    def get_api_representation(self, value: Any, context: Any = None) -> Any:
        """Heading and cards, as the shop's API shows them."""
        return {"heading": value["heading"], "products": _public_cards(value["products"])}


def _public_cards(products: list[Product | None]) -> list[dict[str, Any]]:
    ids = [product.pk for product in products if product is not None and product.is_public]
    found = cards(ids, language=active_language())
    return [{name: each for name, each in found[pk].items() if name != "is_public"} for pk in ids if pk in found]


class BodyBlock(blocks.StreamBlock):
    """The body of a page."""

    heading = blocks.CharBlock(icon="title", max_length=120, template="cms/blocks/heading.html")
    text = blocks.RichTextBlock(features=TEXT_FEATURES)
    picture = PictureBlock()
    products = ProductsBlock()
