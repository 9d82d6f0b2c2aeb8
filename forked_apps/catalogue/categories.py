"""Writing the category tree. It is one thing: whoever changes it holds the table's lock.

treebeard 5 moves nodes by raw SQL and saves whole rows: of two writers the later would restore the paths that it has
read before. So nodes are read after the lock, and only what is to change is saved.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.files.storage import default_storage
from django.db import connection

from nexus_shop.core.errors import CodeTaken, NotFound
from nexus_shop.core.transactions import transaction, transaction_required
from nexus_shop.core.versions import ensure_current, version_of

from .addresses import NO_ADDRESS, PATH_STEP, CategoryAddress
from .category_pictures import picture_name
from .errors import CategoryCycle, CategoryTooDeep, DepthFacts, SlugTaken, StillUsed, Uses
from .html import sanitised
from .locks import lock_tree
from .models import Category, ProductCategory
from .translations import Texts, write_translations

FIRST_CHILD: Final = "first-child"
MAX_DEPTH: Final = 20
#: What a category is told by the API beside its `image`; place is `parent` (id or None) and `position` among the
#: siblings.
TEXTS: Final = ("name", "slug", "code", "description", "meta_title", "meta_description", "is_public")

COLUMNS: Final = (
    *("id", "name", "slug", "path", "code", "description", "meta_title", "meta_description"),
    *("is_public", "parent", "position", "image"),
)
STORED: Final = f"""
    SELECT c.id, c.name, c.slug,
           (SELECT string_agg(a.slug, '/' ORDER BY a.depth) FROM catalogue_category a
            WHERE a.path = ANY(ARRAY(SELECT left(c.path, n * {PATH_STEP}) FROM generate_series(1, c.depth) n))),
           c.code, c.description, COALESCE(c.meta_title, ''), COALESCE(c.meta_description, ''), c.is_public,
           (SELECT p.id FROM catalogue_category p WHERE p.path = left(c.path, length(c.path) - {PATH_STEP})),
           (SELECT count(*) FROM catalogue_category s
            WHERE left(s.path, length(s.path) - {PATH_STEP}) = left(c.path, length(c.path) - {PATH_STEP})
              AND s.path < c.path),
           c.image
    FROM catalogue_category c
