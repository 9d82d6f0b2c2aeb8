"""Addresses that products and categories had, kept by triggers, whoever renames: API, dashboard, import, plain SQL."""

import pgtrigger
from django.db import models

from .addresses import PATH_STEP
from .models import Category, Product


class OldProductSlug(models.Model):
    """A slug that a product had. Its address leads on to the last product that gave it up, unless one has it now."""

    slug = models.CharField(max_length=255, primary_key=True)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="old_slugs")

    def __str__(self) -> str:
        return self.slug


class OldCategoryPath(models.Model):
    """A path of slugs that a category had before it was renamed. What stood below it is found by it too."""

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
                operation=pgtrigger.UpdateOf("slug"),
                condition=pgtrigger.Condition("OLD.slug IS DISTINCT FROM NEW.slug"),
                func="""
                    INSERT INTO catalogue_oldproductslug (slug, product_id) VALUES (OLD.slug, OLD.id)
                    ON CONFLICT (slug) DO UPDATE SET product_id = excluded.product_id;
                    RETURN NULL;
                """,
            )
        ]


class RenamedCategory(Category):
    """Categories. A move, which changes `path`, is no rename."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="keep_old_path",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("slug"),
                condition=pgtrigger.Condition("OLD.slug IS DISTINCT FROM NEW.slug AND OLD.path = NEW.path"),
                func=f"""
                    INSERT INTO catalogue_oldcategorypath (path, category_id)
                    SELECT string_agg(CASE a.id WHEN OLD.id THEN OLD.slug ELSE a.slug END, '/' ORDER BY a.depth), OLD.id
                    FROM catalogue_category a WHERE a.path IN (
                        SELECT left(OLD.path, level * {PATH_STEP}) FROM generate_series(1, OLD.depth) AS level)
                    ON CONFLICT (path) DO UPDATE SET category_id = excluded.category_id;
                    RETURN NULL;
                """,
            )
        ]
