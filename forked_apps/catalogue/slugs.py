"""Slugs that are free: made from a title, never a reserved word or a number, numbered when taken."""

import re
from typing import TYPE_CHECKING, Any, Final

from anyascii import anyascii
from oscar.core.utils import slugify

if TYPE_CHECKING:
    from .models import Category, Product

MAX_LENGTH: Final = 240  # of 255: room for a number
MAX_BRAND_LENGTH: Final = 113  # of 128
MAX_TAG_LENGTH: Final = 49  # of 64
# Words that stand where a slug stands in the API's addresses.
RESERVED: Final = frozenset({"search", "categories", "suggest", "new", "bulk"})


def is_allowed(slug: str) -> bool:
    """Whether a slug may address a thing: not a number (that is an id) and not a word of the API."""
    return bool(slug) and not slug.isdigit() and slug not in RESERVED


def readable_slug(text: str) -> str:
    """A slug of the text in Latin letters, whatever its script; Oscar 4.2.1 makes code points of what it knows not.

    Empty where the text has nothing to read. Keys that imports know things by are not made here: they stay as they are.
    """
    return str(slugify(anyascii(text)))


def free_product_slug(product: "Product") -> str:
    """The product's slug if it is free, else one made from its title; a child's from the parent's and its options."""
    wanted = product.slug or _child_slug(product) or readable_slug(product.get_title() or "")
    return free_slug(wanted, product.rival_addresses(), "product")


def _child_slug(product: "Product") -> str:
    if not product.is_child or product.parent is None:
        return ""
    words = [product.parent.slug, product.title or product.upc or ""]
    title = product.title or ""
    if product.parent.title and title.startswith(product.parent.title):
        words[1] = title[len(product.parent.title) :]
    return readable_slug(" ".join(words))


def free_category_slug(category: "Category") -> str:
    """The category's slug if no sibling has it, else a numbered one."""
    return free_slug(category.slug or readable_slug(category.name), category.rival_addresses(), "category")


def free_slug(wanted: str, rivals: Any, fallback: str) -> str:
    """The slug if none of `rivals` (a query of rows with `slug`) has it, else a numbered one."""
    base = wanted[:MAX_LENGTH].strip("-") or fallback
    if not is_allowed(base):
        base = f"{fallback}-{base}"
    taken = set(rivals.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    numbers = [int(found[1]) for slug in taken if (found := re.fullmatch(re.escape(base) + r"-(\d+)", slug))]
    return f"{base}-{max(numbers, default=1) + 1}"


def free_brand_slug(name: str) -> str:
    """A slug for a new brand."""
    from .models import Brand  # noqa: PLC0415 - the models use this module

    return free_slug(readable_slug(name)[:MAX_BRAND_LENGTH], Brand.objects.all(), "brand")


def free_tag_slug(name: str) -> str:
    """A slug for a new tag."""
    from .models import Tag  # noqa: PLC0415 - the models use this module

    return free_slug(readable_slug(name)[:MAX_TAG_LENGTH], Tag.objects.all(), "tag")
