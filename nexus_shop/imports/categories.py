"""Categories of an import by their path of names: found wherever they stand now, made where missing."""

import hashlib
from collections.abc import Sequence
from typing import Final

from django.db import connection

from forked_apps.catalogue.models import Category
from forked_apps.catalogue.slugs import readable_slug
from nexus_shop.core.transactions import transaction, transaction_required

from .vocabulary import CATEGORY_PREFIX

MAX_KEY: Final = 70
BATCH: Final = 200  # categories of one transaction


@transaction(before_commit="documents")
def import_categories(paths: Sequence[tuple[str, ...]]) -> int:
    """Make the categories of these paths (root first) that are not there yet; returns how many were made.

    Locks the table of categories: paths in the tree are counted up.
    """
    before = Category.objects.count()
    lock_tree()
    known: dict[str, Category] = {}
    for path in paths:
        _category_at(path, known)
    return Category.objects.count() - before


@transaction_required
def category_at(path: tuple[str, ...]) -> Category:
    """The category of a path of names, with those above it. Locks the table of categories when one is to be made."""
    found = _held(code_of(path))
    if found is not None:
        return found
    lock_tree()
    return _category_at(path, {})


@transaction_required
def lock_tree() -> None:
    """Wait for others who move or make categories."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE catalogue_category IN SHARE ROW EXCLUSIVE MODE")


def code_of(path: tuple[str, ...]) -> str:
    """What tells the category from others, in whatever place and under whatever name it stands now."""
    return f"{CATEGORY_PREFIX}{hashlib.sha256(chr(31).join(path).encode()).hexdigest()[:32]}"


def _category_at(path: tuple[str, ...], known: dict[str, Category]) -> Category:
    code = code_of(path)
    found = known.get(code) or _held(code)
    if found is None:
        parent = _category_at(path[:-1], known) if len(path) > 1 else None
        found = _made(path[-1], code, parent)
    known[code] = found
    return found


def _held(code: str) -> Category | None:
    found: Category | None = Category.objects.filter(code=code).first()
    return found


def _made(name: str, code: str, parent: Category | None) -> Category:
    """The sibling of that name that somebody else has made is taken over, if no import has."""
    siblings = parent.get_children() if parent else Category.get_root_nodes()
    taken: Category | None = siblings.filter(name=name, code=None).first()
    if taken is not None:
        Category.objects.filter(pk=taken.pk).update(code=code)
        return taken
    facts = {"name": name, "slug": readable_slug(name)[:MAX_KEY], "code": code}
    made: Category = parent.add_child(**facts) if parent else Category.add_root(**facts)
    return made