"""


def indented(name: str, depth: int) -> str:
    """The name of a category in a list of all, moved in by its level."""
    return "\N{NO-BREAK SPACE}" * 3 * (depth - 1) + name


@dataclass(frozen=True, slots=True)
class StoredCategory:
    """A category as staff see it: hidden ones too. `path` is of slugs, `position` counts siblings from 0."""

    id: int
    name: str
    slug: str
    path: str
    code: str | None
    description: str
    meta_title: str
    meta_description: str
    is_public: bool
    parent: int | None
    position: int
    image: str | None

    @property
    def version(self) -> str:
        """Another one after every change."""
        return version_of(self)


def stored_category(category_id: int) -> StoredCategory:
    """One category, in one statement. Raises NotFound."""
    found = _stored("WHERE c.id = %(id)s", id=category_id)
    if not found:
        raise NotFound
    return found[0]


def stored_categories(
    *, search: str = "", parent: int | None = None, after: int = 0, limit: int
) -> list[StoredCategory]:
    """Categories in the order of their ids from behind `after`, in one statement.

    `parent`: those right below it; 0 is the roots.
    """
    conditions = ["c.id > %(after)s"]
    if search:
        conditions.append("strpos(lower(c.name), lower(%(search)s)) > 0")
    if parent == 0:
        conditions.append("c.depth = 1")
    elif parent is not None:
        conditions.append(
            f"left(c.path, length(c.path) - {PATH_STEP}) ="
            " (SELECT p.path FROM catalogue_category p WHERE p.id = %(parent)s)"
        )
    tail = f"WHERE {' AND '.join(conditions)} ORDER BY c.id LIMIT %(limit)s"
    return _stored(tail, search=search, parent=parent, after=after, limit=limit)


def _stored(tail: str, **values: Any) -> list[StoredCategory]:
    with connection.cursor() as cursor:
        cursor.execute(f"{STORED} {tail}", values)
        rows = cursor.fetchall()
    return [StoredCategory(**{**dict(zip(COLUMNS, row, strict=True)), "image": _url(row[-1])}) for row in rows]


def _url(image: str | None) -> str | None:
    return default_storage.url(image) if image else None


def is_category(category_id: int) -> bool:
    """Whether there is such a category."""
    return bool(Category.objects.filter(pk=category_id).exists())


@transaction(before_commit="documents")
def create_category(values: Mapping[str, Any]) -> int:
    """Make a category of TEXTS, `image`, `parent` and `position` (last where left out); returns its id. Locks the tree.

    The description is sanitised; an empty slug is made from the name; `image` is the name of a stored picture, whose
    file `ensure_picture_stored` asks for. Raises SlugTaken, CodeTaken, CategoryTooDeep, ValueRefused, and NotFound for
    the parent.
    """
    lock_tree()
    return add_category(values)


@transaction(before_commit="documents")
def change_category(category_id: int, *, changes: Mapping[str, Any], version: str | None = None) -> int:
    """Change what `changes` names (as of `create_category`) and move the category there; returns its id.

    Locks the tree. Raises NotFound, StaleVersion, CategoryCycle, CategoryTooDeep, SlugTaken, CodeTaken, ValueRefused.
    """
    lock_tree()
    alter_category(category_id, changes=changes, version=version)
    return category_id


@transaction_required
def add_category(values: Mapping[str, Any]) -> int:
    """`create_category` inside the transaction of a caller who has locked the tree."""
    parent = _parent(values.get("parent"))
    _check_depth(parent, 1)
    siblings = _children(parent)
    texts = _texts(values) | _picture(values)
    _check_slugs({texts.get("slug", "")}, siblings)
    _check_code(texts.get("code"), 0)
    category = Category(**texts)
    before = _nth(siblings, values.get("position"))
    if before is not None:
        _insert(category, "left", before)
    elif parent is None:
        Category.add_root(instance=category)
    else:
        parent.add_child(instance=category)
    return int(category.pk)


@transaction_required
def alter_category(category_id: int, *, changes: Mapping[str, Any], version: str | None = None) -> bool:
    """`change_category` inside the transaction of a caller who has locked the tree; whether anything is another now."""
    stored = stored_category(category_id)
    ensure_current(version, stored)
    category = _node(category_id)
    texts = {name: value for name, value in _texts(changes).items() if getattr(stored, name) != value}
    texts |= _picture(changes, category.image.name or "")
    parent_id = changes.get("parent", stored.parent)
    is_elsewhere = parent_id != stored.parent
    position = changes.get("position")
    is_moved = is_elsewhere or (position is not None and position != stored.position)
    if is_moved:
        _check_cycle(category, parent_id)
    parent = _parent(parent_id)
    siblings = _children(parent).exclude(pk=category_id)
    if is_moved and not is_elsewhere and position >= siblings.count() == stored.position:
        is_moved = False  # behind the last one is where it is
    if not texts and not is_moved:
        return False
    _check_slugs({texts.get("slug", stored.slug), *_translated_slugs(category)}, siblings)
    _check_code(texts.get("code"), category_id)
    if is_moved:
        _check_depth(parent, _height(category))
        category = _placed(category, parent, _nth(siblings, position), is_renamed="slug" in texts)
    _save(category, texts)
    return True


@transaction(before_commit="documents")
def remove_category(category_id: int, *, move_to: int | None = None, version: str | None = None) -> None:
    """Delete a category that nothing stands in or below, and that no range of an offer names.

    With `move_to` its products and the categories below it go there first. Locks the tree, then the category: whoever
    begins to use it waits, and finds it gone. Raises NotFound, StaleVersion, StillUsed (with what), CategoryCycle,
    CategoryTooDeep, SlugTaken where the target has a category of the same slug.
    """
    lock_tree()
    ensure_current(version, stored_category(category_id))
    category = _node(category_id)
    if move_to is not None:
        _empty_into(category, move_to)
    category = Category.objects.select_for_update().get(pk=category_id)
    uses = {
        "products": ProductCategory.objects.filter(category=category).count(),
        "categories": Category.objects.filter(path__startswith=category.path).exclude(pk=category.pk).count(),
        "ranges": category.includes.count() + category.excludes.count(),
    }
    if any(uses.values()):
        raise StillUsed(Uses({kind: count for kind, count in uses.items() if count}))
    category.delete()


def _empty_into(category: Category, target_id: int) -> None:
    target = Category.objects.filter(pk=target_id).first()
    if target is None:
        raise NotFound
    if target.path.startswith(category.path):
        raise CategoryCycle
    for child_id in list(category.get_children().values_list("pk", flat=True)):
        alter_category(child_id, changes={"parent": target_id})
    there = ProductCategory.objects.filter(category_id=target_id).values("product_id")
    links = ProductCategory.objects.filter(category=category)
    links.filter(product_id__in=there).delete()
    links.update(category_id=target_id)


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    texts = {name: values[name] for name in TEXTS if name in values}
    if "description" in texts:
        texts["description"] = sanitised(texts["description"])
    if not texts.get("slug", True):
        del texts["slug"]  # an empty one is made from the name, or stays
    return texts


def _picture(values: Mapping[str, Any], held: str = "") -> dict[str, str]:
    """The column of another picture than the one that is held."""
    name = picture_name(values["image"], held) if "image" in values else held
    return {} if name == held else {"image": name}


def _parent(parent_id: int | None) -> Category | None:
    if parent_id is None:
        return None
    found: Category | None = Category.objects.filter(pk=parent_id).first()
    if found is None:
        raise NotFound(pointer="/parent")
    return found


def _children(parent: Category | None) -> Any:
    return Category.get_root_nodes() if parent is None else parent.get_children()


def _nth(siblings: Any, position: int | None) -> Category | None:
    """The sibling that comes to stand behind; None is the end of the row."""
    found: Category | None = None if position is None else siblings.order_by("path")[position : position + 1].first()
    return found


def _height(category: Category) -> int:
    """Levels of the category and what stands below it."""
    below = Category.objects.filter(path__startswith=category.path).order_by("-depth").values_list("depth", flat=True)
    return int(below[0]) - category.depth + 1


def _check_depth(parent: Category | None, height: int) -> None:
    if (0 if parent is None else parent.depth) + height > MAX_DEPTH:
        raise CategoryTooDeep(DepthFacts(MAX_DEPTH), pointer="/parent")


def _check_cycle(category: Category, parent_id: int | None) -> None:
    below = Category.objects.filter(path__startswith=category.path, pk=parent_id)
    if parent_id is not None and below.exists():
        raise CategoryCycle(pointer="/parent")


def _check_code(code: str | None, category_id: int) -> None:
    if code and Category.objects.filter(code=code).exclude(pk=category_id).exists():
        raise CodeTaken(pointer="/code")


def _placed(category: Category, parent: Category | None, before: Category | None, *, is_renamed: bool) -> Category:
    if before is not None:
        return _moved(category, "left", before, is_renamed=is_renamed)
    if parent is not None:
        return _moved(category, "last-child", parent, is_renamed=is_renamed)
    last = Category.get_root_nodes().exclude(pk=category.pk).order_by("path").last()
    return _moved(category, "right", last, is_renamed=is_renamed)


def _save(category: Category, texts: Mapping[str, Any]) -> None:
    for name, value in texts.items():
        setattr(category, name, value)
    category.save(update_fields=list(texts))


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
    lock_tree()
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
    _check_slugs({wanted["slug"], *_translated_slugs(category)}, siblings.exclude(pk=category_id))
    if is_moved:
        category = _moved(category, position, reference, is_renamed=wanted["slug"] != category.slug)
    for name, value in wanted.items():
        setattr(category, name, value)
    category.save(update_fields=list(wanted))
    write_translations(category, texts or {})
    return category


@transaction(before_commit="documents")
def show_categories(category_ids: list[int], *, is_public: bool) -> int:
    """Make categories public, or hide them with all below; returns how many there were. Locks the tree."""
    lock_tree()
    return int(Category.objects.filter(pk__in=category_ids).update(is_public=is_public))


def ensure_slug_is_free(category: Category, place: tuple[str, Category | None] | None = None) -> None:
    """Raise SlugTaken where a category beside it, there or in its place of now, has one of the category's slugs."""
    siblings = category.get_siblings() if place is None else _siblings(*place)
    _check_slugs({category.slug, *_translated_slugs(category)}, siblings.exclude(pk=category.pk))


