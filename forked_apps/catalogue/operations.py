"""Writing the catalogue."""

import contextlib
import hashlib
from io import BytesIO
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.db import transaction as django_transaction
from oscar.core.utils import slugify
from PIL import Image, ImageOps

from nexus_shop.core.errors import DomainError, NotFound
from nexus_shop.core.transactions import transaction, transaction_required, violated

from .errors import BarcodeTaken, SkuTaken, SlugTaken
from .html import sanitised
from .models import Brand, Category, ImageRendition, Product, ProductClass, ProductImage
from .slugs import free_brand_slug

RENDITION_WIDTHS: Final = (320, 640, 1280)
MAX_PIXELS: Final = 50_000_000
# What Pillow raises for bytes that are no sound picture: SyntaxError for a PNG, RuntimeError for an AVIF.
BROKEN_PICTURE: Final = (OSError, ValueError, SyntaxError, RuntimeError, Image.DecompressionBombError)
UNREADABLE: Final = (0, 0, "")
SLUG_TRIES: Final = 20  # each is lost to a rival that has just committed a product of that title


@transaction_required
def add_product(
    title: str,
    *,
    product_class: ProductClass,
    description: str = "",
    sku: str | None = None,
    category_ids: list[int] | None = None,
    brand: Brand | None = None,
) -> Product:
    """Write a stand-alone public product. The description is sanitised, the slug made free, of rivals' too.

    Raises NotFound (pointer /category) for an unknown category and SkuTaken.
    """
    product = Product(
        structure=Product.STANDALONE,
        title=title,
        description=sanitised(description),
        upc=sku or None,
        product_class=product_class,
        brand=brand,
    )
    insert(product)
    set_categories(product, category_ids=category_ids or [])
    return product


@transaction_required
def insert(product: Product, *, is_slug_chosen: bool = False) -> None:
    """Write a new product under a slug that is free, of rivals' too. A chosen slug is that or none.

    Raises SkuTaken, BarcodeTaken, SlugTaken.
    """
    wanted = product.slug
    for tries_left in reversed(range(SLUG_TRIES)):
        try:
            with django_transaction.atomic():
                product.save(force_insert=True)
                if is_slug_chosen and product.slug != wanted:
                    raise SlugTaken(pointer="/slug")
        except IntegrityError as clash:
            if taken := taken_by_another(clash):
                raise taken from None
            if not violated(clash).startswith("catalogue_product_slug") or not tries_left:
                raise
            if is_slug_chosen:
                raise SlugTaken(pointer="/slug") from None
            product.slug = ""  # a rival took it between the look and the insert: the next look sees that
        else:
            return


def taken_by_another(clash: IntegrityError) -> DomainError | None:
    """The error for a SKU or a barcode that another product has; None where it is another constraint's."""
    name = violated(clash)
    if name.startswith("catalogue_product_upc"):
        return SkuTaken(pointer="/sku")
    return BarcodeTaken(pointer="/barcode") if name == "one_product_per_barcode" else None


@transaction_required
def set_categories(product: Product, *, category_ids: list[int]) -> None:
    """Let the product stand in exactly these categories. Raises NotFound (pointer /category)."""
    found = set(Category.objects.filter(pk__in=category_ids).values_list("pk", flat=True))
    if found != set(category_ids):
        raise NotFound(pointer="/category")
    product.categories.set(found)


@transaction_required
def product_class_named(name: str) -> ProductClass:
    """The product class of that name, made if missing: the unique slug lets rivals find it."""
    found: ProductClass = ProductClass.objects.get_or_create(slug=slugify(name), defaults={"name": name})[0]
    return found


@transaction_required
def brand_named(name: str) -> Brand:
    """The brand of that name, whatever the case, made if missing: the unique index lets rivals find it."""
    while (brand := Brand.objects.filter(name__iexact=name).first()) is None:
        # A rival that made it, or another name's brand with the slug, is there to be seen at the next look.
        with contextlib.suppress(IntegrityError), django_transaction.atomic():
            return Brand.objects.create(name=name, slug=free_brand_slug(name))
    return brand


def make_renditions(image_id: int) -> None:
    """Store the sizes of a product picture and record them; what cannot be read as a picture is recorded as such.

    Files are written before the transaction that records them. Doing it twice changes nothing that is shown.
    """
    image = ProductImage.objects.filter(pk=image_id).first()
    if image is not None:
        _record_renditions(image, source=image.original.name, sizes=_stored_sizes(image.original.name))


def _stored_sizes(source: str) -> list[tuple[int, int, str]]:
    """(width, height, file) of the original and of each smaller size. A fault of the storage is not the picture's."""
    try:
        with default_storage.open(source) as file:
            content = BytesIO(file.read())
    except FileNotFoundError:
        return [UNREADABLE]
    try:
        with Image.open(content) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return [UNREADABLE]
            picture = ImageOps.exif_transpose(opened)
            picture.load()
    except BROKEN_PICTURE:
        return [UNREADABLE]
    sizes = [(picture.width, picture.height, source)]
    folder = hashlib.sha256(source.encode()).hexdigest()[:16]
    for width in RENDITION_WIDTHS:
        if width < picture.width:
            height = max(1, round(picture.height * width / picture.width))
            sizes.append((width, height, _store(picture, width, height, f"renditions/{folder}/{width}.webp")))
    return sizes


def _store(picture: Image.Image, width: int, height: int, name: str) -> str:
    if default_storage.exists(name):
        return name
    data = BytesIO()
    smaller = picture.convert("RGBA" if picture.has_transparency_data else "RGB").resize((width, height))
    smaller.save(data, "WEBP", quality=82)
    return default_storage.save(name, ContentFile(data.getvalue()))


@transaction(before_commit="documents")
def _record_renditions(image: ProductImage, *, source: str, sizes: list[tuple[int, int, str]]) -> None:
    image.renditions.all().delete()
    ImageRendition.objects.bulk_create(
        ImageRendition(image=image, width=width, height=height, file=file, source=source)
        for width, height, file in sizes
    )
