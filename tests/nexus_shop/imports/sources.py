"""Products of other shops as plain values, and what became of them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import connection

from forked_apps.search.models import DocumentNote
from nexus_shop.core.models import OutboxEvent
from nexus_shop.imports.operations import import_product
from nexus_shop.imports.outcomes import Outcome
from nexus_shop.imports.values import SourceProduct, SourceVariant

MUG_1 = SourceVariant(
    line=2,
    sku="MUG-1",
    has_made_sku=False,
    values=(),
    price=Decimal("12.50"),
    list_price=Decimal("15.00"),
    quantity=7,
    barcode="",
    picture_url="",
)
MUG = SourceProduct(
    line=2,
    code="shopify:mug",
    slug="mug",
    title="Mug",
    description="<p>Holds tea.</p>",
    brand="Potters",
    type="Kitchen",
    tags="",
    is_public=True,
    tracks_stock=True,
    requires_shipping=True,
    meta_title="A mug",
    meta_description="For tea",
    options=(),
    variants=(MUG_1,),
    pictures=(),
    unsaid=frozenset(),
    is_complete=True,
)
SMALL = replace(MUG_1, sku="SH-S", values=("Small",), price=Decimal("20.00"), list_price=None, quantity=3)
LARGE = replace(SMALL, line=3, sku="SH-L", values=("Large",), price=Decimal("22.00"), quantity=4)
SHIRT = replace(
    MUG, code="shopify:shirt", slug="shirt", title="Shirt", type="Clothes", options=("Size",), variants=(SMALL, LARGE)
)


def load(source: SourceProduct, *, currency: str = "GBP", pictures: dict[str, str] | None = None) -> Outcome:
    return import_product(source, currency=currency, pictures=pictures or {})


def settle() -> None:
    """As after a commit and a round of the worker: what was noted does not count as written by the next import."""
    DocumentNote.objects.all().delete()


def digest() -> list[Any]:
    """Everything that an import may write."""
    tables = (
        *("catalogue_product", "catalogue_productclass", "catalogue_category", "catalogue_brand"),
        *("catalogue_productattribute", "catalogue_productattributevalue", "catalogue_productcategory"),
        *("catalogue_productimage", "partner_stockrecord", "core_outboxevent", "search_documentnote"),
        *("search_productdocument", "core_queuedtask"),
    )
    with connection.cursor() as cursor:
        found = []
        for table in tables:
            cursor.execute(f"SELECT md5(COALESCE(string_agg(t::text, ',' ORDER BY id), '')) FROM {table} t")
            found.append((table, cursor.fetchone()))
    return found


def events() -> list[tuple[str, dict[str, Any]]]:
    return [(event.name, event.payload) for event in OutboxEvent.objects.order_by("pk")]


def refusals(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(refusal.line, refusal.field, refusal.error.code) for refusal in outcome.refusals]
