"""Many categories at once, as another system knows them: by their code, nested as they are to stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nexus_shop.core.errors import DomainError
from nexus_shop.core.rows import CREATED, REFUSED, UNCHANGED, UPDATED, RowOutcome, Status, attempted
from nexus_shop.core.transactions import transaction

from .categories import add_category, alter_category
from .errors import ParentRefused
from .locks import lock_tree
from .models import Category

MAX_ROWS: Final = 1000


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """What a category of the code is to be (fields of `create_category` without its place), and what is below it."""

    code: str
    values: Mapping[str, Any]
    children: "tuple[CategoryRow, ...]" = ()


def put_categories(rows: Sequence[CategoryRow]) -> list[tuple[str, str, RowOutcome]]:
    """Make or change the categories, each in a transaction of its own; (pointer, code, outcome) of each, depth first.

    Those of the first level become roots, the others stand below theirs, each behind the one before it. Sent again
    they change nothing. What stands below a refused one is refused.
    """
    return list(_put_level(rows, None, ""))


def count_of(rows: Sequence[CategoryRow]) -> int:
    """How many there are, on all levels."""
    return sum(1 + count_of(row.children) for row in rows)


def _put_level(rows: Sequence[CategoryRow], parent_id: int | None, place: str) -> Iterator[tuple[str, str, RowOutcome]]:
    last_id: int | None = None
    for number, row in enumerate(rows):
        pointer = f"{place}/{number}"
        outcome = attempted(lambda row=row, after=last_id: _put(row, parent_id, after))  # type: ignore[misc]
        yield pointer, row.code, outcome
        if outcome.id is None:
            yield from _refused(row.children, f"{pointer}/children")
            continue
        last_id = outcome.id
        yield from _put_level(row.children, outcome.id, f"{pointer}/children")


def _refused(rows: Sequence[CategoryRow], place: str) -> Iterator[tuple[str, str, RowOutcome]]:
    for number, row in enumerate(rows):
        refusal: DomainError = ParentRefused()
        yield f"{place}/{number}", row.code, RowOutcome(REFUSED, refusal=refusal)
        yield from _refused(row.children, f"{place}/{number}/children")


@transaction(before_commit="documents")
def _put(row: CategoryRow, parent_id: int | None, after_id: int | None) -> tuple[Status, int]:
    lock_tree()
    category_id = Category.objects.filter(code=row.code).values_list("pk", flat=True).first()
    values = {**row.values, "code": row.code, "parent": parent_id}
    if category_id is None:
        return CREATED, add_category({**values, "position": _behind(after_id, parent_id, 0)})
    position = _behind(after_id, parent_id, category_id)
    is_changed = alter_category(category_id, changes={**values, "position": position})
    return (UPDATED if is_changed else UNCHANGED), category_id


def _behind(after_id: int | None, parent_id: int | None, category_id: int) -> int | None:
    """The place behind a sibling, not counting the category itself; the first row stays where it is, or comes last."""
    if after_id is None:
        return None
    siblings = Category.get_root_nodes() if parent_id is None else Category.objects.get(pk=parent_id).get_children()
    order = list(siblings.exclude(pk=category_id).order_by("path").values_list("pk", flat=True))
    return order.index(after_id) + 1
