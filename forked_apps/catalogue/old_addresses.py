"""Addresses that products and categories had, kept by triggers, whoever renames: API, dashboard, import, plain SQL."""

from typing import Final

import pgtrigger
from django.db import models

from .addresses import NO_ADDRESS, PATH_STEP, slugs_of, translated_slugs
from .models import Category, Product


class OldProductSlug(models.Model):
    """A slug that a product had, in whatever language.

    Its address leads on to the last product that gave it up, unless one has it now.
    """

    slug = models.CharField(max_length=255, primary_key=True)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="old_slugs")

    def __str__(self) -> str:
        return self.slug


class OldCategoryPath(models.Model):
    """A path of slugs that a category had, in whatever language, before it was renamed or moved.

    What stood below it is found by it too.
    """

    path = models.TextField(primary_key=True)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="old_paths")

    def __str__(self) -> str:
        return self.path


class RenamedProduct(Product):
    """Products."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="keep_old_slug",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("slug", "i18n"),
                condition=pgtrigger.Condition("((OLD.slug, OLD.i18n) IS DISTINCT FROM (NEW.slug, NEW.i18n))"),
                func=f"""
                    INSERT INTO catalogue_oldproductslug (slug, product_id)
                    SELECT gone.slug, OLD.id FROM ({slugs_of("OLD")} EXCEPT ({slugs_of("NEW")})) AS gone(slug)
                    ON CONFLICT (slug) DO UPDATE SET product_id = excluded.product_id;
                    RETURN NULL;
                """,
            )
        ]


# What each category that gives up a slug, or gets another parent, was called with those above it before the statement:
# in the main language, and in those in which one of them is translated. What goes with its parent, as the rows below a
# category that moves do and those beside the place that it takes, has not been moved itself.
_WORD: Final = "COALESCE(NULLIF({row}.i18n->>{key}, ''), {row}.slug)"
_KEPT: Final = f"""
    INSERT INTO catalogue_oldcategorypath (path, category_id)
    WITH changed AS (
        SELECT o.*, is_moved, ARRAY({slugs_of("r")}) AS slugs FROM old_rows o JOIN new_rows r ON o.id = r.id
        LEFT JOIN old_rows above ON above.path = left(o.path, -{PATH_STEP})
        LEFT JOIN new_rows below ON below.id = above.id
        CROSS JOIN LATERAL (SELECT left(r.path, -{PATH_STEP})
            <> COALESCE(below.path, left(o.path, -{PATH_STEP}))) AS place(is_moved)
        WHERE is_moved OR (o.slug, o.i18n) IS DISTINCT FROM (r.slug, r.i18n)),
    chain AS (
        SELECT c.id, level, a.slug, a.i18n FROM changed c CROSS JOIN generate_series(1, c.depth) AS level
        CROSS JOIN LATERAL (
            SELECT b.slug, b.i18n FROM old_rows b WHERE b.path = left(c.path, level * {PATH_STEP})
            UNION ALL SELECT b.slug, b.i18n FROM catalogue_category b
            WHERE b.path = left(c.path, level * {PATH_STEP}) AND b.id NOT IN (SELECT id FROM old_rows)) AS a),
    keys AS (SELECT id, 'slug' AS key FROM changed
             UNION SELECT chain.id, word.key FROM chain CROSS JOIN LATERAL {translated_slugs("chain")}),
    old AS (
        SELECT id, string_agg({_WORD.format(row="chain", key="key")}, '/' ORDER BY level) AS path
        FROM keys JOIN changed USING (id) JOIN chain USING (id)
        WHERE is_moved OR {_WORD.format(row="changed", key="key")} <> ALL(slugs)
        GROUP BY id, key)
    SELECT DISTINCT ON (path) path, id FROM old WHERE path NOT LIKE '%{NO_ADDRESS}%' ORDER BY path, id
    ON CONFLICT (path) DO UPDATE SET category_id = excluded.category_id;
    RETURN NULL;
"""


class RenamedCategory(Category):
    """Categories: those that get another slug, and those that are moved."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="keep_old_path",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func=_KEPT,
            )
        ]
