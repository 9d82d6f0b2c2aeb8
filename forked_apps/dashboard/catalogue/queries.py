"""What the catalogue's pages show. Partner staff see what their partner sells, and own only what nobody else sells."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from forked_apps.catalogue.addresses import PATH_STEP
from forked_apps.catalogue.categories import indented
from forked_apps.catalogue.models import Category, Product, ProductCategory
from forked_apps.partner.models import StockRecord
from forked_apps.partner.queries import products_of, stock_records_of
from nexus_shop.accounts.models import User

BRANCHES: Final = f"""
    SELECT c.id, c.name, c.path, c.depth, c.numchild, c.is_public AND c.ancestors_are_public, COALESCE(held.products, 0)
    FROM catalogue_category c
    LEFT JOIN (SELECT left(k.path, n * {PATH_STEP}) AS path, count(DISTINCT pc.product_id) AS products
               FROM catalogue_productcategory pc JOIN catalogue_category k ON k.id = pc.category_id
               CROSS JOIN generate_series(1, k.depth) n
               GROUP BY 1) held ON held.path = c.path
    ORDER BY c.path
"""


def owns(user: User, product: Product) -> bool:
    """Whether the user may change what all sellers of the product share: texts, pictures, being public."""
    return products_of(user).filter(pk=product.pk).exists()


def owned_ids(user: User, product_ids: list[int]) -> list[int]:
    """Those of the products that the user may change."""
    own = set(products_of(user).filter(pk__in=product_ids).values_list("pk", flat=True))
    return [pk for pk in product_ids if pk in own]


@dataclass(frozen=True, slots=True)
class Branch:
    """A category as the tree shows it. `products` counts those of the categories below it too, each once."""

    id: int
    name: str
    path: str
    depth: int
    children: int
    is_public: bool
    products: int

    @property
    def label(self) -> str:
        """Its name in a list of choices."""
        return indented(self.name, self.depth)


def category_branches() -> list[Branch]:
    """All categories in the order of the tree, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(BRANCHES)
        return [Branch(*row) for row in cursor.fetchall()]


def category_choices() -> list[tuple[str, str]]:
    """All categories as choices of a form, in the order of the tree."""
    rows = Category.objects.order_by("path").values_list("pk", "name", "depth")
    return [(str(pk), indented(name, depth)) for pk, name, depth in rows]


def priced_records(user: User, wanted: Mapping[str, Any]) -> QuerySet[StockRecord]:
    """The stock records that the user may change, variants behind each other.

    `wanted`: `category` (id, with all below it), `brand`, and `text` of titles or SKUs.
    """
    records = stock_records_of(user).annotate(head_id=Coalesce("product__parent_id", "product_id"))
    if category := wanted.get("category"):
        path = Category.objects.filter(pk=category).values("path")[:1]
        held = ProductCategory.objects.filter(category__path__startswith=Subquery(path), product=OuterRef("head_id"))
        records = records.filter(Exists(held))
    if brand := wanted.get("brand"):
        records = records.filter(Q(product__brand=brand) | Q(product__parent__brand=brand))
    if text := wanted.get("text"):
        names = ("product__title", "product__parent__title", "product__upc", "partner_sku")
        records = records.filter(reduce(or_, (Q(**{f"{name}__icontains": text}) for name in names)))
    related = ("partner", "product__product_class", "product__parent__product_class")
    return records.select_related(*related).order_by("head_id", "product_id", "pk")