@transaction_required
def put_category(category: Category, *, position: str, reference: Category | None) -> None:
    """Make a category, or move one whose other columns the caller saves, inside the transaction of a caller who has
    locked the tree. The place is that of `save_category`.
    """
    if category.pk is None:
        _insert(category, position, reference)
        return
    stored = _node(category.pk)
    moved = _moved(stored, position, reference, is_renamed=stored.slug != category.slug)
    category.path, category.depth, category.numchild = moved.path, moved.depth, moved.numchild


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


def _translated_slugs(category: Category) -> set[str]:
    """Its slugs in the other languages, which go with it wherever it goes."""
    words = category.i18n if isinstance(category.i18n, dict) else {}
    return {word for key, word in words.items() if key.startswith("slug_") and isinstance(word, str)}


def _check_slugs(slugs: set[str], siblings: Any) -> None:
    """Raise SlugTaken where a sibling has one of them, in whatever language."""
    taken = CategoryAddress.objects.filter(category_id__in=siblings.values("pk"), slug__in=slugs - {""})
    if taken.exists():
        raise SlugTaken(pointer="/slug")


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


def _moved(category: Category, position: str, reference: Category | None, *, is_renamed: bool) -> Category:
    """The category in its new place. What gets another slug there has one on the way that is no address: the old and
    the new one may both be taken at one of its ends.
    """
    if reference is not None and (reference.pk == category.pk or reference.is_descendant_of(category)):
        raise NotFound
    if is_renamed:
        Category.objects.filter(pk=category.pk).update(slug=f"{NO_ADDRESS}{secrets.token_hex(8)}")
    if reference is None:
        category.move(Category.get_first_root_node(), "first-sibling")
    else:
        category.move(reference, position)
    return _node(category.pk)
