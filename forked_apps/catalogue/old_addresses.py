"""Addresses that products and categories had, kept by triggers, whoever renames: API, dashboard, import, plain SQL."""

import pgtrigger
from django.db import models

from .addresses import PATH_STEP, slugs_of, translated_slugs
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
    """A path of slugs that a category had, in whatever language, before it was renamed.

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


# Old path -> what each category of the way down was called: in the main language, and in those with a slug given up.
_OLD_PATHS = f"""
    SELECT DISTINCT string_agg(CASE a.id WHEN OLD.id THEN gone.slug
                      ELSE COALESCE(NULLIF(a.i18n->>gone.key, ''), a.slug) END, '/' ORDER BY a.depth), OLD.id
    FROM (SELECT 'slug' AS key, OLD.slug AS slug WHERE OLD.slug IS DISTINCT FROM NEW.slug
          UNION ALL SELECT word.key, word.value FROM {translated_slugs("OLD")}
          WHERE word.value IS DISTINCT FROM NEW.i18n->>word.key) AS gone
    CROSS JOIN catalogue_category a
    WHERE a.path IN (SELECT left(OLD.path, level * {PATH_STEP}) FROM generate_series(1, OLD.depth) AS level)
    GROUP BY gone.key
"""


class RenamedCategory(Category):
    """Categories. A move, which changes `path`, is no rename."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="keep_old_path",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("slug", "i18n"),
                condition=pgtrigger.Condition(
                    "((OLD.slug, OLD.i18n) IS DISTINCT FROM (NEW.slug, NEW.i18n) AND OLD.path = NEW.path)"
                ),
                func=f"""
                    INSERT INTO catalogue_oldcategorypath (path, category_id) {_OLD_PATHS}
                    ON CONFLICT (path) DO UPDATE SET category_id = excluded.category_id;
                    RETURN NULL;
                """,
            )
        ]
