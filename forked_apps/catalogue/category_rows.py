"""Many categories at once, as another system knows them: by their code, nested as they are to stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nexus_shop.core.errors import DomainError, RowNotReached
from nexus_shop.core.rows import CREATED, REFUSED, UNCHANGED, UPDATED, Deadline, RowOutcome, Status, attempted
from nexus_shop.core.transactions import transaction

from .addresses import PATH_STEP
from .categories import add_category, alter_category
from .category_pictures import ensure_picture_stored
from .errors import ParentRefused
from .locks import lock_tree
from .models import Category

MAX_ROWS: Final = 1000


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """What a category of the code is to be (fields of `create_category` without its place), and what is below it.

    `place` is the caller's word for the row.
    """

    code: str
    values: Mapping[str, Any]
    children: "tuple[CategoryRow, ...]" = ()
    place: str = ""


def put_categories(
    rows: Sequence[CategoryRow], *, seconds: float | None = None
) -> list[tuple[CategoryRow, RowOutcome]]:
    """Make or change the categories, each in a transaction of its own; the outcome of each, depth first.

    Those of the first level become roots, the others stand below theirs, each behind the one before it. A new one
    without a name has its code for a name. Sent again they change nothing. What stands below a refused one is refused;
    RowNotReached after so many seconds.
    """
    return list(_put_level(rows, None, Deadline(seconds)))


def _put_level(
    rows: Sequence[CategoryRow], parent_id: int | None, deadline: Deadline
) -> Iterator[tuple[CategoryRow, RowOutcome]]:
    last_id: int | None = None
    for row in rows:
        if deadline.is_over():
            yield from _refused([row], RowNotReached())
            continue
        outcome = attempted(lambda row=row, after=last_id: _checked(row, parent_id, after))  # type: ignore[misc]
        yield row, outcome
        if outcome.id is None:
            yield from _refused(row.children, ParentRefused())
            continue
        last_id = outcome.id
        yield from _put_level(row.children, outcome.id, deadline)


def _refused(rows: Sequence[CategoryRow], refusal: DomainError) -> Iterator[tuple[CategoryRow, RowOutcome]]:
    for row in rows:
        yield row, RowOutcome(REFUSED, refusal=refusal)
        yield from _refused(row.children, refusal)


def _checked(row: CategoryRow, parent_id: int | None, after_id: int | None) -> tuple[Status, int]:
    """The file of a picture is looked for before the transaction."""
    there = Category.objects.filter(code=row.code).values_list("image", flat=True)
    ensure_picture_stored(row.values, lambda: there.first() or "")
    return _put(row, parent_id, after_id)


@transaction(before_commit="documents")
def _put(row: CategoryRow, parent_id: int | None, after_id: int | None) -> tuple[Status, int]:
    lock_tree()
    category_id = Category.objects.filter(code=row.code).values_list("pk", flat=True).first()
    values = {**row.values, "code": row.code, "parent": parent_id}
    if category_id is None:
        return CREATED, add_category({"name": row.code, **values, "position": _behind(after_id, 0)})
    position = _behind(after_id, category_id)
    is_changed = alter_category(category_id, changes={**values, "position": position})
    return (UPDATED if is_changed else UNCHANGED), category_id


def _behind(after_id: int | None, category_id: int) -> int | None:
    """The place behind a sibling, not counting the category itself.

    The first row, and one behind what a rival has deleted, stays where it is, or comes last.
    """
    after = None if after_id is None else Category.objects.filter(pk=after_id).first()
    if after is None:
        return None
    row = after.path[:-PATH_STEP]
    siblings = Category.objects.filter(depth=after.depth, path__startswith=row, path__lte=after.path)
    return int(siblings.exclude(pk=category_id).count())
