"""The demo's pictures: drawn into the media storage once, shown by products, categories and pages."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from forked_apps.catalogue.models import Product, ProductImage
from forked_apps.catalogue.operations import make_renditions
from nexus_shop.core.transactions import transaction_required

from .data import ITEMS
from .data.categories import CATEGORIES
from .data.pages import HERO, WORKSHOP, Banner
from .data.records import Group, Item, Variant
from .data.shapes import SHAPES
from .drawings import draw, draw_banner

MAX_VIEWS: Final = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """A file of the demo and how it is drawn; `colour` names what it shows."""

    name: str
    make: Callable[[], bytes]
    colour: str = ""


def draw_missing_files() -> set[str]:
    """Draw what the storage lacks; returns the names. What a killed process left empty is drawn again."""
    drawn = set()
    for picture in _all_pictures():
        if default_storage.exists(picture.name):
            if default_storage.size(picture.name):
                continue
            default_storage.delete(picture.name)
        default_storage.save(picture.name, ContentFile(picture.make()))
        drawn.add(picture.name)
    return drawn


def _all_pictures() -> Iterator[Picture]:
    for item in ITEMS:
        yield from pictures_of_item(item)
    for group in CATEGORIES:
        yield picture_of_category(group)
    for banner in (HERO, WORKSHOP):
        yield picture_of_banner(banner)


def pictures_of_item(item: Item) -> list[Picture]:
    """One picture for each colour in which the product is sold, and one of several together where it has that."""
    thing, ground = SHAPES[item.shape], ITEMS.index(item)
    stem = f"demo/{item.sku.lower()}"
    views = item.colours if {"colour", "material"} & set(item.axes) else item.colours[:1]
    pictures = [
        Picture(f"{stem}-{colour.lower()}.webp", partial(draw, thing, [colour], ground=ground), colour)
        for colour in views
    ]
    if len(item.colours) > len(views) or item.has_group_picture:
        group = Picture(f"{stem}-group.webp", partial(draw, thing, item.colours, ground=ground, is_group=True))
        pictures.append(group)
    return pictures[:MAX_VIEWS]


def picture_of_category(group: Group) -> Picture:
    """The picture of a root category."""
    name = f"demo/{group.code.removeprefix('demo-')}.webp"
    ground = CATEGORIES.index(group)
    return Picture(name, partial(draw, SHAPES[group.shape], [group.colour], ground=ground))


def picture_of_banner(banner: Banner) -> Picture:
    """A wide picture, where Wagtail keeps its originals."""
    things = [(SHAPES[shape], colour) for shape, colour in banner.things]
    return Picture(f"original_images/{banner.name}.webp", partial(draw_banner, things, ground=banner.ground))


@transaction_required
def add_pictures(drawn: Collection[str]) -> int:
    """Show the pictures that are not shown yet and make their sizes, also for those whose file was `drawn` anew.

    Returns how many were added.
    """
    products = {product.upc: product for product in Product.objects.filter(upc__in=_skus())}
    known = set(ProductImage.objects.filter(code__startswith="demo-").values_list("code", flat=True))
    rows = ProductImage.objects.bulk_create(
        ProductImage(code=code, product=products[sku], original=picture.name, caption=caption, display_order=position)
        for code, sku, picture, caption, position in _wanted_images()
        if code not in known and sku in products
    )
    outdated = ProductImage.objects.filter(code__in=known, original__in=drawn).values_list("pk", flat=True)
    for pk in (*(row.pk for row in rows), *outdated):
        make_renditions(pk)
    return len(rows)


def _skus() -> list[str]:
    return [sku for item in ITEMS for sku in (item.sku, *(variant.sku for variant in item.variants()))]


def _wanted_images() -> Iterator[tuple[str, str, Picture, str, int]]:
    """(code, SKU, picture, caption, position): a product's own, and a variant's in its colour."""
    for item in ITEMS:
        pictures = pictures_of_item(item)
        for position, picture in enumerate(pictures):
            caption = f"{item.title}, {picture.colour}" if len(pictures) > 1 and picture.colour else item.title
            yield f"demo-{item.sku}-{position}", item.sku, picture, caption, position
        for variant in item.variants():
            for picture in _pictures_of_variant(variant, pictures):
                yield f"demo-{variant.sku}-0", variant.sku, picture, f"{item.title}, {picture.colour}", 0


def _pictures_of_variant(variant: Variant, pictures: list[Picture]) -> list[Picture]:
    return [picture for picture in pictures if picture.colour in variant.values.values()][:1]
