"""Triggers that note what has become stale, whoever writes: API, dashboard, import, plain SQL.

Statement level, one per table and event (PostgreSQL gives no transition table to several events). Each compares old
with new and notes only what a document shows: a sale that leaves goods on the shelf notes nothing.

Tables of many-to-many fields have theirs in plain SQL, in migrations 0002, 0010 and 0043: a proxy of the model that
Django makes up for such a table loses its base while migrations run.
"""

from collections.abc import Sequence
from typing import Final

import pgtrigger
from oscar.apps.catalogue.reviews.models import ProductReview

from forked_apps.catalogue.models import (
    AttributeOption,
    Brand,
    Category,
    ImageRendition,
    Option,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    ProductCategory,
    ProductClass,
    ProductImage,
    Tag,
)
from forked_apps.partner.models import StockRecord
from nexus_shop.markets.models import TaxRate

from .spread import EVERYTHING

NOTE: Final = "INSERT INTO search_documentnote (kind, ref)"


def _note_query(notes: Sequence[tuple[str, str]], rows: str, join: str) -> str:
    """One insert for each of `notes`; a statement that changes nothing shown writes nothing."""
    source = f"{rows} AS r{join}"
    inserts = [f"{NOTE} SELECT DISTINCT '{kind}', {ref} FROM {source} WHERE {ref} IS NOT NULL;" for kind, ref in notes]
    return " ".join([*inserts, "RETURN NULL;"])


def _notes(
    name: str, *, kind: str, refs: Sequence[str], shown: Sequence[str], join: str = ""
) -> list[pgtrigger.Trigger]:
    """The three triggers of a table with notes of one kind."""
    return note_triggers(name, notes=[(kind, ref) for ref in refs], shown=shown, join=join)


def note_triggers(
    name: str, *, notes: Sequence[tuple[str, str]], shown: Sequence[str], join: str = ""
) -> list[pgtrigger.Trigger]:
    """The triggers of a table, for rows that come, go and change: `notes` (kind, SQL expression over row `r`) are
    written where one of `shown` differs. TRUNCATE, which names no row, notes every product.

    `join` adds rows that the expressions may name too.
    """
    old, new = (", ".join(expression.format(row=row) for expression in shown) for row in ("o", "r"))
    changed = (
        f"(SELECT {{side}}.* FROM old_rows o JOIN new_rows r ON o.id = r.id WHERE ({old}) IS DISTINCT FROM ({new}))"
    )
    both = f"({changed.format(side='o')} UNION ALL {changed.format(side='r')})"
    return [
        pgtrigger.Trigger(
            name=f"note_{name}_insert",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=_note_query(notes, "new_rows", join),
        ),
        pgtrigger.Trigger(
            name=f"note_{name}_delete",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Delete,
            referencing=pgtrigger.Referencing(old="old_rows"),
            func=_note_query(notes, "old_rows", join),
        ),
        pgtrigger.Trigger(
            name=f"note_{name}_update",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
            func=_note_query(notes, both, join),
        ),
        pgtrigger.Trigger(
            name=f"note_{name}_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Truncate,
            func=f"{NOTE} VALUES ('range', {EVERYTHING}); RETURN NULL;",
        ),
    ]


def columns(*names: str) -> list[str]:
    """These columns of a row, to be compared."""
    return [f"{{row}}.{name}" for name in names]


