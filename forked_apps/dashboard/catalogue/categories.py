"""What the category forms write. The tree is one thing: whoever changes it holds the table's lock.

treebeard 5 moves nodes by raw SQL and saves whole rows: of two writers the later would restore the paths that it has
read before. So nodes are read after the lock, and only what a form has is saved.
"""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from forked_apps.catalogue.errors import SlugTaken
from forked_apps.catalogue.models import Category, CategoryAddress
from forked_apps.catalogue.translations import Texts, lock_tree, write_translations
from nexus_shop.core.errors import NotFound
from nexus_shop.core.transactions import require_transaction, transaction

FIRST_CHILD: Final = "first-child"


@transaction(before_commit="documents")
def save_category(
    fields: Mapping[str, Any],
    *,
    category_id: int | None = None,
    position: str = FIRST_CHILD,
    reference_id: int | None = None,
    is_moved: bool = True,
    texts: Texts | None = None,
) -> Category:
    """Make or change a category and put it in its place: first child of the reference, or left or right of it.

    Without a reference it becomes the first root. An empty slug is made from the name. `texts` are its translations.
    Locks the tree. Raises SlugTaken, TranslationRefused, and NotFound also where it would stand below itself.
    """
    _lock_tree()
    reference = None if reference_id is None else _node(reference_id)
    if category_id is None:
        category = Category(**fields)
        _check_slugs({category.slug}, _siblings(position, reference))
        _insert(category, position, reference)
        write_translations(category, texts or {})
        return category
    category = _node(category_id)
    wanted = {"slug": category.slug, **fields}
    siblings = _siblings(position, reference) if is_moved else category.get_siblings()
    own = CategoryAddress.objects.filter(category_id=category_id).exclude(slug=category.slug)
    _check_slugs({wanted["slug"], *own.values_list("slug", flat=True)}, siblings.exclude(pk=category_id))
    if is_moved:
        category = _moved(category, position, reference)
    for name, value in wanted.items():
        setattr(category, name, value)
    category.save(update_fields=list(wanted))
    category.set_ancestors_are_public()
    write_translations(category, texts or {})
    return category


@transaction(before_commit="documents")
def delete_category(category_id: int) -> None:
    """Delete a category with those below it; products stay. Locks the tree. Raises NotFound."""
    _lock_tree()
    _node(category_id).delete()


@transaction(before_commit="documents")
def show_categories(category_ids: list[int], *, is_public: bool) -> int:
    """Make categories public, or hide them with all below; returns how many there were. Locks the tree."""
    _lock_tree()
    changed = list(Category.objects.filter(pk__in=category_ids).order_by("path"))
    Category.objects.filter(pk__in=[category.pk for category in changed]).update(is_public=is_public)
    for category in changed:
        category.set_ancestors_are_public()
    return len(changed)


def _lock_tree() -> None:
    require_transaction("a change of the category tree")
    lock_tree()


def _node(category_id: int) -> Category:
    category: Category | None = Category.objects.filter(pk=category_id).first()
    if category is None:
        raise NotFound
    return category


def _siblings(position: str, reference: Category | None) -> Any:
    """What stands where the category is to stand."""
    if reference is None:
        return Category.get_root_nodes()
    return reference.get_children() if position == FIRST_CHILD else reference.get_siblings()


def _check_slugs(slugs: set[str], siblings: Any) -> None:
    """Raise SlugTaken where a sibling has one of them, in whatever language."""
    taken = CategoryAddress.objects.filter(category_id__in=siblings.values("pk"), slug__in=slugs)
    if taken.exists():
        raise SlugTaken


def _insert(category: Category, position: str, reference: Category | None) -> None:
    if reference is None:
        first = Category.get_first_root_node()
        if first is None:
            Category.add_root(instance=category)
        else:
            first.add_sibling("left", instance=category)
    elif position != FIRST_CHILD:
        reference.add_sibling(position, instance=category)
    elif reference.numchild:
        reference.get_first_child().add_sibling("left", instance=category)
    else:
        reference.add_child(instance=category)


def _moved(category: Category, position: str, reference: Category | None) -> Category:
    """The category in its new place. Its slug is out of the way while it moves: old and new place may both want it."""
    if reference is not None and (reference.pk == category.pk or reference.is_descendant_of(category)):
        raise NotFound
    Category.objects.filter(pk=category.pk).update(slug=f"moving-{secrets.token_hex(8)}")
    if reference is None:
        category.move(Category.get_first_root_node(), "first-sibling")
    else:
        category.move(reference, position)
    return _node(category.pk)
