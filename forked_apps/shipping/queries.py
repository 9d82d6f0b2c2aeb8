"""Shipping methods as they are set up, and what products weigh."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from nexus_shop.core.errors import NotFound
from nexus_shop.core.rules import Rules
from nexus_shop.core.versions import version_of

from .drafts import MethodDraft
from .models import ShippingMethod
from .pricing import Band, Method

# A product's own weight, else its parent's. Kilograms.
WEIGHTS: Final = """
    SELECT DISTINCT ON (p.id) p.id, COALESCE(v.value_float::numeric, v.value_integer::numeric)
    FROM catalogue_product p
    JOIN catalogue_productattributevalue v ON v.product_id IN (p.id, p.parent_id)
    JOIN catalogue_productattribute a ON a.id = v.attribute_id AND a.code = 'weight' AND a.type IN ('float', 'integer')
    WHERE p.id = ANY(%s) ORDER BY p.id, v.product_id <> p.id
"""


def load_methods() -> tuple[Method, ...]:
    """The methods that are offered, by name."""
    return tuple(method_of(row) for row in stored_methods().filter(is_active=True))


#: The methods that merchants have set up; none of them leaves the flat rate of the settings.
METHODS = Rules(load_methods)


def weights_of(product_ids: Collection[int]) -> dict[int, Decimal]:
    """What products weigh in kg, as far as anybody has said."""
    with connection.cursor() as cursor:
        cursor.execute(WEIGHTS, [list(product_ids)])
        return {pk: Decimal(weight) for pk, weight in cursor.fetchall() if weight is not None and weight >= 0}


@dataclass(frozen=True, slots=True)
class StoredMethod:
    """A shipping method as staff see it, offered or not."""

    id: int
    code: str
    draft: MethodDraft

    @property
    def version(self) -> str:
        """Another one after every change."""
        return version_of(self.draft)


def shipping_methods() -> list[StoredMethod]:
    """All methods, by name."""
    return [_stored(row) for row in stored_methods()]


def shipping_method(method_id: int) -> StoredMethod:
    """One method. Raises NotFound."""
    row = stored_methods().filter(pk=method_id).first()
    if row is None:
        raise NotFound
    return _stored(row)


def stored_methods() -> QuerySet[ShippingMethod]:
    """The rows by name, with what `method_of` and `draft_of` read: three statements."""
    return ShippingMethod.objects.prefetch_related("countries", "bands").order_by("name", "pk")


def draft_of(row: ShippingMethod) -> MethodDraft:
    """What a row says, as merchants say it."""
    return MethodDraft(
        name=row.name,
        description=row.description,
        kind=row.kind,
        price=row.price,
        price_per_item=row.price_per_item,
        free_over=row.free_over,
        default_weight=row.default_weight,
        countries=tuple(sorted(country.pk for country in row.countries.all())),
        postcodes=tuple(filter(None, (prefix.strip() for prefix in row.postcodes.split(",")))),
        bands=tuple(
            Band(band.upper_limit, band.charge) for band in sorted(row.bands.all(), key=lambda band: band.upper_limit)
        ),
        pickup_address=row.pickup_address,
        is_active=row.is_active,
    )


def method_of(row: ShippingMethod) -> Method:
    """What a row says, as it is charged."""
    draft = draft_of(row)
    return Method(
        code=row.code,
        name=draft.name,
        description=draft.description,
        kind=draft.kind,
        price=draft.price,
        price_per_item=draft.price_per_item,
        free_over=draft.free_over,
        default_weight=draft.default_weight,
        countries=frozenset(draft.countries),
        postcodes=draft.postcodes,
        bands=draft.bands,
        pickup_address=draft.pickup_address,
    )


def _stored(row: ShippingMethod) -> StoredMethod:
    return StoredMethod(row.pk, row.code, draft_of(row))