class NotedProduct(Product):
    """Products, and what those are called that attributes of others may name: a new one is named by none."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *_notes(
                "product",
                kind="product",
                refs=["r.id", "r.parent_id"],  # a child that goes leaves its parent's document stale
                shown=columns(
                    *("structure", "is_public", "upc", "parent_id", "title", "slug", "description", "meta_title"),
                    *("meta_description", "product_class_id", "brand_id", "date_created", "date_updated"),
                    *("barcode", "canonical_url", "og_title", "og_description"),
                    *("unit_measure", "unit_content", "unit_reference"),
                    *("i18n", "is_discountable"),
                ),
            ),
            *_notes(
                "product_name",
                kind="product_name",
                refs=["r.id"],
                shown=columns("title", "is_public", "parent_id", "i18n"),
            )[1:],
        ]


class NotedStockRecord(StockRecord):
    """Prices, and stock where it crosses from some to none or back, on the shelf and with what is to come."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes(
            "stockrecord",
            kind="product",
            refs=["r.product_id"],
            shown=[
                *columns("product_id", "price", "list_price", "price_currency", "expected_on", "is_preorder"),
                "COALESCE({row}.num_in_stock, 0) > COALESCE({row}.num_allocated, 0)",
                "COALESCE({row}.num_in_stock, 0)::bigint + {row}.backorder_limit > COALESCE({row}.num_allocated, 0)",
            ],
        )


class NotedImage(ProductImage):
    """Pictures."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes(
            "image",
            kind="product",
            refs=["r.product_id"],
            shown=columns("product_id", "original", "caption", "display_order"),
        )


class NotedRendition(ImageRendition):
    """Stored sizes of pictures."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes(
            "rendition",
            kind="product",
            refs=["(SELECT product_id FROM catalogue_productimage i WHERE i.id = r.image_id)"],
            shown=columns("image_id", "width", "height", "file", "source"),
        )


class NotedProductCategory(ProductCategory):
    """Which product stands in which category."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes(
            "productcategory", kind="product", refs=["r.product_id"], shown=columns("product_id", "category_id")
        )


class NotedAttributeValue(ProductAttributeValue):
    """Attributes of products."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes(
            "attributevalue",
            kind="product",
            refs=["r.product_id"],
            shown=columns(
                *("product_id", "attribute_id", "value_text", "value_integer", "value_boolean", "value_float"),
                *("value_richtext", "value_date", "value_datetime", "value_option_id", "value_file", "value_image"),
                *("entity_object_id", "entity_content_type_id"),
            ),
        )


class NotedAttribute(ProductAttribute):
    """What attributes are called: one note for all products that have it, expanded by the worker."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes("attribute", kind="attribute", refs=["r.id"], shown=columns("code", "name", "type", "i18n"))


class NotedAttributeOption(AttributeOption):
    """Values of attributes, and choices of options: one note for the group."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes(
            "attributeoption",
            kind="option_group",
            refs=["r.group_id"],
            shown=columns("group_id", "option", "price", "i18n"),
        )


class NotedOption(Option):
    """What shoppers are asked when they add a product to the cart."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes(
            "option",
            kind="option",
            refs=["r.id"],
            shown=columns(
                *("code", "name", "type", "required", "help_text", "option_group_id", '"order"', "price", "i18n")
            ),
        )


class NotedReview(ProductReview):
    """Approved reviews: a document shows how many there are, and their average."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes(
            "review", kind="product", refs=["r.product_id"], shown=columns("product_id", "status", "score")
        )


class NotedCategory(Category):
    """Categories: one note for a whole subtree, expanded by the worker."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes(
            "category",
            kind="category",
            refs=["r.id"],
            shown=columns("name", "slug", "path", "is_public", "ancestors_are_public", "i18n"),
        )


class NotedProductClass(ProductClass):
    """Product classes say whether stock is tracked; rates of tax name them by slug."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes(
            "productclass", kind="product_class", refs=["r.id"], shown=columns("name", "slug", "track_stock")
        )


class NotedBrand(Brand):
    """Brands."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes("brand", kind="brand", refs=["r.id"], shown=columns("name", "slug"))


class NotedTag(Tag):
    """Tags."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes("tag", kind="tag", refs=["r.id"], shown=columns("name", "slug"))


class NotedTaxRate(TaxRate):
    """Rates of tax: documents show prices with that of their class, or of all classes."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = _notes(
            "taxrate",
            kind="product_class",
            refs=["k.id"],
            shown=columns("country", "state", "postcode", "product_class", "rate"),
            join=" JOIN catalogue_productclass k ON r.product_class IN ('', k.slug)",
        )
