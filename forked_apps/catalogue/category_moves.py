"""Moving a category as people do it by hand: a step up or down, a level in or out, beside or below another one."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from nexus_shop.core.transactions import transaction

from .addresses import PATH_STEP
from .categories import StoredCategory, alter_category, stored_category
from .locks import lock_tree
from .models import Category

Place = dict[str, Any]  # parent and position, as `alter_category` takes them


@transaction(before_commit="documents")
def move_category(category_id: int, *, move: str, target_id: int | None = None) -> bool:
    """Make one of MOVES; whether the category stands elsewhere now. `before`, `after`, `under` are those of a target.

    What cannot go further (up from the first place, out of the roots) stays. Locks the tree. Raises NotFound,
    CategoryCycle, CategoryTooDeep, SlugTaken.
    """
    lock_tree()
    moved = stored_category(category_id)
    if move in STEPS:
        place = STEPS[move](moved)
    else:
        place = BESIDE[move](moved, stored_category(0 if target_id is None else target_id))
    return place is not None and alter_category(category_id, changes=place)


def _up(moved: StoredCategory) -> Place | None:
    return {"parent": moved.parent, "position": moved.position - 1} if moved.position else None


def _down(moved: StoredCategory) -> Place | None:
    return {"parent": moved.parent, "position": moved.position + 1}


def _indent(moved: StoredCategory) -> Place | None:
    """Below the sibling before it, as the last one there."""
    if not moved.position:
        return None
    path = Category.objects.values_list("path", flat=True).get(pk=moved.id)
    siblings = Category.objects.filter(path__startswith=path[:-PATH_STEP], depth=len(path) // PATH_STEP, path__lt=path)
    return {"parent": siblings.order_by("-path").values_list("pk", flat=True)[0]}


def _outdent(moved: StoredCategory) -> Place | None:
    """Behind its parent."""
    if moved.parent is None:
        return None
    parent = stored_category(moved.parent)
    return {"parent": parent.parent, "position": parent.position + 1}


def _before(moved: StoredCategory, target: StoredCategory) -> Place | None:
    is_behind = target.parent == moved.parent and target.position > moved.position
    return {"parent": target.parent, "position": target.position - 1 if is_behind else target.position}


def _after(moved: StoredCategory, target: StoredCategory) -> Place | None:
    place = _before(moved, target)
    return None if place is None or moved.id == target.id else {**place, "position": place["position"] + 1}


STEPS: Final[Mapping[str, Callable[[StoredCategory], Place | None]]] = {
    "up": _up,
    "down": _down,
    "indent": _indent,
    "outdent": _outdent,
}
BESIDE: Final[Mapping[str, Callable[[StoredCategory, StoredCategory], Place | None]]] = {
    "before": _before,
    "after": _after,
    "under": lambda _moved, target: {"parent": target.id},
}
MOVES: Final = (*STEPS, *BESIDE)
