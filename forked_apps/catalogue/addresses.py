"""All slugs that address a product or a category, in whatever language: kept by triggers, unique by constraint.

A slug belongs to one product of the shop (to one category among its siblings), so that a language which falls back to
another one's slug never meets a stranger's, and an address finds its product whatever language is asked for.
"""

from typing import Final

import pgtrigger
from django.db import models

PATH_STEP: Final = 4  # characters of a category's path per level (treebeard's steplen)
NO_ADDRESS: Final = "~"  # begins a slug that a category has for a moment only; no form takes such a one


def translated_slugs(row: str) -> str:
    """The translations of a row's slug, as `word(key, value)`. A row that plain SQL has spoilt has none."""
    return f"""
        (SELECT key, left(value, 255) AS value
         FROM jsonb_each_text(CASE jsonb_typeof({row}.i18n) WHEN 'object' THEN {row}.i18n ELSE '{{}}' END)
         WHERE key LIKE 'slug\\_%' AND value <> '') AS word
    """


def slugs_of(row: str) -> str:
    """The slug of the row itself and its translations, as a query."""
    return f"SELECT {row}.slug UNION SELECT word.value FROM {translated_slugs(row)}"


def keep_addresses(table: str, *, owner: str, scope: tuple[str, str] | None = None) -> list[pgtrigger.Trigger]:
    """The triggers of a table with `slug` and `i18n`; `scope` is a column of `table` and its expression over `r`."""
    columns, values, facts = f"slug, {owner}", "said.slug, r.id", "{0}.slug, {0}.i18n"
    if scope:
        columns, values, facts = f"{columns}, {scope[0]}", f"{values}, {scope[1]}", f"{facts}, {{0}}.path"
    said = f"CROSS JOIN LATERAL ({slugs_of('r')}) AS said(slug)"
    insert = f"INSERT INTO {table} ({columns}) SELECT {values} FROM {{rows}} AS r {said};"
    changed = (
        "(SELECT r.* FROM old_rows o JOIN new_rows r ON o.id = r.id"
        f" WHERE ({facts.format('o')}) IS DISTINCT FROM ({facts.format('r')}))"
    )
    delete = f"DELETE FROM {table} WHERE {owner} IN (SELECT r.id FROM {{rows}} AS r);"
    bodies = {
        "insert": (pgtrigger.Insert, insert.replace("{rows}", "new_rows"), {"new": "new_rows"}),
        "delete": (pgtrigger.Delete, delete.replace("{rows}", "old_rows"), {"old": "old_rows"}),
        "update": (
            pgtrigger.Update,
            f"{delete} {insert}".replace("{rows}", changed),
            {"old": "old_rows", "new": "new_rows"},
        ),
    }
    return [
        pgtrigger.Trigger(
            name=f"keep_addresses_{event}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(**rows),
            func=f"{body} RETURN NULL;",
        )
        for event, (operation, body, rows) in bodies.items()
    ] + [
        pgtrigger.Trigger(
            name="keep_addresses_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Truncate,
            func=f"DELETE FROM {table}; RETURN NULL;",
        )
    ]


PRODUCT_ADDRESSES: Final = keep_addresses("catalogue_productaddress", owner="product_id")
CATEGORY_ADDRESSES: Final = keep_addresses(
    "catalogue_categoryaddress",
    owner="category_id",
    scope=("parent_path", f"left(r.path, length(r.path) - {PATH_STEP})"),
)


class ProductAddress(models.Model):
    """A slug of a product, in the main language or in another. Kept by the triggers of the products; never written."""

    slug = models.CharField(max_length=255)
    product_id = models.BigIntegerField()  # no foreign key: Django would ask for the rows before it deletes a product

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["slug"], name="catalogue_product_slug_in_any_language")]
        indexes = [
            models.Index(fields=["product_id"], name="addresses_of_product"),
            models.Index(fields=["slug"], name="address_begins_with", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.slug


class CategoryAddress(models.Model):
    """A slug of a category below `parent_path`, in the main language or in another. Kept by triggers like those."""

    parent_path = models.CharField(max_length=255)
    slug = models.CharField(max_length=255)
    category_id = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["parent_path", "slug"], name="one_slug_among_siblings_in_any_language")
        ]
        indexes = [
            models.Index(fields=["slug"], name="category_by_address"),
            models.Index(fields=["category_id"], name="addresses_of_category"),
        ]

    def __str__(self) -> str:
        return self.slug
