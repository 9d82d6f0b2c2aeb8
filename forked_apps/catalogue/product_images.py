"""The pictures of a product, one by one. Their orders are 0, 1, 2 … after a write that moves one, as in the dashboard.

Sizes follow by the task that the rebuilt document asks for. The file of a deleted picture stays: no roll-back could
bring it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.core.files.storage import default_storage

from nexus_shop.core.errors import ListFull, NotFound, Room
from nexus_shop.core.transactions import transaction, transaction_required
from nexus_shop.core.versions import ensure_current, version_of

from .fields import text, whole
from .models import Product, ProductImage
from .picture_files import PictureFile
from .publishing import lock_product

if TYPE_CHECKING:
    from django.db.models import QuerySet

MAX_PICTURES: Final = 250  # of one product; as many as Shopify's export may have
_CAPTION: Final = text(200, markup=False)
_PLACE: Final = whole(0, 2**31 - 1)


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is said of a picture: its file, its alternative text, its place among those of the product."""

    file: str
    caption: str
    display_order: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a product. Width and height are None until its sizes are made, or where it cannot be read."""

    id: int
    product: int
    facts: PictureFacts
    width: int | None
    height: int | None
    date_created: datetime

    @property
    def url(self) -> str:
        """Where it is shown from."""
        return str(default_storage.url(self.facts.file))

    @property
    def version(self) -> str:
        """Another one after every change of what is said of it."""
        return version_of(self.facts)


def pictures_of(product_id: int, *, among: "QuerySet[Product]") -> list[Picture]:
    """The pictures of a product in their order; of a variant its own alone. Three statements.

    Raises NotFound, also where the product is none of `among`.
    """
    ensure_among(product_id, among)
    return [_picture(row, place) for place, row in enumerate(_rows(product_id).prefetch_related("renditions"))]


def picture_of(product_id: int, picture_id: int, *, among: "QuerySet[Product]") -> Picture:
    """One of them. Raises NotFound."""
    found = next((each for each in pictures_of(product_id, among=among) if each.id == picture_id), None)
    if found is None:
        raise NotFound
    return found


def ensure_among(product_id: int, among: "QuerySet[Product]") -> None:
    """Raise NotFound unless the product is one of those."""
    if not among.filter(pk=product_id).exists():
        raise NotFound


@transaction(before_commit="documents")
def add_picture(
    product_id: int,
    *,
    file: PictureFile,
    caption: str = "",
    display_order: int | None = None,
    among: "QuerySet[Product]",
) -> int:
    """Give a product the picture that is stored, and take it; returns its id. Without an order it is the last one.

    Those from its place on move up. Locks the product. Raises NotFound (also where it is none of `among`), ListFull,
    ValueRefused.
    """
    rows = _locked_rows(product_id, among)
    if len(rows) >= MAX_PICTURES:
        raise ListFull(Room(MAX_PICTURES), pointer="/original")
    place = len(rows) if display_order is None else min(_PLACE(display_order, "/display_order"), len(rows))
    row = ProductImage(product_id=product_id, original=file.name, caption=_CAPTION(caption, "/caption"))
    row.display_order = place
    row.save(force_insert=True)
    rows.insert(place, row)
    _number(rows)
    file.is_taken = True
    return int(row.pk)


@transaction(before_commit="documents")
def change_picture(
    product_id: int,
    picture_id: int,
    *,
    changes: Mapping[str, Any],
    version: str | None = None,
    among: "QuerySet[Product]",
) -> None:
    """Write another `caption` of a picture, or move it to another place (`display_order`); the rest stays.

    Locks the product. Raises NotFound, StaleVersion, ValueRefused.
    """
    rows = _locked_rows(product_id, among)
    old = _place_of(picture_id, rows)
    row = rows[old]
    ensure_current(version, _facts(row, old))
    caption = _CAPTION(changes.get("caption", row.caption), "/caption")
    if caption != row.caption:
        row.caption = caption
        row.save(update_fields=["caption"])
    place = min(_PLACE(changes.get("display_order", old), "/display_order"), len(rows) - 1)
    if place != old:
        rows.insert(place, rows.pop(old))
        _number(rows)


@transaction(before_commit="documents")
def delete_picture(product_id: int, picture_id: int, *, version: str | None = None, among: "QuerySet[Product]") -> None:
    """Take a picture from a product; those behind it move up. Locks the product. Raises NotFound, StaleVersion."""
    rows = _locked_rows(product_id, among)
    place = _place_of(picture_id, rows)
    ensure_current(version, _facts(rows[place], place))
    row = rows.pop(place)
    ProductImage.objects.filter(pk=row.pk).delete()  # Oscar's own `delete` writes each of the others
    _number(rows)


@transaction_required
def _locked_rows(product_id: int, among: "QuerySet[Product]") -> list[ProductImage]:
    lock_product(product_id)
    ensure_among(product_id, among)
    return list(_rows(product_id))


def _rows(product_id: int) -> "QuerySet[ProductImage]":
    rows: QuerySet[ProductImage] = ProductImage.objects.filter(product=product_id)
    return rows.order_by("display_order", "pk")


def _number(rows: list[ProductImage]) -> None:
    moved = [row for place, row in enumerate(rows) if row.display_order != place]
    for place, row in enumerate(rows):
        row.display_order = place
    ProductImage.objects.bulk_update(moved, ["display_order"])


def _place_of(picture_id: int, rows: list[ProductImage]) -> int:
    place = next((place for place, row in enumerate(rows) if row.pk == picture_id), None)
    if place is None:
        raise NotFound
    return place


def _facts(row: ProductImage, place: int) -> PictureFacts:
    return PictureFacts(row.original.name, row.caption, place)


def _picture(row: ProductImage, place: int) -> Picture:
    own = [size for size in row.renditions.all() if size.file == size.source == row.original.name]
    width, height = (own[0].width, own[0].height) if own else (None, None)
    return Picture(row.pk, row.product_id, _facts(row, place), width, height, row.date_created)
