"""Brands, as staff keep them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nexus_shop.core.errors import NameTaken, NotFound
from nexus_shop.core.transactions import refusing, transaction
from nexus_shop.core.versions import ensure_current, version_of

from .errors import SlugTaken, StillUsed, Uses
from .models import Brand
from .slugs import free_brand_slug


@dataclass(frozen=True, slots=True)
class StoredBrand:
    """A brand."""

    id: int
    name: str
    slug: str

    @property
    def version(self) -> str:
        """Another one after every change."""
        return version_of(self)


def stored_brands(*, search: str = "", after: int = 0, limit: int) -> list[StoredBrand]:
    """Brands in the order of their ids, from behind `after`."""
    rows = Brand.objects.filter(pk__gt=after, name__icontains=search).order_by("pk")[:limit]
    return [_stored(row) for row in rows]


def stored_brand(brand_id: int) -> StoredBrand:
    """One brand. Raises NotFound."""
    row = Brand.objects.filter(pk=brand_id).first()
    if row is None:
        raise NotFound
    return _stored(row)


def _stored(row: Brand) -> StoredBrand:
    return StoredBrand(row.pk, row.name, row.slug)


@transaction(before_commit="documents")
def create_brand(values: Mapping[str, Any]) -> int:
    """Make a brand of `name` and `slug` (made from the name where left out); returns its id.

    Raises NameTaken, SlugTaken.
    """
    return _write(Brand(), values)


@transaction(before_commit="documents")
def change_brand(brand_id: int, *, changes: Mapping[str, Any], version: str | None = None) -> int:
    """Change what `changes` names; returns the id. Locks the brand.

    Raises NotFound, StaleVersion, NameTaken, SlugTaken.
    """
    return _write(_locked(brand_id, version), changes)


@transaction(before_commit="documents")
def delete_brand(brand_id: int, *, version: str | None = None) -> None:
    """Delete a brand without products. Locks the brand. Raises NotFound, StaleVersion, StillUsed."""
    row = _locked(brand_id, version)
    products = row.products.count()
    if products:
        raise StillUsed(Uses({"products": products}))
    row.delete()


def _locked(brand_id: int, version: str | None) -> Brand:
    row = Brand.objects.select_for_update().filter(pk=brand_id).first()
    if row is None:
        raise NotFound
    ensure_current(version, _stored(row))
    return row


def _write(row: Brand, values: Mapping[str, Any]) -> int:
    row.name = " ".join(values.get("name", row.name).split())
    row.slug = values.get("slug") or row.slug or free_brand_slug(row.name)
    with refusing(
        {"one_brand_per_name": NameTaken(pointer="/name"), "catalogue_brand_slug": SlugTaken(pointer="/slug")}
    ):
        row.save()
    return row.pk
