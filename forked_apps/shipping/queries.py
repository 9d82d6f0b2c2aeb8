"""Shipping methods as they are set up, and what products weigh."""

from collections.abc import Collection
from decimal import Decimal
from typing import Final

from django.db import connection

from nexus_shop.core.rules import Rules

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
    rows = ShippingMethod.objects.filter(is_active=True).prefetch_related("countries", "bands").order_by("name", "pk")
    return tuple(_method(row) for row in rows)


#: The methods that merchants have set up; none of them leaves the flat rate of the settings.
METHODS = Rules(load_methods)


def weights_of(product_ids: Collection[int]) -> dict[int, Decimal]:
    """What products weigh in kg, as far as anybody has said."""
    with connection.cursor() as cursor:
        cursor.execute(WEIGHTS, [list(product_ids)])
        return {pk: Decimal(weight) for pk, weight in cursor.fetchall() if weight is not None and weight >= 0}


def _method(row: ShippingMethod) -> Method:
    return Method(
        code=row.code,
        name=row.name,
        description=row.description,
        kind=row.kind,
        price=row.price,
        price_per_item=row.price_per_item,
        free_over=row.free_over,
        default_weight=row.default_weight,
        countries=frozenset(country.pk for country in row.countries.all()),
        postcodes=tuple(filter(None, (prefix.strip() for prefix in row.postcodes.split(",")))),
        bands=tuple(
            Band(band.upper_limit, band.charge) for band in sorted(row.bands.all(), key=lambda band: band.upper_limit)
        ),
        pickup_address=row.pickup_address,
    )
