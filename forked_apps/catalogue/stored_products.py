"""Products as staff see them: drafts too, and what is said of each in the words in which it is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.files.storage import default_storage
from django.db.models import Prefetch, Q, QuerySet

from nexus_shop.core.errors import NotFound
from nexus_shop.core.versions import version_of

from .attributes import ENTITIES
from .models import Product, ProductAttribute, ProductAttributeValue, ProductRecommendation
from .publishing import ARCHIVED, DRAFT, PUBLISHED, SCHEDULED, status_of
from .units import unit_of

#: Status -> the products that have it.
OF_STATUS: Final[Mapping[str, Q]] = {
    ARCHIVED: Q(archived_at__isnull=False),
    PUBLISHED: Q(is_public=True),
    SCHEDULED: Q(archived_at__isnull=True, is_public=False, publish_from__isnull=False),
    DRAFT: Q(archived_at__isnull=True, is_public=False, publish_from__isnull=True),
}
_LOOKUPS: Final = {
    "sku": "upc",
    "structure": "structure",
    "parent": "parent",
    "brand": "brand",
    "product_class": "product_class__slug",
    "category": "categories",
}
_ENTITY_NAMES: Final = {model._meta.model_name: name for name, model in ENTITIES.items()}  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """What is said of a product: names and values as `ProductFacts` takes them, each of them."""

    title: str
    slug: str
    sku: str | None
    barcode: str | None
    unit: dict[str, str] | None
    description: str
    is_discountable: bool
    priority: int
    meta_title: str
    meta_description: str
    canonical_url: str
    og_title: str
    og_description: str
    brand_id: int | None
    product_class: str | None
    categories: tuple[int, ...]
    tags: tuple[str, ...]
    options: tuple[str, ...]
    attributes: dict[str, Any]
    recommendations: dict[str, list[int]]
    status: str
    publish_from: datetime | None
    publish_until: datetime | None


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A picture of a product."""

    id: int
    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class StoredProduct:
    """A product. `variants` are the ids of its children."""

    id: int
    structure: str
    parent: int | None
    facts: StoredFacts
    images: tuple[StoredImage, ...]
    variants: tuple[int, ...]
    date_created: datetime
    date_updated: datetime

    @property
    def version(self) -> str:
        """Another one after every change of what is said of it."""
        return version_of(self.facts)


def products_where(products: "QuerySet[Product]", wanted: Mapping[str, Any]) -> "QuerySet[Product]":
    """Those of the products that fit: sku, structure, parent, brand, product_class, category, status, `search` (a part
    of the title, or how the SKU begins).
    """
    products = products.filter(**{_LOOKUPS[name]: value for name, value in wanted.items() if name in _LOOKUPS})
    if wanted.get("status"):
        products = products.filter(OF_STATUS[wanted["status"]])
    if wanted.get("search"):
        products = products.filter(Q(title__icontains=wanted["search"]) | Q(upc__istartswith=wanted["search"]))
    return products


def stored_products(products: "QuerySet[Product]", *, after: int = 0, limit: int) -> list[StoredProduct]:
    """The products in the order of their ids from behind `after`; ten statements at most."""
    return [_stored(row) for row in _whole(products).filter(pk__gt=after).order_by("pk")[:limit]]


def stored_product(products: "QuerySet[Product]", product_id: int) -> StoredProduct:
    """One of the products. Raises NotFound."""
    row = _whole(products).filter(pk=product_id).first()
    if row is None:
        raise NotFound
    return _stored(row)


def _whole(products: "QuerySet[Product]") -> "QuerySet[Product]":
    values = ProductAttributeValue.objects.select_related("attribute", "value_option", "entity_content_type")
    return products.select_related("product_class").prefetch_related(
        Prefetch("attribute_values", queryset=values.prefetch_related("value_multi_option").order_by("pk")),
        Prefetch("primary_recommendations", queryset=ProductRecommendation.objects.order_by("-ranking", "pk")),
        Prefetch("children", queryset=Product.objects.order_by("pk").only("pk", "parent_id")),
        "categories",
        "tags",
        "product_options",
        "images",
    )


def _stored(row: Product) -> StoredProduct:
    return StoredProduct(
        row.pk,
        row.structure,
        row.parent_id,
        _facts(row),
        tuple(
            StoredImage(image.pk, default_storage.url(image.original.name), image.caption) for image in row.images.all()
        ),
        tuple(child.pk for child in row.children.all()),
        row.date_created,
        row.date_updated,
    )


def _facts(row: Product) -> StoredFacts:
    unit = unit_of(row)
    recommended: dict[str, list[int]] = {str(kind): [] for kind in ProductRecommendation.Kind.values}
    for link in row.primary_recommendations.all():
        recommended[link.kind].append(link.recommendation_id)
    return StoredFacts(
        title=row.title,
        slug=row.slug,
        sku=row.upc or None,
        barcode=row.barcode or None,
        unit=unit.as_json() if unit else None,
        description=row.description,
        is_discountable=row.is_discountable,
        priority=row.priority,
        meta_title=row.meta_title or "",
        meta_description=row.meta_description or "",
        canonical_url=row.canonical_url,
        og_title=row.og_title,
        og_description=row.og_description,
        brand_id=row.brand_id,
        product_class=row.product_class.slug if row.product_class else None,
        categories=tuple(sorted(category.pk for category in row.categories.all())),
        tags=tuple(sorted(tag.name for tag in row.tags.all())),
        options=tuple(sorted(option.code for option in row.product_options.all())),
        attributes=json_values(row.attribute_values.all()),
        recommendations=recommended,
        status=status_of(row),
        publish_from=row.publish_from,
        publish_until=row.publish_until,
    )


def json_values(values: Iterable[ProductAttributeValue]) -> dict[str, Any]:
    """Code -> value of each, as `set_attributes` takes it."""
    return {value.attribute.code: _json(value) for value in values}


def _json(value: ProductAttributeValue) -> Any:
    kind = value.attribute.type
    if kind == ProductAttribute.OPTION:
        return value.value_option.option if value.value_option else None
    if kind == ProductAttribute.MULTI_OPTION:
        return [option.option for option in sorted(value.value_multi_option.all(), key=lambda option: option.pk)]
    if kind == ProductAttribute.ENTITY:
        found = value.entity_content_type
        return None if found is None else {"type": _ENTITY_NAMES.get(found.model), "id": value.entity_object_id}
    stored = getattr(value, f"value_{kind}")
    if kind in {ProductAttribute.FILE, ProductAttribute.IMAGE}:
        return stored.name or None
    if kind in {ProductAttribute.DATE, ProductAttribute.DATETIME}:
        return None if stored is None else stored.isoformat()
    return stored
